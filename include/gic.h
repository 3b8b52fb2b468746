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
#define GICD_ISACTIVER		0x300
#define GICD_ICACTIVER		0x380
#define GICD_IPRIORITYR		0x400	/* a byte each; 0 is the highest */
#define GICD_ITARGETSR		0x800	/* a byte each; word 0: the reader's own bit */
#define GICD_ICFGR1		0xc04	/* the PPIs, two bits each; the upper: edge-triggered */
#define GICD_SGIR		0xf00
#define GICD_CPENDSGIR		0xf10	/* a byte for each SGI, a bit for each sender */
#define GICD_CPENDSGIR_END	0xf20

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
#define GICC_APR_END		0x0f0
#define GICC_IIDR		0x0fc
#define GICC_IIDR_VERSION(iidr)	((iidr) >> 16 & 0xf)	/* of the architecture */

/* GICD_CTLR and GICC_CTLR in Secure state; in Non-secure state bit 0 is Group 1. */
#define GIC_ENABLE_GRP0		(1 << 0)
#define GIC_ENABLE_GRP1		(1 << 1)
#define GICC_CTLR_GRP1		(1 << 0)
#define GICC_CTLR_ACKCTL	(1 << 2)
#define GICC_CTLR_FIQEN		(1 << 3)

#define GIC_ID_MASK		0x3ff	/* GICC_IAR, GICC_HPPIR: without an SGI's sender */
#define GIC_SPECIAL		1020	/* from this number on: no interrupt */

/* GICv3: the distributor's, a redistributor's, the CPU interface's registers. */
#define GICD_CTLR_ARE_NS	(1 << 4) /* in Non-secure state; in Secure state: */
#define GICD_CTLR_ARE_S		(1 << 4)
#define GICD_CTLR_ARE_NS_S	(1 << 5)
#define GICD_CTLR_RWP		(1u << 31)
#define GICD_IGRPMODR		0xd00
#define GICD_IROUTER		0x6000
#define GICR_TYPER		0x008
#define GICR_TYPER_LAST		(1 << 4)
#define GICR_TYPER_VLPIS	(1 << 1) /* GICv4: its frame is twice as large */
#define GICR_WAKER		0x014
#define GICR_WAKER_SLEEPS	6	/* ProcessorSleep, ChildrenAsleep */
#define GICR_PIDR2		0xffe8
#define GICR_PIDR2_ARCHREV	0xf0	/* 3 or 4; in GICv2 and in an empty frame 0 */
#define GICR_FRAME		0x20000	/* from one redistributor to the next */
#define GICR_SGI_BASE		0x10000	/* from 0x80 on as word 0 of GICD's rows */
#define GICR_IGRPMODR		0xd00	/* from GICR_SGI_BASE */
#define ICC_PMR(r)		p15, 0, r, c4, c6, 0
#define ICC_IAR0(r)		p15, 0, r, c12, c8, 0
#define ICC_EOIR0(r)		p15, 0, r, c12, c8, 1
#define ICC_HPPIR0(r)		p15, 0, r, c12, c8, 2
#define ICC_AP1R0(r)		p15, 0, r, c12, c9, 0
#define ICC_IAR1(r)		p15, 0, r, c12, c12, 0
#define ICC_EOIR1(r)		p15, 0, r, c12, c12, 1
#define ICC_SRE(r)		p15, 0, r, c12, c12, 5
#define ICC_IGRPEN0(r)		p15, 0, r, c12, c12, 6
#define ICC_IGRPEN1(r)		p15, 0, r, c12, c12, 7
#define ICC_MSRE(r)		p15, 6, r, c12, c12, 5
#define ICC_MGRPEN1(r)		p15, 6, r, c12, c12, 7
#define ICC_HSRE(r)		p15, 4, r, c12, c9, 5
#define ICC_SGI0R(lo, hi)	p15, 2, lo, hi, c12
#define ICC_SGI1R(lo, hi)	p15, 0, lo, hi, c12

/* Enable system registers; in ICC_HSRE and ICC_MSRE also for less privileged modes. */
#define ICC_SRE_OWN		7
#define ICC_SRE_ALL		0xf
#define ICC_MGRPEN1_BOTH	3	/* Group 1 of Secure and of Non-secure state */

/* ICC_SGInR: the affinity of a CPU above its Aff0, which is a bit of a list. */
#define ICC_SGIR_ID_SHIFT	24
#define ICC_SGIR_ALL_OTHERS	(1ull << 40)
#define ICC_SGIR_TARGET(mpidr)	(ICC_SGIR_AFFINITY(mpidr) | 1u << ((mpidr) & 0xf))
#define ICC_SGIR_AFFINITY(mpidr) ((uint64_t)((mpidr) >> 16 & 0xff) << 32 | \
				  ((mpidr) & 0xff00) << 8)

#ifndef __ASSEMBLER__

#include <stdint.h>

struct cpu;

/*
 * Put the calling CPU's own interrupts, and its interface, into the state of reset,
 * and make ready to wait: from the return on gic_wake() reaches this CPU, and no
 * interrupt of the kernel does.
 */
void gic_reset(struct cpu *me);

/* Sleep until gic_wake() of this CPU. Returns once for each gic_wake(). */
void gic_wait(void);

/* Wake a CPU that is about to wait, or does; all others that do if it is NULL. */
void gic_wake(const struct cpu *target);

/*
 * After gic_reset(): give the calling CPU's own interrupts to the kernel, all of
 * them disabled, and turn its interface on.
 */
void gic_cpu_init(struct cpu *me);

/* The part of it that takes SCR.NS as the kernel has it: access to GICv3. */
void gic_open_to_kernel(void);

#endif
#endif
