/* SPDX-License-Identifier: BSD-2-Clause */
/* psci.c: PSCI, by which a kernel turns CPUs on and off. */
#ifndef PSCI_H
#define PSCI_H

#include <stdint.h>

#include "resident.h"

/* For monitor.S: answer an SMC with r0..r3; `me` is the calling CPU. */
uint32_t psci_smc(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3,
		  struct cpu *me);

/*
 * Turn on `target`, which must have come out of reset, at `entry` (bit 0: Thumb state).
 * `me` is the calling CPU. Returns a PSCI status.
 */
int32_t turn_on(struct cpu *target, uint32_t entry, uint32_t context_id,
		struct cpu *me);

/* Mark the calling CPU OFF, wait for CPU_ON, then enter the kernel. */
_Noreturn void cpu_wait(struct cpu *me);

#endif
