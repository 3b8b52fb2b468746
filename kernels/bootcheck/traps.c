/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcheck, modes and exceptions: Hyp mode's registers, the Hyp trampoline and
 * the Secure one, and where exceptions are taken.
 */
#include "bootcheck.h"

/* True if there is a trampoline to be tried. */
bool check_hyp_registers(uint32_t stub)
{
	bool resident = stub >= machine.reserved && stub < machine.reserved_end;

	scope = "";
	check_is(hsctlr, read_cp15(HSCTLR), 0x30c50878);
	check_is(hcr, read_cp15(HCR) & HCR_DEFINED, 0);
	check_is(hstr, read_cp15(HSTR), 0);
	check_is(vtcr, read_cp15(VTCR), 0x80000000);
	check_is(htcr, read_cp15(HTCR), 0x80800000);
	check_is(hacr, read_cp15(HACR), 0);
	check_is(htpidr, read_cp15(HTPIDR), 0);
	check_is(hmair, read_cp15(HMAIR0) | read_cp15(HMAIR1), 0);
	check_is(hcptr, read_cp15(HCPTR) & HCPTR_TRAPS, 0);
	check_is(hcptr_exact, read_cp15(HCPTR), 0x33ff);
	check_is(hdcr, read_cp15(HDCR), read_cp15(PMCR) >> PMCR_N_SHIFT & PMCR_N_MASK);
	check_is(vpidr, read_cp15(VPIDR), read_cp15(MIDR));
	check_is(vmpidr, read_cp15(VMPIDR), read_cp15(MPIDR));
	check_is(vttbr, read_cp15_64(VTTBR) != 0, 0);
	if (has_timer()) {
		check_is(cnthctl, read_cp15(CNTHCTL) &
			 (CNTHCTL_PL1PCEN | CNTHCTL_PL1PCTEN | CNTHCTL_EVNTEN),
			 CNTHCTL_PL1PCEN | CNTHCTL_PL1PCTEN);
		check_is(cntvoff, read_cp15_64(CNTVOFF) != 0, 0);
		check_is(cnthp_off, read_cp15(CNTHP_CTL) & 1, 0);
	}
	check(hvbar_aligned, !(stub & 31), stub);
	if (machine.reserved)
		check(hvbar_resident, resident, stub);
	else
		skip(hvbar_resident, "nothing is reserved");

	/* What is wrong has been reported; what follows must work. */
	write_cp15(HCR, 0);
	isb();
	return resident && is_from_us();
}

static void read_scr(void *scr)
{
	*(uint32_t *)scr = read_cp15(SCR);
}

/* SCR can be read in Secure state only. */
bool is_secure_state(void)
{
	uint32_t scr;

	return !run_in_svc(read_scr, &scr);
}

void check_world(void)
{
	uint32_t scr = SCR_NS;

	scope = "";
	check(entry_nonsecure, !secure || ours, secure);
	if (!secure) {
		check_is(scr_hidden, run_in_svc(read_scr, &scr), FAULT_PL1 | 1);
	} else if (svc_works(scr_secure, read_scr, &scr)) {
		check_is(scr_secure, scr & (SCR_NS | SCR_FW | SCR_AW | SCR_SCD),
			 SCR_FW | SCR_AW);
		check_is(scr_no_routing, scr & SCR_ROUTING, 0);
	}

	/* A kernel that goes to Non-secure state from here finds Hyp mode ready. */
	if (secure && boot_word & BW_OWNS_HYP) {
		struct nonsecure is;

		read_nonsecure(&is);
		if (board.resident_start)
			check_is(beyond_hvbar, is.hvbar, board.resident_start);
		check_is(beyond_hsctlr, is.hsctlr, 0x30c50878);
		check_is(beyond_hcr, is.hcr, 0);
		check_is(beyond_vmpidr, is.vmpidr, read_cp15(MPIDR));
		check(beyond_sctlr, sctlr_is_wanted(is.sctlr), is.sctlr);
	}
}

/* Exceptions in SVC mode, each to be taken there. */

static void undefine(void *unused)
{
	(void)unused;
	undefined_instruction();
}

static void break_here(void *unused)
{
	(void)unused;
	breakpoint();
}

static void misalign(void *word)
{
	write_cp15(SCTLR, read_cp15(SCTLR) | SCTLR_A);
	isb();
	read_unaligned((const char *)word + 1);
}

static void load(void *address)
{
	read_unaligned(*(const void **)address);
}

void check_traps(struct percpu *me)
{
	uint32_t words[2] = { 0, 0 };
	uint32_t sctlr = read_cp15(SCTLR), psr;

	scope = "";
	check_is(trap_undefined, run_in_svc(undefine, NULL), FAULT_PL1 | 1);
	check_is(trap_alignment, run_in_svc(misalign, words), FAULT_PL1 | 4);
	/* By the short-descriptor format, or the long one. */
	check(trap_alignment_status, me->syndrome & 1 << 9 ?
	      (me->syndrome & 0x3f) == 0x21 : (me->syndrome & 0x40f) == 1,
	      me->syndrome);
	write_cp15(SCTLR, sctlr);
	isb();
	check_is(trap_breakpoint, run_in_svc(break_here, NULL), FAULT_PL1 | 3);
	if (machine.secure_memory && !secure)
		check_is(trap_secure_memory, run_in_svc(load, &machine.secure_memory),
			 FAULT_PL1 | 4);
	else
		skip(trap_secure_memory, "no Secure memory in the DTB");

	asm volatile("cpsie af\n\tmrs %0, cpsr\n\tcpsid af"
		     : "=r" (psr) :: "memory");
	check_is(unmask_a_f, psr & (PSR_A | PSR_F), 0);
}

/* The Hyp trampoline. */

#define check_stub_call(id, ...) check_stub_item(item_##id, __VA_ARGS__)
static void check_stub_item(enum item item, uint32_t stub, bool from_svc,
			    void (*make)(struct regs *, struct regs *),
			    uint32_t r0, uint32_t r1, uint32_t wanted)
{
	uint32_t own = (uintptr_t)hyp_vectors, is, hvbar;
	struct call call;

	prepare_call(&call, make);
	call.in.r[0] = r0;
	call.in.r[1] = r1;
	write_cp15(HVBAR, stub);
	isb();
	if (from_svc) {
		/* It sets our own vectors, if the call has not. */
		if (!item_works_in_svc(item, make_call, &call))
			return;
		is = own;
	} else {
		make_call(&call);
		is = stub;
	}
	if (wanted == 0)
		is = r1;
	hvbar = read_cp15(HVBAR);
	write_cp15(HVBAR, own);
	isb();

	if (hvbar == is) {
		check_call(item, &call, wanted, from_svc);
	} else if (begin_failure(item)) {
		put("HVBAR became ");
		put_hex(hvbar, 8);
		end_failure();
	}
}

static void check_stub_from(uint32_t stub, bool svc)
{
	/* r0 that is no function, one that is another ABI's among them. */
	static const uint32_t functions[] = { 1, 2, 0x80000000, 0xffffffff, PSCI_VERSION };
	uint32_t to = (uintptr_t)other_hyp_vectors;

	scope = svc ? "HVC from SVC: " : "HVC from Hyp: ";
	check_stub_call(hvc_sets, stub, svc, call_hvc, 0, to, 0);
	check_stub_call(hvc_sets, stub, svc, call_hvc, 0, to, 0);
	for (uint32_t i = 0; i < sizeof functions / 4; i++) {
		of(functions[i]);
		check_stub_call(hvc_refuses_r0, stub, svc, call_hvc, functions[i],
				to, HVC_STUB_ERR);
	}
	for (uint32_t bit = 1; bit < 32; bit <<= 1) {
		of(bit);
		check_stub_call(hvc_refuses_r1, stub, svc, call_hvc, 0, to | bit,
				HVC_STUB_ERR);
	}
	check_stub_call(hvc_refuses_1, stub, svc, call_hvc_1, 0, to, HVC_STUB_ERR);
	check_stub_call(hvc_refuses_256, stub, svc, call_hvc_256, 0, to, HVC_STUB_ERR);
	check_stub_call(hvc_refuses_32768, stub, svc, call_hvc_32768, 0, to,
			HVC_STUB_ERR);
}

/* From SVC: what reaches the trampoline, or nothing at all. */
static void call_stub(void *result)
{
	*(uint32_t *)result = hvc(1, 0);
}

bool reach_trampoline(void)
{
	uint32_t result = 0;

	scope = "";
	if (!(boot_word & BW_OWNS_HYP)) {
		if (!has_our_calls()) {
			skip(hvc_undefined, "other firmware may take it");
			return false;
		}
		check_is(hvc_undefined, run_in_svc(call_stub, &result), FAULT_PL1 | 1);
		return false;
	}
	if (!svc_works(hvc_reached, call_stub, &result))
		return false;
	check_is(hvc_reached, result, HVC_STUB_ERR);
	return result == HVC_STUB_ERR;
}

void check_hvc(struct percpu *me)
{
	if (!is_from_us() || !reach_trampoline())
		return;

	uint32_t refused = become_hyp();

	check_is(hvc_takes_hyp, refused, 0);
	me->hyp = !refused;
}

void check_stub(uint32_t stub)
{
	scope = "HVC ";
	check_is(hvc_own, hvc(0, 0), HVC_ARRIVED);
	check_stub_from(stub, false);
	check_stub_from(stub, true);
	check_vfp(item_hvc_keeps_vfp, 0, stub, 0, HVC_STUB_ERR);
}

/* The Secure trampoline, the mirror image of the Hyp one. */
void check_secure_trampoline(void)
{
	uint32_t table = (uintptr_t)mon_vectors, scr;

	if (!ours)
		return;
	scope = "Secure trampoline: ";
	if (!(boot_word & BW_OWNS_SECURE)) {
		check_is(smc_vectors_refused, smc(SMC_SET_VECTORS, table, 0, 0),
			 SMCCC_UNKNOWN);
		return;
	}
	for (uint32_t bit = 1; bit < 32; bit <<= 1) {
		of(bit);
		check_is(smc_vectors_aligned,
			 smc(SMC_SET_VECTORS, table | bit, 0, 0),
			 SMCCC_INVALID_PARAMETER);
	}
	check_is(smc_vectors_alone, smc(SMC_SET_VECTORS + 1, table, 0, 0),
		 SMCCC_UNKNOWN);
	check_is(smc_vectors_set, smc(SMC_SET_VECTORS, table, 0, 0), 0);
	scr = smc(0, 0, 0, 0);
	check_is(smc_vectors_scr, scr & ~SCR_HCE,
		 (secure ? 0 : SCR_NS) | SCR_FW | SCR_AW);
	if (board.resident_nonsecure_end) {
		smc(1, board.resident_nonsecure_end, 0, 0);
		check_is(smc_vectors_back, smc(0x84000099, 0, 0, 0), SMCCC_UNKNOWN);
	}
}
