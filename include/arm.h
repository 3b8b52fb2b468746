/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ARMv7-A system registers that the wrapper touches, by the names of the
 * ARM Architecture Reference Manual (DDI 0406C), chapter B4, and the values
 * that it writes to them. For C and for assembly.
 *
 * NAME(r) is the operand list of MRC and MCR: `mrc MPIDR(r0)` in assembly,
 * read_cp15(MPIDR) and write_cp15(MPIDR, value) in C.
 */
#ifndef ARM_H
#define ARM_H

#define MIDR(r)		p15, 0, r, c0, c0, 0
#define MPIDR(r)	p15, 0, r, c0, c0, 5
#define REVIDR(r)	p15, 0, r, c0, c0, 6
#define ID_DFR0(r)	p15, 0, r, c0, c1, 2
#define ID_PFR1(r)	p15, 0, r, c0, c1, 1
#define CCSIDR(r)	p15, 1, r, c0, c0, 0
#define CLIDR(r)	p15, 1, r, c0, c0, 1
#define CSSELR(r)	p15, 2, r, c0, c0, 0
#define SCTLR(r)	p15, 0, r, c1, c0, 0
#define ACTLR(r)	p15, 0, r, c1, c0, 1
#define CPACR(r)	p15, 0, r, c1, c0, 2
#define SCR(r)		p15, 0, r, c1, c1, 0
#define NSACR(r)	p15, 0, r, c1, c1, 2
#define TTBR0(r)	p15, 0, r, c2, c0, 0
#define TTBR1(r)	p15, 0, r, c2, c0, 1
#define TTBCR(r)	p15, 0, r, c2, c0, 2
#define DACR(r)		p15, 0, r, c3, c0, 0
#define DFSR(r)		p15, 0, r, c5, c0, 0
#define IFSR(r)		p15, 0, r, c5, c0, 1
#define DFAR(r)		p15, 0, r, c6, c0, 0
#define IFAR(r)		p15, 0, r, c6, c0, 2
#define ICIALLU(r)	p15, 0, r, c7, c5, 0
#define BPIALL(r)	p15, 0, r, c7, c5, 6
#define DCISW(r)	p15, 0, r, c7, c6, 2
#define DCCISW(r)	p15, 0, r, c7, c14, 2
#define TLBIALL(r)	p15, 0, r, c8, c7, 0
#define PMCR(r)		p15, 0, r, c9, c12, 0
#define PMCNTENSET(r)	p15, 0, r, c9, c12, 1
#define PMCNTENCLR(r)	p15, 0, r, c9, c12, 2
#define PMCCNTR(r)	p15, 0, r, c9, c13, 0
#define PMUSERENR(r)	p15, 0, r, c9, c14, 0
#define PMINTENSET(r)	p15, 0, r, c9, c14, 1
#define PMINTENCLR(r)	p15, 0, r, c9, c14, 2
#define VBAR(r)		p15, 0, r, c12, c0, 0
#define MVBAR(r)	p15, 0, r, c12, c0, 1
#define CONTEXTIDR(r)	p15, 0, r, c13, c0, 1
#define TPIDRURW(r)	p15, 0, r, c13, c0, 2
#define TPIDRURO(r)	p15, 0, r, c13, c0, 3
#define TPIDRPRW(r)	p15, 0, r, c13, c0, 4
#define CNTFRQ(r)	p15, 0, r, c14, c0, 0
#define CNTKCTL(r)	p15, 0, r, c14, c1, 0
#define CNTP_CTL(r)	p15, 0, r, c14, c2, 1
#define CNTV_CTL(r)	p15, 0, r, c14, c3, 1
/* Registers of single cores; the TRMs do not document DIAGNOSTIC and FEATURE_A12. */
#define L2ACTLR_A8(r)	p15, 1, r, c9, c0, 2
#define L2ACTLR_A15(r)	p15, 1, r, c15, c0, 0	/* Cortex-A15 TRM 4.3.59 */
#define ACTLR2_A15(r)	p15, 1, r, c15, c0, 4
#define DIAGNOSTIC(r)	p15, 0, r, c15, c0, 1	/* Cortex-A9, A12, A17 */
#define FEATURE_A12(r)	p15, 0, r, c15, c0, 2

#define VPIDR(r)	p15, 4, r, c0, c0, 0
#define VMPIDR(r)	p15, 4, r, c0, c0, 5
#define HSCTLR(r)	p15, 4, r, c1, c0, 0
#define HCR(r)		p15, 4, r, c1, c1, 0
#define HDCR(r)		p15, 4, r, c1, c1, 1
#define HCPTR(r)	p15, 4, r, c1, c1, 2
#define HSTR(r)		p15, 4, r, c1, c1, 3
#define HACR(r)		p15, 4, r, c1, c1, 7
#define HTCR(r)		p15, 4, r, c2, c0, 2
#define VTCR(r)		p15, 4, r, c2, c1, 2
#define HSR(r)		p15, 4, r, c5, c2, 0
#define HDFAR(r)	p15, 4, r, c6, c0, 0
#define HIFAR(r)	p15, 4, r, c6, c0, 2
#define TLBIALLH(r)	p15, 4, r, c8, c7, 0
#define TLBIALLNSNH(r)	p15, 4, r, c8, c7, 4
#define HMAIR0(r)	p15, 4, r, c10, c2, 0
#define HMAIR1(r)	p15, 4, r, c10, c2, 1
#define HVBAR(r)	p15, 4, r, c12, c0, 0
#define HTPIDR(r)	p15, 4, r, c13, c0, 2
#define CNTHCTL(r)	p15, 4, r, c14, c1, 0
#define CNTHP_CTL(r)	p15, 4, r, c14, c2, 1

/* 64-bit registers, for MRRC and MCRR: low word, then high word. */
#define VTTBR(lo, hi)	p15, 6, lo, hi, c2
#define CNTVCT(lo, hi)	p15, 1, lo, hi, c14
#define CNTVOFF(lo, hi)	p15, 4, lo, hi, c14

/* CPSR and SPSR */
#define PSR_MODE_MASK	0x1f
#define PSR_SVC		0x13
#define PSR_MON		0x16
#define PSR_HYP		0x1a
#define PSR_T		(1 << 5)
#define PSR_F		(1 << 6)
#define PSR_I		(1 << 7)
#define PSR_A		(1 << 8)
#define PSR_AIF		(PSR_A | PSR_I | PSR_F)
#define PSR_IT_10	(3 << 25)	/* the state of a Thumb IT block, */
#define PSR_IT_72	(0x3f << 10)	/* in two pieces */

/* MPIDR: bits 23..0 are the affinity fields; 31..24 are format and flags. */
#define MPIDR_AFFINITY	0x00ffffff
#define MPIDR_AFF0	0x000000ff	/* the CPU in its cluster */
#define MPIDR_NONE	0xffffffff	/* of no CPU */

/* ID_PFR1: each a field of four bits, 0 when the extension is absent. */
#define ID_PFR1_SECURITY	(0xf << 4)
#define ID_PFR1_VIRT		(0xf << 12)
#define ID_PFR1_GENTIMER	(0xf << 16)

/* ID_DFR0: the Performance Monitors, 0 or 15 when there is no such unit, or on Cortex-A8 and A9. */
#define ID_DFR0_PERFMON_SHIFT	24

/*
 * SCTLR with MMU, caches and branch prediction off, exceptions taken in ARM
 * state, little-endian, low vectors: as a kernel gets it. 22, 23, 18, 16, 6, 4
 * and 3 read as one; bit 5 lets CP15 barriers work. For ourselves alignment
 * checks are on, which MMU-off memory (Strongly-ordered) demands anyway, and in
 * Secure state, once it has been invalidated, the instruction cache: our code
 * does not change while it is ours.
 */
#define SCTLR_RES1	(1 << 23 | 1 << 22 | 1 << 18 | 1 << 16 | \
			 1 << 6 | 1 << 4 | 1 << 3)
#define SCTLR_CP15BEN	(1 << 5)
#define SCTLR_M		(1 << 0)	/* HSCTLR's, too: MMU */
#define SCTLR_A		(1 << 1)
#define SCTLR_C		(1 << 2)	/* HSCTLR's, too */
#define SCTLR_Z		(1 << 11)	/* reads as one where CORES_PREDICT_ALWAYS */
#define SCTLR_I		(1 << 12)
#define SCTLR_KERNEL	(SCTLR_RES1 | SCTLR_CP15BEN)
#define SCTLR_OWN	(SCTLR_KERNEL | SCTLR_A)

/* HSCTLR likewise; its bits that read as one are 29, 28 and 11 more. */
#define HSCTLR_KERNEL	(1 << 29 | 1 << 28 | 1 << 23 | 1 << 22 | 1 << 18 | \
			 1 << 16 | 1 << 11 | 1 << 6 | 1 << 4 | 1 << 3 | \
			 SCTLR_CP15BEN)
#define HSCTLR_OWN	(HSCTLR_KERNEL | SCTLR_A)

/* DFSR and IFSR: the fault status is bit 10 and bits 3..0; with the MMU off: */
#define FSR_FS_MASK	0xf
#define FSR_ALIGNMENT	0x01
#define FSR_DEBUG	0x02		/* a breakpoint, a watchpoint, BKPT */
#define FSR_EXTERNAL	0x08
#define FSR_ASYNCHRONOUS 0x16

/* SCR */
#define SCR_NS		(1 << 0)	/* Non-secure, outside Monitor mode */
#define SCR_FW		(1 << 4)	/* Non-secure may change CPSR.F */
#define SCR_AW		(1 << 5)	/* Non-secure may change CPSR.A */
#define SCR_SCD		(1 << 7)	/* SMC is UNDEFINED in Non-secure state */
#define SCR_HCE		(1 << 8)	/* HVC works in Non-secure state */

/* NSACR: cp0..cp13 (VFP and Advanced SIMD among them), and ACTLR.SMP. */
#define NSACR_CP0_13	0x3fff
#define NSACR_NS_SMP	(1 << 18)

/* HCR */
#define HCR_TSC		(1 << 19)	/* SMC from PL1 traps to Hyp mode */

/* HCPTR: bits 13, 12 and 9..0 read as one; nothing is trapped. */
#define HCPTR_RES1	(1 << 13 | 1 << 12 | 0x3ff)

/* HTCR and VTCR, with the bits that read as one; no other matters while the MMU is off. */
#define HTCR_RES1	(1u << 31 | 1 << 23)
#define VTCR_RES1	(1u << 31)

/* CLIDR: up to where there are levels, and of a level's type if it has data. */
#define CLIDR_LOC_SHIFT	24
#define CLIDR_LOUIS_SHIFT 21
#define CLIDR_DATA	6

#define PMCR_E		(1 << 0)
#define PMCNTEN_C	(1u << 31)	/* the cycle counter */
/* PMCR.N, the number of event counters, and HDCR.HPMN, how many PL1 gets. */
#define PMCR_N_SHIFT	11
#define PMCR_N_MASK	0x1f

/* CNTHCTL: PL1 may use the physical counter and the physical timer. */
#define CNTHCTL_PL1PCTEN	(1 << 0)
#define CNTHCTL_PL1PCEN		(1 << 1)

/* The system counter's control frame (ARM ARM D5): offsets, and to let it count. */
#define CNTCR		0x00
#define CNTFID0		0x20
#define CNTCR_EN	(1 << 0)

/* HSR: exception class, 32-bit instruction, and what belongs to the class. */
#define HSR_EC_SHIFT	26
#define HSR_EC_HVC	0x12
#define HSR_EC_SMC	0x13
#define HSR_IL		(1 << 25)

/* ACTLR of Arm's own cores (TRMs). Only Secure state can set FW. */
#define ACTLR_SMP	(1 << 6)	/* of CORES_WITH_SMP: take part in coherency */
#define ACTLR_FW	(1 << 0)	/* A5, A9: broadcast maintenance operations */

/* MIDR: implementer 31..24, variant 23..20, part 15..4, revision 3..0. */
#define MIDR_PART_MASK	0xff00fff0
#define MIDR_CORTEX_A5	0x4100c050
#define MIDR_CORTEX_A7	0x4100c070
#define MIDR_CORTEX_A8	0x4100c080
#define MIDR_CORTEX_A9	0x4100c090
#define MIDR_CORTEX_A12	0x4100c0d0
#define MIDR_CORTEX_A15	0x4100c0f0
#define MIDR_CORTEX_A17	0x4100c0e0

/*
 * Sets of cores, by the last digit of their part number: bit 9 is Cortex-A9,
 * 0xc09. For core_is_one_of().
 */
#define CORE_A5		(1 << 0x5)
#define CORE_A7		(1 << 0x7)
#define CORE_A8		(1 << 0x8)
#define CORE_A9		(1 << 0x9)
#define CORE_A12	(1 << 0xd)
#define CORE_A17	(1 << 0xe)
#define CORE_A15	(1 << 0xf)
/* ACTLR.SMP; bit 6 means something else on Cortex-A8. */
#define CORES_WITH_SMP	(CORE_A5 | CORE_A7 | CORE_A9 | CORE_A12 | CORE_A15 | CORE_A17)
/*
 * The Snoop Control Unit has copies of the L1 data cache's tags: a cache may join
 * coherency only while it is empty.
 */
#define CORES_WITH_SCU	(CORE_A5 | CORE_A9)
/* Branch prediction cannot be turned off: SCTLR.Z reads as one (the cores' TRMs). */
#define CORES_PREDICT_ALWAYS (CORE_A7 | CORE_A12 | CORE_A17)

/* All of Arm's own ARMv7-A cores: implementer 'A', part 0xcnn. */
#define MIDR_ARM_V7A_MASK	0xff00f000
#define MIDR_ARM_V7A		0x4100c000

#ifdef __ASSEMBLER__

	/* The address of a symbol; a constant. Neither needs a literal pool. */
	.macro	load_address register, symbol
	movw	\register, #:lower16:\symbol
	movt	\register, #:upper16:\symbol
	.endm

	.macro	load_constant register, value
	movw	\register, #(\value) & 0xffff
	movt	\register, #((\value) >> 16) & 0xffff
	.endm

	/* A routine with a name for other files; END gives the symbol its size. */
	.macro	FUNC name
	.global	\name
	.type	\name, %function
\name:
	.endm

	.macro	END name
	.size	\name, . - \name
	.endm

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARM_STRING(...)		#__VA_ARGS__
#define ARM_OPERANDS(...)	ARM_STRING(__VA_ARGS__)

/*
 * On the host, a test says what an access does: tests/host/mock_cp15.c. There a
 * register is its operand list.
 */
#ifndef __arm__

uint32_t host_read_cp15(const char *operands);
void host_write_cp15(const char *operands, uint32_t value);
void host_instruction(const char *name);

#define read_cp15(reg)		host_read_cp15(ARM_OPERANDS(reg(%0)))
#define write_cp15(reg, value)	host_write_cp15(ARM_OPERANDS(reg(%0)), value)
#define write_cp15_64(reg, value) host_write_cp15(ARM_OPERANDS(reg(%0, %1)), value)

static inline void isb(void) { host_instruction("isb"); }
static inline void dsb(void) { host_instruction("dsb"); }

#else

#define read_cp15(reg) ({						\
	uint32_t value_;						\
	asm volatile("mrc " ARM_OPERANDS(reg(%0)) : "=r" (value_));	\
	value_; })

#define write_cp15(reg, value)						\
	asm volatile("mcr " ARM_OPERANDS(reg(%0))			\
		     :: "r" ((uint32_t)(value)) : "memory")

#define read_cp15_64_low(reg) ({					\
	uint32_t low_, high_;						\
	asm volatile("mrrc " ARM_OPERANDS(reg(%0, %1))			\
		     : "=r" (low_), "=r" (high_));			\
	low_; })

#define write_cp15_64(reg, value) do {					\
	uint64_t value_ = (value);					\
	asm volatile("mcrr " ARM_OPERANDS(reg(%0, %1))			\
		     :: "r" ((uint32_t)value_),				\
			"r" ((uint32_t)(value_ >> 32)) : "memory");	\
} while (0)

static inline void isb(void) { asm volatile("isb" ::: "memory"); }
static inline void dsb(void) { asm volatile("dsb" ::: "memory"); }
static inline void dmb(void) { asm volatile("dmb" ::: "memory"); }
static inline void yield(void) { asm volatile("yield" ::: "memory"); }
static inline void wfe(void) { asm volatile("wfe" ::: "memory"); }
static inline void wfi(void) { asm volatile("wfi" ::: "memory"); }

/* Wake CPUs in WFE, after what was stored for them has become visible. */
static inline void sev(void) { asm volatile("dsb\n\tsev" ::: "memory"); }

#endif

/* Whether the calling CPU is one of Arm's own cores in the set: CORE_... */
static inline bool core_is_one_of(uint32_t cores)
{
	uint32_t midr = read_cp15(MIDR);

	return (midr & 0xff00ff00) == 0x4100c000 && cores >> (midr >> 4 & 0xf) & 1;
}

static inline uint32_t read32(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}

static inline void write32(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

#endif
#endif
