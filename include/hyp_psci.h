/* SPDX-License-Identifier: BSD-2-Clause */
/* hyp_psci.S, and what it calls in psci.c: other firmware's PSCI, in Hyp mode. */
#ifndef HYP_PSCI_H
#define HYP_PSCI_H

#include <stdint.h>

#include "resident.h"

/* The vector table, and where the firmware sends a CPU that it turns on. */
extern const uint32_t hyp_psci_vectors[], hyp_psci_start[];

/* Pass a call to the firmware. */
uint32_t hyp_psci_smc(uint32_t r0, uint32_t r1, uint32_t r2, uint32_t r3);

/* For hyp_psci.S: answer a call that has an entry address. */
uint32_t hyp_psci(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3,
		  struct cpu *me);

/* For hyp_psci.S: enter the kernel on a CPU that the firmware has turned on. */
_Noreturn void hyp_psci_started(struct cpu *me);

#endif
