/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcheck, PSCI (ARM DEN 0022): every function that there is, and every error.
 * Of other firmware, only what the specification demands; of ours, all that the
 * contract says, and no function beyond it.
 */
#include "bootcheck.h"

/* By the conduit that the DTB has. */
uint32_t psci(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3)
{
	return machine.psci_by_hvc ? hvc4(function, a1, a2, a3) :
				     smc(function, a1, a2, a3);
}

int32_t affinity_info(uint32_t mpidr)
{
	return psci(PSCI_AFFINITY_INFO, mpidr, 0, 0);
}

static void check_affinity_info(uint32_t off)
{
	uint32_t own = own_mpidr();

	scope = "AFFINITY_INFO: ";
	check_is(affinity_self, affinity_info(own), PSCI_AFFINITY_ON);
	if (off)
		check_is(affinity_off, affinity_info(off), PSCI_AFFINITY_OFF);
	else
		skip(affinity_off, "all are on");
	check_is(affinity_unknown, affinity_info(MPIDR_AFFINITY),
		 PSCI_INVALID_PARAMETERS);
	check_is(affinity_reserved, affinity_info(own | 0x01000000),
		 PSCI_INVALID_PARAMETERS);
	if (!our_psci)
		return;
	check_is(affinity_cluster, psci(PSCI_AFFINITY_INFO, own, 1, 0),
		 PSCI_AFFINITY_ON);
	check_is(affinity_cluster_aff0, psci(PSCI_AFFINITY_INFO, own | 0xff, 1, 0),
		 PSCI_AFFINITY_ON);
	if (off && (off ^ own) >> 8)
		check_is(affinity_cluster_off, psci(PSCI_AFFINITY_INFO, off, 1, 0),
			 PSCI_AFFINITY_OFF);
	check_is(affinity_cluster_unknown,
		 psci(PSCI_AFFINITY_INFO, own ^ 0xff00, 1, 0),
		 PSCI_INVALID_PARAMETERS);
	check_is(affinity_cluster_reserved,
		 psci(PSCI_AFFINITY_INFO, own | 0x80000000, 1, 0),
		 PSCI_INVALID_PARAMETERS);
	for (uint32_t level = 2; level <= 4; level++) {
		of(level);
		check_is(affinity_level, psci(PSCI_AFFINITY_INFO, own, level, 0),
			 PSCI_INVALID_PARAMETERS);
	}
	of(0xffffffff);
	check_is(affinity_level, psci(PSCI_AFFINITY_INFO, own, 0xffffffff, 0),
		 PSCI_INVALID_PARAMETERS);
}

/* Where a Secure part of the wrapper is: with Secure RAM, it is not reserved. */
static uint32_t secure_home(uint32_t address)
{
	if (machine.reserved_end == board.resident_end)
		return address;
	return board.secure_ram + (address - board.transient_start);
}

#define refused(id, off, entry) \
	check_is(id, psci(PSCI_CPU_ON, off, entry, 0), PSCI_INVALID_ADDRESS)

/* Entries that are refused: the edges of each range among them. */
static void check_entries(uint32_t off)
{
	uint32_t entry = (uintptr_t)secondary_entry;

	if (machine.reserved) {
		refused(on_resident_start, off, machine.reserved);
		refused(on_resident_start_thumb, off, machine.reserved | 1);
		refused(on_resident_end, off, machine.reserved_end - 4);
		refused(on_resident_end_thumb, off, machine.reserved_end - 1);
	}
	if (board.resident_end) {
		refused(on_monitor_code, off, secure_home(board.resident_nonsecure_end));
		refused(on_monitor_data, off, secure_home(board.resident_end - 4));
	}
	refused(on_no_state, off, entry | 2);
	for (uint32_t i = 0; i < machine.bank_count; i++) {
		const struct range *bank = machine.bank + i;
		bool start_touches = false, end_touches = false;

		for (uint32_t k = 0; k < machine.bank_count; k++) {
			start_touches |= machine.bank[k].end == bank->start;
			end_touches |= machine.bank[k].start == bank->end;
		}
		of(bank->start - 4);
		if (bank->start && !start_touches)
			refused(on_below_ram, off, bank->start - 4);
		of(bank->end);
		if (bank->end && !end_touches)
			refused(on_above_ram, off, bank->end);
	}
	if (machine.uart.data) {
		refused(on_device, off, machine.uart.data);
		refused(on_no_state_device, off, machine.uart.data | 2);
	}
	of(0xfffffffc);
	if (!machine.bank_count || machine.bank[machine.bank_count - 1].end)
		refused(on_above_ram, off, 0xfffffffc);
	check_is(on_refused_stays_off, affinity_info(off), PSCI_AFFINITY_OFF);
}

static void check_cpu_on_errors(uint32_t off)
{
	uint32_t entry = (uintptr_t)secondary_entry;

	scope = "CPU_ON: ";
	check_is(on_unknown, psci(PSCI_CPU_ON, MPIDR_AFFINITY, entry, 0),
		 PSCI_INVALID_PARAMETERS);
	check_is(on_reserved, psci(PSCI_CPU_ON, own_mpidr() | 0x01000000, entry, 0),
		 PSCI_INVALID_PARAMETERS);
	check_is(on_self, psci(PSCI_CPU_ON, own_mpidr(), entry, 0),
		 PSCI_ALREADY_ON);
	/* Firmware need not know the RAM; ours does. */
	if (!off)
		skip(on_no_state, "all CPUs are on");
	else if (our_psci)
		check_entries(off);
}

static uint32_t psci_feature(uint32_t number)
{
	return psci(PSCI_FEATURES, 0x84000000 | number, 0, 0);
}

/* What PSCI 1.1 has and we have not: no answer, and no feature. */
static void check_no_features(void)
{
	uint32_t number;

	for (number = 0; number < 0x40; number++) {
		if (number < 0xb && number != 0x5 && number != 0x7)
			continue;
		if (number == 0x12 && (board.reset_keeps_ram || !board.ours))
			continue;
		if (psci_feature(number) != (uint32_t)PSCI_NOT_SUPPORTED ||
		    psci(0x84000000 | number, own_mpidr(), 0, 0) != SMCCC_UNKNOWN)
			break;
	}
	check_is(no_other_functions, number, 0x40);
	check_is(features_smc64, psci(PSCI_FEATURES, 0xc4000003, 0, 0),
		 PSCI_NOT_SUPPORTED);
	check_is(features_other_service,
		 psci(PSCI_FEATURES, SMCCC_ARCH_FEATURES, 0, 0), PSCI_NOT_SUPPORTED);
}

static void check_features(void)
{
	/* Mandatory in PSCI 1.0 (5.2 of the specification), and MIGRATE_INFO_TYPE. */
	static const uint8_t there[] = { 0x0, 0x1, 0x2, 0x3, 0x4, 0x8, 0x9, 0xa };

	scope = "PSCI: ";
	for (uint32_t i = 0; i < sizeof there; i++) {
		of(0x84000000 | there[i]);
		check(features_mandatory, (int32_t)psci_feature(there[i]) >= 0,
		      psci_feature(there[i]));
	}
	check_is(features_unknown, psci_feature(0x99), PSCI_NOT_SUPPORTED);
	if (!our_psci)
		return;
	check_is(features_suspend, psci_feature(0x1), 0);
	check_is(features_migrate_type, psci_feature(0x6), 0);
	check_is(features_smccc, psci(PSCI_FEATURES, SMCCC_VERSION, 0, 0), 0);
	if (board.ours)
		check_is(features_reset2, psci_feature(0x12),
			 board.reset_keeps_ram ? 0 : PSCI_NOT_SUPPORTED);
	check_no_features();
}

static void check_suspend_errors(void)
{
	check_is(suspend_power_down, psci(PSCI_CPU_SUSPEND, 1 << 16, 0, 0),
		 PSCI_INVALID_PARAMETERS);
	check_is(suspend_other_state, psci(PSCI_CPU_SUSPEND, 1, 0, 0),
		 PSCI_INVALID_PARAMETERS);
	check_is(suspend_cluster, psci(PSCI_CPU_SUSPEND, 1 << 24, 0, 0),
		 PSCI_INVALID_PARAMETERS);
	check_is(suspend_reserved, psci(PSCI_CPU_SUSPEND, 1u << 31, 0, 0),
		 PSCI_INVALID_PARAMETERS);
	if (!board.ours)
		return;
	if (board.reset_keeps_ram) {
		check_is(reset2_type, psci(PSCI_SYSTEM_RESET2, 1, 0, 0),
			 PSCI_INVALID_PARAMETERS);
		check_is(reset2_vendor, psci(PSCI_SYSTEM_RESET2, 1u << 31, 0, 0),
			 PSCI_INVALID_PARAMETERS);
	} else {
		check_is(reset2_absent,
			 psci(PSCI_SYSTEM_RESET2, PSCI_SYSTEM_WARM_RESET, 0, 0),
			 PSCI_NOT_SUPPORTED);
	}
}

static void check_registers_kept(struct percpu *me)
{
	uint32_t version = psci(PSCI_VERSION, 0, 0, 0);

	scope = "SMC: ";
	check(psci_version, version >= 2 && version < 0x20000, version);
	if (our_psci)
		check_is(psci_version_1_1, version, 0x00010001);
	check_preserved(item_smc_keeps_registers, PSCI_VERSION, version, false);
	check_preserved(item_unknown_keeps_registers, 0x84000099, SMCCC_UNKNOWN, false);
	if (our_psci)
		check_preserved(item_smccc_version, SMCCC_VERSION, 0x00010002, false);
	if (me->hyp && !machine.psci_by_hvc) {
		check_preserved(item_smc_keeps_registers_svc, PSCI_VERSION, version, true);
		check_preserved(item_unknown_keeps_registers_svc, 0x84000099,
				SMCCC_UNKNOWN, true);
		check_banked();
	}
	check_vfp(item_version_keeps_vfp, PSCI_VERSION, 0, 0, version);
	check_vfp(item_affinity_keeps_vfp, PSCI_AFFINITY_INFO, own_mpidr(), 0,
		  PSCI_AFFINITY_ON);
	check_vfp(item_on_keeps_vfp, PSCI_CPU_ON, own_mpidr(),
		  (uintptr_t)secondary_entry, PSCI_ALREADY_ON);
}

void check_psci(struct percpu *me)
{
	/* A CPU that can be turned on; none has MPIDR 0 but the boot CPU. */
	uint32_t off = 0;

	for (uint32_t i = 0; i < machine.cpu_count; i++)
		if (affinity_info(machine.mpidr[i]) == PSCI_AFFINITY_OFF)
			off = machine.mpidr[i];

	check_registers_kept(me);
	check_unknown();
	check_affinity_info(off);
	check_cpu_on_errors(off);
	scope = "PSCI: ";
	check_is(migrate_type, psci(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0),
		 PSCI_NO_MIGRATION);
	if (psci(PSCI_VERSION, 0, 0, 0) >= 0x10000)
		check_features();
	else
		skip(features_mandatory, "PSCI 0.2 has no FEATURES");
	if (our_psci) {
		check_suspend_errors();
		check_smccc();
	}

	/* It might never come back, and only the boot CPU could tell. */
	if (me == boot_cpu || !machine.gicd || !our_psci)
		return;
	check_standby();
	send_to_oneself(7);
	check_vfp(item_suspend_keeps_vfp, PSCI_CPU_SUSPEND, 0, 0, PSCI_SUCCESS);
	comes(7);
}
