/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arm.h lacks, since the wrapper has no use for it: the registers that
 * only the payloads touch, in the same notation.
 */
#ifndef PAYLOADS_REGISTERS_H
#define PAYLOADS_REGISTERS_H

#include "arm.h"

/* vfp_features(): 32 double registers, and Advanced SIMD. */
#define MVFR_FEATURES_D32	2
#define MVFR_FEATURES_SIMD	(1 << 4)

/* Generic Timer: the Non-secure PL1, the virtual and the Hyp one. */
#define CNTP_TVAL(r)	p15, 0, r, c14, c2, 0
#define CNTP_CTL(r)	p15, 0, r, c14, c2, 1
#define CNTV_TVAL(r)	p15, 0, r, c14, c3, 0
#define CNTHP_TVAL(r)	p15, 4, r, c14, c2, 0

/* What stage 2 translation faulted at. */
#define HPFAR(r)	p15, 4, r, c6, c0, 4

/* 64-bit registers. */
#define CNTPCT(lo, hi)	p15, 0, lo, hi, c14

/* Bits that a kernel may set, and the next kernel does not want to find. */
#define SCTLR_M		(1 << 0)
#define SCTLR_V		(1 << 13)
#define SCTLR_EE	(1 << 25)
#define SCTLR_TE	(1 << 30)
#define HCR_TRAPS	0x07ffe039	/* VM, routing, WFx and CP15 traps */
#define HCR_VM		(1 << 0)	/* stage 2 translation is on */
#define HCPTR_TTA	(1 << 20)
#define HCPTR_TCPAC	(1u << 31)
#define HCPTR_TRAPS	(HCPTR_TCPAC | HCPTR_TTA | 1 << 15 | 3 << 10)

/*
 * VTCR beside VTCR_RES1: a T0SZ of 0 is 32-bit intermediate addresses, an
 * SL0 of 1 starts the walk at level 1; with IRGN0, ORGN0 and SH0 of 0 it reads
 * the tables from memory, not from caches.
 */
#define VTCR_SL0_SHIFT	6
#define VTCR_T0SZ_SHIFT	0

/* VTTBR: bits 55..48 name the guest in the TLBs, 39..5 are the table. */
#define VTTBR_VMID_SHIFT 48

/* Long-descriptor format, stage 2: what an entry is, and of what memory. */
#define S2_TABLE	(3 << 0)	/* at levels 1 and 2 */
#define S2_PAGE		(3 << 0)	/* at level 3 */
#define S2_NONCACHEABLE	(5 << 2)	/* MemAttr: Normal, outer and inner */
#define S2_READ_WRITE	(3 << 6)	/* HAP */
#define S2_AF		(1 << 10)	/* accessed, so no Access flag fault */

/* HSR: an abort by stage 2 on data; HPFAR has bits 39..12 at 31..4. */
#define HSR_EC_DATA_ABORT 0x24		/* from PL0 or PL1 */
#define HSR_HVC_MASK	0xffff		/* the HVC's number */
#define HSR_WNR		(1 << 6)
#define HSR_DFSC_MASK	0x3c		/* DFSC without the level */
#define HSR_DFSC_TRANSLATION 0x04
#define HPFAR_SHIFT	8

/* SCR.EA, FIQ and IRQ: what is taken to Monitor mode. */
#define SCR_ROUTING	(7 << 1)

/* NSACR beside NS_SMP, and CPACR. */
#define NSACR_CP10	(1 << 10)
#define NSACR_CP11	(1 << 11)
#define NSACR_NSD32DIS	(1 << 14)
#define NSACR_NSASEDIS	(1 << 15)
#define CPACR_CP10_11	(0xf << 20)
#define FPEXC_EN	(1 << 30)
#define FPSCR_NZCV	(0xfu << 28)
#define FPSCR_TO_ZERO	(3 << 22)	/* rounding */

/* PMCR: all counters are on; and the cycle counter in PMCNTENSET, PMINTENSET. */
#define PMCR_E		(1 << 0)
#define PMU_CYCLES	(1u << 31)

/* CNTHCTL: with these two and PL1PCTEN clear, PL1 sees no event stream. */
#define CNTHCTL_EVNTEN	(1 << 2)

/* CPSR bits that the contract is silent on: N, Z, C, V, Q, and GE. */
#define PSR_FLAGS	0xf80f0000
#define PSR_NZCV	0xf0000000

/* GICv2, as seen from Non-secure state. */
#define GICD_CTLR	0x000
#define GICD_TYPER	0x004
#define GICD_IGROUPR	0x080
#define GICD_ISENABLER	0x100
#define GICD_ICENABLER	0x180
#define GICD_ISPENDR	0x200
#define GICD_ICPENDR	0x280
#define GICD_IPRIORITYR	0x400
#define GICD_ITARGETSR	0x800
#define GICD_SGIR	0xf00
#define GICC_CTLR	0x000
#define GICC_PMR	0x004
#define GICC_IAR	0x00c
#define GICC_EOIR	0x010
#define GIC_ID_MASK	0x3ff
#define GIC_SPECIAL	1020		/* from here on: no interrupt */
#define GIC_SGIR_SELF	(2 << 24)
#define GICD_TYPER_SECURITY (1 << 10)
#define GICC_CTLR_GRP1	(1 << 0)	/* Non-secure view */
#define GICC_CTLR_FIQEN	(1 << 3)	/* Secure view */

/* GICv3: the system registers, and what is memory-mapped. */
#define ICC_PMR(r)	p15, 0, r, c4, c6, 0
#define ICC_IAR1(r)	p15, 0, r, c12, c12, 0
#define ICC_EOIR1(r)	p15, 0, r, c12, c12, 1
#define ICC_SRE(r)	p15, 0, r, c12, c12, 5
#define ICC_IGRPEN1(r)	p15, 0, r, c12, c12, 7
#define ICC_HSRE(r)	p15, 4, r, c12, c9, 5
#define ICC_SGI1R(lo, hi) p15, 0, lo, hi, c12
#define ICC_SGI1R_AFFINITY(mpidr) ((uint64_t)((mpidr) >> 16 & 0xff) << 32 | \
				   ((mpidr) & 0xff00) << 8)
#define GICD_CTLR_ARE_NS (1 << 4)	/* Non-secure view */
#define GICD_IROUTER	0x6000
#define GICR_TYPER	0x008
#define GICR_TYPER_LAST	(1 << 4)
#define GICR_WAKER	0x014
#define GICR_WAKER_SLEEPS 6		/* ProcessorSleep, ChildrenAsleep */
#define GICR_FRAME	0x20000
#define GICR_SGI_BASE	0x10000		/* its registers 0x80.. are as GICD's */

/* PPIs of Arm's cores. */
#define PPI_HYP_TIMER	26
#define PPI_VIRTUAL_TIMER 27
#define PPI_SECURE_TIMER 29
#define PPI_PL1_TIMER	30
#define PPIS_OF_CORTEX	0xfe000000	/* the others need not be there */
#define SGIS		0x0000ffff

#ifndef __ASSEMBLER__

#define read_cp15_64(reg) ({						\
	uint32_t low_, high_;						\
	asm volatile("mrrc " ARM_OPERANDS(reg(%0, %1))			\
		     : "=r" (low_), "=r" (high_));			\
	(uint64_t)high_ << 32 | low_; })

/* ID_DFR0: there are Performance Monitors, of the architecture's own kind. */
static inline bool has_pmu(void)
{
	uint32_t version = read_cp15(ID_DFR0) >> ID_DFR0_PERFMON_SHIFT & 0xf;

	return version && version != 0xf;
}

static inline uint32_t read_spsr(void)
{
	uint32_t value;

	asm volatile("mrs %0, spsr" : "=r" (value));
	return value;
}

#endif
#endif
