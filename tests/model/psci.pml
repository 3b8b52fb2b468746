/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU state machine of psci.c, for SPIN: three CPUs, each of which calls
 * CPU_ON, CPU_OFF and AFFINITY_INFO of any CPU at any time, without end.
 * tests/test_model.py has SPIN visit every state that this can get into.
 *
 * What is true of every one of them, by the name that the assertions have:
 *
 * MUTEX	At most one CPU is between lock() and unlock().
 * ONE		A CPU_ON that succeeds finds its target waiting, and no other
 *		CPU_ON has succeeded since that last ran a kernel: of several at
 *		the same time exactly one succeeds. One that fails finds a CPU
 *		that is on, or for which another has succeeded (TRUTH).
 * ENTRY	A CPU enters the kernel with the entry and the context_id of
 *		that one CPU_ON, both of them.
 * TRUTH	What AFFINITY_INFO answers. OFF: the CPU executes nothing of the
 *		kernel, has cleaned its caches and left the GIC. ON_PENDING: a
 *		CPU_ON has succeeded and the CPU is not in the kernel yet. ON: the
 *		CPU runs the kernel, or is on its way there, or on its way back to
 *		being OFF, but does not wait. ABSENT: never.
 * TICKETS	A ticket is never 0, the number that stands for none.
 * CLEAN	The SGI that wakes a CPU reaches it while it waits, and is never
 *		pending on a CPU that enters the kernel.
 * (end)	Nobody waits for ever. At any time all other CPUs can fall silent;
 *		if one then sleeps although a CPU_ON of it has succeeded, or hangs
 *		in lock(), there is no next state: SPIN's "invalid end state".
 * arrives	A CPU for which CPU_ON has succeeded gets into the kernel, however
 *		busy the others are,
 * served	and one that has drawn a ticket through the lock; with weak
 *		fairness: a CPU that can do its next step always, does it once.
 *
 * Faults. With MONITOR_FAULTS any CPU may take an exception anywhere in the Monitor,
 * at any time, asleep or with the lock held, and goes the way of monitor.S, for good.
 * All of the above is true of the others then, and this of it: once it is FAULTED it
 * becomes ON_PENDING only for a CPU_ON that had found it OFF before, and is FAULTED
 * again before all is quiet (end); a CPU_ON that faults before its one store of a
 * state has not happened. A boot CPU that faults before it enters the kernel, and so
 * ends the boot, is not in the model.
 *
 * Memory. With its MMU off a CPU accesses all memory as Strongly-ordered (ARM
 * ARM B3.2.1): its loads and stores are observed in program order (A3.5.6, A3.8.2),
 * each store by all others at once (A3.5.3). With STRONGLY_ORDERED the model is
 * just that, and psci.c would be right without its DMBs. Without it, stores are
 * weaker: each CPU has a buffer from which they reach memory in any order, as
 * late as they like, until a DMB or DSB waits for them; loads look into the CPU's
 * own buffer first. So a barrier that is missing between two stores, or a store
 * and a load, is found. Loads always happen in program order.
 *
 * A CPU's steps are those of the C code. In front of each stands what it models,
 * "file: function: line"; test_model.py finds these lines in the source, in this
 * order, and finds no access or barrier there that is not in the model. One step
 * accesses at most one word that others may access meanwhile. What is simpler:
 *
 * - Which CPU a CPU_ON is for is chosen with the lock held, not before: nothing
 *   between depends on it.
 * - Entry and context_id are the caller's number, and both are wiped when they
 *   have been used, so that an old value counts as a wrong one.
 * - The loops over all CPUs leave out the CPU itself, which would not wait for it.
 * - lock() looks at the bytes of four CPUs at once, twice for eight; here there are
 *   three.
 * - What the boot CPU stores before it enters the kernel reaches memory at once,
 *   and so does what kernel_state_init() does.
 * - A CPU sleeps in WFI until its SGI is pending. WFI may end sooner, but gic_wait()
 *   then sleeps again. With NO_GIC it sleeps in WFE, and is woken by SEV; before
 *   cpu_table_ready, it always does.
 * - Tickets have TICKET_BITS bits, not 8, and wrap as those would.
 */
#define N		3

#ifndef TICKET_BITS
#define TICKET_BITS	2
#endif
#define TICKET_MAX	((1 << TICKET_BITS) - 1)

/* enum cpu_state */
#define ON		0
#define OFF		1
#define ON_PENDING	2
#define ABSENT		3
#define FAULTED		4

#define NOBODY		0
#define ME		(_pid + 1)	/* as an entry or a context_id */

typedef Cpu {
	/* struct cpu and struct bakery, as in memory; entry and context_id: whose */
	unsigned state : 3 = ABSENT;
	unsigned entry : 2;
	unsigned context_id : 2;
	bit choosing;
	unsigned ticket : TICKET_BITS;
	bit listed = 1;			/* its mpidr is not MPIDR_NONE */

	/* Other state of the CPU. */
	bit event;			/* the event register of WFE and SEV */
	bit gic;			/* its CPU interface is on, for the kernel */
	bit armed;			/* its SGI is in Group 0, and enabled */
	bit sgi;			/* its SGI is pending */

	/* Stores that have not reached memory, and the CPU of whose struct. */
	bit choosing_waits;
	bit new_choosing;
	bit ticket_waits;
	unsigned new_ticket : TICKET_BITS;
	bit state_waits;
	unsigned new_state : 3;
	bit entry_waits;
	bit context_id_waits;
	unsigned whose : 2;
	bit gic_waits;

	/* What is said of it, but no CPU can see. */
	unsigned given : 2;		/* whose CPU_ON has succeeded, until it is in the kernel */
	bit kernel;			/* executes the kernel, or a call of it */
	bit dirty;			/* its caches may hold what the kernel wrote */
	bit waits;			/* in the loop of cpu_wait() */
	bit asleep;			/* in WFE or WFI */
	bit silent;			/* does nothing any more */
	bit faulted;			/* has taken an exception in the Monitor */
};

Cpu c[N];
bit table_ready;			/* cpu_table_ready */
unsigned locked : 2;			/* which CPU is between lock() and unlock() */
bit booted;				/* the boot CPU has entered the kernel */

#define me		c[_pid]

/* Nothing waits in this CPU's buffer: what a DMB or DSB waits for. */
#define dmb		(!me.choosing_waits && !me.ticket_waits && !me.state_waits && \
			 !me.entry_waits && !me.context_id_waits && !me.gic_waits)
#define dsb		dmb

/* A load of c[t].state by this CPU. */
#define load_state(t)	(me.state_waits && me.whose == (t) -> me.new_state : c[t].state)

#ifdef STRONGLY_ORDERED
inline store_choosing(value)	{ me.choosing = value }
inline store_ticket(value)	{ me.ticket = value }
inline store_state(t, value)	{ c[t].state = value }
inline store_entry(t)		{ c[t].entry = ME }
inline store_context_id(t)	{ c[t].context_id = ME }
inline store_gic_off()		{ me.gic = 0 }
#else
inline store_choosing(value)	{ me.new_choosing = value; me.choosing_waits = 1 }
inline store_ticket(value)	{ me.new_ticket = value; me.ticket_waits = 1 }
inline store_state(t, value)	{ me.new_state = value; me.whose = t; me.state_waits = 1 }
inline store_entry(t)		{ me.whose = t; me.entry_waits = 1 }
inline store_context_id(t)	{ me.whose = t; me.context_id_waits = 1 }
inline store_gic_off()		{ me.gic_waits = 1 }
#endif

/*
 * An SGI gets to a CPU where it is in Group 0, and stays pending until it is
 * acknowledged. One CPU's, and that of all others.
 */
inline send_sgi(t)
{
#ifdef MONITOR_FAULTS
	c[t].sgi = c[t].sgi || c[t].armed
#else
	assert(c[t].armed);						/* CLEAN */
	c[t].sgi = 1
#endif
}

inline send_sgis()
{
	c[0].sgi = c[0].sgi || (c[0].armed && _pid != 0);
	c[1].sgi = c[1].sgi || (c[1].armed && _pid != 1);
	c[2].sgi = c[2].sgi || (c[2].armed && _pid != 2)
}

/* SEV sets every event register. WFE clears its own, or sleeps until it is set. */
inline sev()
{
	c[0].event = 1;
	c[1].event = 1;
	c[2].event = 1
}

/*
 * WFE may also end for no reason; but that must not be what a CPU is rescued by, so
 * only while another CPU does something. When none does, one that is OFF may stay so.
 */
#ifdef NO_GIC
#define woken(t)	c[t].event
#else
#define woken(t)	(c[t].waits || c[t].faulted -> c[t].sgi : c[t].event)
#endif
#define still(t)	(c[t].silent || (c[t].asleep && !woken(t)))
#define others_still	((still(0) || _pid == 0) && (still(1) || _pid == 1) && \
			 (still(2) || _pid == 2))

inline wfe()
{
	me.asleep = 1;
	if
	:: atomic { me.event -> me.event = 0; me.asleep = 0 }
	:: atomic { !others_still -> me.asleep = 0 }
	:: others_still && still(_pid) && me.state == OFF && me.given == NOBODY -> goto silent
	fi
}

/* gic.c: gic_wait() and gic_wake(), and gic_wake() of all others. */
#ifdef NO_GIC
inline wait()		{ wfe() }
inline wake(t)		{ sev() }
inline wake_others()	{ sev() }
inline forget()		{ me.event = 0 }
inline forget_wfe()	{ skip }
#define WFE_ENDS(why)	:: atomic { !others_still && why -> me.asleep = 0 }
#else
inline wait()
{
	me.asleep = 1;
	if
	/* gic.c: gic_wait: wfi(); */
	/* gic.c: gic_wait: } while ((read32(gicc + GICC_HPPIR) & GIC_ID_MASK) != WAKE_SGI); */
	/* gic.c: gic_wait: write32(gicc + GICC_EOIR, read32(gicc + GICC_IAR)); */
	:: atomic { me.sgi -> me.sgi = 0; me.asleep = 0 }
	:: others_still && still(_pid) && me.state == OFF && me.given == NOBODY -> goto silent
	fi
}

inline wake(t)		{ send_sgi(t) }
inline wake_others()	{ send_sgis() }
inline forget()		{ me.sgi = 0 }
inline forget_wfe()	{ me.event = 0 }	/* no WFE follows */
#define WFE_ENDS(why)
#endif

/* What one look at the bytes of all CPUs says of the others. */
#define others_have_no(byte)	((!c[0].byte || _pid == 0) && (!c[1].byte || _pid == 1) && \
				 (!c[2].byte || _pid == 2))

/* The loops over them, but for the CPU itself. */
inline first_other(i)
{
	i = (_pid == 0 -> 1 : 0)
}

inline next_other(i)
{
	i = (i + 1 == _pid -> i + 2 : i + 1)
}

/* AFFINITY_INFO loads the state, once, and answers that. So does a CPU_ON that fails. */
inline truth(t)
{
	assert(load_state(t) != ABSENT);				/* TRUTH */
	assert(load_state(t) != OFF ||
	       (!c[t].kernel && !c[t].dirty && !c[t].gic));		/* TRUTH */
	assert(load_state(t) != ON_PENDING ||
	       (c[t].given != NOBODY && !c[t].kernel));			/* TRUTH */
	assert(load_state(t) != ON || !c[t].waits || c[t].state_waits);	/* TRUTH */
	assert(load_state(t) != FAULTED || c[t].faulted)		/* TRUTH */
}

/* From here to there a CPU is in our code, but at the label kernel. */
#ifdef MONITOR_FAULTS
#define MAY_FAULT	{
#define FAULTS_TO(label) } unless { me.faulted -> goto label }
#else
#define MAY_FAULT
#define FAULTS_TO(label)
#endif

active [N] proctype cpu()
{
	/* Local variables, 0 when they are not in use. */
	unsigned i : 2;
	unsigned ticket : TICKET_BITS;
	unsigned target : 2;
	unsigned entry : 2;
	unsigned context_id : 2;

	if
	:: _pid == 0 -> goto boot
	:: else -> goto reset_secondary
	fi;

boot:
	/* boot.c: find_boot_cpu: area->cpu.state = CPU_ON; */
	atomic { me.state = ON; me.kernel = 1; me.dirty = 1; me.gic = 1 };
	/* boot.c: gather_cpus: cpu_table_ready = 1; */
	table_ready = 1;
	/* boot.c: gather_cpus: sev(); */
	atomic { sev(); i = 1 };
	do
	/* boot.c: wait_for: while (cpu->state == CPU_ABSENT && !is_over(second)) { */
	:: atomic { i < N && c[i].state != ABSENT -> i++ }
	/* boot.c: gather_cpus: if (!wait_for(cpu, &second)) { */
	:: atomic { i < N && c[i].state == ABSENT -> skip };
		/* boot.c: gather_cpus: cpu->mpidr = MPIDR_NONE; */
		atomic { c[i].listed = 0; i++ }
	:: atomic { i == N -> i = 0; booted = 1; goto kernel }
	od;

reset_secondary:
	MAY_FAULT
	/* monitor.S: reset_secondary: ldr r2, [r1] */
	if
	:: table_ready
	:: !table_ready ->
		/* monitor.S: reset_secondary: wfeeq */
		wfe();
		goto reset_secondary
	fi;
	/* monitor.S: reset_secondary: ldr r2, [sp, #CPU_MPIDR] */
	if
	:: me.listed -> goto cpu_wait
	:: !me.listed -> goto silent
	fi;

kernel:
	/* Call what it likes, or never again. */
	if
	:: goto cpu_on
	:: goto cpu_off
	:: atomic { c[0].listed -> truth(0); goto kernel }
	:: atomic { c[1].listed -> truth(1); goto kernel }
	:: atomic { c[2].listed -> truth(2); goto kernel }
	:: goto silent
	fi;

cpu_on:
	/* psci.c: turn_on: lock(me); */
	/* psci.c: lock: bakery.choosing.of[self] = 1; */
	atomic { store_choosing(1); first_other(i) };
	/* psci.c: lock: dmb(); */
	dmb;
	/* psci.c: lock: if (bakery.ticket.four[0] | bakery.ticket.four[1]) { */
	if
	:: atomic { others_have_no(ticket) -> goto drawn }
	:: !others_have_no(ticket)
	fi;
	do
	/* psci.c: lock: uint32_t theirs = bakery.ticket.of[n]; */
	/* psci.c: lock: if (theirs == TICKET_MAX) { */
	:: atomic { c[i].ticket == TICKET_MAX ->
		/* psci.c: lock: bakery.choosing.of[self] = 0; */
		store_choosing(0); ticket = 0 };
		/* psci.c: lock: while (bakery.ticket.of[n] == TICKET_MAX) */
		/* psci.c: lock: goto draw; */
		atomic { c[i].ticket != TICKET_MAX -> i = 0; goto cpu_on }
	/* psci.c: lock: if (theirs > ticket) */
	:: atomic { c[i].ticket != TICKET_MAX ->
		ticket = (c[i].ticket > ticket -> c[i].ticket : ticket);
		next_other(i);
		if
		:: i >= N -> break
		:: else
		fi }
	od;
drawn:
	/* psci.c: lock: bakery.ticket.of[self] = ++ticket; */
	atomic { ticket++; assert(ticket != 0) /* TICKETS */; store_ticket(ticket) };
	/* psci.c: lock: dmb(); */
	/* psci.c: lock: bakery.choosing.of[self] = 0; */
	atomic { dmb; store_choosing(0); first_other(i) };
	/* psci.c: lock: if (!(bakery.choosing.four[0] | bakery.choosing.four[1])) { */
	if
	:: others_have_no(choosing) ->
		/* psci.c: lock: dmb(); */
		/* psci.c: lock: if (bakery.ticket.four[self / 4] == ticket << self % 4 * 8 && */
		/* psci.c: lock: !bakery.ticket.four[!(self / 4)]) */
		if
		/* psci.c: lock: goto locked; */
		:: atomic { dmb && others_have_no(ticket) -> goto has_lock }
		:: dmb && !others_have_no(ticket)
		fi
	:: !others_have_no(choosing)
	fi;
	do
	/* psci.c: lock: while (bakery.choosing.of[n]) */
	:: !c[i].choosing ->
		/* psci.c: lock: dmb(); */
		/* psci.c: lock: while ((theirs = bakery.ticket.of[n]) && */
		/* psci.c: lock: (theirs < ticket || (theirs == ticket && n < self))) */
		atomic {
			dmb &&
			!(c[i].ticket != 0 &&
			  (c[i].ticket < ticket || (c[i].ticket == ticket && i < _pid)));
			next_other(i);
			if
			:: i >= N -> break
			:: else
			fi
		}
	od;
has_lock:
	/* psci.c: lock: dmb(); */
	atomic {
		dmb;
		assert(!locked);					/* MUTEX */
		locked = ME;
		i = 0;
		ticket = 0;
		/* psci.c: cpu_on: struct cpu *target = cpu_by_mpidr(mpidr); */
		if
		:: c[0].listed -> target = 0
		:: c[1].listed -> target = 1
		:: c[2].listed -> target = 2
		fi;
		/* psci.c: cpu_on: return turn_on(target, entry, context_id, me); */
		/* psci.c: turn_on: switch (target->state) { */
		if
		/* psci.c: turn_on: case CPU_OFF: */
		:: load_state(target) == OFF ->
			/* ONE */
			assert(c[target].given == NOBODY && (c[target].waits || c[target].faulted));
			c[target].given = ME
		:: else -> truth(target); goto unlock
		fi
	};
	/* psci.c: turn_on: target->entry = entry; */
	atomic { store_entry(target) };
	/* psci.c: turn_on: target->context_id = context_id; */
	atomic { store_context_id(target) };
	/* psci.c: turn_on: dmb(); */
	/* psci.c: turn_on: target->state = CPU_ON_PENDING; */
	atomic { dmb; store_state(target, ON_PENDING) };
	/* psci.c: turn_on: gic_wake(target); */
	/* gic.c: gic_wake: dsb(); */
	/* gic.c: gic_wake: sev(); */
	/* gic.c: gic_wake: write32(gicd + GICD_SGIR, WAKE_SGI | */
	atomic { dsb; wake(target) };
unlock:
	/* psci.c: turn_on: unlock(me); */
	/* psci.c: unlock: dmb(); */
	/* psci.c: unlock: bakery.ticket.of[me->index] = 0; */
	atomic { dmb; target = 0; locked = 0; store_ticket(0); goto kernel };

cpu_off:
	/* psci.c: cpu_off: clean_own_dcaches(); */
	atomic { dsb; me.dirty = 0; me.kernel = 0 };
	/* psci.c: cpu_off: cpu_restart(me); */
	/* monitor.S: cpu_restart: cpu_wait */
	goto cpu_wait;

cpu_wait:
	/* psci.c: cpu_wait: gic_reset(me); */
	/* gic.c: gic_reset: write32(gicc + GICC_CTLR, GICC_CTLR_ACKCTL); */
	atomic { store_gic_off(); forget_wfe() };
	/* gic.c: gic_reset: write32(own + GICD_IGROUPR, resident.gic_groups & ~WAKE_BIT); */
	/* gic.c: gic_reset: write32(own + GICD_ISENABLER, WAKE_BIT); */
	atomic { me.armed = 1 };
	/* psci.c: cpu_wait: dsb(); */
	/* psci.c: cpu_wait: me->state = CPU_OFF; */
	atomic { dsb; store_state(_pid, OFF); me.waits = 1 };
	do
	/* psci.c: cpu_wait: gic_wait(); */
	:: wait();
		/* psci.c: cpu_wait: while (me->state != CPU_ON_PENDING) */
		if
		:: atomic { load_state(_pid) == ON_PENDING -> me.waits = 0; break }
		:: load_state(_pid) != ON_PENDING
		fi
	od;
	/* psci.c: cpu_wait: dmb(); */
	/* psci.c: cpu_wait: uint32_t entry = me->entry; */
	atomic { dmb; entry = me.entry };
	/* psci.c: cpu_wait: uint32_t context_id = me->context_id; */
	context_id = me.context_id;
	/* psci.c: cpu_wait: gic_cpu_init(me); */
	/* gic.c: gic_cpu_init: write32(own + GICD_IGROUPR, groups); */
	atomic { me.armed = 0 };
	/* gic.c: gic_cpu_init: write32(own + GICD_CPENDSGIR + WAKE_SGI, 0xffffffff); */
	/* psci.c: cpu_wait: kernel_state_init(); */
	atomic { me.sgi = 0; me.gic = 1; me.dirty = 1 };
	/* psci.c: cpu_wait: me->state = CPU_ON; */
	atomic { store_state(_pid, ON) };
	/* psci.c: cpu_wait: enter_kernel(context_id, 0, 0, entry, me); */
	/* monitor.S: enter_kernel: dsb */
	/* monitor.S: enter_kernel: movs pc, lr */
	atomic {
		dsb;
		assert(entry == me.given && context_id == me.given);	/* ENTRY */
		assert(!me.armed && !me.sgi);				/* CLEAN */
		me.given = NOBODY;
		me.entry = NOBODY;
		me.context_id = NOBODY;
		entry = NOBODY;
		context_id = NOBODY;
		me.kernel = 1;
		goto kernel
	};
	FAULTS_TO(faulted);

#ifdef MONITOR_FAULTS
faulted:
	atomic {
		/* Its CPU_ON, if any, has happened with the store of the state. */
		if
		:: locked == ME && c[target].given == ME && c[target].state == OFF ->
			c[target].given = NOBODY
		:: else
		fi;
		i = 0;
		ticket = 0;
		target = 0;
		entry = NOBODY;
		context_id = NOBODY;
		me.kernel = 0;
		me.dirty = 0;
		me.gic = 0;
		me.waits = 0;
		me.asleep = 0;
		/* monitor.S: leave_others_alone: ldr r3, [r0, #CPU_STATE] */
		if
		/* monitor.S: leave_others_alone: bxeq lr */
		:: me.state == ABSENT -> goto silent
		/* monitor.S: leave_others_alone: str r3, [sp, #CPU_STATE] */
		:: else -> me.state = FAULTED
		fi
	};
	do
	/* monitor.S: leave_others_alone: dmb */
	/* monitor.S: leave_others_alone: strb r3, [r0, #BAKERY_CHOOSING] */
	:: atomic { me.choosing -> me.choosing = 0 }
	/* monitor.S: leave_others_alone: strb r3, [r0, #BAKERY_TICKET] */
	:: atomic { !me.choosing -> me.ticket = 0; locked = (locked == ME -> 0 : locked); break }
	od;
	/* monitor.S: leave_others_alone: load_address r1, gic_wake */
	atomic { wake_others() };
	do
	/* monitor.S: report_unexpected: str r0, [sp, #CPU_STATE] */
	/* monitor.S: report_unexpected: dsb */
	:: atomic { me.state = FAULTED; me.asleep = 1 };
		/* monitor.S: report_unexpected: bl gic_wait */
		if
		:: atomic { woken(_pid) -> forget(); me.asleep = 0 }
		WFE_ENDS(me.state != FAULTED)
		:: others_still && still(_pid) && me.state == FAULTED -> goto silent
		fi
	od;
#endif

silent:
	me.silent = 1;
end:	false
}

#ifndef STRONGLY_ORDERED
/* One CPU's: what waits reaches memory, in any order, at any time. */
#define mine	c[_pid - N]

active [N] proctype store_buffer()
{
end:	do
	:: atomic { mine.choosing_waits ->
		mine.choosing = mine.new_choosing;
		mine.new_choosing = 0;
		mine.choosing_waits = 0 }
	:: atomic { mine.ticket_waits ->
		mine.ticket = mine.new_ticket;
		mine.new_ticket = 0;
		mine.ticket_waits = 0 }
	:: atomic { mine.entry_waits ->
		c[mine.whose].entry = _pid - N + 1;
		mine.entry_waits = 0 }
	:: atomic { mine.context_id_waits ->
		c[mine.whose].context_id = _pid - N + 1;
		mine.context_id_waits = 0 }
	:: atomic { mine.state_waits ->
		c[mine.whose].state = mine.new_state;
		mine.new_state = 0;
		mine.state_waits = 0 }
	:: atomic { mine.gic_waits -> mine.gic = 0; mine.gic_waits = 0 }
	od
}
#endif

#ifdef MONITOR_FAULTS
/*
 * The exceptions: in reset_secondary, in a call, in cpu_wait(). Not of the last CPU
 * that has had none: it could harm nobody, and whoever hangs could leave by it.
 */
#define in_monitor(t)	(!c[t].faulted && !c[t].silent && (t != 0 || booted) && \
			 !cpu[t]@kernel && !cpu[t]@silent)
#define TWO_FAULTED	(c[0].faulted + c[1].faulted + c[2].faulted == 2)

active proctype exception()
{
end:	do
	:: atomic { !TWO_FAULTED && in_monitor(0) -> c[0].faulted = 1 }
	:: atomic { !TWO_FAULTED && in_monitor(1) -> c[1].faulted = 1 }
	:: atomic { !TWO_FAULTED && in_monitor(2) -> c[2].faulted = 1 }
	od
}
#endif

#ifdef CLAIMS
#define ARRIVES(t)	[] (c[t].given != NOBODY -> <> (c[t].given == NOBODY))
#define SERVED(t)	[] (c[t].ticket != 0 -> <> (c[t].ticket == 0))

ltl arrives_0 { ARRIVES(0) }
ltl arrives_1 { ARRIVES(1) }
ltl arrives_2 { ARRIVES(2) }
ltl served_0 { SERVED(0) }
ltl served_1 { SERVED(1) }
ltl served_2 { SERVED(2) }
#endif
