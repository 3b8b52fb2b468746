/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The story, told once by the boot CPU: see what there is, get the other CPUs
 * in line, mend the DTB where the build has not, and go. Transient.
 */
#include <string.h>

#include <libfdt.h>

#include "board.h"
#include "boot.h"
#include "boot_wrapper.h"
#include "memory_map.h"
#include "modes.h"
#include "resident.h"
#include "loader/load.h"
#include "version.h"

_Static_assert(PLATFORM_MAX_CPUS == MAX_CPUS, "what a DTB may have, cpus[] holds");

/*
 * How many polls to wait for the CPUs that the DTB promises, where there is no
 * counter that tells when a second is over: a second or so on hardware, where
 * each is an uncached access.
 */
#define CPU_PATIENCE	(1 << 22)

/* By ENTERED_... */
static const char *const entered_names[] = {
	"Secure state", "Non-secure Hyp mode", "SVC mode without Secure state",
};

/* By BW_MODE_... */
static const uint8_t psr_modes[] = { 0, PSR_MON, PSR_HYP, PSR_SVC, PSR_SVC };
static const char *const long_names[] = {
	"", "Secure Monitor", "Non-secure Hyp", "Non-secure SVC", "Secure SVC",
};

static const char *core_name(uint32_t midr)
{
	switch (midr & MIDR_PART_MASK) {
	case MIDR_CORTEX_A5:
		return "Cortex-A5";
	case MIDR_CORTEX_A7:
		return "Cortex-A7";
	case MIDR_CORTEX_A8:
		return "Cortex-A8";
	case MIDR_CORTEX_A9:
		return "Cortex-A9";
	case MIDR_CORTEX_A12:
		return "Cortex-A12";
	case MIDR_CORTEX_A15:
		return "Cortex-A15";
	case MIDR_CORTEX_A17:
		return "Cortex-A17";
	}
	return "unknown core";
}

static void check_payload(void)
{
	/*
	 * The last word of RAM: is it there? Put back what it held. Where the
	 * access itself fails, that is reported with its address instead.
	 */
	uint32_t last = (payload.ram_end - 4) & ~3u;
	uint32_t was = read32(last);

	write32(last, ~was);
	dsb();
	if (read32(last) != ~was)
		refuse("no RAM at %x, where the DTB has some; give the machine "
		       "what the DTB says, or correct /memory (QEMU: -m)", last);
	write32(last, was);
}

static void read_dtb(struct platform *platform, struct dtb_nodes *nodes)
{
	void *fdt = (void *)payload.dtb;
	int error = fdt_check_header(fdt);

	if (!error)
		error = dtb_open(fdt, payload.dtb_end - payload.dtb, nodes);
	if (error)
		refuse("no usable DTB at %x: %s; rebuild the image with a "
		       "valid DTB=", payload.dtb, fdt_strerror(error));

	const char *wrong = dtb_read(fdt, nodes, platform);

	if (wrong)
		refuse("the DTB at %x %s; correct the DTB", payload.dtb, wrong);
}

/*
 * Choose the mode that the kernel is entered in, among those that it takes and
 * that a CPU which was entered here as `entered` says can give.
 */
static void choose(uint32_t entered)
{
	bool virt = read_cp15(ID_PFR1) & ID_PFR1_VIRT;
	bool hyp = virt && entered != ENTERED_SVC;
	bool grant = payload.flags & PAYLOAD_GRANT_SECURE;
	uint32_t gives = entered == ENTERED_SECURE ? modes_from_reset(hyp) :
			 hyp ? BW_TAKES_HYP | BW_TAKES_SVC : BW_TAKES_SVC;
	uint32_t mode = choose_mode(payload.takes & gives);
	char takes_list[MODE_LIST_SIZE], gives_list[MODE_LIST_SIZE];

	if (!mode)
		refuse("the kernel takes %s (%s), but this CPU, entered in %s, "
		       "gives %s; change one of them (QEMU: secure=, "
		       "virtualization=)",
		       list_modes(payload.takes, takes_list), payload.takes_why,
		       entered_names[entered], list_modes(gives, gives_list));
	if (grant && entered != ENTERED_SECURE)
		refuse("GRANT=secure, but the CPU was entered in %s, so Secure "
		       "state is not ours to give; start the wrapper from reset "
		       "(QEMU: secure=on)", entered_names[entered]);

	resident.hvbar = (uintptr_t)hyp_stub_vectors;
	resident.hcr = 0;
	resident.spsr = PSR_AIF | psr_modes[mode];
	resident.boot_mode = boot_mode_word(mode, hyp, grant);
	resident.psci = entered == ENTERED_SECURE && !mode_is_secure(mode) &&
			!(payload.flags & PAYLOAD_PEN);
	resident.scr = 0;
	if (entered != ENTERED_SECURE)
		return;
	resident.scr = SCR_FW | SCR_AW | (hyp ? SCR_HCE : 0);
	if (!mode_is_secure(mode))
		resident.scr |= SCR_NS;
	/* SCD exists with the Virtualization Extensions only. */
	if (hyp && !resident.psci && !(resident.boot_mode & BW_OWNS_SECURE))
		resident.scr |= SCR_SCD;
}

/* A board says it in the DTB, or CNTFRQ has it from reset, or we know. */
static uint32_t counter_frequency(const struct platform *platform)
{
	if (!(read_cp15(ID_PFR1) & ID_PFR1_GENTIMER))
		return 0;
	if (platform->timer_hz)
		return platform->timer_hz;
	uint32_t hz = read_cp15(CNTFRQ);

	return hz ? hz : BOARD_CNTFRQ;
}

/* In Secure RAM only Secure code can have its home. */
static void place_hyp_stub(void)
{
	extern uint32_t resident_nonsecure_load[], resident_nonsecure_size[];

	if (BOARD_SECURE_RAM)
		memmove((void *)RESIDENT_START, resident_nonsecure_load,
			(uintptr_t)resident_nonsecure_size);
}

static void fill_resident(const struct platform *platform)
{
	resident.cntfrq = counter_frequency(platform);
	resident.gicd = platform->gicd;
	resident.gicc = platform->gicc;
	resident.gic_groups = resident.scr & SCR_NS ? 0xffffffff : 0;
	hyp_stub_console = console;

	resident.cpu_count = platform->cpu_count;

	const uint32_t *mpidr = platform->mpidr;
	struct cpu_area *end = cpus + platform->cpu_count;

	for (struct cpu_area *area = cpus; area < end; area++) {
		area->cpu.mpidr = *mpidr++;
		area->cpu.state = CPU_ABSENT;
		area->cpu.index = area - cpus;
	}
}

static struct cpu_area *find_boot_cpu(void)
{
	uint32_t mpidr = read_cp15(MPIDR) & MPIDR_AFFINITY;
	struct cpu_area *area, *end = cpus + resident.cpu_count;

	for (area = cpus; area < end; area++)
		if (area->cpu.mpidr == mpidr)
			return area;
	refuse("the DTB has no CPU %x, which is the one that starts; "
	       "correct /cpus", mpidr);
}

/*
 * All interrupts belong to the kernel's world, which Secure state alone can say;
 * ITLinesNumber is inclusive.
 */
static void gic_init(void)
{
	uint32_t gicd = resident.gicd, groups = resident.gic_groups;

	if (!gicd)
		return;
	if (resident.scr) {
		uint32_t last = read32(gicd + GICD_TYPER) & 0x1f;

		for (uint32_t n = 1; n <= last; n++)
			write32(gicd + GICD_IGROUPR + 4 * n, groups);
	}
	write32(gicd + GICD_CTLR, GIC_ENABLE_GRP1 | GIC_ENABLE_GRP0);
}

/*
 * The low word of the virtual counter, which no mode is denied. It does not
 * count where there is no Generic Timer.
 */
static uint32_t counter(void)
{
	return resident.cntfrq ? read_cp15_64_low(CNTVCT) : 0;
}

/* Whether the PSCI node has the function numbers of PSCI 0.2 and later. */
static bool has_psci_0_2(const struct dtb_nodes *nodes)
{
	const void *fdt = (void *)payload.dtb;

	return !fdt_node_check_compatible(fdt, nodes->psci, "arm,psci-0.2") ||
	       !fdt_node_check_compatible(fdt, nodes->psci, "arm,psci-1.0");
}

/* Where an address in pen.S is for its users: the pen may lie elsewhere. */
static uintptr_t in_pen(const uint32_t *address)
{
	uintptr_t offset = (uintptr_t)address - (uintptr_t)pen;

	return (BOARD_PEN_RAM ? BOARD_PEN_RAM : (uintptr_t)pen) + offset;
}

/* Before any CPU is told where to go. */
static void place_pen(void)
{
	board_clear_pen();
	pen_gicc = resident.gicc;
	if (BOARD_PEN_RAM)
		memcpy((void *)BOARD_PEN_RAM, pen, 4 * (pen_end - pen));
	cpu_park = in_pen(pen_park);
}

/*
 * A loader that has started us as a kernel may keep the other CPUs in a pen of
 * its own, in Secure state still (QEMU does), which listens to the same register
 * and wakes for an SGI as ours does.
 */
static bool empty_loaders_pen(void)
{
	if (!BOARD_PEN || !resident.scr || !resident.gicd ||
	    loaded_at == (uintptr_t)start)
		return false;
	write32(BOARD_PEN, (uintptr_t)start);
	dsb();
	write32(resident.gicd + GICD_SGIR, GICD_SGIR_ALL_OTHERS);
	return true;
}

/*
 * Give a CPU until a second after `since` to find itself, and those that were
 * not started at home, which may come now, their answer: see boot.S.
 */
static __attribute__((noinline)) bool wait_for(const struct cpu *cpu,
					       uint32_t since)
{
	static uint32_t patience = CPU_PATIENCE;
	uintptr_t rendezvous = (uintptr_t)start + RENDEZVOUS_OFFSET;
	bool emptied = empty_loaders_pen();

	for (; cpu->state == CPU_ABSENT && patience; patience--) {
		if (read32(rendezvous) == RENDEZVOUS_HELLO)
			write32(rendezvous, (uintptr_t)start);
		if (counter() - since > resident.cntfrq)
			patience = 1;
		yield();
	}
	if (emptied)
		board_clear_pen();
	return cpu->state != CPU_ABSENT;
}

/*
 * Let the secondary CPUs find themselves; returns a bit for each that has not
 * done so within a second. Such a CPU is off limits from then on, to PSCI and
 * to itself, even if it comes late: the DTB will say that it failed.
 */
static uint32_t gather_cpus(void)
{
	uint32_t absent = 0, since = counter();

	dmb();
	cpu_table_ready = 1;
	sev();
	if (resident.scr)
		for (uint32_t i = 0; i < resident.cpu_count; i++)
			if (cpus[i].cpu.state == CPU_ABSENT)
				board_release(cpus[i].cpu.mpidr, (uintptr_t)start);
	for (uint32_t i = 0; i < resident.cpu_count; i++) {
		struct cpu *cpu = &cpus[i].cpu;

		if (cpu->state == CPU_ABSENT && !wait_for(cpu, since)) {
			absent |= 1 << i;
			cpu->mpidr = MPIDR_NONE;
		}
	}
	return absent;
}

/*
 * Send a CPU to the pen, or to its dead end if it is absent to the kernel, and
 * see it arrive: the memory that it comes from may be given away.
 */
static void send_to_pen(struct cpu *cpu, bool absent, struct cpu *me)
{
	uint32_t patience = CPU_PATIENCE, start = counter();
	uintptr_t entry = in_pen(absent ? pen_dead_end : pen);

	turn_on(cpu, entry, 0, me);
	while (read32(in_pen(&pen_arrived)) != cpu->mpidr) {
		if (counter() - start > resident.cntfrq || !--patience)
			refuse("CPU %x does not arrive at %x, where it was to "
			       "wait for the kernel; correct the board's header",
			       cpu->mpidr, entry);
		yield();
	}
}

static void report_cpus(const struct platform *platform, uint32_t absent)
{
	for (uint32_t i = 0; absent >> i; i++)
		if (absent >> i & 1)
			say(platform->mpidr[i] == cpus[i].cpu.mpidr ?
			    "CPU %x has no way to the kernel in this mode, for "
			    "lack of PSCI 0.2 and of a pen; going on without it" :
			    "CPU %x is in the DTB but did not come out of "
			    "reset; going on without it (QEMU: -smp)",
			    platform->mpidr[i]);
	/* Nobody waits for such a CPU, so this is said only if it was quick. */
	uint32_t unlisted = unlisted_cpu;

	if (unlisted != UNLISTED_NONE)
		say("CPU %x is not in the DTB; it stays off", unlisted);
}

static void mend_dtb(const struct dtb_nodes *nodes, enum dtb_psci psci,
		     uint32_t reserve_end, uint32_t absent)
{
	struct dtb_changes changes = {
		.boot_mode = resident.boot_mode,
		.bootargs = payload.bootargs,
		.initrd = payload.initrd,
		.initrd_end = payload.initrd_end,
		.reserve = RESIDENT_START,
		.reserve_end = reserve_end,
		.psci = psci,
		.absent = absent,
	};
	int error = dtb_mend((void *)payload.dtb, nodes, &changes);

	if (error)
		refuse("cannot mend the DTB at %x: %s; check it with dtc",
		       payload.dtb, fdt_strerror(error));
}

static void say_image(const char *what, uint32_t start, uint32_t end)
{
	if (end)
		say("[%x..%x] %s", start, end - 1, what);
}

static void banner(uint32_t entered, uint32_t reserve_end, uint32_t absent)
{
	/* By the two ownership bits. */
	static const char *const owned[] = {
		"neither Hyp mode nor Secure state",
		"Secure state, but not Hyp mode",
		"Hyp mode, but not Secure state",
		"Hyp mode and Secure state",
	};
	uint32_t midr = read_cp15(MIDR);
	uint32_t ready = resident.cpu_count;
	uint32_t word = resident.boot_mode;
	char list[MODE_LIST_SIZE];

	for (; absent; absent &= absent - 1)
		ready--;
	say("version " VERSION " on " BOARD_NAME);
	say("%u CPU%s, %s r%up%u", ready, ready == 1 ? "" : "s", core_name(midr),
	    midr >> 20 & 0xf, midr & 0xf);
	say_image(payload.dom0_end ? "Xen" : "kernel", payload.kernel,
		  payload.kernel_end);
	say_image("DTB", payload.dtb, payload.dtb_end);
	say_image("dom0 kernel", payload.dom0, payload.dom0_end);
	say_image("initrd", payload.initrd, payload.initrd_end);
	if (reserve_end)
		say_image(reserve_end != RESIDENT_END ? "resident: Hyp stub" :
			  resident.hcr ? "resident: Hyp stub, PSCI trap" :
			  resident.psci ? "resident: Hyp stub, Monitor, PSCI" :
					  "resident: Hyp stub, Monitor",
			  RESIDENT_START, reserve_end);
	else
		say("resident: nothing");
	say("entered in %s; the kernel takes %s (%s)", entered_names[entered],
	    list_modes(payload.takes, list), payload.takes_why);
	say("entering the kernel in %s mode; it owns %s",
	    long_names[mode_of(word)],
	    owned[word & (BW_OWNS_HYP | BW_OWNS_SECURE)]);
}

_Noreturn void boot(uint32_t entered)
{
	const struct platform *platform = &payload.platform;
	struct platform found;
	struct dtb_nodes nodes;
	enum dtb_psci psci;
	uint32_t absent = 0;

	board_console_init();
	if (entered == ENTERED_SECURE) {
		board_init();
		secure_init();
	}
	if (!payload.kernel_end)
		load_payload();
	check_payload();
	place_hyp_stub();
	choose(entered);
	if (!payload.prepared) {
		read_dtb(&found, &nodes);
		platform = &found;
		memcpy(ram_banks, found.ram, sizeof ram_banks);
	}
	fill_resident(platform);

	struct cpu_area *area = find_boot_cpu();
	struct cpu *me = &area->cpu;

	me->state = CPU_ON;
	gic_init();

	/*
	 * How the kernel gets its other CPUs: by our PSCI, by that of firmware
	 * below us (the build prepares no DTB that has a node for one), or out
	 * of the pen, if there is one.
	 */
	if (resident.psci)
		psci = DTB_PSCI_OURS;
	else if (entered != ENTERED_SECURE && !payload.prepared && nodes.psci)
		psci = DTB_PSCI_FIRMWARES;
	else
		psci = DTB_PSCI_NONE;
	if (psci == DTB_PSCI_NONE)
		place_pen();
	if (psci != DTB_PSCI_FIRMWARES)
		absent = gather_cpus();

	/* That firmware turns them on in Hyp mode, which may not be wanted. */
	bool below = psci == DTB_PSCI_FIRMWARES &&
		     entered == ENTERED_HYP && resident.spsr != (PSR_AIF | PSR_HYP);

	if (psci == DTB_PSCI_NONE ? !BOARD_PEN : below && !has_psci_0_2(&nodes))
		absent = ((1u << resident.cpu_count) - 1) & ~(1u << (area - cpus));
	if (below) {
		resident.hvbar = (uintptr_t)hyp_psci_vectors;
		resident.hcr = HCR_TSC;
	}

	/* What the build has done holds if all is as the build expected. */
	uint32_t reserve_end = payload.reserved_end;

	if (payload.prepared != resident.boot_mode || absent ||
	    entered != ENTERED_SECURE) {
		/* A CPU that is late, or has no other place, waits in ours. */
		bool alone = psci == DTB_PSCI_FIRMWARES ||
			     (BOARD_PEN_RAM && !absent);

		reserve_end = below ? RESIDENT_END :
			      reserved_end(resident.boot_mode,
					   entered == ENTERED_SECURE, alone,
					   payload.flags);
		if (payload.prepared)
			read_dtb(&found, &nodes);
		mend_dtb(&nodes, psci, reserve_end, absent);
	}
	report_cpus(platform, absent);
	if (!(payload.flags & PAYLOAD_QUIET))
		banner(entered, reserve_end, absent);

	if (psci == DTB_PSCI_NONE)
		for (uint32_t i = 0; i < resident.cpu_count; i++)
			if (cpus[i].cpu.state == CPU_OFF &&
			    cpus[i].cpu.mpidr != MPIDR_NONE)
				send_to_pen(&cpus[i].cpu, absent >> i & 1, me);

	/*
	 * An asynchronous abort that something above has caused, if any, is to
	 * be reported here, not by the kernel when it unmasks them.
	 */
	dsb();
	asm volatile("cpsie a\n\tisb\n\tcpsid a" ::: "memory");
	kernel_state_init();
	on_unexpected = NULL;
	enter_kernel(0, BW_MACHINE_DT, payload.dtb, payload.entry, me);
}
