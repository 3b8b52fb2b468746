/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads that may abort: readable() for C, take_pending_abort for boot.S and C.
 * Transient.
 */
#include "arm.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.arm
	.text

/*
 * bool readable(uint32_t address)
 *
 * Entered in: the mode that boot() runs in, before hand-over.
 * Returns:    r0 = 1 if a load of the word there is answered, 0 if it aborts.
 * Clobbers:   r1..r3, and the flags.
 */
FUNC readable
	bic	r0, r0, #3
	b	1f
END readable

/*
 * bool take_pending_abort(void)
 *
 * Take an asynchronous abort that is pending, if there is one. The same as
 * readable(), with an address that is known to answer.
 *
 * Entered in: the mode that boot() runs in, before hand-over; without a stack.
 * Returns:    r0 = 0 if there was one, else 1.
 * Clobbers:   r1..r3, and the flags.
 */
FUNC take_pending_abort
	adr	r0, take_pending_abort
1:	mrs	r1, cpsr
	and	r1, r1, #PSR_MODE_MASK
	cmp	r1, #PSR_HYP
	beq	2f
	mrc	VBAR(r2)
	adr	r3, try_vectors
	mcr	VBAR(r3)
	isb
	ldr	r1, [r0]
	dsb				@ an asynchronous abort may come late,
	cpsie	a			@ and is let in
	isb
	mov	r0, #1
after_try:
	cpsid	a
	mcr	VBAR(r2)
	isb
	bx	lr

2:	mrc	HVBAR(r2)
	adr	r3, try_hyp_vectors
	mcr	HVBAR(r3)
	isb
	ldr	r1, [r0]
	dsb
	cpsie	a
	isb
	mov	r0, #1
after_hyp_try:
	cpsid	a
	mcr	HVBAR(r2)
	isb
	bx	lr
END take_pending_abort

aborted:
	mov	r0, #0
	adr	lr, after_try
	movs	pc, lr

aborted_in_hyp:
	mov	r0, #0
	adr	r1, after_hyp_try
	msr	elr_hyp, r1
	eret

/* Data aborts go to `handler`; all else to the table that r2 points to. */
	.macro	try_table name, handler
	.balign	32
\name:	add	pc, r2, #0x00
	add	pc, r2, #0x04
	add	pc, r2, #0x08
	add	pc, r2, #0x0c
	b	\handler
	add	pc, r2, #0x14
	add	pc, r2, #0x18
	add	pc, r2, #0x1c
	.endm

	try_table try_vectors, aborted
	try_table try_hyp_vectors, aborted_in_hyp
