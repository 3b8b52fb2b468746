/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcheck, the core: what only Secure state can set and a kernel depends on,
 * and the floating-point unit, as far as this core has one.
 */
#include "bootcheck.h"

/* VFP and Advanced SIMD, in SVC mode. */

static void enable_vfp(void *access)
{
	uint32_t was = read_cp15(CPACR);

	write_cp15(CPACR, was | CPACR_CP10_11);
	isb();
	*(uint32_t *)access = read_cp15(CPACR) & CPACR_CP10_11;
}

static void disable_vfp(void)
{
	write_cp15(CPACR, read_cp15(CPACR) & ~CPACR_CP10_11);
	isb();
}

static void read_features(void *features)
{
	*(uint32_t *)features = vfp_features();
	disable_vfp();
}

static void use_simd(void *values)
{
	uint32_t access;

	enable_vfp(&access);
	add_vectors(values);
	disable_vfp();
}

/* vfp_features() of this CPU, or 0. */
static uint32_t vfp(void)
{
	uint32_t access = 0, features = 0;

	if (run_in_svc(enable_vfp, &access) || access != CPACR_CP10_11 ||
	    run_in_svc(read_features, &features))
		return 0;
	return features;
}

/* An SMC, or with function 0 an HVC to the vectors at a1: values in all VFP registers. */
struct vfp_call {
	uint32_t function, a1, a2;
	uint32_t result, count;
	struct vfp values;		/* before, and then after the call */
};

static void make_vfp_call(void *argument)
{
	struct vfp_call *call = argument;
	uint32_t access;

	enable_vfp(&access);
	write_vfp(&call->values, call->count);
	call->result = call->function ?
		       psci(call->function, call->a1, call->a2, 0) : hvc(1, 0);
	read_vfp(&call->values, call->count);
	disable_vfp();
}

static uint32_t vfp_value(uint32_t n, uint32_t function)
{
	return 0x9e3779b9 * (n + 1) ^ function;
}

void check_vfp(enum item item, uint32_t function, uint32_t a1, uint32_t a2,
	       uint32_t wanted)
{
	struct vfp_call call;
	uint32_t features = vfp(), i, words;

	if (!(features & 0xf)) {
		skip_item(item, "no VFP that SVC mode can use");
		return;
	}
	if (!function) {
		write_cp15(HVBAR, a1);	/* the trampoline, which vfp() has replaced */
		isb();
	}
	call.count = (features & 0xf) == MVFR_FEATURES_D32 ? 32 : 16;
	words = 2 * call.count;
	call.function = function;
	call.a1 = a1;
	call.a2 = a2;
	for (i = 0; i < words; i++)
		call.values.d[i] = vfp_value(i, function);
	call.values.fpscr = FPSCR_NZCV | FPSCR_TO_ZERO;
	if (!item_works_in_svc(item, make_vfp_call, &call))
		return;
	for (i = 0; i < words && call.values.d[i] == vfp_value(i, function); i++)
		;
	if (i < words)
		check_item(item, false, i);
	else if (call.values.fpscr != (FPSCR_NZCV | FPSCR_TO_ZERO))
		check_item(item, false, call.values.fpscr);
	else
		check_item_is(item, call.result, wanted);
}

/* What PL1 depends on. */
void check_pl1_registers(void)
{
	uint32_t access = 0, features;
	uint32_t values[4] = { 1, 0x10000, 0x7fffffff, 0x80000001 };

	scope = "";
	if (read_cp15(ID_PFR1) & ID_PFR1_SECURITY && (ours || !secure)) {
		uint32_t nsacr = read_cp15(NSACR);

		check_is(nsacr_vfp, nsacr & (NSACR_CP10 | NSACR_CP11 |
					     NSACR_NSD32DIS | NSACR_NSASEDIS),
			 NSACR_CP10 | NSACR_CP11);
		check_is(nsacr_smp, nsacr & NSACR_NS_SMP, NSACR_NS_SMP);
		if (has_our_calls())
			check_is(nsacr_cp0_13, nsacr & NSACR_CP0_13, NSACR_CP0_13);
	} else {
		skip(nsacr_vfp, "not in Non-secure state");
	}

	if (svc_works(vfp_enabled, enable_vfp, &access))
		check_is(vfp_enabled, access, CPACR_CP10_11);
	features = vfp();
	if (!(features & MVFR_FEATURES_SIMD) && access == CPACR_CP10_11)
		skip(simd_works, "MVFR1 has no Advanced SIMD");
	else if (access != CPACR_CP10_11)
		check(simd_works, false, access);
	else if (svc_works(simd_works, use_simd, values))
		check(simd_works, values[0] == 2 && values[1] == 0x20000 &&
		      values[2] == 0xfffffffe && values[3] == 2, values[0]);
}

/* Invalidate BTB Enable: BPIALL works (CVE-2017-5715). */
static uint32_t ibe_bit(void)
{
	return core_is_one_of(CORE_A15) ? 1 << 0 :
	       core_is_one_of(CORE_A8) ? 1 << 6 : 0;
}

/*
 * An emulator may have an ACTLR that cannot be written. So, if SMP is clear and
 * cannot be set although NSACR allows it, nothing is known of this CPU.
 */
static bool actlr_is_emulated(uint32_t smp)
{
	uint32_t was = read_cp15(ACTLR), is;

	if (was & smp || !(read_cp15(NSACR) & NSACR_NS_SMP || secure))
		return false;
	write_cp15(ACTLR, was | smp);
	isb();
	is = read_cp15(ACTLR);
	write_cp15(ACTLR, was);
	isb();
	return !(is & smp);
}

void check_core(void)
{
	uint32_t smp = core_is_one_of(CORES_WITH_SMP) ? ACTLR_SMP : 0;
	uint32_t ibe = ibe_bit();

	scope = "";
	check(mpidr_format, read_cp15(MPIDR) & 1u << 31 || core_is_one_of(CORE_A8),
	      read_cp15(MPIDR));
	if (!(read_cp15(ID_PFR1) & ID_PFR1_SECURITY) || actlr_is_emulated(smp)) {
		skip(actlr_smp, "ACTLR cannot be written here");
		skip(actlr_ibe, "ACTLR cannot be written here");
		return;
	}
	if (smp)
		check_is(actlr_smp, this_cpu()->was.actlr & smp, smp);
	else
		skip(actlr_smp, "this core has no such bit");
	if (ibe)
		check_is(actlr_ibe, this_cpu()->was.actlr & ibe, ibe);
	else
		skip(actlr_ibe, "this core has no such bit");
}
