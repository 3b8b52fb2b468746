/* SPDX-License-Identifier: BSD-2-Clause */
/* psci.c: PSCI, by which a kernel turns CPUs on and off. */
#ifndef PSCI_H
#define PSCI_H

#include <stdint.h>

#include "resident.h"

/* The caller's registers, as monitor.S saves them during an SMC. */
struct smc_frame {
	uint32_t r1, r2, r3, r4, r12, lr;
	struct cpu me[];		/* the calling CPU's, on which its stack ends */
};

/* For monitor.S: answer an SMC with r0..r2, and the rest in `frame`. */
uint32_t psci_smc(uint32_t function, uint32_t a1, uint32_t a2,
		  struct smc_frame *frame);

/*
 * Turn on `target`, which must have come out of reset, at `entry` (bit 0: Thumb state).
 * `me` is the calling CPU. Returns a PSCI status.
 */
int32_t turn_on(struct cpu *target, uint32_t entry, uint32_t context_id,
		struct cpu *me);

/* Mark the calling CPU OFF, wait for CPU_ON, then enter the kernel. */
_Noreturn void cpu_wait(struct cpu *me);

#endif
