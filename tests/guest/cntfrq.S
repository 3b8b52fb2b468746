/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CNTFRQ that holds junk at reset, as on hardware, on every CPU. For any board:
 * linked with EXTRA_SOURCES=tests/guest/cntfrq.S BOOT_ENTRY=poison_cntfrq.
 *
 * Entered as reset is: Secure SVC, every CPU at once. Leaves to reset.
 */
#include "arm.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .text.poison, "ax"

	.global	poison_cntfrq
poison_cntfrq:
	load_address r3, 0xdeadbeef
	mcr	CNTFRQ(r3)
	b	reset
