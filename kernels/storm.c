/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel whose CPUs all call PSCI at random, with arguments that are as often
 * wrong as right, and turn themselves off and each other on meanwhile. Each
 * answer is compared with what is known at that moment; each start with the
 * CPU_ON that succeeded. Then it switches the machine off.
 *
 *   storm=CALLS,SEED in the bootargs: how many calls at least, of which sequence
 *
 * The last line is "storm: PASS ..." or "storm: FAIL: ...". What the CPUs do is
 * the same for the same seed; how they meet is not.
 *
 * A CPU publishes what it does in struct storm, which nobody else writes to: all
 * memory is Strongly-ordered here (MMU off), so that plain loads and stores keep
 * their order, and there are no exclusives. "During a call" means what was so
 * before and after it, and cannot have changed and changed back.
 */
#include "board.h"
#include "boot_wrapper.h"
#include "conformance.h"
#include "machine.h"
#include "memory_map.h"
#include "registers.h"
#include "storm.h"

#define DEFAULT_CALLS	100000
#define DEFAULT_SEED	1

/*
 * How long one CPU waits for another: seconds, and calls or looks of its own.
 * QEMU's CPUs share the host's, and its time goes on where none of them does.
 */
#define PATIENCE	60
#define PATIENCE_CALLS	20000
#define PATIENCE_LOOKS	100000
#define LOOK_INTERVAL	1000		/* barriers; leaves QEMU to the others */

/* It goes on until there have been enough starts, too. */
#define CALLS_PER_START	500

#define PROGRESS	10000		/* calls from one line to the next */
#define RUSH_POLLS	4096
#define SLEEP		1000		/* counts of the timer in CPU_SUSPEND */

/*
 * A context_id: its caller, and which one of its calls, scrambled. It says where
 * the CPU was told to start, too.
 */
#define CONTEXT_SHIFT	29
#define SEQUENCE_MASK	((1u << CONTEXT_SHIFT) - 1)
#define SCRAMBLE	0x0ac564b5u
#define UNSCRAMBLE	0xb4f7699du	/* SCRAMBLE * UNSCRAMBLE = 1 mod 2^32 */

#define SMC64			0x40000000	/* of a function's number */

enum phase { NEVER_ON, RUNNING, GOES_OFF, PARKED };

/* One CPU's; only the CPU itself writes to it. */
struct storm {
	volatile uint32_t phase, starts, calls;
	volatile uint32_t function, a[3];	/* of the call that it is in */

	/* By target: CPU_ONs that succeeded, and the sum of their contexts. */
	volatile uint32_t won[CPU_LIMIT], won_sum[CPU_LIMIT];
	/* By caller: starts of this CPU, and the sum of the contexts it got. */
	volatile uint32_t came[CPU_LIMIT], came_sum[CPU_LIMIT];
	uint32_t last[CPU_LIMIT];		/* the caller's last sequence */

	uint32_t random, sequence;
	uint32_t beat[CPU_LIMIT], since[CPU_LIMIT]; /* watch() */
	struct deadline deadline[CPU_LIMIT];
};

/* What is known of a CPU before a call, and again after it. */
struct sight {
	uint32_t phase, starts;
	bool pending;			/* our own CPU_ON has not brought it */
};

struct percpu percpu[CPU_LIMIT] __attribute__((section(".percpu")));
static struct storm storm[CPU_LIMIT];

static uint32_t calls_wanted, seed, version;
static volatile uint32_t over;		/* no more calls at random */
static volatile uint32_t failing;	/* who reports, plus 1 */
static volatile uint32_t order_off;	/* which parked CPU is to go off, plus 1 */

/*
 * One CPU must not go off, or all of them might. It hands this on: `guardian`
 * is written by the one that `heir` names, and `heir` by the guardian.
 */
static volatile uint32_t guardian, heir;

static volatile uint32_t whistle;	/* rush() */

/* Functions that the Monitor has, and what PSCI_FEATURES says of them. */
static const struct {
	uint32_t id;
	int32_t feature;
} functions[] = {
	{ PSCI_VERSION, 0 },
	{ PSCI_CPU_SUSPEND, 0 },
	{ PSCI_CPU_OFF, 0 },
	{ PSCI_CPU_ON, 0 },
	{ PSCI_AFFINITY_INFO, 0 },
	{ PSCI_MIGRATE_INFO_TYPE, 0 },
	{ PSCI_SYSTEM_OFF, 0 },
	{ PSCI_SYSTEM_RESET, 0 },
	{ PSCI_FEATURES, 0 },
#if BOARD_RESET_KEEPS_RAM
	{ PSCI_SYSTEM_RESET2, 0 },
#endif
	{ SMCCC_VERSION, 0 },
	{ SMCCC_ARCH_FEATURES, PSCI_NOT_SUPPORTED },
	{ SMCCC_ARCH_WORKAROUND_1, PSCI_NOT_SUPPORTED },
	{ SMCCC_ARCH_WORKAROUND_3, PSCI_NOT_SUPPORTED },
};

static bool is_function(uint32_t id)
{
	for (uint32_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (functions[i].id == id)
			return true;
	return false;
}

static uint32_t feature(uint32_t id)
{
	for (uint32_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (functions[i].id == id)
			return functions[i].feature;
	return PSCI_NOT_SUPPORTED;
}

static struct storm *this_storm(void)
{
	return storm + ((struct percpu *)read_cp15(TPIDRPRW) - percpu);
}

static uint32_t number(const struct storm *cpu)
{
	return cpu - storm;
}

/* 0 to limit - 1; xorshift, whose upper bits are the better ones. */
static uint32_t pick(struct storm *me, uint32_t limit)
{
	me->random ^= me->random << 13;
	me->random ^= me->random >> 17;
	me->random ^= me->random << 5;
	return (uint64_t)me->random * limit >> 32;
}

static uint32_t any_word(struct storm *me)
{
	return pick(me, 1 << 16) << 16 | pick(me, 1 << 16);
}

/* The end. */

static _Noreturn void power_off(void)
{
	smc(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		wfi();
}

static void put_storm(const struct storm *cpu)
{
	static const char phases[][10] = {
		"never on", "running", "goes off", "parked",
	};

	put("storm: CPU ");
	put_decimal(number(cpu));
	put(": ");
	put(phases[cpu->phase]);
	put(", ");
	put_decimal(cpu->starts);
	put(" starts, ");
	put_decimal(cpu->calls);
	put(" calls, the last: ");
	put_hex(cpu->function, 8);
	for (int i = 0; i < 3; i++) {
		put(" ");
		put_hex(cpu->a[i], 8);
	}
	put("\r\n");
}

/* Of several CPUs that fail at the same time, the last one reports. */
static _Noreturn void fail(struct storm *me, const char *what, uint32_t got,
			   const struct storm *about)
{
	if (!failing) {
		failing = number(me) + 1;
		for (int i = 0; i < 1000; i++)
			dsb();
	}
	while (failing != number(me) + 1)
		wfi();
	over = 1;
	put("\r\n");
	for (uint32_t i = 0; i < machine.cpu_count; i++)
		put_storm(storm + i);
	put("storm: FAIL: CPU ");
	put_decimal(number(me));
	put(": ");
	put(what);
	put(", got ");
	put_hex(got, 8);
	if (about) {
		put(", of CPU ");
		put_decimal(number(about));
	}
	put("\r\n");
	power_off();
}

void unexpected_exception(uint32_t fault, uint32_t pc, uint32_t syndrome)
{
	struct storm *me = this_storm();

	me->function = fault;
	me->a[0] = pc;
	me->a[1] = syndrome;
	fail(me, "unexpected exception, its vector, PC and syndrome above; PC",
	     pc, NULL);
}

/* Calls. */

/*
 * One SMC, between registers full of junk of which none but r0 may change.
 * Answers the function's r0.
 */
static uint32_t call(struct storm *me, uint32_t function, uint32_t a1,
		     uint32_t a2, uint32_t a3)
{
	struct regs in, out;
	const uint32_t *was = &in.r[1], *is = &out.r[1];

	in.r[0] = me->function = function;
	in.r[1] = me->a[0] = a1;
	in.r[2] = me->a[1] = a2;
	in.r[3] = me->a[2] = a3;
	for (int i = 4; i <= 12; i++)
		in.r[i] = any_word(me);
	in.lr = any_word(me);
	in.cpsr = pick(me, 32) << 27;	/* the flags */
	call_smc(&in, &out);
	for (uint32_t i = 1; i < sizeof(in) / 4; i++, was++, is++)
		if (*was != *is) {
			me->a[2] = i;
			fail(me, "a register that a call changes, its number "
			     "(13 sp, 14 lr, 15 CPSR, 16 SPSR) last above",
			     *is, NULL);
		}
	me->calls++;
	return out.r[0];
}

static void expect(struct storm *me, const char *what, uint32_t got,
		   uint32_t wanted)
{
	if (got != wanted)
		fail(me, what, got, NULL);
}

static struct sight look(const struct storm *me, const struct storm *at)
{
	struct sight sight = { at->phase, at->starts, false };

	/* One more has come than we have won: by the call that we are in. */
	sight.pending = (int32_t)(me->won[number(at)] - at->came[number(me)]) > 0;
	return sight;
}

/* Has it been running all the time? */
static bool ran(struct sight before, struct sight after)
{
	return before.phase != GOES_OFF && before.phase != NEVER_ON &&
	       after.phase != GOES_OFF && before.starts == after.starts;
}

/* Where a context_id leads to. */
static uint32_t place_of(uint32_t context)
{
	return (context >> 7) % (2 * ENTRY_COUNT);
}

static uint32_t entry_of(uint32_t place)
{
	return place < ENTRY_COUNT ?
	       (uintptr_t)arm_entries + place * ENTRY_SIZE :
	       (uintptr_t)thumb_entries + (place - ENTRY_COUNT) * ENTRY_SIZE + 1;
}

/* A CPU_ON that nothing is wrong with. Returns its answer, which is checked. */
static uint32_t turn_on(struct storm *me, struct storm *target)
{
	uint32_t t = number(target), sequence = ++me->sequence & SEQUENCE_MASK;
	uint32_t context = number(me) << CONTEXT_SHIFT |
			   (sequence * SCRAMBLE & SEQUENCE_MASK);
	struct sight before = look(me, target);
	uint32_t got = call(me, PSCI_CPU_ON, machine.mpidr[t],
			    entry_of(place_of(context)), context);
	struct sight after = look(me, target);

	switch (got) {
	case PSCI_SUCCESS:
		if (ran(before, after))
			fail(me, "CPU_ON of a CPU that runs", got, target);
		if (before.pending && after.pending)
			fail(me, "CPU_ON of a CPU that is pending", got, target);
		me->won_sum[t] += context;
		me->won[t]++;
		break;
	case (uint32_t)PSCI_ON_PENDING:
		if (ran(before, after))
			fail(me, "CPU_ON of a CPU that runs", got, target);
		break;
	case (uint32_t)PSCI_ALREADY_ON:
		break;
	default:
		fail(me, "CPU_ON", got, target);
	}
	return got;
}

static uint32_t affinity(struct storm *me, struct storm *target)
{
	struct sight before = look(me, target);
	uint32_t got = call(me, PSCI_AFFINITY_INFO,
			    machine.mpidr[number(target)], 0, any_word(me));
	struct sight after = look(me, target);

	if (got > PSCI_AFFINITY_ON_PENDING)
		fail(me, "AFFINITY_INFO", got, target);
	if (ran(before, after) && got != PSCI_AFFINITY_ON)
		fail(me, "AFFINITY_INFO of a CPU that runs", got, target);
	if (before.pending && after.pending && got == PSCI_AFFINITY_OFF)
		fail(me, "AFFINITY_INFO of a CPU that is pending", got, target);
	return got;
}

/* Of a cluster, at level 1: it is on as long as we are; level 0 is ignored. */
static void cluster(struct storm *me)
{
	expect(me, "AFFINITY_INFO of one's own cluster",
	       call(me, PSCI_AFFINITY_INFO, pick(me, 256), 1, any_word(me)),
	       PSCI_AFFINITY_ON);
	expect(me, "AFFINITY_INFO of a cluster that is not there",
	       call(me, PSCI_AFFINITY_INFO, (1 + pick(me, 0xffff)) << 8 |
		    pick(me, 256), 1, any_word(me)),
	       PSCI_INVALID_PARAMETERS);
}

/*
 * Turn on the last CPU that is off, when somebody's patience is over: at that
 * moment all who are here do so. It matters not if two add to `whistle` at once.
 */
static void rush(struct storm *me)
{
	uint32_t target = 0, heard = whistle, polls = pick(me, RUSH_POLLS);

	while (polls-- && whistle == heard)
		;
	whistle = heard + 1;
	for (uint32_t i = 0; i < machine.cpu_count; i++)
		if (storm[i].phase == GOES_OFF || storm[i].phase == NEVER_ON)
			target = i;
	turn_on(me, storm + target);
}

/* An MPIDR that no CPU has: its own bits wrong, or bits that it has not. */
static uint32_t wrong_mpidr(struct storm *me)
{
	uint32_t mpidr;

	for (;;) {
		mpidr = machine.mpidr[pick(me, machine.cpu_count)];
		switch (pick(me, 4)) {
		case 0:
			return mpidr | (1 + pick(me, 255)) << 24;
		case 1:
			mpidr ^= 1u << pick(me, 24);
			break;
		case 2:
			mpidr = any_word(me) & MPIDR_AFFINITY;
			break;
		default:
			mpidr = any_word(me);
		}
		for (uint32_t i = 0; mpidr != machine.mpidr[i]; )
			if (++i == machine.cpu_count)
				return mpidr;
	}
}

/* An entry that CPU_ON does not take. */
static uint32_t wrong_entry(struct storm *me)
{
	switch (pick(me, 4)) {
	case 0:
		return (any_word(me) & ~3u) | 2;
	case 1:
		return machine.reserved +
		       (pick(me, machine.reserved_end - machine.reserved) & ~2u);
	case 2:
		return pick(me, BOARD_RAM_BASE) & ~2u;
	}
	return BOARD_RAM_BASE - 4;
}

static void wrong_cpu_on(struct storm *me)
{
	uint32_t got;

	switch (pick(me, 3)) {
	case 0:
		expect(me, "CPU_ON of no CPU",
		       call(me, PSCI_CPU_ON, wrong_mpidr(me),
			    entry_of(pick(me, ENTRY_COUNT)), any_word(me)),
		       PSCI_INVALID_PARAMETERS);
		break;
	case 1:
		expect(me, "CPU_ON at a wrong entry",
		       call(me, PSCI_CPU_ON,
			    machine.mpidr[pick(me, machine.cpu_count)],
			    wrong_entry(me), any_word(me)),
		       PSCI_INVALID_ADDRESS);
		break;
	default:
		/* It may find out either first. */
		got = call(me, PSCI_CPU_ON, wrong_mpidr(me), wrong_entry(me),
			   any_word(me));
		if (got != (uint32_t)PSCI_INVALID_ADDRESS)
			expect(me, "CPU_ON of no CPU at a wrong entry", got,
			       PSCI_INVALID_PARAMETERS);
	}
}

/* Level 1 is asked about in cluster(). */
static void wrong_affinity(struct storm *me)
{
	bool level = pick(me, 2);
	uint32_t mpidr = level ? machine.mpidr[pick(me, machine.cpu_count)] :
				 wrong_mpidr(me);

	expect(me, "AFFINITY_INFO of no CPU, or of a wrong level",
	       call(me, PSCI_AFFINITY_INFO, mpidr, level ? 2 +
		    (any_word(me) >> (1 + pick(me, 31))) : 0, any_word(me)),
	       PSCI_INVALID_PARAMETERS);
}

/* The CPU wakes for its timer, if for nothing else. */
static void suspend(struct storm *me)
{
	if (!machine.gicd || pick(me, 8)) {
		expect(me, "CPU_SUSPEND to no state",
		       call(me, PSCI_CPU_SUSPEND, any_word(me) | 1 << pick(me, 32),
			    any_word(me), any_word(me)),
		       PSCI_INVALID_PARAMETERS);
		return;
	}
	write32(machine.gicd + GICD_ISENABLER, 1u << PPI_HYP_TIMER);
	write_cp15(CNTHP_TVAL, SLEEP);
	write_cp15(CNTHP_CTL, 1);
	isb();
	expect(me, "CPU_SUSPEND to standby",
	       call(me, PSCI_CPU_SUSPEND, 0, any_word(me), any_word(me)),
	       PSCI_SUCCESS);
	write_cp15(CNTHP_CTL, 0);
	isb();
}

static uint32_t any_id(struct storm *me)
{
	static const uint32_t ranges[] = {
		PSCI_VERSION, PSCI_VERSION | SMC64, SMCCC_VERSION,
		SMCCC_VERSION | SMC64, SMC_SET_VECTORS,
		PSCI_VERSION & ~(1u << 31),
	};
	uint32_t range = pick(me, 8);

	return range < 6 ? ranges[range] + pick(me, 40) : any_word(me);
}

static void unknown(struct storm *me)
{
	uint32_t id;

	do
		id = any_id(me);
	while (is_function(id));
	expect(me, "an unknown function",
	       call(me, id, any_word(me), any_word(me), any_word(me)),
	       SMCCC_UNKNOWN);
}

static void features(struct storm *me)
{
	uint32_t id = any_id(me);

	expect(me, "PSCI_FEATURES",
	       call(me, PSCI_FEATURES, id, any_word(me), any_word(me)),
	       feature(id));
}

static _Noreturn void go_off(struct storm *me)
{
	me->a[0] = any_word(me);
	me->function = PSCI_CPU_OFF;
	me->phase = GOES_OFF;
	fail(me, "CPU_OFF returns", smc(PSCI_CPU_OFF, me->a[0], 0, 0), NULL);
}

static void call_at_random(struct storm *me)
{
	struct storm *target = storm + pick(me, machine.cpu_count);

	switch (pick(me, 16)) {
	case 0:
		turn_on(me, target);
		break;
	case 1 ... 3:
		rush(me);
		break;
	case 4 ... 7:
		affinity(me, target);
		break;
	case 8:
		wrong_cpu_on(me);
		break;
	case 9:
		if (pick(me, 2))
			wrong_affinity(me);
		else
			cluster(me);
		break;
	case 10:
		suspend(me);
		break;
	case 11:
		unknown(me);
		break;
	case 12:
		features(me);
		break;
	case 13:
		expect(me, "PSCI_VERSION", call(me, PSCI_VERSION, any_word(me),
		       any_word(me), any_word(me)), version);
		break;
	case 14:
		expect(me, "MIGRATE_INFO_TYPE",
		       call(me, PSCI_MIGRATE_INFO_TYPE, any_word(me),
			    any_word(me), any_word(me)), PSCI_NO_MIGRATION);
		break;
	default:
		if (guardian != number(me))
			go_off(me);
	}
}

/*
 * Every CPU gets on, or is off and comes back, since all the others turn it on
 * all the time.
 */
static void watch(struct storm *me, struct storm *at)
{
	uint32_t i = number(at), beat = at->calls + at->starts;

	if (at == me || beat != me->beat[i] || !me->deadline[i].end) {
		me->beat[i] = beat;
		me->since[i] = me->calls;
		me->deadline[i] = patience(PATIENCE);
	} else if (me->calls - me->since[i] > PATIENCE_CALLS &&
		   is_over(&me->deadline[i])) {
		fail(me, "stuck, or lost: AFFINITY_INFO",
		     smc(PSCI_AFFINITY_INFO, machine.mpidr[i], 0, 0), at);
	}
}

/* Starts of a CPU that are owed to it: CPU_ONs that have succeeded. */
static uint32_t owed(const struct storm *target)
{
	uint32_t i, count = 0;

	for (i = 0; i < machine.cpu_count; i++)
		count += storm[i].won[number(target)] - target->came[i];
	return count;
}

static bool in_vain(struct deadline *deadline)
{
	for (int i = 0; i < LOOK_INTERVAL; i++)
		dsb();
	return is_over(deadline) && deadline->polls > PATIENCE_LOOKS;
}

static void wait_for(struct storm *me, struct storm *target, enum phase phase)
{
	struct deadline deadline = patience(PATIENCE);

	while (target->phase != phase)
		if (in_vain(&deadline))
			fail(me, "waited in vain: AFFINITY_INFO",
			     smc(PSCI_AFFINITY_INFO,
				 machine.mpidr[number(target)], 0, 0), target);
}

static void wait_for_off(struct storm *me, struct storm *target)
{
	struct deadline deadline = patience(PATIENCE);
	uint32_t got;

	while ((got = affinity(me, target)) != PSCI_AFFINITY_OFF)
		if (in_vain(&deadline))
			fail(me, "CPU_OFF does not end, AFFINITY_INFO", got,
			     target);
}

/* Wait until it is parked or off. Returns its starts till then. */
static uint32_t settle(struct storm *me, struct storm *target)
{
	struct deadline deadline = patience(PATIENCE);

	while (target->phase != PARKED &&
	       (target->phase == RUNNING ||
		affinity(me, target) != PSCI_AFFINITY_OFF))
		if (in_vain(&deadline))
			fail(me, "neither parked nor off: starts owed to it",
			     owed(target), target);
	return target->starts;
}

/*
 * Wait until all the others are parked or off. Who is not yet may turn on one
 * that was: none did if nothing is new when all are looked at once more.
 */
static void calm_down(struct storm *me)
{
	uint32_t i, was, starts = 0;

	do {
		was = starts;
		starts = 0;
		for (i = 0; i < machine.cpu_count; i++)
			if (storm + i != me)
				starts += settle(me, storm + i) + 1;
	} while (starts != was);
	for (i = 0; i < machine.cpu_count; i++)
		if (owed(storm + i))
			fail(me, "all is calm, but starts are owed",
			     owed(storm + i), storm + i);
}

/* There is one right answer to each call, once it is calm. */
static void check_calm(struct storm *me, struct storm *target)
{
	uint32_t got;

	if (target->phase == PARKED) {
		order_off = number(target) + 1;
		wait_for(me, target, GOES_OFF);
		wait_for_off(me, target);
	}
	order_off = 0;
	for (int i = 0; i < 100; i++)
		if (affinity(me, target) != PSCI_AFFINITY_OFF)
			fail(me, "AFFINITY_INFO of a CPU that is off", 0, target);
	got = turn_on(me, target);
	if (got != PSCI_SUCCESS)
		fail(me, "CPU_ON of a CPU that is off", got, target);
	turn_on(me, target);
	wait_for(me, target, PARKED);
	got = turn_on(me, target);
	if (got != (uint32_t)PSCI_ALREADY_ON)
		fail(me, "CPU_ON of a CPU that is on", got, target);
}

static _Noreturn void finish(struct storm *me)
{
	uint32_t calls = 0, starts = 0, n = machine.cpu_count;

	over = 1;
	calm_down(me);
	for (uint32_t i = 0; i < n; i++)
		if (storm + i != me)
			check_calm(me, storm + i);
	for (uint32_t t = 0; t < n; t++) {
		for (uint32_t c = 0; c < n; c++) {
			if (storm[c].won[t] != storm[t].came[c])
				fail(me, "starts by one caller, not as many as "
				     "its CPU_ONs that succeeded",
				     storm[t].came[c], storm + t);
			if (storm[c].won_sum[t] != storm[t].came_sum[c])
				fail(me, "contexts not those of the CPU_ONs "
				     "that succeeded, sum", storm[t].came_sum[c],
				     storm + t);
		}
		calls += storm[t].calls;
		starts += storm[t].starts;
	}
	put("storm: PASS ");
	put_decimal(calls);
	put(" calls, ");
	put_decimal(starts);
	put(" starts, ");
	put_decimal(n);
	put(" CPUs\r\n");
	power_off();
}

/*
 * The guardian's duties: the count, and to hand them on. Not if that has been
 * done: the heir may be at them already, and two would end the storm.
 */
static void guard(struct storm *me)
{
	static uint32_t next = PROGRESS;
	uint32_t calls = 0, starts = 0;

	if (heir != number(me))
		return;

	for (uint32_t i = 0; i < machine.cpu_count; i++) {
		calls += storm[i].calls;
		starts += storm[i].starts;
	}
	if (calls >= next) {
		next += PROGRESS;
		put("storm: ");
		put_decimal(calls);
		put(" calls, ");
		put_decimal(starts);
		put(" starts\r\n");
	}
	if (calls >= calls_wanted && starts >= calls_wanted / CALLS_PER_START)
		finish(me);
	heir = pick(me, machine.cpu_count);
}

static _Noreturn void run(struct storm *me)
{
	me->phase = RUNNING;
	for (uint32_t i = 0; i < machine.cpu_count; i++)
		me->deadline[i].end = 0;
	while (!over) {
		if (heir == number(me) && guardian != number(me))
			guardian = number(me);
		for (int i = 0; i < 64 && !over; i++)
			call_at_random(me);
		for (uint32_t i = 0; i < machine.cpu_count; i++)
			watch(me, storm + i);
		if (guardian == number(me) && !over)
			guard(me);
	}
	me->phase = PARKED;
	while (order_off != number(me) + 1)
		;
	go_off(me);
}

void secondary_main(struct percpu *cpu)
{
	struct storm *me = this_storm();
	uint32_t place = read_cp15(TPIDRURO), context = cpu->entry[0];
	uint32_t caller = context >> CONTEXT_SHIFT;
	uint32_t sequence = (context * UNSCRAMBLE) & SEQUENCE_MASK;
	uint32_t state = place < ENTRY_COUNT ? ENTRY_ARM : ENTRY_THUMB;

	write_cp15(HVBAR, hyp_vectors);
	isb();
	if (me->phase != GOES_OFF && me->phase != NEVER_ON)
		fail(me, "a start of a CPU that runs, context", context, me);
	if (caller >= machine.cpu_count ||
	    sequence - me->last[caller] - 1 >= SEQUENCE_MASK / 2)
		fail(me, "a context that was not given, or not this time",
		     context, me);
	if (place != place_of(context) || cpu->state != state)
		fail(me, "an entry that does not belong to its context", place, me);
	if (cpu->entry[3] != percpu[0].entry[3] || !cpu->hyp)
		fail(me, "not as the boot CPU was entered, r3", cpu->entry[3], me);
	for (int i = 1; i <= 12; i++)
		if (i != 3 && cpu->entry[i])
			fail(me, "a register that is not 0", cpu->entry[i], me);
	me->last[caller] = sequence;
	me->came_sum[caller] += context;
	me->came[caller]++;
	me->starts++;
	run(me);
}

static const char *read_number(const char *text, uint32_t *value)
{
	if (!text || *text < '0' || *text > '9')
		return NULL;
	for (*value = 0; *text >= '0' && *text <= '9'; text++)
		*value = 10 * *value + *text - '0';
	return text;
}

static void found_nothing(void)
{
}

void boot_main(struct percpu *cpu)
{
	struct storm *me = this_storm();
	const char *text;

	write_cp15(HVBAR, hyp_vectors);
	isb();
	read_dtb((const uint32_t *)cpu->entry[2], "storm=", found_nothing);
	calls_wanted = DEFAULT_CALLS;
	seed = DEFAULT_SEED;
	text = read_number(machine.argument, &calls_wanted);
	if (text && *text == ',')
		read_number(text + 1, &seed);
	put("storm: ");
	put_decimal(calls_wanted);
	put(" calls, seed ");
	put_decimal(seed);
	put(", ");
	put_decimal(machine.cpu_count);
	put(" CPUs\r\n");

	/* Position-independent: and so all CPUs are known by their numbers. */
	for (uint32_t i = 0; i < machine.cpu_count; i++) {
		if (machine.mpidr[i] != i || machine.failed >> i & 1)
			fail(me, "not a CPU of a storm: MPIDR", machine.mpidr[i],
			     NULL);
		storm[i].random = (seed + 1) * 0x9e3779b9 + i * 0x7f4a7c15;
		if (!storm[i].random)
			storm[i].random = 1;
	}
	version = smc(PSCI_VERSION, 0, 0, 0);
	if (!cpu->hyp || !machine.psci || version != 0x10001)
		fail(me, "not in Hyp mode with PSCI 1.1, version", version, NULL);
	guardian = heir = number(me);
	me->starts = 1;
	run(me);
}
