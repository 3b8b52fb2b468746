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

extern const char resident_start[], resident_end[];

_Static_assert(PLATFORM_MAX_CPUS == MAX_CPUS, "what a DTB may have, cpus[] holds");

/*
 * How many polls to wait for the CPUs that the DTB promises, where there is no
 * counter that tells when a second is over.
 */
#define CPU_PATIENCE	(1 << 26)

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

/* From boot.S, in Hyp and in Non-secure SVC mode. */
_Noreturn void refuse_hyp(void)
{
	refuse("entered in Non-secure Hyp mode, but only Secure state can "
	       "prepare the CPUs; start the wrapper from reset "
	       "(QEMU: secure=on)");
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

static void choose_mode(void)
{
	bool virt = read_cp15(ID_PFR1) & ID_PFR1_VIRT;
	uint32_t mode = virt ? BW_MODE_HYP : BW_MODE_SVC;

	resident.spsr = PSR_AIF | (virt ? PSR_HYP : PSR_SVC);
	resident.boot_mode = BW_BOOT_MODE_MAGIC | mode << BW_MODE_SHIFT |
			     (virt ? BW_OWNS_HYP : 0);
	resident.scr = SCR_NS | SCR_FW | SCR_AW | (virt ? SCR_HCE : 0) |
		       /* SCD exists with the Virtualization Extensions only. */
		       (virt && payload.flags & PAYLOAD_PEN ? SCR_SCD : 0);
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
	resident.psci = !(payload.flags & PAYLOAD_PEN);
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

/* The low word of CNTPCT; does not count where there is no Generic Timer. */
static uint32_t counter(void)
{
	return resident.cntfrq ? read_cp15_64_low(CNTPCT) : 0;
}

/*
 * Let the secondary CPUs find themselves; returns a bit for each that has not
 * done so within a second. Such a CPU is off limits from then on, to PSCI and
 * to itself, even if it comes late: the DTB will say that it failed.
 */
static uint32_t gather_cpus(void)
{
	uint32_t absent = 0, patience = CPU_PATIENCE, start = counter();

	dmb();
	cpu_table_ready = 1;
	sev();
	for (uint32_t i = 0; i < resident.cpu_count; i++) {
		struct cpu *cpu = &cpus[i].cpu;

		for (; cpu->state == CPU_ABSENT && patience; patience--) {
			if (counter() - start > resident.cntfrq)
				patience = 1;
			yield();
		}
		if (cpu->state == CPU_ABSENT) {
			absent |= 1 << i;
			cpu->mpidr = MPIDR_NONE;
		}
	}
	return absent;
}

static void report_cpus(const struct platform *platform, uint32_t absent)
{
	for (uint32_t i = 0; i < resident.cpu_count; i++)
		if (absent >> i & 1)
			say("CPU %x is in the DTB but did not come out of "
			    "reset; going on without it (QEMU: -smp)",
			    platform->mpidr[i]);
	/* Nobody waits for such a CPU, so this is said only if it was quick. */
	uint32_t unlisted = unlisted_cpu;

	if (unlisted != UNLISTED_NONE)
		say("CPU %x is not in the DTB; it stays off", unlisted);
}

static void mend_dtb(const struct dtb_nodes *nodes, uint32_t absent)
{
	struct dtb_changes changes = {
		.boot_mode = resident.boot_mode,
		.bootargs = payload.bootargs,
		.initrd = payload.initrd,
		.initrd_end = payload.initrd_end,
		.reserve = (uintptr_t)resident_start,
		.reserve_end = (uintptr_t)resident_end,
		.psci = !(payload.flags & PAYLOAD_PEN),
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
	say("%u CPU%s, %s r%up%u", ready, ready == 1 ? "" : "s", core_name(midr),
	    midr >> 20 & 0xf, midr & 0xf);
	say_image("kernel", payload.kernel, payload.kernel_end);
	say_image("DTB", payload.dtb, payload.dtb_end);
	say_image("initrd", payload.initrd, payload.initrd_end);
	say_image(pen ? "resident: Hyp stub, pen, Monitor" :
			"resident: Hyp stub, Monitor, PSCI",
		  (uintptr_t)resident_start, (uintptr_t)resident_end);
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
	report_cpus(&platform, absent);
	if (!(payload.flags & PAYLOAD_QUIET))
		banner(absent);

	if (payload.flags & PAYLOAD_PEN)
		for (uint32_t i = 0; i < resident.cpu_count; i++)
			if (!(absent >> i & 1) && cpus[i].cpu.state == CPU_OFF)
				turn_on(&cpus[i].cpu, (uintptr_t)pen, 0, me);

	/*
	 * An asynchronous abort that something above has caused, if any, is to
	 * be reported here, not by the kernel when it unmasks them.
	 */
	dsb();
	asm volatile("cpsie a\n\tisb\n\tcpsid a" ::: "memory");
	nonsecure_init();
	enter_nonsecure(0, BW_MACHINE_DT, payload.dtb, payload.entry, me);
}
