/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all CPUs share of the interrupt controller, once, on the boot CPU:
 * distributor_init(). gic.c does the rest, on each CPU. Transient.
 */
#include "arm.h"
#include "board.h"
#include "boot.h"
#include "distributor.h"
#include "gic.h"
#include "resident.h"
#include "lib/console.h"
#include "lib/probe.h"

/* GICv3: wait until the distributor has done what it was told. */
static void wait_for_writes(uint32_t gicd)
{
	while (read32(gicd + GICD_CTLR) & GICD_CTLR_RWP)
		;
}

/*
 * The DTB of another machine may have a GIC where this one has nothing. A load from there
 * gives 0 or aborts; the kernel would wait for interrupts that never come.
 */
static _Noreturn void refuse_gic(uint32_t address)
{
	refuse("no GIC answers at %x, where the DTB has one; use the DTB of this machine, or "
	       "correct the GIC's reg", address);
}

/* GICv3: the affinity fields are at the same places as MPIDR's, in the second word. */
static void find_redistributors(uint32_t gicr)
{
	uint32_t type, affinity, found = 0;

	do {
		if (!readable(gicr + GICR_PIDR2) ||
		    !(read32(gicr + GICR_PIDR2) & GICR_PIDR2_ARCHREV))
			refuse_gic(gicr);
		type = read32(gicr + GICR_TYPER);
		affinity = read32(gicr + GICR_TYPER + 4);
		for (uint32_t n = 0; n < resident.cpu_count; n++)
			if (cpus[n].cpu.mpidr == affinity) {
				cpus[n].cpu.gic = gicr + GICR_SGI_BASE;
				found |= 1u << n;
			}
		gicr += type & GICR_TYPER_VLPIS ? 2 * GICR_FRAME : GICR_FRAME;
	} while (!(type & GICR_TYPER_LAST));
	for (uint32_t n = 0; n < resident.cpu_count; n++)
		if (!(found >> n & 1))
			refuse("the GICv3 has no redistributor for CPU %x; correct "
			       "/cpus, or the GIC's reg, in the DTB",
			       cpus[n].cpu.mpidr);
}

void distributor_init(const struct platform *platform)
{
	uint32_t gicd = platform->gicd, gicr = platform->gicr, groups, last, n;

	if (gicr && resident.gicd && !BOARD_GIC_V3)
		refuse("the DTB has a GICv3 (arm,gic-v3), which this board's header "
		       "rules out; define BOARD_GIC_V3 as 1 in it");
	if (!gicd || (gicr && !resident.gicd))
		return;
	if (!resident.gicd) {
		/* Other firmware has given its interrupts to Non-secure state. */
		write32(gicd + GICD_CTLR, GIC_ENABLE_GRP1 | GIC_ENABLE_GRP0);
		return;
	}

	if (gicr && !readable(gicd))
		refuse_gic(gicd);

	uint32_t type = read32(gicd + GICD_TYPER);

	/* A kernel sees one group only, and that is Group 0, for want of a second. */
	if (!gicr && !(type & GICD_TYPER_SECURITY))
		resident.gic_groups = 0;
	groups = resident.gic_groups;
	last = type & GICD_TYPER_LINES;		/* inclusive */
	if (gicr) {
		write32(gicd + GICD_CTLR, 0);
		wait_for_writes(gicd);
		write32(gicd + GICD_CTLR, GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS_S);
		wait_for_writes(gicd);
		if (!read32(gicd + GICD_CTLR))
			refuse_gic(gicd);
		for (n = last; n; n--)
			write32(gicd + GICD_IGRPMODR + 4 * n, 0);
	}
	for (n = last; n; n--)
		write32(gicd + GICD_IGROUPR + 4 * n, groups);
	if (gicr) {
		find_redistributors(gicr);
		write32(gicd + GICD_CTLR, GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS_S |
			GIC_ENABLE_GRP1 | GIC_ENABLE_GRP0);
		wait_for_writes(gicd);
	} else {
		write32(gicd + GICD_CTLR, GIC_ENABLE_GRP1 | GIC_ENABLE_GRP0);
		if (!read32(gicd + GICD_CTLR))
			refuse_gic(gicd);
		write32(platform->gicc + GICC_PMR, 0x10);	/* a GIC has 16 priorities or more */
		if (!read32(platform->gicc + GICC_PMR))
			refuse_gic(platform->gicc);
	}
}
