/* SPDX-License-Identifier: BSD-2-Clause */
/* psci.c: which CPUs run, and what turns them on and off. */
#ifndef PSCI_H
#define PSCI_H

#include <stdint.h>

#include "resident.h"

/* For monitor.S: answer an SMC, r0..r3; `me` is the calling CPU. */
uint32_t psci_smc(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3,
		  struct cpu *me);

/*
 * Turn `target`, which has come out of reset, on at `entry` (bit 0: Thumb
 * state); `me` is the calling CPU. Returns a PSCI status.
 */
int32_t turn_on(struct cpu *target, uint32_t entry, uint32_t context_id,
		struct cpu *me);

/* Be OFF until CPU_ON, then enter the kernel. */
_Noreturn void cpu_wait(struct cpu *me);

#endif
