/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt controller: the registers of GICv2 (ARM IHI 0048) and GICv3 (ARM IHI
 * 0069) that the wrapper and its test kernels use, and the functions of gic.c. For C
 * and for assembly.
 */
#ifndef GIC_H
#define GIC_H

/* Distributor, offsets from GICD. Word 0 of a row is banked: SGIs and PPIs. */
#define GICD_CTLR		0x000
#define GICD_TYPER		0x004
#define GICD_IGROUPR		0x080	/* a bit each: 1 is Group 1 */
#define GICD_ISENABLER		0x100
#define GICD_ICENABLER		0x180
#define GICD_ISPENDR		0x200
#define GICD_ICPENDR		0x280
#define GICD_ICACTIVER		0x380
#define GICD_IPRIORITYR		0x400	/* a byte each; 0 is the highest */
#define GICD_ITARGETSR		0x800	/* a byte each; word 0: the reader's own bit */
#define GICD_SGIR		0xf00
#define GICD_CPENDSGIR		0xf10	/* a byte for each SGI, a bit for each sender */

#define GICD_TYPER_LINES	0x1f	/* rows of 32 interrupts, minus 1 */
#define GICD_TYPER_SECURITY	(1 << 10) /* there are Security Extensions */

/* GICD_SGIR: which CPU interfaces, and the SGI's number; bit 15 clear: Group 0. */
#define GICD_SGIR_TARGETS	0x00ff0000
#define GICD_SGIR_ALL_OTHERS	(1 << 24)
#define GICD_SGIR_SELF		(2 << 24)

/* CPU interface, offsets from GICC. */
#define GICC_CTLR		0x000
#define GICC_PMR		0x004	/* only higher priorities are signalled */
#define GICC_IAR		0x00c
#define GICC_EOIR		0x010
#define GICC_HPPIR		0x018	/* as GICC_IAR, but acknowledges nothing */
#define GICC_APR		0x0d0	/* four words, then four more for Group 1 */

/* GICD_CTLR and GICC_CTLR in Secure state; in Non-secure state bit 0 is Group 1. */
#define GIC_ENABLE_GRP0		(1 << 0)
#define GIC_ENABLE_GRP1		(1 << 1)
#define GICC_CTLR_GRP1		(1 << 0)
#define GICC_CTLR_FIQEN		(1 << 3)

#define GIC_ID_MASK		0x3ff	/* GICC_IAR, GICC_HPPIR: without an SGI's sender */
#define GIC_SPECIAL		1020	/* from this number on: no interrupt */

/* GICv3: the distributor's, a redistributor's, the CPU interface's registers. */
#define GICD_CTLR_ARE_NS	(1 << 4) /* in Non-secure state */
#define GICD_IROUTER		0x6000
#define GICR_TYPER		0x008
#define GICR_TYPER_LAST		(1 << 4)
#define GICR_WAKER		0x014
#define GICR_WAKER_SLEEPS	6	/* ProcessorSleep, ChildrenAsleep */
#define GICR_FRAME		0x20000	/* from one redistributor to the next */
#define GICR_SGI_BASE		0x10000	/* from 0x80 on as word 0 of GICD's rows */
#define ICC_PMR(r)		p15, 0, r, c4, c6, 0
#define ICC_IAR1(r)		p15, 0, r, c12, c12, 0
#define ICC_EOIR1(r)		p15, 0, r, c12, c12, 1
#define ICC_SRE(r)		p15, 0, r, c12, c12, 5
#define ICC_IGRPEN1(r)		p15, 0, r, c12, c12, 7
#define ICC_HSRE(r)		p15, 4, r, c12, c9, 5
#define ICC_SGI1R(lo, hi)	p15, 0, lo, hi, c12

/* ICC_SGInR: the affinity of a CPU above its Aff0, which is a bit of a list. */
#define ICC_SGI1R_AFFINITY(mpidr) ((uint64_t)((mpidr) >> 16 & 0xff) << 32 | \
				   ((mpidr) & 0xff00) << 8)

#ifndef __ASSEMBLER__

#include <stdint.h>

struct cpu;

/*
 * Give the calling CPU's own interrupts to the kernel, all of them disabled, and
 * turn its CPU interface on.
 */
void gic_cpu_init(void);

/*
 * Turn the calling CPU's interface off and make ready to wait: from the return on
 * gic_wake() reaches this CPU, and no interrupt of the kernel does.
 */
void gic_prepare_wait(struct cpu *me);

/* Sleep until gic_wake() of this CPU. Returns once for each gic_wake(). */
void gic_wait(void);

/* Wake CPUs: struct cpu.wake of one that waits, or GICD_SGIR_ALL_OTHERS. */
void gic_wake(uint32_t targets);

#endif
#endif
