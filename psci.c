/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PSCI (ARM DEN 0022D): which CPUs run, and what turns them on and off.
 * With the Secure trampoline, what stays behind in Secure state; and at the end,
 * for other firmware's PSCI, in Hyp mode.
 *
 * A CPU's state changes so, and in no other way:
 *
 *	ABSENT -> OFF		by the CPU itself, when it comes out of reset
 *	OFF -> ON_PENDING	by the one CPU_ON that succeeds
 *	ON_PENDING -> ON	by the CPU itself, about to leave for the kernel
 *	ON -> OFF		by the CPU itself, the last thing that CPU_OFF does
 *
 * ON_PENDING is decided under a lock, since any number of CPUs may ask at once.
 * tests/psci.pml is a model of this, of which every state has been looked at.
 * Every argument comes from a kernel; none is followed as a pointer.
 */
#include "arm.h"
#include "board.h"
#include "boot_wrapper.h"
#include "resident.h"

#define PSCI_1_0	0x00010000

#define TICKET_MAX	UINT32_MAX	/* of the lock */

const struct console console = {
	BOARD_UART_DATA, BOARD_UART_STATUS, BOARD_UART_MASK, BOARD_UART_READY,
};

/* Filled by the boot CPU, every field that is ever read. */
struct resident resident __attribute__((section(".noinit")));
struct cpu_area cpus[MAX_CPUS] __attribute__((section(".noinit")));

/*
 * Lamport's bakery lock: exclusives (LDREX) need Normal memory, and with the
 * MMU off there is none. Plain loads and stores to Strongly-ordered memory
 * keep their order, which is all that this needs.
 *
 * Tickets grow while there is always somebody who waits, and an hour of that may
 * be enough to wrap. So who meets the last one lets it pass, and draws anew.
 */
static void lock(struct cpu *me)
{
	struct cpu_area *area, *end = cpus + resident.cpu_count;
	uint32_t ticket;

draw:
	ticket = 0;
	me->choosing = 1;
	dmb();
	for (area = cpus; area < end; area++) {
		uint32_t theirs = area->cpu.ticket;

		if (theirs == TICKET_MAX) {
			me->choosing = 0;
			while (area->cpu.ticket == TICKET_MAX)
				yield();
			goto draw;
		}
		if (theirs > ticket)
			ticket = theirs;
	}
	me->ticket = ++ticket;
	dmb();
	me->choosing = 0;

	for (area = cpus; area < end; area++) {
		struct cpu *other = &area->cpu;
		uint32_t theirs;

		while (other->choosing)
			yield();
		dmb();
		while ((theirs = other->ticket) &&
		       (theirs < ticket || (theirs == ticket && other < me)))
			yield();
	}
	dmb();
}

static void unlock(struct cpu *me)
{
	dmb();
	me->ticket = 0;
}

static struct cpu *cpu_by_mpidr(uint32_t mpidr)
{
	if (mpidr & ~MPIDR_AFFINITY)
		return NULL;
	for (struct cpu_area *area = cpus; area < cpus + resident.cpu_count; area++)
		if (area->cpu.mpidr == mpidr)
			return &area->cpu;
	return NULL;
}

/* Where a kernel may start: not in our memory, and aligned for its state. */
static bool entry_is_valid(uint32_t entry)
{
	extern const char resident_start[], resident_end[];

	if ((entry & 3) == 2)
		return false;
	return entry < (uintptr_t)resident_start ||
	       entry >= (uintptr_t)resident_end;
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
		sev();
		status = PSCI_SUCCESS;
		break;
	case CPU_ON_PENDING:
		status = PSCI_ON_PENDING;
		break;
	default:
		status = PSCI_ALREADY_ON;
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
	dsb();
	me->state = CPU_OFF;
	while (me->state != CPU_ON_PENDING)
		wfe();
	dmb();

	uint32_t entry = me->entry;
	uint32_t context_id = me->context_id;

	if (resident.scr)
		secure_init();
	kernel_state_init();
	me->state = CPU_ON;
	enter_kernel(context_id, 0, 0, entry, me);
}

/*
 * The CPU waits in Secure state with its caches empty, and stays coherent,
 * since nothing takes its power away: a kernel may have cleared ACTLR.SMP.
 */
static _Noreturn void cpu_off(struct cpu *me)
{
	if (resident.gicd)
		write32(resident.gicc + GICC_CTLR, 0);
	join_coherency();
	clean_own_dcaches();
	cpu_restart(me);
}

/* Level 0 only, as PSCI 1.0 allows. */
static int32_t affinity_info(uint32_t mpidr, uint32_t level)
{
	struct cpu *target = cpu_by_mpidr(mpidr);

	if (!target || level != 0)
		return PSCI_INVALID_PARAMETERS;
	return target->state;
}

/* Standby is the only state: a CPU keeps everything, and wakes here. */
static int32_t cpu_suspend(uint32_t power_state)
{
	if (power_state != 0)
		return PSCI_INVALID_PARAMETERS;
	dsb();
	wfi();
	return PSCI_SUCCESS;
}

static int32_t features(uint32_t function)
{
	switch (function) {
	case PSCI_VERSION:
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_OFF:
	case PSCI_CPU_ON:
	case PSCI_AFFINITY_INFO:
	case PSCI_MIGRATE_INFO_TYPE:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_FEATURES:
		return 0;
	}
	return PSCI_NOT_SUPPORTED;
}

static _Noreturn void wait_for_power(void)
{
	for (;;)
		wfi();
}

/*
 * The Secure trampoline. Where the table lies and what is in it concerns only
 * the kernel, which owns Secure state and so can do all that we can.
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

/* From monitor.S: an SMC with r0 = function and r1..r3; returns r0. */
uint32_t psci_smc(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3,
		  struct cpu *me)
{
	if (function == SMC_SET_VECTORS)
		return set_vectors(a1);
	if (!resident.psci)
		return SMCCC_UNKNOWN;
	switch (function) {
	case PSCI_VERSION:
		return PSCI_1_0;
	case PSCI_CPU_SUSPEND:
		return cpu_suspend(a1);
	case PSCI_CPU_OFF:
		cpu_off(me);
	case PSCI_CPU_ON:
		return cpu_on(a1, a2, a3, me);
	case PSCI_AFFINITY_INFO:
		return affinity_info(a1, a2);
	case PSCI_MIGRATE_INFO_TYPE:
		return PSCI_NO_MIGRATION;
	case PSCI_SYSTEM_OFF:
		board_system_off();
		wait_for_power();
	case PSCI_SYSTEM_RESET:
		board_system_reset();
		wait_for_power();
	case PSCI_FEATURES:
		return features(a1);
	}
	return SMCCC_UNKNOWN;
}

/*
 * Other firmware's PSCI, called from SVC mode, as hyp_psci.S has it: the calls
 * that bring an entry address with them. In Hyp mode, with the MMU off.
 */

/* From hyp_psci.S: r0..r3 of an SMC, and the struct cpu of its caller. */
uint32_t hyp_psci(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3,
		  struct cpu *me)
{
	uint32_t start = (uintptr_t)hyp_psci_start, status;
	uint32_t entry = function == PSCI_CPU_ON ||
			 function == PSCI_CPU_SUSPEND ? a2 : a1;
	struct cpu *target;

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
	 * Several CPUs may want the same one, whose entry is the first's. What
	 * is not known to be on is the firmware's to refuse.
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

/* From hyp_psci.S, on a CPU that comes up. */
_Noreturn void hyp_psci_started(struct cpu *me)
{
	uint32_t entry = me->entry, context_id = me->context_id;

	kernel_state_init();
	enter_kernel(context_id, 0, 0, entry, me);
}
