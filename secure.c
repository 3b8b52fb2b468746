/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What CPU_OFF does to the data caches of the calling CPU: clean_own_dcaches().
 * Resident.
 */
#include "arm.h"
#include "secure.h"

/* On one of `cores`. A kernel can have cleared ACTLR.SMP: NSACR lets it. */
static void join_coherency(uint32_t cores)
{
	if (!core_is_one_of(cores))
		return;
	write_cp15(ACTLR, read_cp15(ACTLR) | ACTLR_SMP);
	isb();
}

/* Write back and invalidate each line of the data or unified cache at `level`. */
static void clean_dcache(uint32_t level)
{
	write_cp15(CSSELR, level << 1);
	isb();

	uint32_t ccsidr = read_cp15(CCSIDR);
	uint32_t line_shift = (ccsidr & 7) + 4;
	uint32_t ways = ccsidr >> 3 & 0x3ff;
	uint32_t sets = ccsidr >> 13 & 0x7fff;
	uint32_t way_shift = ways ? __builtin_clz(ways) : 0;

	for (uint32_t way = 0; way <= ways; way++)
		for (uint32_t set = 0; set <= sets; set++)
			write_cp15(DCCISW, way << way_shift |
					   set << line_shift | level << 1);
	/* Set/way operations are ordered by barriers only (ARM ARM B2.2.7). */
	dsb();
}

/*
 * The levels up to the Level of Unification Inner Shareable are this CPU's own.
 * The kernel that is turned on here next invalidates them without looking.
 *
 * ACTLR.SMP must be set before any maintenance (TRMs); but a cache that the SCU
 * does not know must be empty before it joins. With ACTLR.SMP set, a CPU that is
 * OFF stays coherent: its power stays on.
 */
void clean_own_dcaches(void)
{
	uint32_t clidr = read_cp15(CLIDR);
	uint32_t louis = clidr >> 21 & 7;

	join_coherency(CORES_WITH_SMP & ~CORES_WITH_SCU);
	dsb();
	for (uint32_t level = 0; level < louis; level++)
		if ((clidr >> 3 * level & 7) >= 2)
			clean_dcache(level);
	isb();
	join_coherency(CORES_WITH_SCU);
}
