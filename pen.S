/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The holding pen, for kernels that start secondary CPUs without PSCI: each
 * waits, in the mode that kernels are entered in, until somebody stores an
 * entry address in the board's flags register and wakes it with an interrupt
 * (an SGI). Stays behind after hand-over: copied to BOARD_PEN_RAM, where a board
 * has memory that kernels do not use, else in the resident range.
 * Position-independent.
 */
#include "arm.h"
#include "board.h"
#include "gic.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .pen, "ax"

/*
 * Entered in: the mode of the kernel, interrupts masked; the GIC's CPU
 * interface is on, so that WFI ends for a pending interrupt all the same.
 * Expects:    r3 = the boot-mode word, which is handed on.
 * Leaves:     to the address in the flags register, with r0..r2 = 0. On its
 *             way in it says in pen_arrived that it needs nothing else of ours.
 * On a board without such a register it goes no further than pen_dead_end.
 */
FUNC pen
#if BOARD_PEN
	mrc	MPIDR(r4)
	bic	r4, r4, #~MPIDR_AFFINITY
	adr	r5, pen_arrived
	str	r4, [r5]
	load_address r4, BOARD_PEN
	ldr	r5, pen_gicc
1:	dsb
	wfi
	cmp	r5, #0			@ a DTB without a GIC
	beq	2f
	ldr	r6, [r5, #GICC_IAR]
	ubfx	r7, r6, #0, #10		@ the interrupt's number, without the sender
	cmp	r7, #GIC_SPECIAL
	strlo	r6, [r5, #GICC_EOIR]
2:	ldr	r6, [r4]
	cmp	r6, #0
	beq	1b
	mov	lr, r6
	mov	r4, #0
	mov	r5, #0
	mov	r6, #0
	mov	r7, #0
	bx	lr
#endif
END pen

/*
 * For CPUs that no kernel shall have, for good: with the same word on the way
 * in, and, for those that the DTB does not have, without.
 *
 * Entered in: any mode, interrupts masked.
 */
FUNC pen_dead_end
	mrc	MPIDR(r4)
	bic	r4, r4, #~MPIDR_AFFINITY
	adr	r5, pen_arrived
	str	r4, [r5]
	dsb
END pen_dead_end
FUNC pen_park
	wfi
	b	pen_park
END pen_park

	.global	pen_gicc, pen_arrived, pen_end
pen_gicc:
	.word	0
pen_arrived:
	.word	MPIDR_NONE
pen_end:
