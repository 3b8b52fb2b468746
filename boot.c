/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The story, told once by the boot CPU: see what there is, get the other CPUs
 * in line, mend the DTB where the build has not, and go. Transient.
 */
#include <libfdt.h>

#include "board.h"
#include "boot.h"
#include "boot_wrapper.h"
#include "resident.h"
#include "version.h"

extern uint32_t cpu_table_ready, unlisted_cpu;
extern const char resident_start[], resident_end[];
extern const char resident_nonsecure_end[];

/*
 * How long to wait for the CPUs that the DTB promises: polls of uncached
 * memory, so about 100 ns each on silicon and far less in an emulator.
 */
#define CPU_PATIENCE	20000000

/* Arm's cores: what the banner calls them, and what they want at reset. */
static const struct core {
	uint32_t midr;
	const char *name;
	bool smp;		/* ACTLR.SMP, before any cache is used */
	bool dirty_l1;		/* reset leaves junk in the L1 data cache */
} cores[] = {
	{ MIDR_CORTEX_A5,  "Cortex-A5",  true, true },
	{ MIDR_CORTEX_A7,  "Cortex-A7",  true, false },
	{ MIDR_CORTEX_A9,  "Cortex-A9",  true, true },
	{ MIDR_CORTEX_A12, "Cortex-A12", true, false },
	{ MIDR_CORTEX_A15, "Cortex-A15", true, false },
	{ MIDR_CORTEX_A17, "Cortex-A17", true, false },
	{ 0, "unknown core", false, false },
};

static const struct core *core_of(uint32_t midr)
{
	const struct core *core = cores;

	while (core->midr && core->midr != (midr & MIDR_PART_MASK))
		core++;
	return core;
}

static void invalidate_l1_dcache(void)
{
	write_cp15(CSSELR, 0);
	isb();

	uint32_t ccsidr = read_cp15(CCSIDR);
	uint32_t line_shift = (ccsidr & 7) + 4;
	uint32_t ways = ccsidr >> 3 & 0x3ff;
	uint32_t sets = ccsidr >> 13 & 0x7fff;
	uint32_t way_shift = ways ? __builtin_clz(ways) : 0;

	for (uint32_t way = 0; way <= ways; way++)
		for (uint32_t set = 0; set <= sets; set++)
			write_cp15(DCISW, way << way_shift | set << line_shift);
}

/* Bits that only Secure state can set, by core and revision. */
static void apply_errata(uint32_t midr)
{
	uint32_t revision = (midr >> 20 & 0xf) << 4 | (midr & 0xf);

	if ((midr & MIDR_PART_MASK) != MIDR_CORTEX_A15)
		return;
	/* CVE-2017-5715 (Spectre variant 2): let the kernel's BPIALL work. */
	write_cp15(ACTLR, read_cp15(ACTLR) | ACTLR_IBE_A15);
	/* 798870, r2p0 to r2p4: a hazard in the L2 can deadlock. */
	if (revision >= 0x20 && revision < 0x30)
		write_cp15(L2ACTLR_A15, read_cp15(L2ACTLR_A15) |
					L2ACTLR_HAZARD_TIMEOUT_A15);
	isb();
}

/* The Secure state of the calling CPU; every CPU does this once, at reset. */
void secure_init(void)
{
	uint32_t midr = read_cp15(MIDR);
	const struct core *core = core_of(midr);

	if (core->smp) {
		write_cp15(ACTLR, read_cp15(ACTLR) | ACTLR_SMP);
		isb();
	}
	apply_errata(midr);
	if (core->dirty_l1)
		invalidate_l1_dcache();
	write_cp15(ICIALLU, 0);
	write_cp15(BPIALL, 0);
	write_cp15(TLBIALL, 0);
	dsb();
	isb();
}

/* From boot.S, in Hyp and in Non-secure SVC mode. */
_Noreturn void refuse_hyp(void)
{
	say("entered in Non-secure Hyp mode, but only Secure state can prepare "
	    "the CPUs; start the wrapper from reset (QEMU: secure=on)");
	cpu_stop();
}

_Noreturn void refuse_nonsecure(void)
{
	refuse("entered in SVC mode without Secure state, and only that can "
	       "prepare the CPUs; start the wrapper from reset "
	       "(QEMU: secure=on)");
}

static void check_payload(void)
{
	if (!payload.kernel_end)
		refuse("no kernel: this image was linked without one; "
		       "link one with make KERNEL=zImage DTB=board.dtb");

	/* The last word of RAM: is it there? Put back what it held. */
	uint32_t last = payload.ram_end - 4;
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

static void choose_mode(void)
{
	bool virt = read_cp15(ID_PFR1) & ID_PFR1_VIRT;
	uint32_t mode = virt ? BW_MODE_HYP : BW_MODE_SVC;

	resident.spsr = PSR_AIF | (virt ? PSR_HYP : PSR_SVC);
	resident.boot_mode = BW_BOOT_MODE_MAGIC | mode << BW_MODE_SHIFT |
			     (virt ? BW_OWNS_HYP : 0);
	resident.scr = SCR_NS | SCR_FW | SCR_AW | (virt ? SCR_HCE : 0) |
		       (payload.flags & PAYLOAD_PEN ? SCR_SCD : 0);
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

static void fill_resident(const struct platform *platform)
{
	choose_mode();
	resident.cntfrq = counter_frequency(platform);
	resident.gicd = platform->gicd;
	resident.gicc = platform->gicc;
	pen_gicc = platform->gicc;
	hyp_stub_console = console;

	resident.cpu_count = platform->cpu_count;
	for (uint32_t i = 0; i < platform->cpu_count; i++) {
		struct cpu *cpu = &cpus[i].cpu;

		cpu->mpidr = platform->mpidr[i];
		cpu->state = CPU_ABSENT;
		cpu->choosing = 0;
		cpu->ticket = 0;
	}
}

static struct cpu *find_boot_cpu(void)
{
	for (uint32_t i = 0; i < resident.cpu_count; i++)
		if (cpus[i].cpu.mpidr == BOARD_BOOT_CPU)
			return &cpus[i].cpu;
	refuse("the DTB has no CPU %x, which is the one that starts; "
	       "correct /cpus", BOARD_BOOT_CPU);
}

/* All interrupts belong to Non-secure state; ITLinesNumber is inclusive. */
static void gic_init(void)
{
	if (!resident.gicd)
		return;
	uint32_t last = read32(resident.gicd + GICD_TYPER) & 0x1f;

	for (uint32_t n = 1; n <= last; n++)
		write32(resident.gicd + GICD_IGROUPR + 4 * n, 0xffffffff);
	write32(resident.gicd + GICD_CTLR, GIC_ENABLE_GRP1 | GIC_ENABLE_GRP0);
}

/* Let the secondary CPUs find themselves; returns a bit for each missing. */
static uint32_t gather_cpus(void)
{
	uint32_t absent = 0;
	uint32_t patience = CPU_PATIENCE;

	cpu_table_ready = 1;
	sev();
	for (uint32_t i = 0; i < resident.cpu_count; i++) {
		while (cpus[i].cpu.state == CPU_ABSENT && patience)
			patience--;
		if (cpus[i].cpu.state == CPU_ABSENT)
			absent |= 1 << i;
	}
	return absent;
}

static void report_cpus(uint32_t absent)
{
	for (uint32_t i = 0; i < resident.cpu_count; i++)
		if (absent >> i & 1)
			say("CPU %x is in the DTB but did not come out of "
			    "reset; going on without it (QEMU: -smp)",
			    cpus[i].cpu.mpidr);
	uint32_t unlisted = *(volatile uint32_t *)&unlisted_cpu;

	if (unlisted != UNLISTED_NONE)
		say("CPU %x is not in the DTB; it stays off", unlisted);
}

static void mend_dtb(const struct dtb_nodes *nodes, uint32_t absent)
{
	bool pen = payload.flags & PAYLOAD_PEN;
	struct dtb_changes changes = {
		.boot_mode = resident.boot_mode,
		.bootargs = payload.bootargs,
		.initrd = payload.initrd,
		.initrd_end = payload.initrd_end,
		.reserve = (uintptr_t)resident_start,
		.reserve_end = (uintptr_t)(pen ? resident_nonsecure_end
					       : resident_end),
		.psci = !pen,
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

static void banner(uint32_t absent)
{
	uint32_t midr = read_cp15(MIDR);
	uint32_t ready = resident.cpu_count;
	bool pen = payload.flags & PAYLOAD_PEN;
	bool hyp = resident.boot_mode & BW_OWNS_HYP;

	for (; absent; absent &= absent - 1)
		ready--;
	say("version " VERSION " on " BOARD_NAME);
	say("%u CPU%s, %s r%up%u", ready, ready == 1 ? "" : "s", core_of(midr)->name,
	    midr >> 20 & 0xf, midr & 0xf);
	say_image("kernel", payload.kernel, payload.kernel_end);
	say_image("DTB", payload.dtb, payload.dtb_end);
	say_image("initrd", payload.initrd, payload.initrd_end);
	say_image(pen ? "resident: Hyp stub, pen" :
			"resident: Hyp stub, Monitor, PSCI",
		  (uintptr_t)resident_start,
		  (uintptr_t)(pen ? resident_nonsecure_end : resident_end));
	say("entering the kernel in Non-secure %s mode; it owns %s",
	    hyp ? "Hyp" : "SVC",
	    hyp ? "Hyp mode, but not Secure state" :
		  "neither Hyp mode nor Secure state");
}

_Noreturn void boot(void)
{
	struct platform platform = payload.platform;
	struct dtb_nodes nodes;

	secure_init();
	board_init();
	check_payload();
	if (!payload.prepared)
		read_dtb(&platform, &nodes);
	fill_resident(&platform);

	struct cpu *me = find_boot_cpu();

	me->state = CPU_ON;
	gic_init();
	uint32_t absent = gather_cpus();

	/* What the build has done holds if all is as the build expected. */
	if (payload.prepared != resident.boot_mode || absent) {
		if (payload.prepared)
			read_dtb(&platform, &nodes);
		mend_dtb(&nodes, absent);
	}
	report_cpus(absent);
	if (!(payload.flags & PAYLOAD_QUIET))
		banner(absent);

	if (payload.flags & PAYLOAD_PEN)
		for (uint32_t i = 0; i < resident.cpu_count; i++)
			if (cpus[i].cpu.state == CPU_OFF)
				turn_on(&cpus[i].cpu, (uintptr_t)pen, 0, me);

	nonsecure_init();
	enter_nonsecure(0, BW_MACHINE_DT, payload.dtb, payload.kernel, me);
}
