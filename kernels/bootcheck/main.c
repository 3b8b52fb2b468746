/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcheck: a kernel that checks on every CPU how it was started, and reports
 * that in TAP: a line for each check, the plan, a verdict. Then it switches the
 * machine off. docs/bootcheck.md lists the checks; items.def is their source.
 *
 * It stays in the mode that it is entered in, MMU off, interrupts masked; but if
 * that is SVC, and the boot-mode word says that Hyp mode is there to be taken, it
 * takes it. What the hardware is comes from the DTB. bootcheck.bin knows no
 * board; conformance.bin is the same with the facts of one (this_board.c), and
 * fails unless this wrapper started it.
 *
 * In the bootargs,
 *   conformance=hyp-undef	executes an undefined instruction in Hyp mode,
 *   conformance=hyp-abort	makes a data abort there, and
 *   conformance=hyp-trap	makes an SMC in SVC mode trap to Hyp mode: the
 *				wrapper's vectors, still in HVBAR, should report
 *				each, and the CPU then stop;
 *   conformance=fault		lets CPU 1 call a Monitor that a test has broken;
 *   conformance=warm-reset	resets the machine by SYSTEM_RESET2;
 *   conformance=entry		checks on each CPU only how it was entered;
 *   conformance=fast		switches off at once;
 *   conformance=bench		does what there are bench_... labels for.
 */
#include "bootcheck.h"

#define CONTENTION_ROUNDS	20
#define FULL_LIVES		2	/* of a CPU, with all checks; then two short ones */

/* Semihosting. */
#define SYS_EXIT		0x18
#define EXIT_SUCCESS		0x20026	/* ADP_Stopped_ApplicationExit */
#define EXIT_FAILURE		0x20023	/* ADP_Stopped_RunTimeErrorUnknown */

/* percpu.result, before a contender has one. */
#define WAITING			1

/* Orders for a CPU: percpu.command. ORDER_STAMP is another. */
enum {
	IDLE, CHECK, CHECK_AND_DIRTY, CHECK_ENTRY, CPU_GOES_OFF, CONTEND,
};

struct percpu percpu[CPU_LIMIT] __attribute__((section(".percpu")));

struct percpu *boot_cpu;
uint32_t boot_word;
bool ours, our_psci, secure;
static volatile uint32_t go, target_mpidr;

_Noreturn void power_off(bool passed)
{
	if (!passed)
		semihosting(SYS_EXIT, (void *)EXIT_FAILURE);
	if (machine.psci)
		psci(PSCI_SYSTEM_OFF, 0, 0, 0);
	board_off();
	for (uint32_t i = 0; i < 1 << 20; i++)
		dsb();
	semihosting(SYS_EXIT, (void *)(passed ? EXIT_SUCCESS : EXIT_FAILURE));
	for (;;)
		wfi();
}

/* "conformance=..." in the bootargs. */

static bool is_variant(const char *wanted)
{
	const char *variant = machine.argument;

	if (!variant)
		return false;
	for (; *variant && *variant == *wanted; variant++)
		wanted++;
	return !*wanted && (!*variant || *variant == ' ');
}

static void power_off_if_fast(void)
{
	if (machine.psci && is_variant("fast"))
		power_off(true);
}

/* All of it, on the calling CPU. */

/* Each Cortex-A has VBAR; QEMU also where it hides the Security Extensions. */
static void set_vectors(struct percpu *me)
{
	write_cp15(VBAR, pl1_vectors);
	if (me->hyp && !ours)
		write_cp15(HVBAR, hyp_vectors);
	isb();
}

static void check_entry_only(struct percpu *me)
{
	check_world();
	if (machine.psci && machine.gicc && me != boot_cpu) {
		open_gic();
		check_standby();
	}
	if (!secure && !me->hyp)
		reach_trampoline();
}

static void put_frequency(void)
{
	if (!has_timer())
		return;
	put("# counter at ");
	put_decimal(read_cp15(CNTFRQ));
	put(" Hz\r\n");
}

static void check_this_cpu(struct percpu *me)
{
	uint32_t stub = 0;
	bool resident = false;

	if (me == boot_cpu)
		check_boot_word();
	check_entry(me);
	put_frequency();
	if (is_variant("entry")) {
		check_entry_only(me);
		return;
	}
	check_handed_over(me);
	scope = "";
	if (secure) {
		skip(hvc_reached, "HVC is undefined in Secure state");
	} else if (!me->hyp) {
		check_hvc(me);
		if (me->hyp) {
			stub = machine.reserved;
			write_cp15(HVBAR, stub);
			isb();
		}
	}
	if (me->hyp) {
		stub = read_cp15(HVBAR);
		write_cp15(HVBAR, hyp_vectors);
		isb();
		resident = check_hyp_registers(stub);
	} else {
		scope = "";
		skip(hsctlr, "not in Hyp mode");
	}
	if (resident)
		check_stub(stub);
	else
		skip(hvc_sets, "there is no Hyp trampoline");
	check_pl1_registers();
	check_core();
	check_world();
	check_traps(me);
	check_timers(me);
	check_gic(me);
	if (machine.psci)
		check_psci(me);
	else if (has_our_calls() && !(boot_word & BW_OWNS_SECURE))
		check_no_smc();
	/* Without PSCI there may be no Monitor, and MVBAR may not be set. */
	if (our_psci || (boot_word & BW_OWNS_SECURE &&
			     machine.reserved_end == board.resident_end))
		check_secure_trampoline();
	scope = "";
}

/* What no CPU should find when it is turned on again. */
static void leave_it_dirty(struct percpu *me)
{
	/* Our CPU_OFF promises to drop SGIs, and not that of firmware below the wrapper. */
	dirty_gic(our_psci && !is_variant("entry"));
	if (has_timer()) {
		write_cp15(CNTKCTL, 0x3ff);
		write_cp15(CNTV_TVAL, 0);
		write_cp15(CNTV_CTL, 1);
		write_cp15(CNTP_TVAL, 0);
		write_cp15(CNTP_CTL, 1);
	}
	write_cp15(TTBR0, 0x80004059);
	write_cp15(TTBR1, 0x80008059);
	write_cp15(TTBCR, 1);
	write_cp15(DACR, 0x55555555);
	write_cp15(CONTEXTIDR, 0x1234567f);
	write_cp15(TPIDRURW, 0xdead0001);
	write_cp15(TPIDRURO, 0xdead0002);
	write_cp15(CPACR, CPACR_CP10_11);
	write_cp15(VBAR, 0x0badc0e0);
	if (has_pmu()) {
		write_cp15(PMCR, PMCR_E);
		write_cp15(PMCNTENSET, PMU_CYCLES);
		write_cp15(PMINTENSET, PMU_CYCLES);
		write_cp15(PMUSERENR, 1);
	}
	if (!me->hyp) {
		write_cp15(SCTLR, read_cp15(SCTLR) | SCTLR_I | SCTLR_V |
				  SCTLR_TE);
		isb();
		return;
	}
	write_cp15(SCTLR, read_cp15(SCTLR) | SCTLR_I | SCTLR_A | SCTLR_V |
			  SCTLR_EE | SCTLR_TE);
	write_cp15(HCR, HCR_TRAPS);
	write_cp15(HSTR, 0xffff);
	write_cp15(HCPTR, 0x33ff | HCPTR_TTA | HCPTR_TCPAC);
	write_cp15(HDCR, 1);
	write_cp15(HTPIDR, 0xdead0003);
	write_cp15(HTCR, HTCR_RES1 | 0x3507);
	write_cp15(VTCR, VTCR_RES1 | 0x3548);
	write_cp15(HMAIR0, 0xff440400);
	write_cp15(HMAIR1, 0x00bb4404);
	write_cp15(HACR, 0xffffffff);
	write_cp15(VPIDR, 0x0badcafe);
	write_cp15(VMPIDR, 0x800000ff);
	write_cp15_64(VTTBR, 0x00aa000080000000);
	if (has_timer()) {
		write_cp15(CNTHCTL, CNTHCTL_EVNTEN | 0xf0);
		write_cp15_64(CNTVOFF, 0x0123456789abcdef);
		write_cp15(CNTHP_TVAL, 0);
		write_cp15(CNTHP_CTL, 1);
	}
	write_cp15(HSCTLR, read_cp15(HSCTLR) | SCTLR_I | SCTLR_A | SCTLR_TE |
			   SCTLR_EE);
	isb();
}

/* The other CPUs. */

static void contend(struct percpu *me)
{
	me->result = WAITING;
	while (!go)
		;
	me->result = psci(PSCI_CPU_ON, target_mpidr, (uintptr_t)secondary_entry,
			  number(me));
}

static void read_stamps(struct percpu *me)
{
	isb();
	me->stamp = read_cp15_64(CNTPCT);
	me->virtual_stamp = read_cp15_64(CNTVCT);
}

void secondary_main(struct percpu *me)
{
	me->lives++;
	look_before_touching(me);
	set_vectors(me);
	for (;;) {
		switch (me->command) {
		case IDLE:
			wfe();
			continue;
		case CHECK:
		case CHECK_AND_DIRTY:
			check_this_cpu(me);
			if (me->command == CHECK)
				break;
			leave_it_dirty(me);
			/* Fall through. */
		case CPU_GOES_OFF:
			me->command = IDLE;
			psci(PSCI_CPU_OFF, 0, 0, 0);
			break;
		case CHECK_ENTRY:
			check_entry(me);
			check_handed_over(me);
			me->command = IDLE;
			psci(PSCI_CPU_OFF, 0, 0, 0);
			break;
		case CONTEND:
			contend(me);
			break;
		case ORDER_STAMP:
			read_stamps(me);
			break;
		}
		me->command = IDLE;
		sev();
	}
}

/* From here on, on the boot CPU. */

static void order(struct percpu *cpu, uint32_t command)
{
	cpu->command = command;
	sev();
}

/* As long as there are checks, there is progress. */
static bool has_obeyed(struct percpu *cpu)
{
	struct deadline deadline = patience(PATIENCE);
	uint32_t seen = checks;

	while (cpu->command != IDLE) {
		if (is_over(&deadline))
			return false;
		if (seen != checks) {
			seen = checks;
			deadline = patience(PATIENCE);
		}
	}
	return true;
}

static bool has_arrived(struct percpu *cpu, uint32_t life)
{
	struct deadline deadline = patience(PATIENCE);

	while (cpu->lives != life)
		if (is_over(&deadline))
			return false;
	return true;
}

static bool goes_off(uint32_t mpidr)
{
	struct deadline deadline = patience(PATIENCE);

	while (affinity_info(mpidr) != PSCI_AFFINITY_OFF)
		if (is_over(&deadline))
			return false;
	return true;
}

/* Lines about another CPU: scope is its name. */
static void name_scope(uint32_t mpidr)
{
	static char name[] = "cpu0 ";

	name[3] = '0' + number(percpu_of(mpidr));
	scope = name;
}

/* A jump at an address that CPU_ON has to accept, for as long as it is needed. */
static struct {
	uint32_t at, was[2];
} jump;

static uint32_t place_jump(uint32_t at, uint32_t to)
{
	jump.at = at;
	jump.was[0] = read32(at);
	jump.was[1] = read32(at + 4);
	write32(at, 0xe51ff004);	/* ldr pc, [pc, #-4] */
	write32(at + 4, to);
	dsb();
	return at;
}

static void remove_jump(void)
{
	if (!jump.at)
		return;
	write32(jump.at, jump.was[0]);
	write32(jump.at + 4, jump.was[1]);
	jump.at = 0;
}

/*
 * Odd lives begin in Thumb state. Two lives begin at an edge: right above the
 * resident range, and at the first byte of RAM, if that is free.
 */
static uint32_t entry_of(uint32_t life)
{
	uint32_t entry = (uintptr_t)secondary_entry | (life & 1);
	uint32_t ram = machine.bank[0].start;

	if (life == FULL_LIVES + 1 && board.resident_end &&
	    machine.reserved_end == board.resident_end)
		return place_jump(board.resident_end, entry);
	if (life == FULL_LIVES + 2 && board.resident_end && machine.bank_count &&
	    (uintptr_t)image_start - ram > 0x1000 && boot_cpu->entry[2] - ram > 0x1000)
		return place_jump(ram, entry);
	return entry;
}

static bool turn_on(uint32_t mpidr, uint32_t life)
{
	struct percpu *cpu = percpu_of(mpidr);
	uint32_t entry = entry_of(life);

	cpu->command = IDLE;
	name_scope(mpidr);
	check_is(on_success, psci(PSCI_CPU_ON, mpidr, entry,
				  CONTEXT_ID(number(cpu), life)), PSCI_SUCCESS);

	bool arrived = has_arrived(cpu, life);

	remove_jump();
	check(on_arrives, arrived, affinity_info(mpidr));
	if (arrived)
		check_is(on_twice, psci(PSCI_CPU_ON, mpidr,
					(uintptr_t)secondary_entry, 0),
			 PSCI_ALREADY_ON);
	return arrived;
}

static bool release_from_pen(uint32_t mpidr)
{
	struct percpu *cpu = percpu_of(mpidr);

	cpu->command = IDLE;
	name_scope(mpidr);
	if (!board.pen) {
		if (ours && board.ours)
			check(pen_there, false, mpidr);
		else
			skip(pen_there, "no PSCI, and a pen that is not known");
		return false;
	}
	check_is(pen_clear, read32(board.pen), 0);
	write32(board.pen + 4, 0xffffffff);
	write32(board.pen, (uintptr_t)secondary_entry);
	dsb();
	write32(machine.gicd + GICD_SGIR, 0x10000u << number(cpu));

	bool arrived = has_arrived(cpu, 1);

	write32(board.pen + 4, 0xffffffff);
	check(pen_left, arrived, read32(board.pen));
	return arrived;
}

static bool check_life(uint32_t mpidr, uint32_t command)
{
	struct percpu *cpu = percpu_of(mpidr);

	name_scope(mpidr);
	check_counter_order(cpu);
	order(cpu, command);
	bool done = has_obeyed(cpu);

	name_scope(mpidr);
	check(life_through, done, cpu->command);
	if (done && command != CHECK)
		check(off_goes, goes_off(mpidr), affinity_info(mpidr));
	return done;
}

/* The DTB says that this CPU cannot be used. */
static void check_failed(uint32_t mpidr)
{
	name_scope(mpidr);
	skip(life_through, "its status in the DTB is not okay");
	if (!our_psci)
		return;
	check_is(failed_affinity, affinity_info(mpidr), PSCI_INVALID_PARAMETERS);
	check_is(failed_on, psci(PSCI_CPU_ON, mpidr, (uintptr_t)secondary_entry, 0),
		 PSCI_INVALID_PARAMETERS);
}

static void check_secondary(uint32_t mpidr)
{
	if (!machine.psci) {
		if (release_from_pen(mpidr))
			check_life(mpidr, CHECK);
		return;
	}
	for (uint32_t life = 1; life <= FULL_LIVES; life++)
		if (!turn_on(mpidr, life) || !check_life(mpidr, CHECK_AND_DIRTY))
			return;
	if (is_variant("entry"))
		return;
	for (uint32_t life = FULL_LIVES + 1; life <= FULL_LIVES + 2; life++)
		if (!turn_on(mpidr, life) || !check_life(mpidr, CHECK_ENTRY))
			return;
}

/*
 * All CPUs turn the target on at the same time. Returns how many have
 * succeeded, or a value that tells what went wrong otherwise.
 */
static uint32_t contend_once(void)
{
	struct percpu *target = percpu_of(target_mpidr);
	uint32_t succeeded = 0, winner = 0, life = target->lives + 1;

	go = 0;
	target->command = IDLE;
	for (uint32_t i = 0; i < machine.cpu_count; i++) {
		struct percpu *cpu = percpu_of(machine.mpidr[i]);

		if (cpu == boot_cpu || cpu == target)
			continue;
		cpu->result = 0;
		order(cpu, CONTEND);

		struct deadline deadline = patience(PATIENCE);

		while (cpu->result != WAITING && !is_over(&deadline))
			;
	}
	go = 1;
	contend(boot_cpu);

	for (uint32_t i = 0; i < machine.cpu_count; i++) {
		struct percpu *cpu = percpu_of(machine.mpidr[i]);

		if (cpu == target)
			continue;
		if (!has_obeyed(cpu))
			return 0xdead0000 | number(cpu);
		if (cpu->result == PSCI_SUCCESS) {
			succeeded++;
			winner = number(cpu);
		} else if (cpu->result != (uint32_t)PSCI_ALREADY_ON &&
			   cpu->result != (uint32_t)PSCI_ON_PENDING) {
			return cpu->result;
		}
	}
	if (succeeded != 1)
		return succeeded;
	if (!has_arrived(target, life) || target->entry[0] != winner)
		return 0xdead1000 | winner;
	order(target, CPU_GOES_OFF);
	return goes_off(target_mpidr) ? 1 : 0xdead2000;
}

static void check_contention(void)
{
	uint32_t result = 1;

	for (uint32_t i = 0; i < machine.cpu_count; i++)
		if (percpu_of(machine.mpidr[i]) != boot_cpu)
			target_mpidr = machine.mpidr[i];
	for (uint32_t i = 0; i < machine.cpu_count; i++) {
		struct percpu *cpu = percpu_of(machine.mpidr[i]);

		if (cpu != boot_cpu && machine.mpidr[i] != target_mpidr &&
		    !turn_on(machine.mpidr[i], cpu->lives + 1))
			return;
	}
	for (int i = 0; i < CONTENTION_ROUNDS && result == 1; i++)
		result = contend_once();
	scope = "";
	check_is(on_contention, result, 1);
}

/*
 * conformance=fault: CPU_ON of a CPU that is on is to fault, with the lock held.
 * The CPU that calls it is lost, and no other one.
 */
static _Noreturn void fault(void)
{
	struct percpu *cpu = percpu_of(machine.mpidr[1]);
	uint32_t entry = (uintptr_t)secondary_entry, other = machine.mpidr[2];
	struct deadline deadline;

	target_mpidr = machine.mpidr[1];
	go = 1;
	name_scope(target_mpidr);
	check_is(on_success, psci(PSCI_CPU_ON, target_mpidr, entry, 0),
		 PSCI_SUCCESS);
	check(on_arrives, has_arrived(cpu, 1), affinity_info(target_mpidr));
	order(cpu, CONTEND);
	deadline = patience(PATIENCE);
	while (affinity_info(target_mpidr) == PSCI_AFFINITY_ON &&
	       !is_over(&deadline))
		;
	/* Its report goes to the console that we write to next. */
	deadline = patience(1);
	while (!is_over(&deadline))
		;
	check_is(faulted_affinity, affinity_info(target_mpidr), PSCI_DISABLED);
	check_is(faulted_on, psci(PSCI_CPU_ON, target_mpidr, entry, 0),
		 PSCI_INTERNAL_FAILURE);
	check_is(faulted_cluster, psci(PSCI_AFFINITY_INFO, target_mpidr, 1, 0),
		 PSCI_AFFINITY_ON);
	name_scope(other);
	check_is(affinity_off, affinity_info(other), PSCI_AFFINITY_OFF);
	check_is(on_success, psci(PSCI_CPU_ON, other, entry | 1, 0), PSCI_SUCCESS);
	check(on_arrives, has_arrived(percpu_of(other), 1), affinity_info(other));
	finish();
}

static _Noreturn void bench(struct percpu *me)
{
	if (me->hyp)
		bench_hvc(hyp_vectors);
	if (machine.psci) {
		bench_psci();
		for (uint32_t i = machine.cpu_count; i-- > 0; ) {
			if (machine.mpidr[i] == own_mpidr())
				continue;
			bench_cpu_on(machine.mpidr[i]);

			struct deadline deadline = patience(PATIENCE);

			while (!bench_flag && !is_over(&deadline))
				;
			break;
		}
	}
	power_off(true);
}

static void smc_in_svc(void *unused)
{
	(void)unused;
	smc(PSCI_VERSION, 0, 0, 0);
}

static _Noreturn void run_variant(struct percpu *me)
{
	scope = "";
	if (is_variant("fault"))
		fault();
	if (is_variant("warm-reset")) {
		put("# warm reset\r\n");
		psci(PSCI_SYSTEM_RESET2, PSCI_SYSTEM_WARM_RESET, 0, 0);
	}
	if (me->hyp && is_variant("hyp-undef"))
		undefined_instruction();
	if (me->hyp && is_variant("hyp-abort")) {
		write_cp15(HSCTLR, read_cp15(HSCTLR) | SCTLR_A);
		isb();
		read_unaligned((const char *)me + 1);
	}
	if (me->hyp && is_variant("hyp-trap")) {
		write_cp15(HCR, HCR_TSC);
		isb();
		run_in_svc(smc_in_svc, NULL);
	}
	check(no_exception, false, me->cpsr);
	finish();
}

/* What is not reserved is ours; UDF instructions, if a CPU executes it. */
static void overwrite(void)
{
	if (!board.resident_end)
		return;
	for (uint32_t at = board.transient_start; at < board.resident_end; at += 4)
		if (at < machine.reserved || at >= machine.reserved_end)
			write32(at, 0xe7f0deaf);
	put("# overwritten: ");
	put_hex(board.transient_start, 8);
	put("..");
	put_hex(board.resident_end, 8);
	put(" but ");
	put_hex(machine.reserved, 8);
	put("..");
	put_hex(machine.reserved_end, 8);
	put("\r\n");
}

/*
 * Whether PSCI is this wrapper's, as far as its answers tell. Below other firmware, the
 * wrapper leaves that firmware's PSCI to the kernel: that of QEMU and of U-Boot does not
 * offer SMCCC_VERSION. TF-A's does, and would be taken for this wrapper's.
 */
static bool is_our_psci(void)
{
	return psci(PSCI_VERSION, 0, 0, 0) == 0x10001 &&
	       psci(PSCI_FEATURES, SMCCC_VERSION, 0, 0) == 0;
}

void boot_main(struct percpu *me)
{
	const uint32_t *fdt = (const uint32_t *)me->entry[2];

	boot_cpu = me;
	boot_word = me->entry[3];
	ours = board.ours ||
	       (boot_word & BW_BOOT_MODE_MAGIC_MASK) == BW_BOOT_MODE_MAGIC;
	me->lives = 1;
	if (!(me->entry[2] & 3) && big_endian(fdt) == 0xd00dfeed)
		read_dtb(fdt, "conformance=", power_off_if_fast);
	if (is_variant("fast"))
		power_off(true);
	if (is_variant("bench"))
		bench(me);
	if (machine.argument && !is_variant("entry"))
		run_variant(me);

	look_before_touching(me);
	set_vectors(me);
	if (!ours)
		secure = !me->hyp && is_secure_state();
	our_psci = machine.psci && ours && (board.ours || is_our_psci());
	put("TAP version 13\r\n");
	overwrite();
	check_this_cpu(me);
	if (!is_variant("entry")) {
		check_dtb(fdt);
		if (!board.ours)
			check_second_clock();
	}
	for (uint32_t i = 0; i < machine.cpu_count; i++) {
		if (machine.failed >> i & 1)
			check_failed(machine.mpidr[i]);
		else if (machine.mpidr[i] != own_mpidr())
			check_secondary(machine.mpidr[i]);
	}
	/* With Hyp mode comes the end of all that the wrapper did there. */
	if (is_variant("entry") && !me->hyp && !secure &&
	    boot_word & BW_OWNS_HYP) {
		scope = "";
		check_is(hvc_takes_hyp, become_hyp(), 0);
		check_is(hcr, read_cp15(HCR) & HCR_DEFINED, 0);
	}
	if (machine.psci && machine.cpu_count > 2 && !machine.failed &&
	    !is_variant("entry"))
		check_contention();
	scope = "";
	check(no_exception, true, 0);
	finish();
}
