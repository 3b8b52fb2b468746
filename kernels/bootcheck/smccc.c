/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcheck, the SMC calling convention (ARM DEN 0028): what a call may change,
 * unknown functions, and the convention's own functions.
 */
#include "bootcheck.h"

void make_call(void *argument)
{
	struct call *call = argument;

	call->make(&call->in, &call->out);
}

void prepare_call(struct call *call, void (*make)(struct regs *, struct regs *))
{
	static uint32_t flags;

	call->make = make;
	for (uint32_t i = 0; i <= 12; i++)
		call->in.r[i] = 0x10203040 * (i + 1) ^ 0x5a5a5a5a;
	call->in.lr = 0xa1b2c3d4;
	flags = ~flags;			/* once all, once none */
	call->in.cpsr = flags & PSR_NZCV;
}

/* As check_is() for r0; and nothing else may have changed. */
void check_call(enum item item, const struct call *call, uint32_t wanted,
		bool spsr_too)
{
	const struct regs *in = &call->in, *out = &call->out;
	const char *changed = NULL;

	for (int i = 12; i >= 1; i--)
		if (in->r[i] != out->r[i])
			changed = "one of r1..r12";
	if (in->sp != out->sp)
		changed = "sp";
	if (in->lr != out->lr)
		changed = "lr";
	if (in->cpsr != out->cpsr)
		changed = "CPSR";
	if (spsr_too && in->spsr != out->spsr)
		changed = "SPSR";

	if (!changed) {
		check_item_is(item, out->r[0], wanted);
	} else if (begin_failure(item)) {
		put("it changed ");
		put(changed);
		end_failure();
	}
}

/*
 * SMCCC 1.0 lets a call change r1 to r3, and our contract does not. So of others
 * only r4 and above are looked at.
 */
void check_preserved(enum item item, uint32_t function, uint32_t wanted,
		     bool from_svc)
{
	struct call call;

	prepare_call(&call, machine.psci_by_hvc ? call_hvc : call_smc);
	call.in.r[0] = function;
	if (from_svc) {
		if (!item_works_in_svc(item, make_call, &call))
			return;
	} else {
		make_call(&call);
	}
	if (!our_psci)
		for (int i = 1; i <= 3; i++)
			call.out.r[i] = call.in.r[i];
	check_call(item, &call, wanted, true);
}

void check_banked(void)
{
	uint32_t before[BANKED_COUNT], after[BANKED_COUNT];
	uint32_t i = 0;

	write_banked(read_cp15(MPIDR) ^ 0x12345678);
	read_banked(before);
	smc(PSCI_VERSION, 0, 0, 0);
	read_banked(after);
	while (i < BANKED_COUNT && before[i] == after[i])
		i++;
	check_is(smc_keeps_banked, i, BANKED_COUNT);
}

void check_unknown(void)
{
	/* Of no service, of other owners, 64-bit, and yielding calls. */
	static const uint32_t functions[] = {
		0x84000099, 0x83000000, 0, 0xffffffff, 0xc4000003, 0xbf00ff01,
	};

	scope = "SMC: ";
	for (uint32_t i = 0; i < sizeof functions / 4; i++) {
		of(functions[i]);
		check_is(smc_unknown, psci(functions[i], 0, 0, 0), SMCCC_UNKNOWN);
	}
}

static uint32_t arch_feature(uint32_t function)
{
	return psci(SMCCC_ARCH_FEATURES, function, 0, 0);
}

/* QEMU has cores of Arm's design only. */
void check_smccc(void)
{
	scope = "SMCCC: ";
	check_is(smccc_has_version, arch_feature(SMCCC_VERSION), 0);
	check_is(smccc_has_features, arch_feature(SMCCC_ARCH_FEATURES), 0);
	check_is(smccc_workaround_3, arch_feature(SMCCC_ARCH_WORKAROUND_3),
		 SMCCC_WORKAROUND_NOT_NEEDED);
	check_is(smccc_workaround_1, arch_feature(SMCCC_ARCH_WORKAROUND_1),
		 SMCCC_WORKAROUND_NOT_NEEDED);
	check_is(smccc_no_soc_id, arch_feature(0x80000002), SMCCC_NOT_SUPPORTED);
	check_is(smccc_no_workaround_2, arch_feature(0x80007fff),
		 SMCCC_NOT_SUPPORTED);
	check_is(smccc_no_psci, arch_feature(PSCI_VERSION), SMCCC_NOT_SUPPORTED);
	check_preserved(item_smccc_workaround_1_call, SMCCC_ARCH_WORKAROUND_1,
			SMCCC_SUCCESS, false);
	check_is(smccc_soc_id_call, psci(0x80000002, 0, 0, 0), SMCCC_UNKNOWN);
}

static void smc_from_svc(void *argument)
{
	*(uint32_t *)argument = smc(PSCI_VERSION, 0, 0, 0);
}

/*
 * Where no SMC is offered, it is an undefined instruction; but SCR.SCD, which
 * makes it one, comes with the Virtualization Extensions.
 */
void check_no_smc(void)
{
	uint32_t result = 0;

	scope = "";
	if (!(read_cp15(ID_PFR1) & ID_PFR1_VIRT)) {
		skip(smc_undefined, "this CPU cannot do that");
		return;
	}
	check_is(smc_undefined, run_in_svc(smc_from_svc, &result), FAULT_PL1 | 1);
}
