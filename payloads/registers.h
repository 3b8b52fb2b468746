/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arm.h lacks, since the wrapper has no use for it: the registers that
 * only the payloads touch, in the same notation.
 */
#ifndef PAYLOADS_REGISTERS_H
#define PAYLOADS_REGISTERS_H

#include "arm.h"

/* Thread ID registers: 32 bits each that nothing else in a payload uses. */
#define TPIDRURW(r)	p15, 0, r, c13, c0, 2
#define TPIDRURO(r)	p15, 0, r, c13, c0, 3
#define TPIDRPRW(r)	p15, 0, r, c13, c0, 4

/* Generic Timer: the Non-secure PL1, the virtual and the Hyp one. */
#define CNTP_TVAL(r)	p15, 0, r, c14, c2, 0
#define CNTP_CTL(r)	p15, 0, r, c14, c2, 1
#define CNTV_TVAL(r)	p15, 0, r, c14, c3, 0
#define CNTHP_TVAL(r)	p15, 4, r, c14, c2, 0

/* 64-bit registers. */
#define CNTPCT(lo, hi)	p15, 0, lo, hi, c14

/* Bits that a kernel may set, and the next kernel does not want to find. */
#define SCTLR_V		(1 << 13)
#define SCTLR_EE	(1 << 25)
#define SCTLR_TE	(1 << 30)
#define HCR_TRAPS	0x07ffe039	/* VM, routing, WFx and CP15 traps */
#define HCR_TSC		(1 << 19)
#define HCPTR_TTA	(1 << 20)
#define HCPTR_TCPAC	(1u << 31)

/* NSACR beside NS_SMP, and CPACR. */
#define NSACR_CP10	(1 << 10)
#define NSACR_CP11	(1 << 11)
#define NSACR_NSD32DIS	(1 << 14)
#define NSACR_NSASEDIS	(1 << 15)
#define CPACR_CP10_11	(0xf << 20)
#define FPEXC_EN	(1 << 30)

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
#define GICD_SGIR	0xf00
#define GICC_CTLR	0x000
#define GICC_PMR	0x004
#define GICC_IAR	0x00c
#define GICC_EOIR	0x010
#define GIC_ID_MASK	0x3ff
#define GIC_SPECIAL	1020		/* from here on: no interrupt */
#define GIC_SGIR_SELF	(2 << 24)

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

#endif
#endif
