/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcheck, time: counters, timers and their frequency. */
#include "bootcheck.h"

static uint32_t boot_cntfrq;

struct counts {
	uint64_t before, virtual, after;
};

static void read_counters(void *argument)
{
	struct counts *counts = argument;

	isb();
	counts->before = read_cp15_64(CNTPCT);
	isb();
	counts->virtual = read_cp15_64(CNTVCT);
	isb();
	counts->after = read_cp15_64(CNTPCT);
}

static void check_counters(void)
{
	struct counts first, then;
	uint32_t polls = 0;

	read_counters(&first);
	do
		read_counters(&then);
	while (then.after == first.before && ++polls < 1 << 20);
	check(counter_runs, then.after > first.before, then.after);
	check(counter_virtual, then.before <= then.virtual &&
	      then.virtual <= then.after, then.virtual - then.before);
	if (svc_works(counter_from_svc, read_counters, &then))
		check(counter_from_svc, first.after <= then.before &&
		      then.before <= then.virtual && then.virtual <= then.after,
		      then.virtual - then.before);

	/* Never back, over many reads. */
	uint64_t last = read_cp15_64(CNTPCT), now = last;

	for (int i = 0; i < 1000 && now >= last; i++) {
		last = now;
		isb();
		now = read_cp15_64(CNTPCT);
	}
	check(counter_monotonic, now >= last, last - now);
}

/* Let it fire now (control 1), or turn it off (control 0). */
void set_timer(enum timer timer, uint32_t control)
{
	switch (timer) {
	case PL1_TIMER:
		write_cp15(CNTP_TVAL, 0);
		write_cp15(CNTP_CTL, control);
		break;
	case VIRTUAL_TIMER:
		write_cp15(CNTV_TVAL, 0);
		write_cp15(CNTV_CTL, control);
		break;
	case HYP_TIMER:
		write_cp15(CNTHP_TVAL, 0);
		write_cp15(CNTHP_CTL, control);
		break;
	}
	isb();
}

void set_pl1_timer(void *argument)
{
	set_timer(PL1_TIMER, *(uint32_t *)argument);
}

void check_timers(struct percpu *me)
{
	scope = "";
	if (!has_timer()) {
		skip(cntfrq_set, "this CPU has no Generic Timer");
		return;
	}

	uint32_t hz = read_cp15(CNTFRQ);

	if (me == boot_cpu)
		boot_cntfrq = hz;
	check(cntfrq_set, hz, hz);
	check(cntfrq_plausible, hz >= 1000000 && hz <= 2000000000, hz);
	check_is(cntfrq_same, hz, boot_cntfrq);
	if (machine.timer_hz)
		check_is(cntfrq_by_dtb, hz, machine.timer_hz);
	check_counters();
}

/*
 * On the boot CPU: another CPU has read its counters when told so, between two
 * readings here.
 */
void check_counter_order(struct percpu *cpu)
{
	struct counts before, after;
	struct deadline deadline = patience(PATIENCE);

	if (!has_timer())
		return;
	read_counters(&before);
	cpu->stamp = 0;
	cpu->command = ORDER_STAMP;
	sev();
	while (cpu->command && !is_over(&deadline))
		;
	read_counters(&after);
	check(counter_same, before.before <= cpu->stamp &&
	      cpu->stamp <= after.after, cpu->stamp - before.before);
	check(counter_virtual_same, before.virtual <= cpu->virtual_stamp &&
	      cpu->virtual_stamp <= after.virtual,
	      cpu->virtual_stamp - before.virtual);
}

/* A second by the real-time clock, if the DTB has one, against CNTFRQ. */
void check_second_clock(void)
{
	scope = "";
	if (!has_timer() || !machine.rtc) {
		skip(cntfrq_second_clock, "no real-time clock that is known (PL031)");
		return;
	}

	struct deadline deadline = patience(PATIENCE);
	uint32_t hz = read_cp15(CNTFRQ), start = read32(machine.rtc), now;
	uint64_t from, to;

	while ((now = read32(machine.rtc)) == start && !is_over(&deadline))
		;
	from = read_cp15_64(CNTPCT);
	deadline = patience(PATIENCE);
	while (read32(machine.rtc) == now && !is_over(&deadline))
		;
	to = read_cp15_64(CNTPCT);
	check(cntfrq_second_clock, to - from > hz / 4 * 3 && to - from < hz / 4 * 5,
	      to - from);
}
