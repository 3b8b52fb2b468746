/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot(): runs once, on the boot CPU, and carries out what plan.c decides:
 * detect the hardware, collect the other CPUs, fix up the DTB if the build has
 * not, enter the kernel. Transient.
 */
#include <string.h>

#include <libfdt.h>

#include "board.h"
#include "boot.h"
#include "boot_wrapper.h"
#include "cores.h"
#include "distributor.h"
#include "gic.h"
#include "hyp_psci.h"
#include "hyp_stub.h"
#include "kernel_state.h"
#include "memory_map.h"
#include "monitor.h"
#include "pen.h"
#include "plan.h"
#include "psci.h"
#include "resident.h"
#include "lib/console.h"
#include "lib/probe.h"
#include "loader/load.h"
#include "loader/payload.h"
#include "version.h"

_Static_assert(PLATFORM_MAX_CPUS == MAX_CPUS, "cpus[] must hold every CPU of a DTB");

/*
 * How often to poll for a CPU if no counter runs. Each poll is an uncached access, so this
 * takes about a second on hardware.
 */
#define CPU_PATIENCE	(1 << 22)

/* A second in CPU cycles, if there is no Generic Timer: 1 to 4 s on hardware. */
#define CYCLES_PER_SECOND	1000000000

volatile uint32_t abort_at_entry __attribute__((section(".data")));
volatile uint32_t aborts_at_entry[MAX_CPUS] __attribute__((section(".data")));

/* The hardware, as read from the DTB by the boot, or by the build. */
struct hardware {
	const struct platform *platform;
	struct platform found;
	struct dtb_nodes nodes;		/* set if the DTB has been read here */
};

/* Indexed by BW_MODE_... */
static const uint8_t psr_modes[] = { 0, PSR_MON, PSR_HYP, PSR_SVC, PSR_SVC };
static const char *const long_names[] = {
	"", "Secure Monitor", "Non-secure Hyp", "Non-secure SVC", "Secure SVC",
};

/* Indexed by enum reserve. */
static const uint32_t reserve_ends[] = { 0, RESIDENT_NONSECURE_END, RESIDENT_END };

static void check_ram(void)
{
	uint32_t last = (payload.ram_end - 4) & ~3u;
	uint32_t was = read32(last);

	write32(last, ~was);
	dsb();
	if (read32(last) != ~was)
		refuse("no RAM at %x, where the DTB has some; give the machine "
		       "what the DTB says, or correct /memory (QEMU: -m)", last);
	write32(last, was);
}

static void read_dtb(struct hardware *hardware)
{
	void *fdt = (void *)payload.dtb;
	int error = fdt_check_header(fdt);

	if (!error)
		error = dtb_open(fdt, payload.dtb_end - payload.dtb,
				 &hardware->nodes);
	if (error)
		refuse("no usable DTB at %x: %s; rebuild the image with a "
		       "valid DTB=", payload.dtb, fdt_strerror(error));

	const char *other = dtb_other_board(fdt, BOARD_COMPATIBLE);

	if (other)
		say(DTB_OTHER_BOARD, other);

	const char *wrong = dtb_read(fdt, &hardware->nodes, &hardware->found);

	if (wrong)
		refuse("the DTB at %x %s; correct the DTB", payload.dtb, wrong);
}

static void detect_hardware(struct hardware *hardware)
{
	hardware->platform = &payload.platform;
	if (!payload.plan) {
		read_dtb(hardware);
		hardware->platform = &hardware->found;
	}
	__builtin_memcpy(ram_banks, hardware->platform->ram, sizeof ram_banks);
}

/* The build fixes up only a DTB without a PSCI node, so /psci is then the wrapper's. */
static enum firmware_psci firmware_psci(const struct hardware *hardware)
{
	const void *fdt = (void *)payload.dtb;
	int node = payload.plan ? 0 : hardware->nodes.psci;

	if (!node)
		return FIRMWARE_NO_PSCI;
	if (!fdt_node_check_compatible(fdt, node, "arm,psci-0.2") ||
	    !fdt_node_check_compatible(fdt, node, "arm,psci-1.0"))
		return FIRMWARE_PSCI_0_2;
	return FIRMWARE_PSCI_0_1;
}

/*
 * Return the build's plan if it holds for a start like this one; otherwise fill `plan` and
 * return it.
 */
static const struct plan *make_plan(uint32_t entered, const struct hardware *hardware,
				    struct plan *plan)
{
	bool has_hyp = read_cp15(ID_PFR1) & ID_PFR1_VIRT;

	if (payload.plan && entered == ENTERED_SECURE &&
	    has_hyp == !!(payload.plan->boot_mode & BW_OWNS_HYP))
		return payload.plan;

	struct plan_input input = {
		.entered = entered,
		.has_hyp = has_hyp,
		.takes = payload.takes,
		.takes_why = payload.takes_why,
		.flags = payload.flags,
		.firmware = entered == ENTERED_SECURE ? FIRMWARE_NO_PSCI :
			    firmware_psci(hardware),
		.board_pen = BOARD_PEN,
		.board_pen_ram = BOARD_PEN_RAM,
		.board_secure_ram = BOARD_SECURE_RAM,
	};

	plan_boot(&input, plan);
	if (plan->refusal)
		refuse(plan->refusal, plan->words[0], plan->words[1],
		       plan->words[2], plan->words[3]);
	return plan;
}

/* CNTFID0 of the system counter's control frame; 0 if there is no frame. */
static uint32_t counter_frame_hz(void)
{
	if (!BOARD_SYSTEM_COUNTER || !readable(BOARD_SYSTEM_COUNTER + CNTFID0))
		return 0;
	return read32(BOARD_SYSTEM_COUNTER + CNTFID0);
}

/*
 * The frequency of the Generic Timers' counter. CNTFRQ is UNKNOWN at reset. It is trusted
 * if other firmware has set it; otherwise the board's header says which value to trust.
 */
static uint32_t counter_frequency(const struct platform *platform)
{
	if (!(read_cp15(ID_PFR1) & ID_PFR1_GENTIMER))
		return 0;
	if (platform->timer_hz)
		return platform->timer_hz;

	uint32_t hz = read_cp15(CNTFRQ);

	if (hz && (!resident.scr || hz == BOARD_CNTFRQ_AT_RESET ||
		   BOARD_CNTFRQ_AT_RESET == CNTFRQ_ANY))
		return hz;
	hz = counter_frame_hz();
	return hz ? hz : BOARD_CNTFRQ;
}

/*
 * Set CNTCR.EN, without which the Generic Timers stand still. An emulator or another
 * version of the board may lack the frame.
 */
static void start_system_counter(void)
{
	if (BOARD_SYSTEM_COUNTER && readable(BOARD_SYSTEM_COUNTER + CNTCR))
		write32(BOARD_SYSTEM_COUNTER + CNTCR, CNTCR_EN);
}

/* Secure RAM holds only Secure code, so copy the Non-secure page to ordinary RAM. */
static void place_hyp_stub(void)
{
	extern uint32_t resident_nonsecure_load[], resident_nonsecure_size[];

	if (BOARD_SECURE_RAM)
		memmove((void *)RESIDENT_START, resident_nonsecure_load,
			(uintptr_t)resident_nonsecure_size);
}

/*
 * Whether the Performance Monitors are there and are the wrapper's to turn off. Other
 * firmware in Hyp mode may trap access to them; a core without Generic Timer has no Hyp mode.
 */
static bool owns_pmu(const struct plan *plan)
{
	uint32_t core = read_cp15(MIDR) & MIDR_PART_MASK;
	uint32_t version = read_cp15(ID_DFR0) >> ID_DFR0_PERFMON_SHIFT & 0xf;

	if (core != MIDR_CORTEX_A8 && core != MIDR_CORTEX_A9 &&
	    (version == 0 || version == 0xf))
		return false;
	return plan->scr || plan->boot_mode & BW_OWNS_HYP ||
	       !(read_cp15(ID_PFR1) & ID_PFR1_GENTIMER);
}

static void fill_resident(const struct plan *plan, const struct platform *platform)
{
	resident.spsr = PSR_AIF | psr_modes[plan->mode];
	resident.boot_mode = plan->boot_mode;
	resident.scr = plan->scr;
	resident.psci = plan->start == START_BY_PSCI;
	resident.hvbar = (uintptr_t)(plan->start == START_BY_TRAP ?
				     hyp_psci_vectors : hyp_stub_vectors);
	resident.hcr = plan->hcr;
	resident.cntfrq = counter_frequency(platform);
	resident.pmu = owns_pmu(plan);
	resident.gicd = plan->scr ? platform->gicd : 0;
	resident.gicc = platform->gicc;
	resident.gic_v3 = platform->gicr;
	resident.gic_groups = plan->scr & SCR_NS ? 0xffffffff : 0;
	hyp_stub_console = console;
	cpu_park = cpu_stop;

	resident.cpu_count = platform->cpu_count;
	for (uint32_t i = 0; i < platform->cpu_count; i++) {
		cpus[i].cpu.mpidr = platform->mpidr[i];
		cpus[i].cpu.state = CPU_ABSENT;
		cpus[i].cpu.index = i;
	}
}

static struct cpu *find_boot_cpu(void)
{
	uint32_t mpidr = read_cp15(MPIDR) & MPIDR_AFFINITY;
	struct cpu_area *area, *end = cpus + resident.cpu_count;

	for (area = cpus; area < end; area++)
		if (area->cpu.mpidr == mpidr) {
			area->cpu.state = CPU_ON;
			return &area->cpu;
		}
	refuse("the DTB has no CPU %x, which is the one that starts; "
	       "correct /cpus", mpidr);
}

/* A second, measured by a counter, or in polls if the counter stands still. */
struct second {
	uint32_t since;		/* the counter at its beginning */
	uint32_t polls;		/* left */
};

/*
 * The low word of the virtual counter, which every mode may read, or the cycle counter if
 * there is no Generic Timer.
 */
static uint32_t counter(void)
{
	if (resident.cntfrq)
		return read_cp15_64_low(CNTVCT);
	return resident.pmu ? read_cp15(PMCCNTR) : 0;
}

/* kernel_state_init() stops the cycle counter. */
static struct second begin_second(void)
{
	if (!resident.cntfrq && resident.pmu) {
		write_cp15(PMCNTENSET, PMCNTEN_C);
		write_cp15(PMCR, PMCR_E);
	}
	return (struct second){ counter(), CPU_PATIENCE };
}

static bool is_over(struct second *second)
{
	uint32_t elapsed = counter() - second->since;

	if (elapsed)
		return elapsed > (resident.cntfrq ? resident.cntfrq : CYCLES_PER_SECOND);
	return !second->polls || !--second->polls;
}

/* The address at which CPUs use a part of pen.S: place_pen() may have copied it. */
static uintptr_t in_pen(const uint32_t *address)
{
	uintptr_t offset = (uintptr_t)address - (uintptr_t)pen;

	return (BOARD_PEN_RAM ? BOARD_PEN_RAM : (uintptr_t)pen) + offset;
}

/* Must run before any CPU is told where to go. */
static void place_pen(void)
{
	board_clear_pen();
	pen_gicc = resident.gicc;
	if (BOARD_PEN_RAM)
		memcpy((void *)BOARD_PEN_RAM, pen, 4 * (pen_end - pen));
	cpu_park = (void (*)(void))in_pen(pen_park);
}

/*
 * A loader that has started the wrapper as a kernel may hold the other CPUs in a pen of its
 * own, still in Secure state (QEMU does). That pen polls the same register as the wrapper's
 * pen, and its CPUs wake for an SGI. So send them to the wrapper.
 */
static bool empty_loaders_pen(bool moved)
{
	if (!BOARD_PEN || !resident.gicd || !moved)
		return false;
	write32(BOARD_PEN, (uintptr_t)image_start);
	dsb();
	write32(resident.gicd + GICD_SGIR, GICD_SGIR_ALL_OTHERS);
	return true;
}

/*
 * Wait until `second` is over for a CPU to find itself in cpus[]. Meanwhile acknowledge the
 * requests of CPUs that have not moved home yet: see move.S.
 */
static __attribute__((noinline)) bool wait_for(const struct cpu *cpu, struct second *second)
{
	uintptr_t rendezvous = (uintptr_t)image_start + RENDEZVOUS_OFFSET;

	while (cpu->state == CPU_ABSENT && !is_over(second)) {
		if (read32(rendezvous) == RENDEZVOUS_HELLO)
			write32(rendezvous, (uintptr_t)image_start);
		yield();
	}
	return cpu->state != CPU_ABSENT;
}

/*
 * Let the secondary CPUs find themselves in cpus[]. Returns a bit for each CPU that is
 * missing after a second. From then on PSCI does not know such a CPU, and a CPU that comes
 * late does not find itself.
 */
static uint32_t gather_cpus(bool moved)
{
	struct second second = begin_second();
	uint32_t missing = 0;
	bool emptied = false;

	dmb();
	cpu_table_ready = 1;
	sev();
	if (resident.scr)
		for (uint32_t i = 0; i < resident.cpu_count; i++)
			if (cpus[i].cpu.state == CPU_ABSENT)
				board_release(cpus[i].cpu.mpidr, (uintptr_t)image_start);
	for (uint32_t i = 0; i < resident.cpu_count; i++) {
		struct cpu *cpu = &cpus[i].cpu;

		if (cpu->state != CPU_ABSENT)
			continue;
		/* Once: in a CPU that has arrived, another SGI would stay pending. */
		if (!emptied)
			emptied = empty_loaders_pen(moved);
		if (!wait_for(cpu, &second)) {
			missing |= 1 << i;
			cpu->mpidr = MPIDR_NONE;
		}
	}
	if (emptied)
		board_clear_pen();
	return missing;
}

static uint32_t find_missing(const struct plan *plan, uint32_t others, bool moved)
{
	if (plan->psci == DTB_PSCI_NONE)
		place_pen();
	return plan->gathers ? gather_cpus(moved) : others;
}

/*
 * Send a CPU to the pen, or to pen_dead_end if the kernel does not get it. Wait until it
 * arrives, since the kernel may overwrite the memory that it comes from.
 */
static void send_to_pen(struct cpu *cpu, bool lost, struct cpu *me)
{
	struct second second = begin_second();
	uintptr_t entry = in_pen(lost ? pen_dead_end : pen);

	turn_on(cpu, entry, 0, me);
	while (read32(in_pen(&pen_arrived)) != cpu->mpidr) {
		if (is_over(&second))
			refuse("CPU %x does not arrive at %x, where it was to "
			       "wait for the kernel; correct the board's header",
			       cpu->mpidr, entry);
		yield();
	}
}

static void fill_pen(uint32_t lost, struct cpu *me)
{
	for (uint32_t i = 0; i < resident.cpu_count; i++)
		if (cpus[i].cpu.state == CPU_OFF &&
		    cpus[i].cpu.mpidr != MPIDR_NONE)
			send_to_pen(&cpus[i].cpu, lost >> i & 1, me);
}

static void report_cpus(const struct platform *platform, uint32_t lost)
{
	for (uint32_t i = 0; lost >> i; i++)
		if (lost >> i & 1)
			say(platform->mpidr[i] == cpus[i].cpu.mpidr ?
			    "CPU %x cannot be started in this mode (no PSCI "
			    "0.2, no holding pen); continuing without it" :
			    "CPU %x is in the DTB but did not come out of "
			    "reset; continuing without it (QEMU: -smp)",
			    platform->mpidr[i]);
	for (unsigned i = 0; abort_at_entry && i < MAX_CPUS; i++)
		if (aborts_at_entry[i])
			say("CPU %x had an asynchronous abort pending at entry, left "
			    "by an earlier stage; ignored",
			    aborts_at_entry[i] & MPIDR_AFFINITY);
	/* The boot does not wait for CPUs that the DTB lacks: a late one is not reported. */
	uint32_t unlisted = unlisted_cpu;

	if (unlisted != UNLISTED_NONE)
		say("CPU %x is not in the DTB; it stays off", unlisted);
}

/* If the boot is as the build predicted, the build's fix-up of the DTB holds. */
static void fix_up_dtb(struct hardware *hardware, const struct plan *plan,
		       uint32_t reserve_end, uint32_t lost)
{
	struct dtb_changes changes = {
		.boot_mode = plan->boot_mode,
		.bootargs = payload.bootargs,
		.initrd = payload.initrd,
		.initrd_end = payload.initrd_end,
		.reserve = RESIDENT_START,
		.reserve_end = reserve_end,
		.psci = plan->psci,
		.absent = lost,
	};

	if (plan == payload.plan && !lost)
		return;
	if (payload.plan)
		read_dtb(hardware);

	int error = dtb_mend((void *)payload.dtb, &hardware->nodes, &changes);

	if (error)
		refuse("cannot mend the DTB at %x: %s; check it with dtc",
		       payload.dtb, fdt_strerror(error));
}

static void say_image(const char *what, uint32_t start, uint32_t end)
{
	if (end)
		say("[%x..%x] %s", start, end - 1, what);
}

static uint32_t count_bits(uint32_t bits)
{
	uint32_t count = 0;

	for (; bits; bits &= bits - 1)
		count++;
	return count;
}

/* `left`: CPUs that the wrapper has not seen, but that the kernel may start. */
static void banner(uint32_t entered, const struct plan *plan, uint32_t reserve_end,
		   uint32_t lost, uint32_t left)
{
	/* Indexed by the two ownership bits. */
	static const char *const owned[] = {
		"neither Hyp mode nor Secure state",
		"Secure state, but not Hyp mode",
		"Hyp mode, but not Secure state",
		"Hyp mode and Secure state",
	};
	/* Indexed by enum cpu_start. */
	static const char *const residents[] = {
		"resident: Hyp stub, Monitor, PSCI", "resident: Hyp stub, Monitor",
		"", "resident: Hyp stub, PSCI trap", "",
		"resident: Hyp stub, Monitor",
	};
	uint32_t midr = read_cp15(MIDR);
	const char *core = core_name(midr);
	uint32_t ready = resident.cpu_count - count_bits(lost);
	char list[MODE_LIST_SIZE];

	say("version " VERSION " on " BOARD_NAME);
	say("%u CPU%s, %s r%up%u", ready, ready == 1 ? "" : "s",
	    core ? core : "unknown core", midr >> 20 & 0xf, midr & 0xf);
	if (!core)
		say("MIDR %x: no table for this core: ACTLR is left alone", midr);
	if (left)
		say("%u of them stayed with other firmware; the kernel starts "
		    "them in the board's own way", count_bits(left));
	say_image(payload.dom0_end ? "Xen" : "kernel", payload.kernel,
		  payload.kernel_end);
	say_image("DTB", payload.dtb, payload.dtb_end);
	say_image("dom0 kernel", payload.dom0, payload.dom0_end);
	say_image("initrd", payload.initrd, payload.initrd_end);
	if (reserve_end)
		say_image(reserve_end == RESIDENT_END ? residents[plan->start] :
			  "resident: Hyp stub, holding pen", RESIDENT_START, reserve_end);
	else
		say("resident: nothing");
	say("entered in %s; the kernel takes %s (%s)", entered_names[entered],
	    list_modes(payload.takes, list), payload.takes_why);
	say("entering the kernel in %s mode; it owns %s", long_names[plan->mode],
	    owned[plan->boot_mode & (BW_OWNS_HYP | BW_OWNS_SECURE)]);
}

/*
 * Take an asynchronous abort that the boot has caused here, where the wrapper reports it.
 * Otherwise the kernel would take it when it unmasks them.
 */
static void report_pending_abort(void)
{
	dsb();
	asm volatile("cpsie a\n\tisb\n\tcpsid a" ::: "memory");
}

_Noreturn void boot(const struct entry *entry)
{
	uint32_t entered = entry->state;
	struct hardware hardware;
	struct plan made;

	console_init();
	if (entered == ENTERED_SECURE) {
		start_system_counter();
		board_init();
		board_trustzone_init();
	}
	if (!payload.kernel_end)
		load_payload(entry);
	check_ram();
	detect_hardware(&hardware);
	const struct plan *plan = make_plan(entered, &hardware, &made);

	place_hyp_stub();
	fill_resident(plan, hardware.platform);

	struct cpu *me = find_boot_cpu();
	uint32_t others = ((1u << resident.cpu_count) - 1) & ~(1u << me->index);

	distributor_init(hardware.platform);
	gic_reset(me);

	uint32_t missing = find_missing(plan, others, entry->loaded_at != entry->home);
	uint32_t lost = (plan->loses_missing ? missing : 0) |
			(plan->loses_present ? others & ~missing : 0);
	uint32_t left = plan->gathers ? missing & ~lost : 0;
	uint32_t reserve_end = reserve_ends[missing ? plan->reserve_missing :
						      plan->reserve];

	fix_up_dtb(&hardware, plan, reserve_end, lost);
	report_cpus(hardware.platform, lost);
	if (!(payload.flags & PAYLOAD_QUIET))
		banner(entered, plan, reserve_end, lost, left);
	if (plan->psci == DTB_PSCI_NONE)
		fill_pen(lost, me);
	report_pending_abort();
	gic_cpu_init(me);
	kernel_state_init();
	on_unexpected = NULL;
	enter_kernel(0, BW_MACHINE_DT, payload.dtb, payload.entry, me);
}
