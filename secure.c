/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clean_own_dcaches(): what CPU_OFF does to the data caches of the calling CPU. Resident.
 */
#include "arm.h"
#include "cache.h"
#include "secure.h"

/* Set ACTLR.SMP on one of `cores`. NSACR permits a kernel to clear it. */
static void join_coherency(uint32_t cores)
{
	if (!core_is_one_of(cores))
		return;
	write_cp15(ACTLR, read_cp15(ACTLR) | ACTLR_SMP);
	isb();
}

/*
 * Clean the levels up to the Level of Unification Inner Shareable, which only this CPU
 * uses. The next kernel on this CPU may invalidate them without writing back.
 *
 * The TRMs require ACTLR.SMP to be set before any cache maintenance. But on a core with an
 * SCU, a cache that the SCU does not track must be empty before it becomes coherent. A CPU
 * that is OFF keeps ACTLR.SMP set and its power on, so it stays coherent.
 */
void clean_own_dcaches(void)
{
	join_coherency(CORES_WITH_SMP & ~CORES_WITH_SCU);
	clean_inner_dcaches();
	join_coherency(CORES_WITH_SCU);
}
