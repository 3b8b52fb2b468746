/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calling CPU's share of the interrupt controller, and waiting by means of it.
 * Stays behind after hand-over.
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
 * interrupt of the CPU's own has it.
 *
 * Without a GIC, or when Secure state belongs to other firmware, a CPU waits by WFE.
 */
#include "arm.h"
#include "gic.h"
#include "resident.h"

#define WAKE_SGI	8		/* the first of those that are for Secure state */
#define WAKE_BIT	(1u << WAKE_SGI)

/* The highest priority of Non-secure interrupts, in all bytes; they read it as 0. */
#define PRIORITIES	0x80808080
#define WAKE_PMR	0x10		/* signal priority 0 only */

void gic_cpu_init(void)
{
	uint32_t gicd = resident.gicd, gicc = resident.gicc;

	if (!gicc)
		return;
	if (gicd) {
		write32(gicd + GICD_ICENABLER, 0xffffffff);
		write32(gicd + GICD_IGROUPR, resident.gic_groups);
		write32(gicd + GICD_CPENDSGIR + (WAKE_SGI & ~3), 0xffffffff);
		write32(gicd + GICD_IPRIORITYR + (WAKE_SGI & ~3), PRIORITIES);
	}
	/* In Secure state, since Non-secure state can only change its lower half. */
	write32(gicc + GICC_PMR, 0xff);
	write32(gicc + GICC_CTLR, GIC_ENABLE_GRP1 | GIC_ENABLE_GRP0);
}

void gic_prepare_wait(struct cpu *me)
{
	uint32_t gicd = resident.gicd, gicc = resident.gicc;
	uint32_t n;

	if (!gicd)
		return;
	write32(gicc + GICC_CTLR, 0);
	for (n = 0; n < 8; n++)
		write32(gicd + GICD_IPRIORITYR + 4 * n, PRIORITIES);
	for (n = 0; n < 4; n++)
		write32(gicd + GICD_CPENDSGIR + 4 * n, 0xffffffff);
	write32(gicd + GICD_ICENABLER, 0xffffffff);
	write32(gicd + GICD_IGROUPR, resident.gic_groups & ~WAKE_BIT);
	*(volatile uint8_t *)(gicd + GICD_IPRIORITYR + WAKE_SGI) = 0;
	write32(gicd + GICD_ISENABLER, WAKE_BIT);
	me->wake = read32(gicd + GICD_ITARGETSR) & GICD_SGIR_TARGETS;
}

void gic_wait(void)
{
	uint32_t gicc = resident.gicc;

	if (!resident.gicd) {
		wfe();
		return;
	}
	write32(gicc + GICC_PMR, WAKE_PMR);
	write32(gicc + GICC_CTLR, GIC_ENABLE_GRP0);
	do {
		dsb();
		wfi();
	} while ((read32(gicc + GICC_HPPIR) & GIC_ID_MASK) != WAKE_SGI);
	write32(gicc + GICC_EOIR, read32(gicc + GICC_IAR));
}

void gic_wake(uint32_t targets)
{
	uint32_t gicd = resident.gicd;

	dsb();
	if (gicd)
		write32(gicd + GICD_SGIR, targets | WAKE_SGI);
	else
		sev();
}
