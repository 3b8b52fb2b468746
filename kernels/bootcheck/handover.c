/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcheck, the hand-over: registers at a CPU's first instruction, and system
 * registers before this kernel has written any.
 */
#include "bootcheck.h"

/* The modes of our contract, by number. */
static const struct {
	char name[16];
	uint32_t psr;
} modes[] = {
	[BW_MODE_SECURE_MONITOR] = { "secure-monitor", PSR_MON },
	[BW_MODE_HYP] = { "hyp", PSR_HYP },
	[BW_MODE_SVC] = { "svc", PSR_SVC },
	[BW_MODE_SECURE_SVC] = { "secure-svc", PSR_SVC },
};

static uint32_t mode_by_word;	/* what CPSR should have; 0: not known */

void look_before_touching(struct percpu *me)
{
	struct handed_over *was = &me->was;
	uint32_t features = read_cp15(ID_PFR1);

	was->sctlr = read_cp15(SCTLR);
	was->actlr = read_cp15(ACTLR);
	was->cpacr = read_cp15(CPACR);
	was->ttbcr = read_cp15(TTBCR);
	was->ttbr0 = read_cp15(TTBR0);
	was->ttbr1 = read_cp15(TTBR1);
	was->dacr = read_cp15(DACR);
	was->contextidr = read_cp15(CONTEXTIDR);
	if (has_pmu()) {
		was->pmcr = read_cp15(PMCR);
		was->pmcnten = read_cp15(PMCNTENSET);
		was->pminten = read_cp15(PMINTENSET);
		was->pmuseren = read_cp15(PMUSERENR);
	}
	if (features & ID_PFR1_SECURITY) {
		was->vbar = read_cp15(VBAR);
		was->nsacr = read_cp15(NSACR);
	}
	if (has_timer()) {
		was->cntkctl = read_cp15(CNTKCTL);
		was->cntp_ctl = read_cp15(CNTP_CTL);
		was->cntv_ctl = read_cp15(CNTV_CTL);
	}
	if (me->hyp) {
		was->hsctlr = read_cp15(HSCTLR);
		was->hcr = read_cp15(HCR);
		if (has_timer())
			was->cnthctl = read_cp15(CNTHCTL);
	}
	if (machine.gicd)
		was->gicd_ctlr = read32(machine.gicd + GICD_CTLR);
	if (machine.gicc) {
		was->gicc_ctlr = read32(machine.gicc + GICC_CTLR);
		was->gicc_pmr = read32(machine.gicc + GICC_PMR);
		was->pending = read32(machine.gicd + GICD_ISPENDR);
		was->active = read32(machine.gicd + GICD_ISACTIVER);
	}
}

/* The boot-mode word, and the same in the DTB. */
void check_boot_word(void)
{
	uint32_t mode = (boot_word & BW_MODE_MASK) >> BW_MODE_SHIFT;

	if (!ours)
		return;
	scope = "entry: ";
	if (boot_word & ~(BW_MODE_MASK | BW_OWNS_HYP | BW_OWNS_SECURE) &
	    ~BW_BOOT_MODE_MAGIC_MASK || mode < 1 || mode > 4 ||
	    (boot_word & BW_BOOT_MODE_MAGIC_MASK) != BW_BOOT_MODE_MAGIC) {
		check(word_valid, false, boot_word);
		return;
	}
	put("# boot-mode word ");
	put_hex(boot_word, 8);
	put("\r\n");
	check(word_mode, machine.mode && is_text(machine.mode, modes[mode].name),
	      boot_word);
	check(word_hyp, machine.owns_hyp == !!(boot_word & BW_OWNS_HYP), boot_word);
	check(word_secure, machine.owns_secure == !!(boot_word & BW_OWNS_SECURE),
	      boot_word);
	secure = mode == BW_MODE_SECURE_MONITOR || mode == BW_MODE_SECURE_SVC;
	mode_by_word = modes[mode].psr;
}

static void check_boot_registers(const struct percpu *me)
{
	check_is(entry_r0, me->entry[0], 0);
	check_is(entry_r1, me->entry[1], BW_MACHINE_DT);
	check(entry_r2_aligned, !(me->entry[2] & 7), me->entry[2]);
	check(entry_r2_dtb, !(me->entry[2] & 3) &&
	      big_endian((const uint32_t *)me->entry[2]) == 0xd00dfeed,
	      me->entry[2]);
	check_is(entry_arm_state, me->cpsr & PSR_T, 0);
}

void check_entry(struct percpu *me)
{
	uint32_t mode = me->cpsr & PSR_MODE_MASK;

	scope = "entry: ";
	if (ours)
		check_is(entry_cpsr, me->cpsr & ~PSR_FLAGS, PSR_AIF | mode_by_word);
	check(entry_mode, ours || mode == PSR_SVC || mode == PSR_HYP, mode);
	check_is(entry_hyp_if_there, ours || mode == PSR_HYP ||
		 !(read_cp15(ID_PFR1) & ID_PFR1_VIRT), 1);
	check_is(entry_irq_masked, me->cpsr & PSR_I, PSR_I);
	check_is(entry_fiq_masked, me->cpsr & PSR_F, PSR_F);
	check_is(entry_abort_masked, me->cpsr & PSR_A, PSR_A);
	check_is(entry_little_endian, me->cpsr & 1 << 9, 0);
	check_is(entry_same_mode, mode, boot_cpu->cpsr & PSR_MODE_MASK);
	if (me == boot_cpu) {
		check_boot_registers(me);
	} else if (machine.psci) {
		check_is(entry_context_id, me->entry[0],
			 CONTEXT_ID(number(me), me->lives));
		check_is(entry_state, me->state,
			 me->lives & 1 ? ENTRY_THUMB : ENTRY_ARM);
	} else {
		check_is(entry_pen_r0, me->entry[0], 0);
	}
	if (me != boot_cpu)
		check_is(entry_r1_r2_clear, me->entry[1] | me->entry[2], 0);
	check_is(entry_r3, me->entry[3], boot_word);

	uint32_t left = 0;

	for (int i = 4; i <= 12; i++)
		left |= me->entry[i];
	check_is(entry_r4_r12_clear, left, 0);
}

/* SCTLR as the contract has it: its value depends on the core. */
static uint32_t sctlr_wanted(void)
{
	return core_is_one_of(CORES_PREDICT_ALWAYS) ? 0x00c50878 : 0x00c50078;
}

/*
 * `sctlr`, with the bit that reads as one and ignores writes on this core. An
 * emulator may let software clear it, and that is no fault of the loader.
 */
bool sctlr_is_wanted(uint32_t sctlr)
{
	return (sctlr | (sctlr_wanted() & SCTLR_Z)) == sctlr_wanted();
}

/* CPACR bits 31 and 30 read as one where Advanced SIMD or D16..D31 are absent. */
#define CPACR_FIXED	(3u << 30)

/* What is UNKNOWN at reset, and what the last kernel may have left. */
static void check_leftovers(const struct percpu *me)
{
	const struct handed_over *was = &me->was;

	check_is(ttbr0_clear, was->ttbr0, 0);
	check_is(ttbr1_clear, was->ttbr1, 0);
	check_is(ttbcr_clear, was->ttbcr, 0);
	check_is(dacr_clear, was->dacr, 0);
	check_is(contextidr_clear, was->contextidr, 0);
	check_is(tpidrurw_clear, me->tpidr[0], 0);
	check_is(tpidruro_clear, me->tpidr[1], 0);
	check_is(tpidrprw_clear, me->tpidr[2], 0);
	check_is(cpacr_clear, was->cpacr & ~CPACR_FIXED, 0);
	if (!has_pmu())
		return;
	/* Where other firmware owns Hyp mode and Secure state, these are its. */
	if (!(boot_word & (BW_OWNS_HYP | BW_OWNS_SECURE)) && !machine.psci)
		return;
	check_is(pmcr_off, was->pmcr & PMCR_E, 0);
	check_is(pmcnten_clear, was->pmcnten, 0);
	check_is(pminten_clear, was->pminten, 0);
	check_is(pmuseren_clear, was->pmuseren, 0);
}

void check_handed_over(struct percpu *me)
{
	const struct handed_over *was = &me->was;
	bool virt = read_cp15(ID_PFR1) & ID_PFR1_VIRT;

	scope = "handed over: ";
	check_is(sctlr_mmu_off, was->sctlr & SCTLR_M, 0);
	check_is(sctlr_dcache_off, was->sctlr & SCTLR_C, 0);
	check_is(sctlr_little_endian, was->sctlr & SCTLR_EE, 0);
	check_is(sctlr_vectors_low, was->sctlr & SCTLR_V, 0);
	check_is(sctlr_vectors_arm, was->sctlr & SCTLR_TE, 0);
	check(sctlr_exact, sctlr_is_wanted(was->sctlr), was->sctlr);
	check_leftovers(me);
	if (read_cp15(ID_PFR1) & ID_PFR1_SECURITY)
		check_is(vbar_clear, was->vbar, 0);
	else
		skip(vbar_clear, "this CPU has no Security Extensions");
	if (has_timer()) {
		check_is(cntkctl_clear, was->cntkctl & 0x3ff, 0);
		check_is(cntv_off, was->cntv_ctl & 1, 0);
		if (secure || me->hyp || boot_word & BW_OWNS_HYP || !virt)
			check_is(cntp_off, was->cntp_ctl & 1, 0);
	} else {
		skip(cntkctl_clear, "this CPU has no Generic Timer");
	}
	if (me->hyp) {
		check_is(hsctlr_mmu_off, was->hsctlr & SCTLR_M, 0);
		check_is(hsctlr_dcache_off, was->hsctlr & SCTLR_C, 0);
		check_is(hsctlr_little_endian, was->hsctlr & SCTLR_EE, 0);
		check_is(hsctlr_vectors_arm, was->hsctlr & SCTLR_TE, 0);
		check_is(hcr_no_traps, was->hcr & HCR_TRAPS, 0);
		check_is(hcr_no_tge, was->hcr & 1 << 27, 0);
		if (has_timer())
			check_is(cnthctl_open, was->cnthctl &
				 (CNTHCTL_PL1PCEN | CNTHCTL_PL1PCTEN),
				 CNTHCTL_PL1PCEN | CNTHCTL_PL1PCTEN);
	} else {
		skip(hsctlr_mmu_off, "not in Hyp mode");
	}
	if (!machine.gicc) {
		skip(gicc_on, "no GICv2 in the DTB");
		return;
	}
	if (me == boot_cpu)
		check_is(gicd_on, was->gicd_ctlr & 1, 1);
	check_is(gicc_on, was->gicc_ctlr & 1, 1);
	check(gicc_pmr_open, was->gicc_pmr >= 0x80, was->gicc_pmr);
	if (secure) {
		check_is(gicc_no_fiqen, was->gicc_ctlr & GICC_CTLR_FIQEN, 0);
		check_is(gicc_both_groups, was->gicc_ctlr & 3, 3);
	}
	/* Out of a pen, a CPU has been called by an SGI that it does not acknowledge. */
	if (our_psci)
		check_is(gic_idle, (was->pending & SGIS) | was->active, 0);
}
