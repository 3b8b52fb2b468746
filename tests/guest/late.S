/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * enter_late: CPU 0 starts only after another CPU has reported that there is no boot CPU.
 * Linked with EXTRA_SOURCES=tests/guest/late.S BOOT_ENTRY=enter_late.
 */
#include "arm.h"
#include "board.h"
#include "move.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .text.entry, "ax"

	.global	enter_late
enter_late:
	mrc	MPIDR(r9)
	tst	r9, #MPIDR_AFF0
	bne	reset
	load_address r9, boot_cpu
1:	yield
	ldr	r10, [r9, #BOOT_CPU_HERE + 4 * SECONDARY]	@ the one that contests
	cmp	r10, #0
	beq	1b
	mov	r10, #1 << 28			@ it contests for far less than this, then reports
2:	subs	r10, r10, #1
	bne	2b
	b	reset
