/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What CPU_OFF does to the data caches of the calling CPU: clean_own_dcaches().
 * Resident.
 */
#include "arm.h"
#include "cache.h"
#include "secure.h"

/* On one of `cores`. A kernel can have cleared ACTLR.SMP: NSACR lets it. */
static void join_coherency(uint32_t cores)
{
	if (!core_is_one_of(cores))
		return;
	write_cp15(ACTLR, read_cp15(ACTLR) | ACTLR_SMP);
	isb();
}

/*
 * The levels up to the Level of Unification Inner Shareable are this CPU's own.
 * The kernel that is turned on here next may invalidate them without writing back.
 *
 * ACTLR.SMP must be set before any maintenance (TRMs); but a cache that the SCU
 * does not know must be empty before it joins. With ACTLR.SMP set, a CPU that is
 * OFF stays coherent: its power stays on.
 */
void clean_own_dcaches(void)
{
	join_coherency(CORES_WITH_SMP & ~CORES_WITH_SCU);
	clean_inner_dcaches();
	join_coherency(CORES_WITH_SCU);
}
