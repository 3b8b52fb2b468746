/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_state_init(): set up the state that a kernel finds on the calling CPU. This is
 * Non-secure state in all cases, and Secure state if the kernel is entered there.
 *
 * Runs on every CPU before it enters the kernel, and again each time that PSCI turns it
 * on. Every register that is UNKNOWN at reset and matters gets an absolute value;
 * docs/contract.md lists the registers that are left alone. Resident.
 */
#include "arm.h"
#include "gic.h"
#include "kernel_state.h"
#include "resident.h"

/*
 * Stop the Performance Monitors, and deny PL0 access to them. Returns the value for HDCR:
 * all event counters belong to PL1 (HPMN), and no access is trapped.
 */
static uint32_t pmu_init(void)
{
	write_cp15(PMCR, 0);
	write_cp15(PMUSERENR, 0);
	write_cp15(PMCNTENCLR, 0xffffffff);
	write_cp15(PMINTENCLR, 0xffffffff);
	return read_cp15(PMCR) >> PMCR_N_SHIFT & PMCR_N_MASK;
}

/* Hyp mode is to trap at most SMC (resident.hcr), and to show PL1 the real CPU. */
static void hyp_init(uint32_t hdcr)
{
	write_cp15(HVBAR, resident.hvbar);
	write_cp15(HSCTLR, HSCTLR_KERNEL);
	write_cp15(HCR, resident.hcr);
	write_cp15(HSTR, 0);
	write_cp15(HACR, 0);
	write_cp15(HTPIDR, 0);
	write_cp15(HMAIR0, 0);
	write_cp15(HMAIR1, 0);
	write_cp15(HCPTR, HCPTR_RES1);
	write_cp15(HDCR, hdcr);
	write_cp15(HTCR, HTCR_RES1);
	write_cp15(VTCR, VTCR_RES1);
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

/* Set up PL1 in the state, Secure or Non-secure, that SCR.NS selects. */
static void pl1_init(void)
{
	write_cp15(SCTLR, SCTLR_KERNEL |
		   (core_is_one_of(CORES_PREDICT_ALWAYS) ? SCTLR_Z : 0));
	isb();
	write_cp15(TTBCR, 0);
	write_cp15(TTBR0, 0);
	write_cp15(TTBR1, 0);
	write_cp15(DACR, 0);
	write_cp15(CONTEXTIDR, 0);
	write_cp15(TPIDRURW, 0);
	write_cp15(TPIDRURO, 0);
	write_cp15(TPIDRPRW, 0);
	write_cp15(VBAR, 0);
	write_cp15(CPACR, 0);
	isb();
}

/*
 * Entered in Monitor mode, or in the Non-secure mode in which the wrapper was entered. In
 * the latter case Secure state is as other firmware has set it up. In Non-secure SVC mode,
 * registers to which Hyp mode could deny access are left alone: those of the physical
 * timer and of the Performance Monitors. Leaves SCR as the kernel finds it.
 */
void kernel_state_init(void)
{
	uint32_t scr = resident.scr, cntfrq = resident.cntfrq, hdcr = 0;
	bool owns_hyp = resident.boot_mode & BW_OWNS_HYP;

	if (scr) {
		write_cp15(NSACR, NSACR_NS_SMP | NSACR_CP0_13);
		if (cntfrq)
			write_cp15(CNTFRQ, cntfrq);

		/* From here on, Monitor mode accesses the Non-secure copies. */
		write_cp15(SCR, scr | SCR_NS);
		isb();
	}
	pl1_init();
	if (resident.pmu)
		hdcr = pmu_init();
	if (cntfrq) {
		write_cp15(CNTKCTL, 0);
		write_cp15(CNTV_CTL, 0);
		if (scr || owns_hyp)
			write_cp15(CNTP_CTL, 0);
	}
	if (scr || owns_hyp)
		gic_open_to_kernel();
	if (owns_hyp)
		hyp_init(hdcr);
	if (scr && !(scr & SCR_NS)) {
		write_cp15(TLBIALL, 0);
		write_cp15(SCR, scr);
		isb();
		pl1_init();
	}
	/*
	 * Last, since the wrapper's own instructions were cached up to here. TLBIALL acts
	 * on the state of the calling mode: in Monitor mode that is Secure, whatever SCR.NS
	 * is. If the CPU has no Hyp mode, Monitor mode cannot reach the Non-secure entries.
	 */
	write_cp15(ICIALLU, 0);
	write_cp15(BPIALL, 0);
	write_cp15(TLBIALL, 0);
	dsb();
	isb();
}
