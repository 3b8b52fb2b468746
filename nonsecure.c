/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Make the Non-secure world of the calling CPU fit to live in.
 *
 * On every CPU, and again each time that PSCI turns one on. Absolute values:
 * a register that the Secure side leaves as reset, or as the last kernel, had
 * it is a register that differs between CPUs. Stays behind after hand-over.
 */
#include "arm.h"
#include "resident.h"

/*
 * This CPU's share of the GIC: its SGIs and PPIs belong to Non-secure state.
 * The priority mask is written here because Non-secure state can only change
 * one that is in its own, lower half.
 */
static void gic_cpu_init(void)
{
	if (!resident.gicd)
		return;
	write32(resident.gicd + GICD_IGROUPR, 0xffffffff);
	write32(resident.gicc + GICC_PMR, 0xff);
	write32(resident.gicc + GICC_CTLR, GIC_ENABLE_GRP1 | GIC_ENABLE_GRP0);
}

/* HDCR.HPMN: PL1 gets all event counters there are. */
static uint32_t event_counters(void)
{
	uint32_t version = read_cp15(ID_DFR0) >> ID_DFR0_PERFMON_SHIFT & 0xf;

	if (version == 0 || version == 0xf)
		return 0;
	return read_cp15(PMCR) >> PMCR_N_SHIFT & PMCR_N_MASK;
}

/* Hyp mode traps nothing and hides nothing from a kernel in SVC mode. */
static void hyp_init(void)
{
	write_cp15(HVBAR, hyp_stub_vectors);
	write_cp15(HSCTLR, HSCTLR_VALUE);
	write_cp15(HCR, 0);
	write_cp15(HSTR, 0);
	write_cp15(HCPTR, HCPTR_RES1);
	write_cp15(HDCR, event_counters());
	write_cp15(VPIDR, read_cp15(MIDR));
	write_cp15(VMPIDR, read_cp15(MPIDR));
	write_cp15_64(VTTBR, 0);
	if (resident.cntfrq) {
		write_cp15(CNTHCTL, CNTHCTL_PL1PCEN | CNTHCTL_PL1PCTEN);
		write_cp15_64(CNTVOFF, 0);
		write_cp15(CNTHP_CTL, 0);
	}
	isb();
	write_cp15(TLBIALLH, 0);
	write_cp15(TLBIALLNSNH, 0);
}

/*
 * Entered in Monitor mode; leaves SCR as the kernel will find it (NS = 1), so
 * that what Monitor mode accesses from here on are the Non-secure copies.
 */
void nonsecure_init(void)
{
	gic_cpu_init();
	write_cp15(NSACR, NSACR_NS_SMP | NSACR_CP0_13);
	if (resident.cntfrq)
		write_cp15(CNTFRQ, resident.cntfrq);

	write_cp15(SCR, resident.scr);
	isb();

	write_cp15(SCTLR, SCTLR_NONSECURE);
	isb();
	write_cp15(TTBCR, 0);
	write_cp15(VBAR, 0);
	write_cp15(CPACR, 0);
	if (resident.cntfrq) {
		write_cp15(CNTKCTL, 0);
		write_cp15(CNTP_CTL, 0);
		write_cp15(CNTV_CTL, 0);
	}
	if (resident.scr & SCR_HCE)
		hyp_init();
	write_cp15(ICIALLU, 0);
	write_cp15(BPIALL, 0);
	write_cp15(TLBIALL, 0);
	dsb();
	isb();
}
