/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that checks, on every CPU, what the boot contract promises, and
 * says so on the console in TAP: a line for each check, the plan, a verdict.
 * Then it switches the machine off.
 *
 * It stays in the mode that it is entered in, MMU off, interrupts masked; but
 * if that is SVC, and Hyp mode is there to be taken, it takes it.
 * Only one CPU checks at a time: the boot CPU gives the others their orders
 * through struct percpu and waits. All memory is Strongly-ordered here, so
 * plain loads and stores do, and exclusives do not.
 *
 * What the machine is like comes from the DTB. In its bootargs,
 *   conformance=hyp-undef	executes an undefined instruction in Hyp mode,
 *   conformance=hyp-abort	makes a data abort there, and
 *   conformance=hyp-trap	makes an SMC in SVC mode trap to Hyp mode: the
 *				wrapper's vectors, still in HVBAR, should report
 *				each, and the CPU then stop;
 *   conformance=fault		lets CPU 1 call a Monitor that a test has broken;
 *   conformance=warm-reset	resets the machine by SYSTEM_RESET2;
 *   conformance=entry		checks on each CPU only how it was entered;
 *   conformance=fast		does nothing but switch off;
 *   conformance=bench		does what there are bench_... labels for.
 */
#include "board.h"
#include "boot_wrapper.h"
#include "conformance.h"
#include "machine.h"
#include "memory_map.h"
#include "registers.h"

/* How long to wait for anything, in seconds. */
#define PATIENCE		10
#define INTERRUPT_PATIENCE	2

#define CONTEXT_ID(cpu, life)	(0xc0de0000 | (cpu) << 8 | (life))
#define CONTENTION_ROUNDS	20

/* percpu.result, before a contender has one. */
#define WAITING		1

/* Orders for a CPU: percpu.command. */
enum {
	IDLE, CHECK, CHECK_AND_DIRTY, CPU_GOES_OFF, CONTEND,
};

struct percpu percpu[CPU_LIMIT] __attribute__((section(".percpu")));

/* The modes of the contract, by number. */
static const struct {
	char name[16];
	uint32_t psr;
} modes[] = {
	[BW_MODE_SECURE_MONITOR] = { "secure-monitor", PSR_MON },
	[BW_MODE_HYP] = { "hyp", PSR_HYP },
	[BW_MODE_SVC] = { "svc", PSR_SVC },
	[BW_MODE_SECURE_SVC] = { "secure-svc", PSR_SVC },
};

static struct percpu *boot_cpu;
static uint32_t boot_word;		/* r3 of the boot CPU */
static bool secure;			/* the mode is a Secure one */
static uint32_t boot_cntfrq;
static volatile uint32_t go, target_mpidr;

/* The machine's end. */

static _Noreturn void power_off(void)
{
	if (machine.psci)
		smc(PSCI_SYSTEM_OFF, 0, 0, 0);
	board_system_off();
	for (;;)
		wfi();
}

/* Checks. */

static volatile uint32_t checks, failures;
static const char *scope;		/* what the next checks are about */

static struct percpu *this_cpu(void)
{
	return (struct percpu *)read_cp15(TPIDRPRW);
}

static void put_check(bool ok, const char *what)
{
	struct percpu *me = this_cpu();

	checks++;
	if (!ok)
		failures++;
	put(ok ? "ok " : "not ok ");
	put_decimal(checks);
	put(" - cpu");
	put_decimal(me - percpu);
	if (me->lives > 1) {
		put(" life ");
		put_decimal(me->lives);
	}
	put(" ");
	put(scope);
	put(what);
}

static void check(const char *what, bool ok, uint32_t got)
{
	put_check(ok, what);
	if (!ok) {
		put(": got ");
		put_hex(got, 8);
	}
	put("\r\n");
}

static void check_is(const char *what, uint32_t got, uint32_t wanted)
{
	put_check(got == wanted, what);
	if (got != wanted) {
		put(": got ");
		put_hex(got, 8);
		put(", not ");
		put_hex(wanted, 8);
	}
	put("\r\n");
}

static void check_is_64(const char *what, uint64_t got, uint64_t wanted)
{
	put_check(got == wanted, what);
	if (got != wanted) {
		put(": got ");
		put_hex(got, 16);
	}
	put("\r\n");
}

static void skip(const char *what, const char *why)
{
	put_check(true, what);
	put(" # SKIP ");
	put(why);
	put("\r\n");
}

static _Noreturn void finish(void)
{
	put("1..");
	put_decimal(checks);
	put("\r\nconformance: ");
	if (failures) {
		put("FAIL (");
		put_decimal(failures);
		put(" of ");
		put_decimal(checks);
		put(")\r\n");
	} else {
		put("PASS\r\n");
	}
	power_off();
}

static void put_fault(uint32_t fault, uint32_t pc, uint32_t syndrome)
{
	uint32_t vector = fault & 0xf;

	if (fault == FAULT_STUCK) {
		put("no way back to Hyp mode by HVC, r0 ");
		put_hex(syndrome, 8);
		return;
	}
	/* In PL1, lr is ahead of the instruction; ARM state. */
	if (fault & FAULT_PL1)
		pc -= vector == 4 ? 8 : 4;
	put(fault & FAULT_HYP ? "exception to Hyp mode" : "exception to PL1");
	put(", vector ");
	put_decimal(vector);
	put(", PC ");
	put_hex(pc, 8);
	put(", syndrome ");
	put_hex(syndrome, 8);
	put(", address ");
	if (fault & FAULT_HYP)
		put_hex(vector == 3 ? read_cp15(HIFAR) : read_cp15(HDFAR), 8);
	else
		put_hex(vector == 3 ? read_cp15(IFAR) : read_cp15(DFAR), 8);
}

void unexpected_exception(uint32_t fault, uint32_t pc, uint32_t syndrome)
{
	scope = "";
	put_check(false, "no unexpected exception: ");
	put_fault(fault, pc, syndrome);
	put("\r\n");
	finish();
}

/* True if function(argument) got through; else a check has failed. */
static bool svc_works(const char *what, void (*function)(void *),
		      void *argument)
{
	struct percpu *me = this_cpu();

	if (!run_in_svc(function, argument))
		return true;
	put_check(false, what);
	put(": ");
	put_fault(me->fault, me->fault_pc, me->syndrome);
	put("\r\n");
	return false;
}

/* Of this payload: "conformance=..." in the bootargs. */

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
		power_off();
}

/* The entry: the registers at a CPU's first instruction. */

/* The boot-mode word, and the same in the DTB. Returns the mode of CPSR. */
static uint32_t check_boot_word(void)
{
	uint32_t mode = (boot_word & BW_MODE_MASK) >> BW_MODE_SHIFT;

	if (boot_word & ~(BW_MODE_MASK | BW_OWNS_HYP | BW_OWNS_SECURE) &
	    ~BW_BOOT_MODE_MAGIC_MASK || mode < 1 || mode > 4 ||
	    (boot_word & BW_BOOT_MODE_MAGIC_MASK) != BW_BOOT_MODE_MAGIC) {
		check("r3 is a boot-mode word", false, boot_word);
		return 0;
	}
	put("# boot-mode word ");
	put_hex(boot_word, 8);
	put("\r\n");
	check("/chosen has the same mode", machine.mode &&
	      is_text(machine.mode, modes[mode].name), boot_word);
	check("/chosen says the same of Hyp mode", machine.owns_hyp ==
	      !!(boot_word & BW_OWNS_HYP), boot_word);
	check("/chosen says the same of Secure state", machine.owns_secure ==
	      !!(boot_word & BW_OWNS_SECURE), boot_word);
	secure = mode == BW_MODE_SECURE_MONITOR || mode == BW_MODE_SECURE_SVC;
	return modes[mode].psr;
}

static void check_entry(struct percpu *me)
{
	static uint32_t mode;

	scope = "entry: ";
	if (me == boot_cpu)
		mode = check_boot_word();
	check_is("CPSR has the mode of r3, with A, I, F masked, little-endian",
		 me->cpsr & ~PSR_FLAGS, PSR_AIF | mode);
	if (me == boot_cpu) {
		check_is("r0 is 0", me->entry[0], 0);
		check_is("r1 says devicetree", me->entry[1], BW_MACHINE_DT);
		check("r2 is aligned to 8 bytes", !(me->entry[2] & 7),
		      me->entry[2]);
		check("r2 is a DTB's address",
		      !(me->entry[2] & 3) &&
		      big_endian((const uint32_t *)me->entry[2]) == 0xd00dfeed,
		      me->entry[2]);
	} else if (machine.psci) {
		check_is("r0 is the context_id", me->entry[0],
			 CONTEXT_ID(me - percpu, me->lives));
		check_is("the state is what bit 0 of the address says",
			 me->state, me->lives & 1 ? ENTRY_THUMB : ENTRY_ARM);
	}
	if (me != boot_cpu && !machine.psci)
		check_is("r0 is 0", me->entry[0], 0);
	if (me != boot_cpu)
		check_is("r1 and r2 are 0", me->entry[1] | me->entry[2], 0);
	check_is("r3 is the boot CPU's boot-mode word", me->entry[3], boot_word);

	uint32_t left = 0;

	for (int i = 4; i <= 12; i++)
		left |= me->entry[i];
	check_is("r4..r12 are 0", left, 0);
}

/* SCTLR as the contract has it: its value depends on the core. */
static uint32_t sctlr_wanted(void)
{
	return core_is_one_of(CORES_PREDICT_ALWAYS) ? 0x00c50878 : 0x00c50078;
}

/*
 * `sctlr`, with the bit that reads as one and ignores writes on this core. An
 * emulator may let software clear it, and that is no fault of the loader.
 */
static uint32_t sctlr_seen(uint32_t sctlr)
{
	return sctlr | (sctlr_wanted() & SCTLR_Z);
}

/* Hyp mode's registers. */

/* True if there is a trampoline to be tried. */
static bool check_hyp_registers(uint32_t stub)
{
	bool resident = stub >= machine.reserved && stub < machine.reserved_end;

	scope = "";
	check_is("HSCTLR", read_cp15(HSCTLR), 0x30c50878);
	check_is("HCR is 0", read_cp15(HCR), 0);
	check_is("HSTR is 0", read_cp15(HSTR), 0);
	check_is("HCPTR traps nothing", read_cp15(HCPTR), 0x33ff);
	check_is("HDCR is PMCR.N", read_cp15(HDCR),
		 read_cp15(PMCR) >> PMCR_N_SHIFT & PMCR_N_MASK);
	check_is("VPIDR is MIDR", read_cp15(VPIDR), read_cp15(MIDR));
	check_is("VMPIDR is MPIDR", read_cp15(VMPIDR), read_cp15(MPIDR));
	check_is_64("VTTBR is 0", read_cp15_64(VTTBR), 0);
	check_is("VTCR has no bit set but those that read as one",
		 read_cp15(VTCR), 0x80000000);
	check_is("HTCR has no bit set but those that read as one",
		 read_cp15(HTCR), 0x80800000);
	check_is("HACR is 0", read_cp15(HACR), 0);
	check_is("HTPIDR is 0", read_cp15(HTPIDR), 0);
	check_is("HMAIR0 and HMAIR1 are 0",
		 read_cp15(HMAIR0) | read_cp15(HMAIR1), 0);
	check_is("CNTHCTL lets PL1 in, and has no event stream",
		 read_cp15(CNTHCTL) & (CNTHCTL_PL1PCEN | CNTHCTL_PL1PCTEN |
				       CNTHCTL_EVNTEN),
		 CNTHCTL_PL1PCEN | CNTHCTL_PL1PCTEN);
	check_is_64("CNTVOFF is 0", read_cp15_64(CNTVOFF), 0);
	check_is("the Hyp timer is off", read_cp15(CNTHP_CTL) & 1, 0);
	check("HVBAR is aligned to 32 bytes", !(stub & 31), stub);
	if (machine.reserved)
		check("HVBAR is in the resident range", resident, stub);
	else
		skip("HVBAR is in the resident range", "nothing is reserved");

	/* What is wrong has been said; what follows shall get through. */
	write_cp15(HCR, 0);
	isb();
	return resident;
}

/* What PL1 depends on, whoever is there. */

static void enable_vfp(void *access)
{
	uint32_t was = read_cp15(CPACR);

	write_cp15(CPACR, was | CPACR_CP10_11);
	isb();
	*(uint32_t *)access = read_cp15(CPACR) & CPACR_CP10_11;
}

static void use_simd(void *values)
{
	add_vectors(values);
	write_cp15(CPACR, read_cp15(CPACR) & ~CPACR_CP10_11);
	isb();
}

static void read_scr(void *scr)
{
	*(uint32_t *)scr = read_cp15(SCR);
}

/* SCR can be read in Secure state, and nowhere else. */
static void check_world(void)
{
	uint32_t scr = SCR_NS;

	scope = "";
	if (!secure)
		check_is("SCR is out of reach", run_in_svc(read_scr, &scr),
			 FAULT_PL1 | 1);
	else if (svc_works("SCR says Secure", read_scr, &scr))
		check_is("SCR says Secure, and lets Non-secure unmask A and F",
			 scr & (SCR_NS | SCR_FW | SCR_AW | SCR_SCD),
			 SCR_FW | SCR_AW);

	/* Whoever goes to Non-secure state from here finds Hyp mode ready. */
	if (secure && boot_word & BW_OWNS_HYP) {
		struct nonsecure is;

		read_nonsecure(&is);
		check_is("HVBAR, beyond", is.hvbar, RESIDENT_START);
		check_is("HSCTLR, beyond", is.hsctlr, 0x30c50878);
		check_is("HCR, beyond", is.hcr, 0);
		check_is("VMPIDR, beyond", is.vmpidr, read_cp15(MPIDR));
		check_is("Non-secure SCTLR, beyond", sctlr_seen(is.sctlr),
			 sctlr_wanted());
	}
}

/* What is UNKNOWN at reset, and what the last kernel may have left. */
static void check_pl1_leftovers(const struct percpu *me)
{
	check_is("TTBR0 is 0", read_cp15(TTBR0), 0);
	check_is("TTBR1 is 0", read_cp15(TTBR1), 0);
	check_is("TTBCR is 0", read_cp15(TTBCR), 0);
	check_is("DACR is 0", read_cp15(DACR), 0);
	check_is("CONTEXTIDR is 0", read_cp15(CONTEXTIDR), 0);
	check_is("TPIDRURW is 0", me->tpidr[0], 0);
	check_is("TPIDRURO is 0", me->tpidr[1], 0);
	check_is("TPIDRPRW is 0", me->tpidr[2], 0);
	check_is("CPACR is 0", read_cp15(CPACR), 0);
	if (!has_pmu())
		return;
	/* Where other firmware owns Hyp mode and Secure state, these are its. */
	if (!(boot_word & (BW_OWNS_HYP | BW_OWNS_SECURE)) && !machine.psci)
		return;
	check_is("PMCR.E is 0", read_cp15(PMCR) & PMCR_E, 0);
	check_is("no event counter is enabled", read_cp15(PMCNTENSET), 0);
	check_is("no event counter interrupts", read_cp15(PMINTENSET), 0);
	check_is("PL0 has no access to the event counters",
		 read_cp15(PMUSERENR), 0);
}

static void check_pl1_registers(struct percpu *me)
{
	uint32_t access = 0;
	uint32_t values[4] = { 1, 0x10000, 0x7fffffff, 0x80000001 };

	scope = "";
	check_is("SCTLR", sctlr_seen(read_cp15(SCTLR)), sctlr_wanted());
	check_pl1_leftovers(me);
	if (read_cp15(ID_PFR1) & ID_PFR1_SECURITY)
		check_is("NSACR gives VFP, Advanced SIMD and ACTLR.SMP",
			 read_cp15(NSACR) &
			 (NSACR_CP10 | NSACR_CP11 | NSACR_NS_SMP |
			  NSACR_NSD32DIS | NSACR_NSASEDIS),
			 NSACR_CP10 | NSACR_CP11 | NSACR_NS_SMP);
	else
		skip("NSACR", "this CPU has no Security Extensions");

	if (svc_works("VFP can be enabled in SVC mode", enable_vfp, &access))
		check_is("VFP can be enabled in SVC mode", access,
			 CPACR_CP10_11);
	if (access != CPACR_CP10_11)
		check("Advanced SIMD works in SVC mode", false, access);
	else if (svc_works("Advanced SIMD works in SVC mode", use_simd, values))
		check("Advanced SIMD works in SVC mode",
		      values[0] == 2 && values[1] == 0x20000 &&
		      values[2] == 0xfffffffe && values[3] == 2, values[0]);

	uint32_t psr;

	asm volatile("cpsie af\n\tmrs %0, cpsr\n\tcpsid af"
		     : "=r" (psr) :: "memory");
	check_is("A and F can be unmasked", psr & (PSR_A | PSR_F), 0);
	if (!has_timer()) {
		skip("timers", "this CPU has no Generic Timer");
		return;
	}

	uint32_t hz = read_cp15(CNTFRQ);

	check_is("the virtual timer is off", read_cp15(CNTV_CTL) & 1, 0);
	/* From the slowest that the architecture has in mind to the fastest known. */
	check("CNTFRQ can be a counter's frequency",
	      hz >= 1000000 && hz <= 2000000000, hz);
	if (me != boot_cpu)
		check_is("CNTFRQ is the boot CPU's", hz, boot_cntfrq);
}

/* Counters and timers. */

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

	scope = "";
	read_counters(&first);
	do
		read_counters(&then);
	while (then.after == first.before && ++polls < 1 << 20);
	check("the counter runs", then.after > first.before, then.after);
	check("the virtual counter is the physical one",
	      then.before <= then.virtual && then.virtual <= then.after,
	      then.virtual - then.before);
	if (svc_works("SVC mode can read both", read_counters, &then))
		check("SVC mode can read both",
		      first.after <= then.before &&
		      then.before <= then.virtual && then.virtual <= then.after,
		      then.virtual - then.before);
}

enum timer { PL1_TIMER, VIRTUAL_TIMER, HYP_TIMER };

/* Let it fire now (control 1), or turn it off (control 0). */
static void set_timer(enum timer timer, uint32_t control)
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

static void set_pl1_timer(void *argument)
{
	set_timer(PL1_TIMER, *(uint32_t *)argument);
}

/* The GIC. */

/* Acknowledge `interrupt` once it comes, and what comes before. */
static bool comes(uint32_t interrupt)
{
	struct deadline deadline = patience(INTERRUPT_PATIENCE);
	uint32_t taken;

	do {
		taken = read32(machine.gicc + GICC_IAR);
		if ((taken & GIC_ID_MASK) < GIC_SPECIAL)
			write32(machine.gicc + GICC_EOIR, taken);
	} while ((taken & GIC_ID_MASK) != interrupt && !is_over(&deadline));
	return (taken & GIC_ID_MASK) == interrupt;
}

/* Whoever it is that does it; standby has no entry address, whatever is given. */
static void check_standby(void)
{
	write32(machine.gicd + GICD_SGIR, GIC_SGIR_SELF | 7);
	dsb();
	check_is("CPU_SUSPEND to standby ends for an interrupt",
		 smc(PSCI_CPU_SUSPEND, 0, 0, 0), PSCI_SUCCESS);
	check("that interrupt comes", comes(7), 0);
}

/*
 * To Non-secure state, a Group 0 interrupt's enable bit is 0 and cannot be
 * changed. Returns the interrupts of a word that are not ours.
 */
static uint32_t secure_interrupts(uint32_t n, uint32_t mask)
{
	uint32_t was = read32(machine.gicd + GICD_ISENABLER + 4 * n);

	write32(machine.gicd + GICD_ISENABLER + 4 * n, mask);
	uint32_t is = read32(machine.gicd + GICD_ISENABLER + 4 * n);

	write32(machine.gicd + GICD_ICENABLER + 4 * n, ~was);
	return mask & ~is;
}

/* The first interrupt number that is not ours, or how many there are. */
static uint32_t first_secure_spi(uint32_t count)
{
	for (uint32_t n = 1; n < count / 32; n++) {
		uint32_t mask = n == GIC_SPECIAL / 32 ? 0x0fffffff : 0xffffffff;
		uint32_t taken = secure_interrupts(n, mask);

		if (taken)
			return 32 * n + __builtin_ctz(taken);
	}
	return count;
}

static void check_timer(const char *what, enum timer timer, uint32_t ppi)
{
	write32(machine.gicd + GICD_ISENABLER, 1u << ppi);
	set_timer(timer, 1);
	check(what, comes(ppi), read32(machine.gicd + GICD_ISENABLER));
	set_timer(timer, 0);
	write32(machine.gicd + GICD_ICENABLER, 1u << ppi);
}

static void check_gic(struct percpu *me)
{
	scope = "GIC: ";
	if (!machine.gicd) {
		skip("interrupts", "none in the DTB");
		return;
	}

	uint32_t count = 32 * ((read32(machine.gicd + GICD_TYPER) & 0x1f) + 1);

	/* To Secure state all of them are ours. */
	if (secure) {
		uint32_t groups = 0;

		for (uint32_t n = 0; n < count / 32; n++)
			groups |= read32(machine.gicd + GICD_IGROUPR + 4 * n);
		check_is("all interrupts belong to Group 0", groups, 0);
	}
	check_is("SGIs can be enabled", secure_interrupts(0, SGIS), 0);
	check_is("PPIs can be enabled",
		 secure_interrupts(0, PPIS_OF_CORTEX), 0);
	if (me == boot_cpu)
		check_is("all SPIs can be enabled; the first that cannot",
			 first_secure_spi(count), count);

	write32(machine.gicc + GICC_PMR, 0xf0);
	check_is("the priority mask is ours",
		 read32(machine.gicc + GICC_PMR), 0xf0);
	write32(machine.gicd + GICD_CTLR, 1);
	check_is("the distributor can be enabled",
		 read32(machine.gicd + GICD_CTLR) & 1, 1);
	write32(machine.gicc + GICC_CTLR, 1);
	check_is("the CPU interface can be enabled",
		 read32(machine.gicc + GICC_CTLR) & 1, 1);

	uint32_t sgi;

	for (sgi = 0; sgi < 16; sgi++) {
		write32(machine.gicd + GICD_SGIR, GIC_SGIR_SELF | sgi);
		if (!comes(sgi))
			break;
	}
	check_is("SGIs to oneself come; the first that does not", sgi, 16);

	if (!has_timer())
		return;
	check_timer("the virtual timer's interrupt comes",
		    VIRTUAL_TIMER, PPI_VIRTUAL_TIMER);
	check_timer("the physical timer's interrupt comes", PL1_TIMER,
		    secure ? PPI_SECURE_TIMER : PPI_PL1_TIMER);
	if (me->hyp) {
		check_timer("the Hyp timer's interrupt comes",
			    HYP_TIMER, PPI_HYP_TIMER);

		const char *what = "SVC mode can use the physical timer";
		uint32_t on = 1;

		write32(machine.gicd + GICD_ISENABLER, 1u << PPI_PL1_TIMER);
		if (svc_works(what, set_pl1_timer, &on))
			check(what, comes(PPI_PL1_TIMER), 0);
		set_timer(PL1_TIMER, 0);
		write32(machine.gicd + GICD_ICENABLER, 1u << PPI_PL1_TIMER);
	}
}

/* Calls, with all the caller's registers looked at. */

struct call {
	void (*make)(struct regs *in, struct regs *out);
	struct regs in, out;
};

static void make_call(void *argument)
{
	struct call *call = argument;

	call->make(&call->in, &call->out);
}

static void prepare_call(struct call *call, void (*make)(struct regs *, struct regs *))
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
static void check_call(const char *what, const struct call *call,
		       uint32_t wanted, bool spsr_too)
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
		check_is(what, out->r[0], wanted);
		return;
	}
	put_check(false, what);
	put(": it changed ");
	put(changed);
	put("\r\n");
}

/* The registers of VFP and Advanced SIMD, in SVC mode. */

struct vfp_call {
	uint32_t function, a1, a2;	/* of an SMC; function 0: an HVC */
	uint32_t result;
	struct vfp before, after;
};

static void make_vfp_call(void *argument)
{
	struct vfp_call *call = argument;

	write_cp15(CPACR, read_cp15(CPACR) | CPACR_CP10_11);
	isb();
	write_vfp(&call->before);
	call->result = call->function ?
		       smc(call->function, call->a1, call->a2, 0) : hvc(1, 0);
	read_vfp(&call->after);
	write_cp15(CPACR, read_cp15(CPACR) & ~CPACR_CP10_11);
	isb();
}

static void check_vfp(const char *what, uint32_t function, uint32_t a1,
		      uint32_t a2, uint32_t wanted)
{
	struct vfp_call call;
	uint32_t i;

	call.function = function;
	call.a1 = a1;
	call.a2 = a2;
	for (i = 0; i < 64; i++)
		call.before.d[i] = 0x9e3779b9 * (i + 1) ^ function;
	call.before.fpscr = FPSCR_NZCV | FPSCR_TO_ZERO;
	if (!svc_works(what, make_vfp_call, &call))
		return;
	for (i = 0; i < 64 && call.before.d[i] == call.after.d[i]; i++)
		;
	if (i < 64)
		check(what, false, i);
	else if (call.after.fpscr != call.before.fpscr)
		check(what, false, call.after.fpscr);
	else
		check_is(what, call.result, wanted);
}

/* The Hyp trampoline. */

static void check_stub_call(const char *what, uint32_t stub, bool from_svc,
			    void (*make)(struct regs *, struct regs *),
			    uint32_t r0, uint32_t r1, uint32_t wanted)
{
	uint32_t own = (uintptr_t)hyp_vectors, is, hvbar;
	struct call call;

	prepare_call(&call, make);
	call.in.r[0] = r0;
	call.in.r[1] = r1;
	write_cp15(HVBAR, stub);
	isb();
	if (from_svc) {
		/* It sets our own vectors, if the call has not. */
		if (!svc_works(what, make_call, &call))
			return;
		is = own;
	} else {
		make_call(&call);
		is = stub;
	}
	if (wanted == 0)
		is = r1;
	hvbar = read_cp15(HVBAR);
	write_cp15(HVBAR, own);
	isb();

	if (hvbar == is) {
		check_call(what, &call, wanted, from_svc);
		return;
	}
	put_check(false, what);
	put(": HVBAR became ");
	put_hex(hvbar, 8);
	put("\r\n");
}

static void check_stub_from(uint32_t stub, bool svc)
{
	uint32_t to = (uintptr_t)other_hyp_vectors;

	scope = svc ? "HVC from SVC: " : "HVC from Hyp: ";
	check_stub_call("sets HVBAR", stub, svc, call_hvc, 0, to, 0);
	check_stub_call("sets HVBAR, again", stub, svc, call_hvc, 0, to, 0);
	check_stub_call("r0 = 1 is refused", stub, svc,
			call_hvc, 1, to, HVC_STUB_ERR);
	check_stub_call("r0 = 2 is refused", stub, svc,
			call_hvc, 2, to, HVC_STUB_ERR);
	check_stub_call("r0 = 0xffffffff is refused", stub, svc,
			call_hvc, 0xffffffff, to, HVC_STUB_ERR);
	check_stub_call("r0 = PSCI_VERSION is refused", stub, svc,
			call_hvc, PSCI_VERSION, to, HVC_STUB_ERR);
	check_stub_call("r1 with bit 0 set is refused", stub, svc,
			call_hvc, 0, to | 1, HVC_STUB_ERR);
	check_stub_call("r1 with bit 2 set is refused", stub, svc,
			call_hvc, 0, to | 4, HVC_STUB_ERR);
	check_stub_call("r1 with bit 4 set is refused", stub, svc,
			call_hvc, 0, to | 16, HVC_STUB_ERR);
	check_stub_call("HVC #1 is refused", stub, svc,
			call_hvc_1, 0, to, HVC_STUB_ERR);
}

/* From SVC: what reaches the trampoline, or nothing at all. */
static void call_stub(void *result)
{
	*(uint32_t *)result = hvc(1, 0);
}

static bool reach_trampoline(void)
{
	uint32_t result = 0;

	scope = "";
	if (!(boot_word & BW_OWNS_HYP)) {
		check_is("HVC is undefined", run_in_svc(call_stub, &result),
			 FAULT_PL1 | 1);
		return false;
	}
	if (!svc_works("HVC reaches the trampoline", call_stub, &result))
		return false;
	check_is("HVC reaches the trampoline", result, HVC_STUB_ERR);
	return result == HVC_STUB_ERR;
}

static void check_hvc(struct percpu *me)
{
	if (!reach_trampoline())
		return;

	uint32_t refused = become_hyp();

	check_is("HVC takes Hyp mode", refused, 0);
	me->hyp = !refused;
}

static void check_stub(uint32_t stub)
{
	scope = "HVC ";
	check_is("arrives in Hyp mode", hvc(0, 0), HVC_ARRIVED);
	check_stub_from(stub, false);
	check_stub_from(stub, true);
	write_cp15(HVBAR, stub);
	isb();
	check_vfp("keeps the VFP registers", 0, 0, 0, HVC_STUB_ERR);
}

/* SMC and PSCI. */

static int32_t affinity_info(uint32_t mpidr)
{
	return smc(PSCI_AFFINITY_INFO, mpidr, 0, 0);
}

static uint32_t own_mpidr(void)
{
	return read_cp15(MPIDR) & MPIDR_AFFINITY;
}

static void check_preserved(const char *what, uint32_t function,
			    uint32_t wanted, bool from_svc)
{
	struct call call;

	prepare_call(&call, call_smc);
	call.in.r[0] = function;
	if (from_svc) {
		if (!svc_works(what, make_call, &call))
			return;
	} else {
		make_call(&call);
	}
	check_call(what, &call, wanted, true);
}

/* The mirror image of the Hyp trampoline. */
static void check_secure_trampoline(void)
{
	uint32_t table = (uintptr_t)mon_vectors, scr;

	scope = "Secure trampoline: ";
	if (!(boot_word & BW_OWNS_SECURE)) {
		check_is("is refused", smc(SMC_SET_VECTORS, table, 0, 0),
			 SMCCC_UNKNOWN);
		return;
	}
	check_is("bit 0 is refused", smc(SMC_SET_VECTORS, table | 1, 0, 0),
		 SMCCC_INVALID_PARAMETER);
	check_is("bit 4 is refused", smc(SMC_SET_VECTORS, table | 16, 0, 0),
		 SMCCC_INVALID_PARAMETER);
	check_is("no function of the wrapper's",
		 smc(SMC_SET_VECTORS + 1, table, 0, 0), SMCCC_UNKNOWN);
	check_is("sets MVBAR", smc(SMC_SET_VECTORS, table, 0, 0), 0);
	scr = smc(0, 0, 0, 0);
	check_is("SMC reaches our Monitor then", scr & ~SCR_HCE,
		 (secure ? 0 : SCR_NS) | SCR_FW | SCR_AW);
	smc(1, RESIDENT_NONSECURE_END, 0, 0);
	check_is("and the wrapper's again", smc(0x84000099, 0, 0, 0),
		 SMCCC_UNKNOWN);
}

static void check_banked(void)
{
	uint32_t before[BANKED_COUNT], after[BANKED_COUNT];
	uint32_t i = 0;

	write_banked(read_cp15(MPIDR) ^ 0x12345678);
	read_banked(before);
	smc(PSCI_VERSION, 0, 0, 0);
	read_banked(after);
	while (i < BANKED_COUNT && before[i] == after[i])
		i++;
	check_is("all banked registers are kept; the first that is not", i,
		 BANKED_COUNT);
}

static void check_unknown(void)
{
	check_is("0x84000099 is unknown", smc(0x84000099, 0, 0, 0), SMCCC_UNKNOWN);
	check_is("0x83000000 is unknown", smc(0x83000000, 0, 0, 0), SMCCC_UNKNOWN);
	check_is("0 is unknown", smc(0, 0, 0, 0), SMCCC_UNKNOWN);
	check_is("0xffffffff is unknown", smc(0xffffffff, 0, 0, 0), SMCCC_UNKNOWN);
	check_is("0xc4000003 is unknown", smc(0xc4000003, 0, 0, 0), SMCCC_UNKNOWN);
	check_is("0xbf00ff01 is unknown", smc(0xbf00ff01, 0, 0, 0), SMCCC_UNKNOWN);
}

static void check_affinity_info(uint32_t off)
{
	scope = "AFFINITY_INFO: ";
	check_is("oneself is on", affinity_info(own_mpidr()), PSCI_AFFINITY_ON);
	if (off)
		check_is("a CPU not yet on is off", affinity_info(off),
			 PSCI_AFFINITY_OFF);
	else
		skip("a CPU not yet on is off", "all are on");
	check_is("an unknown CPU", affinity_info(MPIDR_AFFINITY),
		 PSCI_INVALID_PARAMETERS);
	check_is("reserved bits", affinity_info(own_mpidr() | 0x01000000),
		 PSCI_INVALID_PARAMETERS);
	check_is("one's own cluster is on",
		 smc(PSCI_AFFINITY_INFO, own_mpidr(), 1, 0), PSCI_AFFINITY_ON);
	check_is("the CPU in it does not matter",
		 smc(PSCI_AFFINITY_INFO, own_mpidr() | 0xff, 1, 0),
		 PSCI_AFFINITY_ON);
	if (off && (off ^ own_mpidr()) >> 8)
		check_is("a cluster of which no CPU is on is off",
			 smc(PSCI_AFFINITY_INFO, off, 1, 0), PSCI_AFFINITY_OFF);
	check_is("an unknown cluster",
		 smc(PSCI_AFFINITY_INFO, own_mpidr() ^ 0xff00, 1, 0),
		 PSCI_INVALID_PARAMETERS);
	check_is("a cluster with reserved bits",
		 smc(PSCI_AFFINITY_INFO, own_mpidr() | 0x80000000, 1, 0),
		 PSCI_INVALID_PARAMETERS);
	for (uint32_t level = 2; level <= 4; level++)
		check_is("a level above the clusters'",
			 smc(PSCI_AFFINITY_INFO, own_mpidr(), level, 0),
			 PSCI_INVALID_PARAMETERS);
	check_is("no level",
		 smc(PSCI_AFFINITY_INFO, own_mpidr(), 0xffffffff, 0),
		 PSCI_INVALID_PARAMETERS);
}

/* Where a Secure part of the wrapper is: with Secure RAM, it is not reserved. */
static uint32_t secure_home(uint32_t address)
{
	if (machine.reserved_end == RESIDENT_END)
		return address;
	return BOARD_SECURE_RAM + (address - TRANSIENT_START);
}

static void check_cpu_on_errors(uint32_t off)
{
	uint32_t entry = (uintptr_t)secondary_entry;

	scope = "CPU_ON: ";
	check_is("an unknown CPU", smc(PSCI_CPU_ON, MPIDR_AFFINITY, entry, 0),
		 PSCI_INVALID_PARAMETERS);
	check_is("reserved bits",
		 smc(PSCI_CPU_ON, own_mpidr() | 0x01000000, entry, 0),
		 PSCI_INVALID_PARAMETERS);
	check_is("oneself", smc(PSCI_CPU_ON, own_mpidr(), entry, 0),
		 PSCI_ALREADY_ON);
	if (!off) {
		skip("invalid entries", "all CPUs are on");
		return;
	}
	check_is("an entry at the start of the resident range",
		 smc(PSCI_CPU_ON, off, machine.reserved, 0), PSCI_INVALID_ADDRESS);
	check_is("an entry at the end of the resident range",
		 smc(PSCI_CPU_ON, off, machine.reserved_end - 4, 0),
		 PSCI_INVALID_ADDRESS);
	check_is("an entry in the Monitor's code",
		 smc(PSCI_CPU_ON, off, secure_home(RESIDENT_NONSECURE_END), 0),
		 PSCI_INVALID_ADDRESS);
	check_is("an entry in the Monitor's data",
		 smc(PSCI_CPU_ON, off, secure_home(RESIDENT_END - 4), 0),
		 PSCI_INVALID_ADDRESS);
	check_is("an entry in no instruction set",
		 smc(PSCI_CPU_ON, off, entry | 2, 0), PSCI_INVALID_ADDRESS);
	check_is("an entry below the RAM",
		 smc(PSCI_CPU_ON, off, BOARD_RAM_BASE - 4, 0),
		 PSCI_INVALID_ADDRESS);
	check_is("an entry in a device",
		 smc(PSCI_CPU_ON, off, BOARD_UART, 0), PSCI_INVALID_ADDRESS);
	check_is("an entry in no instruction set outside the RAM",
		 smc(PSCI_CPU_ON, off, BOARD_UART | 2, 0), PSCI_INVALID_ADDRESS);
	check_is("an entry above the RAM",
		 smc(PSCI_CPU_ON, off, 0xfffffffc, 0), PSCI_INVALID_ADDRESS);
	check_is("what was refused leaves the CPU off", affinity_info(off),
		 PSCI_AFFINITY_OFF);
}

static uint32_t psci_feature(uint32_t number)
{
	return smc(PSCI_FEATURES, 0x84000000 | number, 0, 0);
}

/* What PSCI 1.1 has and we have not: no answer, and no feature. */
static void check_no_features(void)
{
	uint32_t number;

	for (number = 0; number < 0x40; number++) {
		if (number < 0xb && number != 0x5 && number != 0x7)
			continue;
		if (number == 0x12 && BOARD_RESET_KEEPS_RAM)
			continue;
		if (psci_feature(number) != (uint32_t)PSCI_NOT_SUPPORTED ||
		    smc(0x84000000 | number, own_mpidr(), 0, 0) != SMCCC_UNKNOWN)
			break;
	}
	check_is("all other functions are not there; the first that is", number,
		 0x40);
	check_is("FEATURES: CPU_ON with 64-bit arguments is not there",
		 smc(PSCI_FEATURES, 0xc4000003, 0, 0), PSCI_NOT_SUPPORTED);
	check_is("FEATURES: no function of PSCI", psci_feature(0x99),
		 PSCI_NOT_SUPPORTED);
	check_is("FEATURES: another service's function",
		 smc(PSCI_FEATURES, SMCCC_ARCH_FEATURES, 0, 0),
		 PSCI_NOT_SUPPORTED);
}

static uint32_t arch_feature(uint32_t function)
{
	return smc(SMCCC_ARCH_FEATURES, function, 0, 0);
}

/* The SMC calling convention's own; QEMU has only CPUs of Arm's. */
static void check_smccc(void)
{
	scope = "SMCCC: ";
	check_is("ARCH_FEATURES: VERSION", arch_feature(SMCCC_VERSION), 0);
	check_is("ARCH_FEATURES: ARCH_FEATURES",
		 arch_feature(SMCCC_ARCH_FEATURES), 0);
	check_is("ARCH_FEATURES: WORKAROUND_1 is not needed",
		 arch_feature(SMCCC_ARCH_WORKAROUND_1),
		 SMCCC_WORKAROUND_NOT_NEEDED);
	check_is("ARCH_FEATURES: SOC_ID is not there",
		 arch_feature(0x80000002), SMCCC_NOT_SUPPORTED);
	check_is("ARCH_FEATURES: WORKAROUND_2 is not there",
		 arch_feature(0x80007fff), SMCCC_NOT_SUPPORTED);
	check_is("ARCH_FEATURES: PSCI is another service",
		 arch_feature(PSCI_VERSION), SMCCC_NOT_SUPPORTED);
	check_preserved("WORKAROUND_1 does no harm, all registers are kept",
			SMCCC_ARCH_WORKAROUND_1, SMCCC_SUCCESS, false);
	check_is("SOC_ID is unknown", smc(0x80000002, 0, 0, 0), SMCCC_UNKNOWN);
}

static void check_psci(struct percpu *me)
{
	/* A CPU that can be turned on; none has MPIDR 0 but the boot CPU. */
	uint32_t off = 0;

	for (uint32_t i = 0; i < machine.cpu_count; i++)
		if (affinity_info(machine.mpidr[i]) == PSCI_AFFINITY_OFF)
			off = machine.mpidr[i];

	scope = "SMC: ";
	check_preserved("PSCI_VERSION is 1.1, all registers are kept",
			PSCI_VERSION, 0x00010001, false);
	check_preserved("unknown function, all registers are kept",
			0x84000099, SMCCC_UNKNOWN, false);
	check_preserved("SMCCC_VERSION is 1.2, all registers are kept",
			SMCCC_VERSION, 0x00010002, false);
	if (me->hyp) {
		check_preserved("from SVC: PSCI_VERSION is 1.1, all registers are kept",
				PSCI_VERSION, 0x00010001, true);
		check_preserved("from SVC: unknown function, all registers are kept",
				0x84000099, SMCCC_UNKNOWN, true);
		check_banked();
	}
	check_vfp("PSCI_VERSION keeps the VFP registers", PSCI_VERSION, 0, 0,
		  0x00010001);
	check_vfp("AFFINITY_INFO keeps the VFP registers", PSCI_AFFINITY_INFO,
		  own_mpidr(), 0, PSCI_AFFINITY_ON);
	check_vfp("CPU_ON keeps the VFP registers", PSCI_CPU_ON, own_mpidr(),
		  (uintptr_t)secondary_entry, PSCI_ALREADY_ON);
	check_unknown();
	check_affinity_info(off);
	check_cpu_on_errors(off);

	scope = "PSCI: ";
	check_is("MIGRATE_INFO_TYPE is 2", smc(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0),
		 PSCI_NO_MIGRATION);
	check_is("FEATURES: VERSION", psci_feature(0x0), 0);
	check_is("FEATURES: CPU_SUSPEND", psci_feature(0x1), 0);
	check_is("FEATURES: CPU_OFF", psci_feature(0x2), 0);
	check_is("FEATURES: CPU_ON", psci_feature(0x3), 0);
	check_is("FEATURES: AFFINITY_INFO", psci_feature(0x4), 0);
	check_is("FEATURES: MIGRATE_INFO_TYPE", psci_feature(0x6), 0);
	check_is("FEATURES: SYSTEM_OFF", psci_feature(0x8), 0);
	check_is("FEATURES: SYSTEM_RESET", psci_feature(0x9), 0);
	check_is("FEATURES: FEATURES", psci_feature(0xa), 0);
	check_is("FEATURES: SYSTEM_RESET2", psci_feature(0x12),
		 BOARD_RESET_KEEPS_RAM ? 0 : PSCI_NOT_SUPPORTED);
	check_is("FEATURES: SMCCC_VERSION",
		 smc(PSCI_FEATURES, SMCCC_VERSION, 0, 0), 0);
	check_no_features();
	check_is("CPU_SUSPEND to a power-down state is refused",
		 smc(PSCI_CPU_SUSPEND, 1 << 16, 0, 0), PSCI_INVALID_PARAMETERS);
	check_is("CPU_SUSPEND to another standby state is refused",
		 smc(PSCI_CPU_SUSPEND, 1, 0, 0), PSCI_INVALID_PARAMETERS);
	check_is("CPU_SUSPEND of a cluster is refused",
		 smc(PSCI_CPU_SUSPEND, 1 << 24, 0, 0), PSCI_INVALID_PARAMETERS);
	if (BOARD_RESET_KEEPS_RAM) {
		check_is("SYSTEM_RESET2 of no architectural type is refused",
			 smc(PSCI_SYSTEM_RESET2, 1, 0, 0),
			 PSCI_INVALID_PARAMETERS);
		check_is("SYSTEM_RESET2 of a vendor's type is refused",
			 smc(PSCI_SYSTEM_RESET2, 1u << 31, 0, 0),
			 PSCI_INVALID_PARAMETERS);
	} else {
		check_is("SYSTEM_RESET2 is not there",
			 smc(PSCI_SYSTEM_RESET2, PSCI_SYSTEM_WARM_RESET, 0, 0),
			 PSCI_NOT_SUPPORTED);
	}
	check_smccc();

	/* It might never come back, and only the boot CPU could tell. */
	if (me != boot_cpu && machine.gicd) {
		check_standby();
		write32(machine.gicd + GICD_SGIR, GIC_SGIR_SELF | 7);
		dsb();
		check_vfp("CPU_SUSPEND to standby keeps the VFP registers",
			  PSCI_CPU_SUSPEND, 0, 0, PSCI_SUCCESS);
		comes(7);
	}
}

static void smc_from_svc(void *argument)
{
	*(uint32_t *)argument = smc(PSCI_VERSION, 0, 0, 0);
}

/*
 * Where no SMC is offered, it is an undefined instruction; but SCR.SCD, which
 * makes it one, comes with the Virtualization Extensions.
 */
static void check_no_smc(void)
{
	uint32_t result = 0;

	scope = "";
	if (!(read_cp15(ID_PFR1) & ID_PFR1_VIRT)) {
		skip("SMC is undefined in SVC mode", "this CPU cannot do that");
		return;
	}
	check_is("SMC is undefined in SVC mode",
		 run_in_svc(smc_from_svc, &result), FAULT_PL1 | 1);
}

/* All of it, on the calling CPU. */

static void put_frequency(void)
{
	put("# counter at ");
	put_decimal(read_cp15(CNTFRQ));
	put(" Hz\r\n");
}

static void check_this_cpu(struct percpu *me)
{
	uint32_t stub = 0;
	bool resident = false;

	check_entry(me);
	if (has_timer())
		put_frequency();
	write_cp15(VBAR, pl1_vectors);
	isb();
	if (is_variant("entry")) {
		check_world();
		if (machine.psci && machine.gicd && me != boot_cpu) {
			write32(machine.gicd + GICD_CTLR, 1);
			write32(machine.gicd + GICD_ISENABLER, 1 << 7);
			write32(machine.gicc + GICC_PMR, 0xf0);
			write32(machine.gicc + GICC_CTLR, 1);
			check_standby();
		}
		if (!secure && !me->hyp)
			reach_trampoline();
		return;
	}
	if (secure) {
		scope = "";
		skip("HVC", "is undefined in Secure state");
	} else if (!me->hyp) {
		check_hvc(me);
		if (me->hyp) {
			stub = RESIDENT_START;
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
		skip("Hyp registers", "not in Hyp mode");
	}
	if (resident)
		check_stub(stub);
	else
		skip("Hyp trampoline", "there is none");
	check_pl1_registers(me);
	check_world();
	if (has_timer())
		check_counters();
	check_gic(me);
	if (machine.psci)
		check_psci(me);
	else if (!(boot_word & BW_OWNS_SECURE))
		check_no_smc();
	/* Without PSCI there may be no Monitor, and nobody has set MVBAR. */
	if (machine.psci || (boot_word & BW_OWNS_SECURE &&
			     machine.reserved_end == RESIDENT_END))
		check_secure_trampoline();
	scope = "";
}

/* What no CPU should find when it is turned on again. */
static void leave_it_dirty(struct percpu *me)
{
	if (machine.gicd) {
		write32(machine.gicc + GICC_PMR, 0);
		write32(machine.gicc + GICC_CTLR, 0);
	}
	if (has_timer()) {
		write_cp15(CNTV_TVAL, 0);
		write_cp15(CNTV_CTL, 1);
	}
	write_cp15(TTBR0, 0x80004059);
	write_cp15(TTBR1, 0x80008059);
	write_cp15(TTBCR, 1);
	write_cp15(DACR, 0x55555555);
	write_cp15(CONTEXTIDR, 0x1234567f);
	write_cp15(TPIDRURW, 0xdead0001);
	write_cp15(TPIDRURO, 0xdead0002);
	write_cp15(CPACR, CPACR_CP10_11);
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
	write_cp15(HTPIDR, 0xdead0003);
	write_cp15(HTCR, HTCR_RES1 | 0x3507);
	write_cp15(VTCR, VTCR_RES1 | 0x3548);
	write_cp15(HMAIR0, 0xff440400);
	write_cp15(HMAIR1, 0x00bb4404);
	write_cp15(HACR, 0xffffffff);
	write_cp15(SCTLR, read_cp15(SCTLR) | SCTLR_I | SCTLR_A | SCTLR_V |
			  SCTLR_EE | SCTLR_TE);
	write_cp15(HCR, HCR_TRAPS);
	write_cp15(HSTR, 0xffff);
	write_cp15(HCPTR, 0x33ff | HCPTR_TTA | HCPTR_TCPAC);
	write_cp15(HDCR, 1);
	write_cp15(VPIDR, 0x0badcafe);
	write_cp15(VMPIDR, 0x800000ff);
	write_cp15_64(VTTBR, 0x00aa000080000000);
	write_cp15(CNTHCTL, CNTHCTL_EVNTEN | 0xf0);
	write_cp15_64(CNTVOFF, 0x0123456789abcdef);
	write_cp15(CNTHP_TVAL, 0);
	write_cp15(CNTHP_CTL, 1);
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
	me->result = smc(PSCI_CPU_ON, target_mpidr, (uintptr_t)secondary_entry,
			 me - percpu);
}

void secondary_main(struct percpu *me)
{
	me->lives++;
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
			smc(PSCI_CPU_OFF, 0, 0, 0);
			break;
		case CONTEND:
			contend(me);
			break;
		}
		me->command = IDLE;
		sev();
	}
}

/* From here on, on the boot CPU. */

/* As conformance.S has it: two clusters of four, or one of eight. */
static struct percpu *percpu_of(uint32_t mpidr)
{
	return &percpu[(mpidr + (mpidr >> 8) * 4) & (CPU_LIMIT - 1)];
}

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

	name[3] = '0' + (percpu_of(mpidr) - percpu);
	scope = name;
}

static bool turn_on(uint32_t mpidr, uint32_t life)
{
	struct percpu *cpu = percpu_of(mpidr);
	uint32_t entry = (uintptr_t)secondary_entry;

	/* Odd lives begin in Thumb state. */
	if (life & 1)
		entry |= 1;
	cpu->command = IDLE;
	name_scope(mpidr);
	check_is("is turned on", smc(PSCI_CPU_ON, mpidr, entry,
				     CONTEXT_ID(cpu - percpu, life)),
		 PSCI_SUCCESS);

	bool arrived = has_arrived(cpu, life);

	check("arrives", arrived, affinity_info(mpidr));
	if (arrived)
		check_is("is on, and not turned on again",
			 smc(PSCI_CPU_ON, mpidr, entry, 0), PSCI_ALREADY_ON);
	return arrived;
}

static bool release_from_pen(uint32_t mpidr)
{
	struct percpu *cpu = percpu_of(mpidr);

	cpu->command = IDLE;
	name_scope(mpidr);
	if (!BOARD_PEN) {
		check("can be started", false, mpidr);
		return false;
	}
	check_is("nobody else calls it out of the pen", read32(BOARD_PEN), 0);
	write32(BOARD_PEN + 4, 0xffffffff);
	write32(BOARD_PEN, (uintptr_t)secondary_entry);
	dsb();
	write32(machine.gicd + GICD_SGIR, 0x10000u << (cpu - percpu));

	bool arrived = has_arrived(cpu, 1);

	write32(BOARD_PEN + 4, 0xffffffff);
	check("comes out of the pen", arrived, read32(BOARD_PEN));
	return arrived;
}

static bool check_life(uint32_t mpidr, uint32_t command)
{
	struct percpu *cpu = percpu_of(mpidr);

	order(cpu, command);
	bool done = has_obeyed(cpu);

	name_scope(mpidr);
	check("gets through its checks", done, cpu->command);
	if (done && command == CHECK_AND_DIRTY)
		check("goes off", goes_off(mpidr), affinity_info(mpidr));
	return done;
}

/* The DTB says that this CPU cannot be used. */
static void check_failed(uint32_t mpidr)
{
	name_scope(mpidr);
	skip("is checked", "its status in the DTB is not okay");
	if (!machine.psci)
		return;
	check_is("is no CPU to AFFINITY_INFO", affinity_info(mpidr),
		 PSCI_INVALID_PARAMETERS);
	check_is("is no CPU to CPU_ON",
		 smc(PSCI_CPU_ON, mpidr, (uintptr_t)secondary_entry, 0),
		 PSCI_INVALID_PARAMETERS);
}

static void check_secondary(uint32_t mpidr)
{
	if (!machine.psci) {
		if (release_from_pen(mpidr))
			check_life(mpidr, CHECK);
		return;
	}
	for (uint32_t life = 1; life <= 2; life++)
		if (!turn_on(mpidr, life) || !check_life(mpidr, CHECK_AND_DIRTY))
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
			return 0xdead0000 | (cpu - percpu);
		if (cpu->result == PSCI_SUCCESS) {
			succeeded++;
			winner = cpu - percpu;
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
	check_is("of simultaneous CPU_ONs of a CPU, one succeeds", result, 1);
}

/*
 * conformance=fault: CPU_ON of a CPU that is on shall fault, with the lock held.
 * The CPU that calls it is lost, and no other one.
 */
static _Noreturn void fault(void)
{
	struct percpu *cpu = percpu_of(machine.mpidr[1]);
	uint32_t entry = (uintptr_t)secondary_entry, other = machine.mpidr[2];
	struct deadline deadline;

	target_mpidr = machine.mpidr[1];
	go = 1;
	scope = "";
	check_is("is turned on", smc(PSCI_CPU_ON, target_mpidr, entry, 0),
		 PSCI_SUCCESS);
	check("arrives", has_arrived(cpu, 1), affinity_info(target_mpidr));
	order(cpu, CONTEND);
	deadline = patience(PATIENCE);
	while (affinity_info(target_mpidr) == PSCI_AFFINITY_ON &&
	       !is_over(&deadline))
		;
	/* Its report goes to the console that we write to next. */
	deadline = patience(1);
	while (!is_over(&deadline))
		;
	check_is("a CPU that has faulted is disabled",
		 affinity_info(target_mpidr), PSCI_DISABLED);
	check_is("CPU_ON of it fails", smc(PSCI_CPU_ON, target_mpidr, entry, 0),
		 PSCI_INTERNAL_FAILURE);
	check_is("its cluster is on",
		 smc(PSCI_AFFINITY_INFO, target_mpidr, 1, 0), PSCI_AFFINITY_ON);
	check_is("another is off", affinity_info(other), PSCI_AFFINITY_OFF);
	check_is("another can be turned on",
		 smc(PSCI_CPU_ON, other, entry | 1, 0), PSCI_SUCCESS);
	check("and arrives", has_arrived(percpu_of(other), 1),
	      affinity_info(other));
	finish();
}

/* conformance=... */

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
	power_off();
}

static _Noreturn void run_variant(struct percpu *me)
{
	uint32_t result;

	if (is_variant("fault"))
		fault();
	if (is_variant("warm-reset")) {
		put("# warm reset\r\n");
		smc(PSCI_SYSTEM_RESET2, PSCI_SYSTEM_WARM_RESET, 0, 0);
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
		run_in_svc(smc_from_svc, &result);
	}
	check("is a variant of this payload, or the exception comes", false,
	      me->cpsr);
	finish();
}

/* What is not reserved is ours; UDF instructions, if anybody comes by. */
static void overwrite(void)
{
	for (uint32_t at = TRANSIENT_START; at < RESIDENT_END; at += 4)
		if (at < machine.reserved || at >= machine.reserved_end)
			write32(at, 0xe7f0deaf);
	put("# overwritten: ");
	put_hex(TRANSIENT_START, 8);
	put("..");
	put_hex(RESIDENT_END, 8);
	put(" but ");
	put_hex(machine.reserved, 8);
	put("..");
	put_hex(machine.reserved_end, 8);
	put("\r\n");
}

void boot_main(struct percpu *me)
{
	const uint32_t *fdt = (const uint32_t *)me->entry[2];

	boot_cpu = me;
	boot_word = me->entry[3];
	me->lives = 1;
	scope = "";
	if (!(me->entry[2] & 3) && big_endian(fdt) == 0xd00dfeed)
		read_dtb(fdt, "conformance=", power_off_if_fast);
	if (is_variant("fast"))
		power_off();
	if (is_variant("bench"))
		bench(me);
	if (machine.argument && !is_variant("entry"))
		run_variant(me);

	boot_cntfrq = has_timer() ? read_cp15(CNTFRQ) : 0;
	put("TAP version 13\r\n");
	overwrite();
	check_this_cpu(me);
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
		check_is("HVC takes Hyp mode", become_hyp(), 0);
		check_is("HCR is 0 then", read_cp15(HCR), 0);
	}
	if (machine.psci && machine.cpu_count > 2 && !machine.failed &&
	    !is_variant("entry"))
		check_contention();
	finish();
}
