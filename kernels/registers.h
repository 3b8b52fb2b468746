/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arm.h lacks, since the wrapper has no use for it: the registers that
 * only the payloads touch, in the same notation.
 */
#ifndef PAYLOADS_REGISTERS_H
#define PAYLOADS_REGISTERS_H

#include "arm.h"
#include "gic.h"

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
#define HCR_DEFINED	0x0fffffff	/* bits 31:28 are UNK; QEMU 10 has one of them */
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

/*
 * Whether there are Performance Monitors, of the architecture's own kind. Cortex-A8 and A9
 * have them, although their ID_DFR0 says 0.
 */
static inline bool has_pmu(void)
{
	uint32_t version = read_cp15(ID_DFR0) >> ID_DFR0_PERFMON_SHIFT & 0xf;
	uint32_t core = read_cp15(MIDR) & MIDR_PART_MASK;

	return (version && version != 0xf) || core == MIDR_CORTEX_A8 || core == MIDR_CORTEX_A9;
}

static inline uint32_t read_spsr(void)
{
	uint32_t value;

	asm volatile("mrs %0, spsr" : "=r" (value));
	return value;
}

#endif
#endif
