/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calling CPU's share of the interrupt controller, and waiting by means of it.
 * GICv2, and GICv3 with system registers. Resident.
 *
 * A CPU that waits to be turned on sleeps in WFI, with an SGI enabled at its
 * interface that only Secure state can send: in Group 0, while every interrupt of
 * the kernel is in Group 1, which is off at the interface. WFI ends when an
 * interrupt is pending, also a masked one. The SGI stays pending until
 * it is acknowledged, so one that is sent before WFI is not lost. Every gic_wake()
 * of a CPU is acknowledged by it exactly once, so none arrives later, in the kernel.
 *
 * A GIC signals only the pending interrupt of the highest priority, and does not
 * signal it if its group is off: so the SGI has the highest priority, and no other
 * interrupt of the CPU's own has it. Where all interrupts are in Group 0, since the
 * GIC has no Security Extensions, the priority mask keeps them from the CPU.
 *
 * Without a GIC, or when Secure state belongs to other firmware, a CPU waits by WFE.
 */
#include "arm.h"
#include "board.h"
#include "gic.h"
#include "resident.h"

#define WAKE_SGI	8		/* the first of those that are for Secure state */
#define WAKE_BIT	(1u << WAKE_SGI)

/* The highest priority of Non-secure interrupts, in all bytes; they read it as 0. */
#define PRIORITIES	0x80808080
#define WAKE_MASK	0x10		/* signal priority 0 only */

/* GICv3 costs resident bytes, so it is there only for boards that can have one. */
static bool is_v3(void)
{
	return BOARD_GIC_V3 && resident.gic_v3;
}

/* Cortex-A5 and A9 have one, and no board that can have a GICv3. */
static bool is_v1(void)
{
	return !BOARD_GIC_V3 && GICC_IIDR_VERSION(read32(resident.gicc + GICC_IIDR)) == 1;
}

/* Registers of the CPU's own SGIs and PPIs, at the same offsets in both GICs. */
static uint32_t own_registers(const struct cpu *me)
{
	return is_v3() ? me->gic : resident.gicd;
}

/*
 * The CPU's own PPIs that are edge-triggered, a bit each. If one is pending, it stays so for
 * the next kernel: a device may give no other edge before its interrupt is handled, so that
 * its interrupt would never come again (Cortex-A9's private timer in QEMU).
 */
static uint32_t edge_triggered_ppis(uint32_t own)
{
	uint32_t config = read32(own + GICD_ICFGR1), ppis = 0;

	for (uint32_t n = 16; config; n++, config >>= 2)
		ppis |= (config >> 1 & 1) << n;
	return ppis;
}

/*
 * End the CPU's own interrupts that are active: the last kernel has acknowledged them, and gone
 * off. This drops their priority in a GICv1, which has no GICC_APR, and in QEMU's GICv3, which
 * ignores a write to ICC_AP1R0. A GICv1 must be told also which CPU sent an SGI. Nothing tells
 * that, so CPU 0 is named.
 */
static inline void end_active(uint32_t own, bool v3)
{
	uint32_t active = read32(own + GICD_ISACTIVER);

	for (; active; active &= active - 1)
		if (v3)
			write_cp15(ICC_EOIR1, __builtin_ctz(active));
		else
			write32(resident.gicc + GICC_EOIR, __builtin_ctz(active));
}

void gic_reset(struct cpu *me)
{
	uint32_t own = own_registers(me), gicc = resident.gicc;
	uint32_t n;

	if (!resident.gicd)
		return;
	if (is_v3()) {
		write32(own - GICR_SGI_BASE + GICR_WAKER, 0);
		while (read32(own - GICR_SGI_BASE + GICR_WAKER) & GICR_WAKER_SLEEPS)
			;
		write_cp15(ICC_MSRE, ICC_SRE_ALL);
		isb();
		write_cp15(ICC_MGRPEN1, 0);
		write_cp15(ICC_SRE, ICC_SRE_OWN);
		end_active(own, true);
		write32(own + GICR_IGRPMODR, 0);
	} else {
		write32(gicc + GICC_CTLR, GICC_CTLR_ACKCTL);	/* Secure state may end Group 1 */
		if (is_v1())
			end_active(own, false);
		for (n = GICC_APR; n < GICC_APR_END; n += 4)
			write32(gicc + n, 0);
		for (n = GICD_CPENDSGIR; n < GICD_CPENDSGIR_END; n += 4)
			write32(own + n, 0xffffffff);
		me->gic = read32(own + GICD_ITARGETSR) & GICD_SGIR_TARGETS;
	}
	write32(own + GICD_ICENABLER, 0xffffffff);
	write32(own + GICD_ICACTIVER, 0xffffffff);
	write32(own + GICD_ICPENDR, ~edge_triggered_ppis(own));
	for (n = 0; n < 32; n += 4)
		write32(own + GICD_IPRIORITYR + n, PRIORITIES);
	write32(own + GICD_IPRIORITYR + WAKE_SGI, PRIORITIES & ~0xff);
	write32(own + GICD_IGROUPR, resident.gic_groups & ~WAKE_BIT);
	write32(own + GICD_ISENABLER, WAKE_BIT);
}

void gic_wait(void)
{
	uint32_t gicc = resident.gicc;

	if (!resident.gicd) {
		wfe();
	} else if (is_v3()) {
		write_cp15(ICC_PMR, WAKE_MASK);
		write_cp15(ICC_MGRPEN1, 0);
		write_cp15(ICC_IGRPEN0, 1);
		do {
			isb();
			dsb();
			wfi();
		} while (read_cp15(ICC_HPPIR0) != WAKE_SGI);
		write_cp15(ICC_EOIR0, read_cp15(ICC_IAR0));
	} else {
		write32(gicc + GICC_PMR, WAKE_MASK);
		write32(gicc + GICC_CTLR, GIC_ENABLE_GRP0);
		do {
			dsb();
			wfi();
		} while ((read32(gicc + GICC_HPPIR) & GIC_ID_MASK) != WAKE_SGI);
		write32(gicc + GICC_EOIR, read32(gicc + GICC_IAR));
	}
}

void gic_wake(const struct cpu *target)
{
	uint32_t gicd = resident.gicd;

	dsb();
	if (!gicd)
		sev();
	else if (is_v3())
		write_cp15_64(ICC_SGI0R, WAKE_SGI << ICC_SGIR_ID_SHIFT |
			      (target ? ICC_SGIR_TARGET(target->mpidr) :
			       ICC_SGIR_ALL_OTHERS));	/* the return is an ISB */
	else
		write32(gicd + GICD_SGIR, WAKE_SGI |
			(target ? target->gic : GICD_SGIR_ALL_OTHERS));
}

void gic_cpu_init(struct cpu *me)
{
	uint32_t own = own_registers(me), gicc = resident.gicc;
	uint32_t groups = resident.gic_groups;

	if (resident.gicd) {
		write32(own + GICD_ICENABLER, 0xffffffff);
		write32(own + GICD_IGROUPR, groups);
		write32(own + GICD_IPRIORITYR + WAKE_SGI, PRIORITIES);
		if (is_v3()) {
			write32(own + GICD_ICPENDR, WAKE_BIT);
			write_cp15(ICC_PMR, 0xff);
			write_cp15(ICC_IGRPEN0, ~groups & 1);
			write_cp15(ICC_MGRPEN1, ICC_MGRPEN1_BOTH);
			isb();
			return;
		}
		write32(own + GICD_CPENDSGIR + WAKE_SGI, 0xffffffff);
	}
	if (gicc) {
		/* In Secure state, since Non-secure state can only change its lower half. */
		write32(gicc + GICC_PMR, 0xff);
		write32(gicc + GICC_CTLR, GIC_ENABLE_GRP1 | GIC_ENABLE_GRP0);
	}
}

void gic_open_to_kernel(void)
{
	if (!is_v3())
		return;
	if (resident.boot_mode & BW_OWNS_HYP) {
		write_cp15(ICC_HSRE, ICC_SRE_ALL);
		isb();
	}
	if (resident.scr)
		write_cp15(ICC_AP1R0, 0);
	write_cp15(ICC_SRE, ICC_SRE_OWN);
	isb();
}
