/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the storm's CPUs are turned on. The header, the entry proper, the
 * vectors and the calls are conformance.S's.
 */
#include "registers.h"
#include "storm.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .text, "ax"

/*
 * Each place that a CPU can be told to start at, ENTRY_SIZE bytes apart, in ARM
 * state and in Thumb state. Leaves word which one it was, and goes on as all do.
 *
 * Entered in: Hyp mode, MMU off, from CPU_ON.
 * Clobbers:   sp, or lr in Thumb state, and TPIDRURO = the number of the place.
 */
	.global	arm_entries, thumb_entries
	.balign	ENTRY_SIZE
arm_entries:
	.set	number, 0
	.rept	ENTRY_COUNT
	.balign	ENTRY_SIZE
	mov	sp, #number
	mcr	TPIDRURO(sp)
	b	secondary_entry
	.set	number, number + 1
	.endr

	.thumb
	.balign	ENTRY_SIZE
thumb_entries:
	.rept	ENTRY_COUNT
	.balign	ENTRY_SIZE
	movw	lr, #number
	mcr	TPIDRURO(lr)
	b.w	secondary_entry
	.set	number, number + 1
	.endr
