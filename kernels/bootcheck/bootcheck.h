/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcheck: a kernel that checks how it was started. This is what its files
 * share; docs/bootcheck.md is the prose, items.def the list of what is checked.
 *
 * Only one CPU checks at a time: the boot CPU gives the others their orders
 * through struct percpu and waits. All memory is Strongly-ordered here (MMU
 * off), so plain loads and stores do, and exclusives do not.
 */
#ifndef BOOTCHECK_H
#define BOOTCHECK_H

#include "boot_wrapper.h"
#include "conformance.h"
#include "machine.h"
#include "registers.h"

/* How long to wait for anything, in seconds. */
#define PATIENCE		10
#define INTERRUPT_PATIENCE	2

#define CONTEXT_ID(cpu, life)	(0xc0de0000 | (cpu) << 8 | (life))

#pragma GCC visibility push(hidden)

/* conformance.lds.S */
extern const char image_start[], image_end[];

enum item {
#define ITEM(id, severity, text, reference, remedy) item_##id,
#include "items.def"
#undef ITEM
};

/* main.c */
extern struct percpu *boot_cpu;
extern uint32_t boot_word;	/* r3 of the boot CPU */
extern bool ours;		/* which is our boot-mode word: check our contract */
extern bool our_psci;		/* and PSCI is ours as well: check what it promises */
extern bool secure;		/* the kernel's mode is a Secure one */
_Noreturn void power_off(bool passed);

static inline struct percpu *this_cpu(void)
{
	return (struct percpu *)read_cp15(TPIDRPRW);
}

/* Whether this wrapper has set up what HVC and SMC do. Other firmware may leave either on. */
static inline bool has_our_calls(void)
{
	return board.ours || our_psci || (ours && boot_word & BW_OWNS_SECURE);
}

/* Whether this wrapper has started this CPU. Below other firmware, its PSCI starts the others. */
static inline bool is_from_us(void)
{
	return ours && (our_psci || !machine.psci || this_cpu() == boot_cpu);
}

/* conformance.S numbers them so: two clusters of four CPUs, or one of eight. */
static inline struct percpu *percpu_of(uint32_t mpidr)
{
	return &percpu[(mpidr + (mpidr >> 8) * 4) & (CPU_LIMIT - 1)];
}

/* Not a difference of pointers, which some compilers divide by a library's function. */
static inline uint32_t number(const struct percpu *cpu)
{
	uint32_t n = 0;

	while (percpu + n != cpu)
		n++;
	return n;
}

/*
 * report.c: a line of TAP for each check. Of an item whose severity is OURS,
 * nothing is reported unless the boot-mode word is ours; of an ADVICE, a failure
 * is a TODO, which does not count.
 */
extern const char *scope;	/* what precedes an item's text */
extern volatile uint32_t checks;

/* What follows the text of the next check: an argument, in hexadecimal. */
void of(uint32_t argument);

#define check(id, ok, got)		check_item(item_##id, ok, got)
#define check_is(id, got, wanted)	check_item_is(item_##id, got, wanted)
#define skip(id, why)			skip_item(item_##id, why)
void check_item(enum item item, bool ok, uint32_t got);
void check_item_is(enum item item, uint32_t got, uint32_t wanted);
void skip_item(enum item item, const char *why);

/* A failure with words of its own, between these two. */
bool begin_failure(enum item item);
void end_failure(void);

/* True if function(argument) returned; else the item has failed. */
#define svc_works(id, function, argument) \
	item_works_in_svc(item_##id, function, argument)
bool item_works_in_svc(enum item item, void (*function)(void *), void *argument);
void put_plan(void);
_Noreturn void finish(void);

/* handover.c */
void look_before_touching(struct percpu *me);
bool sctlr_is_wanted(uint32_t sctlr);
void check_boot_word(void);
void check_entry(struct percpu *me);
void check_handed_over(struct percpu *me);

/* dtb.c */
void check_dtb(const uint32_t *fdt);

/* gic.c */
bool comes(uint32_t interrupt);
void send_to_oneself(uint32_t sgi);
void open_gic(void);
void dirty_gic(bool sgis);
void check_gic(struct percpu *me);
void check_standby(void);

/* timers.c */
enum timer { PL1_TIMER, VIRTUAL_TIMER, HYP_TIMER };
void set_timer(enum timer timer, uint32_t control);
void set_pl1_timer(void *control);
void check_timers(struct percpu *me);
void check_counter_order(struct percpu *me);
void check_second_clock(void);

/* traps.c */
bool is_secure_state(void);
bool check_hyp_registers(uint32_t stub);
void check_hvc(struct percpu *me);
bool reach_trampoline(void);
void check_stub(uint32_t stub);
void check_world(void);
void check_traps(struct percpu *me);
void check_secure_trampoline(void);

/* silicon.c */
void check_pl1_registers(void);
void check_core(void);
void check_vfp(enum item item, uint32_t function, uint32_t a1, uint32_t a2,
	       uint32_t wanted);

/* psci.c */
uint32_t psci(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3);
int32_t affinity_info(uint32_t mpidr);
void check_psci(struct percpu *me);
void check_cluster_off(uint32_t mpidr);

/* smccc.c: a call, with all the caller's registers looked at. */
struct call {
	void (*make)(struct regs *in, struct regs *out);
	struct regs in, out;
};

void make_call(void *call);
void prepare_call(struct call *call, void (*make)(struct regs *, struct regs *));
void check_call(enum item item, const struct call *call, uint32_t wanted,
		bool spsr_too);
void check_preserved(enum item item, uint32_t function, uint32_t wanted,
		     bool from_svc);
void check_unknown(void);
void check_banked(void);
void check_smccc(void);
void check_no_smc(void);

#pragma GCC visibility pop

#endif
