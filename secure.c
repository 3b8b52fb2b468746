/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Secure state of the calling CPU: at reset, and again each time that PSCI
 * turns one on, since a kernel can have changed some of it. Stays behind after
 * hand-over.
 */
#include "arm.h"
#include "secure.h"

/* ACTLR bits of Arm's own cores that only Secure state can set. */
static uint32_t actlr_bits(void)
{
	switch (read_cp15(MIDR) & MIDR_PART_MASK) {
	case MIDR_CORTEX_A7:
	case MIDR_CORTEX_A12:
	case MIDR_CORTEX_A17:
		return ACTLR_SMP;
	case MIDR_CORTEX_A15:
		return ACTLR_SMP | ACTLR_IBE_A15;
	case MIDR_CORTEX_A5:
	case MIDR_CORTEX_A9:
		return ACTLR_SMP | ACTLR_FW;
	case MIDR_CORTEX_A8:
		return ACTLR_IBE_A8;
	}
	return 0;
}

/* The CPU takes part in coherency; before maintenance that is broadcast. */
void join_coherency(void)
{
	uint32_t bits = actlr_bits();

	if (bits)
		write_cp15(ACTLR, read_cp15(ACTLR) | bits);
	isb();
}

/* Do `operation` on each line of the data or unified cache at `level`. */
#define for_each_line(level, operation) do {				\
	write_cp15(CSSELR, (level) << 1);				\
	isb();								\
	uint32_t ccsidr = read_cp15(CCSIDR);				\
	uint32_t line_shift = (ccsidr & 7) + 4;				\
	uint32_t ways = ccsidr >> 3 & 0x3ff;				\
	uint32_t sets = ccsidr >> 13 & 0x7fff;				\
	uint32_t way_shift = ways ? __builtin_clz(ways) : 0;		\
	for (uint32_t way = 0; way <= ways; way++)			\
		for (uint32_t set = 0; set <= sets; set++)		\
			write_cp15(operation, way << way_shift |	\
				   set << line_shift | (level) << 1);	\
} while (0)

/*
 * Write back and invalidate this CPU's own data caches: the levels up to the
 * Level of Unification Inner Shareable. The kernel that is turned on here next
 * invalidates them without looking.
 */
void clean_own_dcaches(void)
{
	uint32_t clidr = read_cp15(CLIDR);
	uint32_t louis = clidr >> 21 & 7;

	/* Set/way operations are ordered by barriers only (ARM ARM B2.2.7). */
	dsb();
	for (uint32_t level = 0; level < louis; level++)
		if ((clidr >> 3 * level & 7) >= 2)
			for_each_line(level, DCCISW);
	dsb();
	isb();
}

/*
 * Entered in Monitor mode, also with SCR.NS = 1. All caches but the L1 data
 * cache of Cortex-A5 and A9 are invalid after reset; a line that is valid by
 * chance, or left over, must not be executed, written back, or seen by others.
 */
void secure_init(void)
{
	uint32_t midr = read_cp15(MIDR);
	uint32_t revision = (midr >> 20 & 0xf) << 4 | (midr & 0xf);

	write_cp15(SCR, 0);
	isb();
	if ((midr & MIDR_PART_MASK) == MIDR_CORTEX_A5 ||
	    (midr & MIDR_PART_MASK) == MIDR_CORTEX_A9) {
		for_each_line(0, DCISW);
		dsb();
	}
	join_coherency();

	/* A15 erratum 798870, r2p0 to r2p4: a hazard in the L2 can deadlock. */
	if ((midr & MIDR_PART_MASK) == MIDR_CORTEX_A15 &&
	    revision >= 0x20 && revision < 0x30 &&
	    !(read_cp15(L2ACTLR_A15) & L2ACTLR_HAZARD_TIMEOUT_A15))
		write_cp15(L2ACTLR_A15, read_cp15(L2ACTLR_A15) |
					L2ACTLR_HAZARD_TIMEOUT_A15);

	write_cp15(ICIALLU, 0);
	write_cp15(BPIALL, 0);
	write_cp15(TLBIALL, 0);
	dsb();
	isb();
	write_cp15(SCTLR, SCTLR_OWN | SCTLR_I);
	isb();
	/* The Secure timer's interrupt will be Non-secure, like all others. */
	if (read_cp15(ID_PFR1) & ID_PFR1_GENTIMER)
		write_cp15(CNTP_CTL, 0);
}
