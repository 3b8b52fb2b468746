/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The holding pen, for kernels that start secondary CPUs without PSCI. Each CPU waits in
 * the mode in which kernels are entered. To release it, the kernel stores an entry address
 * in the board's flags register and wakes the CPU with an interrupt (an SGI).
 *
 * Resident. On boards with memory that kernels do not use, boot.c copies the pen there
 * (BOARD_PEN_RAM); on others it stays in the resident range. Position-independent.
 */
#include "arm.h"
#include "board.h"
#include "gic.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .pen, "ax"

/*
 * Entered in: the mode of the kernel, interrupts masked. The GIC's CPU interface is on:
 *             a pending interrupt ends WFI even if it is masked.
 * Expects:    r3 = the boot-mode word, which is passed on to the kernel.
 * Leaves:     to the address in the flags register, with r0..r2 = 0.
 *
 * A CPU that arrives writes its MPIDR to pen_arrived. From then on it needs no
 * memory of the wrapper but the pen. On a board without a flags register, a CPU never leaves:
 * `pen` is pen_dead_end.
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
	cmp	r5, #0			@ 0: the DTB has no GIC
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
 * Parking for CPUs that never reach a kernel. pen_dead_end reports arrival as `pen` does;
 * pen_park, for CPUs that the DTB does not list, does not.
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
