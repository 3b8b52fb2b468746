/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PSCI 1.1 (ARM DEN 0022D) over SMCCC 1.2 (ARM DEN 0028). psci_smc() answers SMCs, among
 * them set_vectors(); turn_on() and cpu_wait() are the two sides of CPU_ON;
 * hyp_psci() and hyp_psci_started() handle calls to other firmware's PSCI. Resident: the
 * last two in Hyp mode, all others in Secure state.
 *
 * A CPU's state changes only as follows:
 *
 *	ABSENT -> OFF		by the CPU itself, when it comes out of reset
 *	OFF -> ON_PENDING	by the one CPU_ON that succeeds
 *	ON_PENDING -> ON	by the CPU itself, before it enters the kernel
 *	ON -> OFF		by the CPU itself, as the last step of CPU_OFF
 *	any except ABSENT -> FAULTED	by the CPU itself, in monitor.S, for good
 *
 * (If a CPU faults after a CPU_ON has read its state as OFF, that CPU_ON still stores
 * ON_PENDING; the faulted CPU then stores FAULTED again.)
 *
 * A lock protects the change to ON_PENDING, since several CPUs may call CPU_ON at once.
 * tests/model/psci.pml is a model of this, and Spin has visited all of its states.
 * Every argument comes from a kernel, and none is used as a pointer.
 */
#include <stddef.h>

#include "arm.h"
#include "board.h"
#include "boot_wrapper.h"
#include "gic.h"
#include "hyp_psci.h"
#include "kernel_state.h"
#include "monitor.h"
#include "psci.h"
#include "resident.h"
#include "secure.h"
#include "semihosting.h"

#define PSCI_1_1	0x00010001
#define SMCCC_1_2	0x00010002

/* The implemented functions: bit n stands for the function PSCI_VERSION + n. */
#define BIT_OF(function)	(1u << ((function) - PSCI_VERSION))
#define FUNCTIONS	(BIT_OF(PSCI_VERSION) | BIT_OF(PSCI_CPU_SUSPEND) | \
			 BIT_OF(PSCI_CPU_OFF) | BIT_OF(PSCI_CPU_ON) | \
			 BIT_OF(PSCI_AFFINITY_INFO) | \
			 BIT_OF(PSCI_MIGRATE_INFO_TYPE) | \
			 BIT_OF(PSCI_SYSTEM_OFF) | BIT_OF(PSCI_SYSTEM_RESET) | \
			 BIT_OF(PSCI_FEATURES) | (BOARD_RESET_KEEPS_RAM ? \
			 BIT_OF(PSCI_SYSTEM_RESET2) : 0))

#define TICKET_MAX	UINT8_MAX	/* of the lock; see lock() */

/*
 * Lamport's bakery lock. Exclusive accesses (LDREX) need Normal memory, but with the MMU
 * off all data accesses are to Strongly-ordered memory. The bakery lock needs only plain
 * loads and stores in program order, which Strongly-ordered memory guarantees.
 *
 * A CPU that sees no other CPU at the lock skips the scans. So an uncontended lock costs the
 * same for any number of CPUs.
 *
 * Ticket numbers grow while the lock is never free. A CPU that finds TICKET_MAX in use waits
 * until its holder has released the lock, and then draws again.
 */
static void lock(struct cpu *me)
{
	uint32_t self = me->index, n, ticket;

draw:
	ticket = 0;
	bakery.choosing.of[self] = 1;
	dmb();
	if (bakery.ticket.four[0] | bakery.ticket.four[1]) {
		for (n = 0; n < MAX_CPUS; n++) {
			uint32_t theirs = bakery.ticket.of[n];

			if (theirs == TICKET_MAX) {
				bakery.choosing.of[self] = 0;
				while (bakery.ticket.of[n] == TICKET_MAX)
					yield();
				goto draw;
			}
			if (theirs > ticket)
				ticket = theirs;
		}
	}
	bakery.ticket.of[self] = ++ticket;
	dmb();
	bakery.choosing.of[self] = 0;

	if (!(bakery.choosing.four[0] | bakery.choosing.four[1])) {
		dmb();
		if (bakery.ticket.four[self / 4] == ticket << self % 4 * 8 &&
		    !bakery.ticket.four[!(self / 4)])
			goto locked;
	}
	for (n = 0; n < MAX_CPUS; n++) {
		uint32_t theirs;

		if (n == self)
			continue;
		while (bakery.choosing.of[n])
			yield();
		dmb();
		while ((theirs = bakery.ticket.of[n]) &&
		       (theirs < ticket || (theirs == ticket && n < self)))
			yield();
	}
locked:
	dmb();
}

static void unlock(struct cpu *me)
{
	dmb();
	bakery.ticket.of[me->index] = 0;
}

/* Most DTBs list the CPUs in the order of Aff0, so try Aff0 as the index first. */
static struct cpu *cpu_by_mpidr(uint32_t mpidr)
{
	uint32_t count = resident.cpu_count, n = mpidr & 0xff;

	if (mpidr & ~MPIDR_AFFINITY)
		return NULL;
	if (n < count && cpus[n].cpu.mpidr == mpidr)
		return &cpus[n].cpu;
	for (n = 0; n < count; n++)
		if (cpus[n].cpu.mpidr == mpidr)
			return &cpus[n].cpu;
	return NULL;
}

/*
 * A kernel may start in RAM outside the resident range, at an address that is aligned
 * for its instruction set state.
 */
static bool entry_is_valid(uint32_t entry)
{
	extern const char resident_start[], resident_end[];
	const struct ram_bank *bank = ram_banks;

	if ((entry & 3) == 2 || (entry >= (uintptr_t)resident_start &&
				 entry < (uintptr_t)resident_end))
		return false;
	do
		if (entry >= bank->start && entry < bank->end)
			return true;
	while (++bank < ram_banks + PLATFORM_MAX_RAM);
	return false;
}

int32_t turn_on(struct cpu *target, uint32_t entry, uint32_t context_id,
		struct cpu *me)
{
	int32_t status;

	lock(me);
	switch (target->state) {
	case CPU_OFF:
		target->entry = entry;
		target->context_id = context_id;
		dmb();
		target->state = CPU_ON_PENDING;
		gic_wake(target);
		status = PSCI_SUCCESS;
		break;
	case CPU_ON_PENDING:
		status = PSCI_ON_PENDING;
		break;
	case CPU_ON:
		status = PSCI_ALREADY_ON;
		break;
	default:
		status = PSCI_INTERNAL_FAILURE;
	}
	unlock(me);
	return status;
}

static int32_t cpu_on(uint32_t mpidr, uint32_t entry, uint32_t context_id,
		      struct cpu *me)
{
	struct cpu *target = cpu_by_mpidr(mpidr);

	if (!target)
		return PSCI_INVALID_PARAMETERS;
	if (!entry_is_valid(entry))
		return PSCI_INVALID_ADDRESS;
	return turn_on(target, entry, context_id, me);
}

void cpu_wait(struct cpu *me)
{
	gic_reset(me);
	dsb();
	me->state = CPU_OFF;
	do
		gic_wait();
	while (me->state != CPU_ON_PENDING);
	dmb();

	uint32_t entry = me->entry;
	uint32_t context_id = me->context_id;

	gic_cpu_init(me);
	kernel_state_init();
	me->state = CPU_ON;
	enter_kernel(context_id, 0, 0, entry, me);
}

/* The CPU then waits in Secure state. Its data caches are empty; it stays coherent. */
static _Noreturn void cpu_off(struct cpu *me)
{
	clean_own_dcaches();
	cpu_restart(me);
}

/*
 * Level 0 is a CPU, level 1 its cluster. A cluster is ON if any of its CPUs is; otherwise
 * ON_PENDING if any is; otherwise OFF if any is. FAULTED comes last: only a reset brings
 * such a CPU back.
 */
static int32_t affinity_info(uint32_t mpidr, uint32_t level)
{
	struct cpu_area *area = cpus, *end = cpus + resident.cpu_count;
	int32_t status = PSCI_INVALID_PARAMETERS;

	if (level > 1 || mpidr & ~MPIDR_AFFINITY)
		return status;
	do {
		int32_t state = area->cpu.state;

		if ((area->cpu.mpidr ^ mpidr) >> 8 * level)
			continue;
		if (state == CPU_ON)
			return state;
		if (state > status || status == PSCI_INVALID_PARAMETERS)
			status = state;
	} while (++area < end);
	return status;
}

/* Standby is the only power state: the CPU keeps all its state, and resumes here. */
static int32_t cpu_suspend(uint32_t power_state)
{
	if (power_state != 0)
		return PSCI_INVALID_PARAMETERS;
	dsb();
	wfi();
	return PSCI_SUCCESS;
}

/*
 * All flags are 0: CPU_SUSPEND uses the original format of power_state, and there is no
 * OS-initiated mode.
 */
static int32_t features(uint32_t function)
{
	uint32_t n = function - PSCI_VERSION;

	if (function == SMCCC_VERSION || (n < 32 && FUNCTIONS >> n & 1))
		return PSCI_SUCCESS;
	return PSCI_NOT_SUPPORTED;
}

/*
 * CVE-2017-5715 and CVE-2022-23960: on Arm's own ARMv7-A cores a kernel needs no call for
 * them. Either the core is not affected, or the kernel can empty the branch target buffer
 * itself: core_init() makes BPIALL on Cortex-A8 and ICIALLU on Cortex-A15 do that. For
 * other cores nothing is known here, so these calls are not supported.
 */
static int32_t arch_features(uint32_t function)
{
	switch (function) {
	case SMCCC_VERSION:
	case SMCCC_ARCH_FEATURES:
		return SMCCC_SUCCESS;
	case SMCCC_ARCH_WORKAROUND_1:
	case SMCCC_ARCH_WORKAROUND_3:
		if ((read_cp15(MIDR) & MIDR_ARM_V7A_MASK) == MIDR_ARM_V7A)
			return SMCCC_WORKAROUND_NOT_NEEDED;
	}
	return SMCCC_NOT_SUPPORTED;
}

/*
 * The board turns off or resets shortly after the board's function has returned. If it
 * has not done so after about a second, a semihosting host ends the run. So a boot test
 * ends even if the emulated board has no power controller. Without a host the semihosting
 * call returns, and the CPU waits for good.
 */
static _Noreturn void wait_for_power(void)
{
	static const uint32_t exited[2] = { SEMIHOSTING_EXITED, 0 };
	register uint32_t operation asm("r0") = SEMIHOSTING_EXIT;
	register const uint32_t *block asm("r1") = exited;

	for (uint32_t n = 1 << 28; n; n--)
		asm volatile("");
	asm volatile("svc 0xab" : "+r" (operation) : "r" (block) : "lr", "memory");
	for (;;)
		wfi();
}

/*
 * SMC_SET_VECTORS: set MVBAR. Only a kernel that owns Secure state may call it. Such
 * a kernel can do all that the wrapper can, so only the table's alignment is checked.
 */
static int32_t set_vectors(uint32_t table)
{
	if (!(resident.boot_mode & BW_OWNS_SECURE))
		return SMCCC_UNKNOWN;
	if (table & 31)
		return SMCCC_INVALID_PARAMETER;
	write_cp15(MVBAR, table);
	isb();
	return PSCI_SUCCESS;
}

/* Called by monitor.S for an SMC, with its r0..r3; returns the new r0. */
_Static_assert(offsetof(struct smc_frame, me) == 6 * 4, "smc in monitor.S saves six registers");

uint32_t psci_smc(uint32_t function, uint32_t a1, uint32_t a2,
		  struct smc_frame *frame)
{
	if (!resident.psci && function != SMC_SET_VECTORS)
		return SMCCC_UNKNOWN;
	/* PSCI_VERSION and CPU_ON come first: their latency is measured. */
	if (function == PSCI_VERSION)
		return PSCI_1_1;
	if (function == PSCI_CPU_ON)
		return cpu_on(a1, a2, frame->r3, frame->me);
	switch (function) {
	case PSCI_CPU_SUSPEND:
		return cpu_suspend(a1);
	case PSCI_CPU_OFF:
		cpu_off(frame->me);
	case PSCI_AFFINITY_INFO:
		return affinity_info(a1, a2);
	case PSCI_MIGRATE_INFO_TYPE:
		return PSCI_NO_MIGRATION;
	case PSCI_SYSTEM_OFF:
		board_system_off();
		wait_for_power();
	case PSCI_FEATURES:
		return features(a1);
	case PSCI_SYSTEM_RESET2:
		if (!BOARD_RESET_KEEPS_RAM)
			break;
		if (a1 != PSCI_SYSTEM_WARM_RESET)
			return PSCI_INVALID_PARAMETERS;
		/* fall through */
	case PSCI_SYSTEM_RESET:
		board_system_reset();
		wait_for_power();
	case SMCCC_VERSION:
		return SMCCC_1_2;
	case SMCCC_ARCH_FEATURES:
		return arch_features(a1);
	case SMCCC_ARCH_WORKAROUND_1:
	case SMCCC_ARCH_WORKAROUND_3:
		if (arch_features(function) < 0)
			break;
		return SMCCC_SUCCESS;
	case SMC_SET_VECTORS:
		return set_vectors(a1);
	}
	return SMCCC_UNKNOWN;
}

/*
 * Calls to other firmware's PSCI from a kernel in SVC mode: see hyp_psci.S, which passes on
 * to here those with an entry address. Runs in Hyp mode, with the MMU off.
 */

/* Called by hyp_psci.S with r0..r3 of an SMC and the struct cpu of its caller. */
uint32_t hyp_psci(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3,
		  struct cpu *me)
{
	uint32_t start = (uintptr_t)hyp_psci_start, status;
	uint32_t entry = function == PSCI_CPU_ON ||
			 function == PSCI_CPU_SUSPEND ? a2 : a1;
	struct cpu *target;

	/* Standby uses no entry address. */
	if (function == PSCI_CPU_SUSPEND &&
	    !(a1 & (PSCI_POWER_DOWN | PSCI_POWER_DOWN_EXTENDED)))
		return hyp_psci_smc(function, a1, a2, a3);
	if (!entry_is_valid(entry))
		return PSCI_INVALID_ADDRESS;
	if (function != PSCI_CPU_ON) {
		me->entry = entry;
		if (function == PSCI_CPU_SUSPEND) {
			me->context_id = a3;
			return hyp_psci_smc(function, a1, start, (uintptr_t)me);
		}
		me->context_id = a2;
		return hyp_psci_smc(function, start, (uintptr_t)me, 0);
	}

	/*
	 * Several CPUs may call CPU_ON for the same target at once; the entry address of
	 * the first call must stay. If the firmware does not report the target as on or
	 * pending, pass the call on, and let the firmware accept or refuse it.
	 */
	target = cpu_by_mpidr(a1);
	if (!target)
		return PSCI_INVALID_PARAMETERS;
	lock(me);
	status = hyp_psci_smc(PSCI_AFFINITY_INFO, a1, 0, 0);
	if (status == PSCI_AFFINITY_ON) {
		status = PSCI_ALREADY_ON;
	} else if (status == PSCI_AFFINITY_ON_PENDING) {
		status = PSCI_ON_PENDING;
	} else {
		target->entry = entry;
		target->context_id = a3;
		dsb();
		status = hyp_psci_smc(function, a1, start, (uintptr_t)target);
	}
	unlock(me);
	return status;
}

/* Called by hyp_psci.S on a CPU that the firmware has turned on. */
_Noreturn void hyp_psci_started(struct cpu *me)
{
	uint32_t entry = me->entry, context_id = me->context_id;

	gic_cpu_init(me);
	kernel_state_init();
	enter_kernel(context_id, 0, 0, entry, me);
}
