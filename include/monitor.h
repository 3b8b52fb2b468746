/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * monitor.S: the vector tables of Secure state, the path of a secondary CPU from
 * reset, and the entry into the kernel.
 */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdint.h>

#include "resident.h"

extern const uint32_t monitor_vectors[], pl1_vectors[];

/*
 * Enter the kernel at `entry` (bit 0: Thumb state) in the mode of resident.spsr, with
 * r0..r2 as passed and resident.boot_mode in r3. `me` is the calling CPU.
 */
_Noreturn void enter_kernel(uint32_t r0, uint32_t r1, uint32_t r2,
			    uint32_t entry, struct cpu *me);

/* Empty this CPU's stack and call cpu_wait(). */
_Noreturn void cpu_restart(struct cpu *me);

/* Stop this CPU for good. */
_Noreturn void cpu_stop(void);

#endif
