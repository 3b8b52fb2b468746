/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses of which nobody knows whether they end in an exception. The header,
 * the entry and the calls are conformance.S's.
 */
#include "registers.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.arm
	.section .text, "ax"

/*
 * The vectors, for HVBAR and for VBAR: the number of the vector is what the
 * access below returns, in the mode and on the stack of its caller.
 *
 * Entered in: the exception's own mode, from Hyp or SVC mode.
 */
	.global	try_vectors
	.balign	32
try_vectors:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	b	try_\n
	.endr

	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
try_\n:
	mov	r0, #\n
	b	caught
	.endr

caught:
	mrs	r1, cpsr
	and	r1, r1, #PSR_MODE_MASK
	cmp	r1, #PSR_HYP
	beq	1f
	cpsid	aif, #PSR_SVC
1:	pop	{r4, pc}

/*
 * uint32_t try_read(address), try_write(address, value), try_jump(address)
 *
 * Entered in: Hyp or Non-secure SVC mode, with try_vectors in HVBAR or VBAR.
 * Returns:    the number of the vector that it ended in, 0 for none.
 * Clobbers:   what a C function may.
 */
	.macro	attempt instruction:vararg
	push	{r4, lr}
	\instruction
	dsb				@ an abort may come late,
	cpsie	a			@ and is let in
	isb
	cpsid	a
	mov	r0, #0
	pop	{r4, pc}
	.endm

	.global	try_read, try_write, try_jump
try_read:
	attempt	ldr r0, [r0]
try_write:
	attempt	str r1, [r0]
try_jump:
	attempt	blx r0
