/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Report an unexpected exception: macros for the vector tables of monitor.S, hyp_stub.S
 * and boot_vectors.S, and for the messages of move.S. Assembly only. They work in any
 * mode and without a stack, and access no memory except the console.
 *
 * A file that uses the macro `unexpected` must define `report_unexpected`, which prints
 * the report and stops the CPU; unexpected_hyp and unexpected_in_hyp use that macro.
 * It is called with lr = the exception's name and r5 = its PC, and never returns. A
 * resident file must also have `report_routines`; transient files link with report.S.
 *
 * The CPU never returns to what it did, so all registers are free:
 *   r4  name of the exception	r5  its PC	r6  SPSR
 *   r8  the console's words	r0..r3, r7, r9..r12, lr  scratch
 *
 * A text follows the BL that prints it: lr holds its address, and the routine returns
 * to the word behind the text. Everything is PC-relative.
 */
#ifndef REPORT_H
#define REPORT_H

#include "arm.h"
#include "resident.h"

	/* A vector's handler. Register `from` is ahead of the instruction by `adjust`. */
	.macro	unexpected from, adjust, name
	sub	r5, \from, #\adjust
	bl	report_unexpected
	.asciz	"\name"
	.balign	4
	.endm

	/*
	 * The same in Hyp mode, which has no LR of its own. ELR_hyp points to the
	 * instruction, or, if that is an SVC, HVC or SMC, to the next one.
	 */
	.macro	unexpected_hyp name
	mrs	r5, elr_hyp
	unexpected r5, 0, "\name"
	.endm

	/* The handlers for a vector table of Hyp mode. */
	.macro	unexpected_in_hyp
unexpected_reset:
	unexpected_hyp "reset vector"
unexpected_undefined:
	unexpected_hyp "undefined instruction"
unexpected_prefetch_abort:
	unexpected_hyp "prefetch abort"
unexpected_data_abort:
	unexpected_hyp "data abort"
unexpected_trap:
	unexpected_hyp "trap"
unexpected_irq:
	unexpected_hyp "IRQ"
unexpected_fiq:
	unexpected_hyp "FIQ"
	.endm

	.macro	report_text text
	bl	report_lr
	.asciz	"\text"
	.balign	4
	.endm

	.macro	report_register text, coprocessor:vararg
	report_text "\text"
	mrc	\coprocessor
	bl	report_hex
	.endm

	/* The part of a report that all exceptions share; syndrome registers follow. */
	.macro	report_exception place
	report_text "\r\nboot-wrapper: CPU "
	mrc	MPIDR(r0)
	bic	r0, r0, #~MPIDR_AFFINITY
	bl	report_hex
	report_text ": unexpected "
	mov	r0, r4
	bl	report_string
	report_text " in \place, PC "
	mov	r0, r5
	bl	report_hex
	report_text ", from mode "
	bl	report_mode
	report_text ", SPSR "
	mov	r0, r6
	bl	report_hex
	.endm

	.macro	report_hyp_syndrome
	report_register ", HSR ", HSR(r0)
	report_register ", HDFAR ", HDFAR(r0)
	report_register ", HIFAR ", HIFAR(r0)
	report_text "; this CPU stops\r\n"
	.endm

	/*
	 * The routines that the macros above call. Each resident file has a copy, since
	 * the pages of Secure and Non-secure code must not share code.
	 */
	.macro	report_routines
report_lr:
	mov	r0, lr
	b	report_string

	/* Print r0 as eight digits; clobbers r0..r3, r7, r9..r12, lr. */
report_hex:
	mov	r7, lr
	mov	r3, r0
	mov	r2, #8
1:	ror	r3, r3, #28		@ the highest digit first
	and	r1, r3, #15
	cmp	r1, #10
	addlo	r1, r1, #'0'
	addhs	r1, r1, #'a' - 10
	bl	report_character
	subs	r2, r2, #1
	bne	1b
	bx	r7

	/*
	 * Print the string at r0. Returns to lr, or, if lr points to the string itself,
	 * behind the string: see report_lr.
	 */
report_string:
	mov	r7, lr
	mov	r3, r0
1:	ldrb	r1, [r3], #1
	cmp	r1, #0
	beq	2f
	bl	report_character
	b	1b
2:	cmp	r0, r7			@ the text follows the BL: return behind it
	addeq	r7, r3, #3
	biceq	r7, r7, #3
	bx	r7

	/* Print the character r1. Waits for room, for a limited time; clobbers r9..r12. */
report_character:
	ldr	r9, [r8, #CONSOLE_DATA]
	cmp	r9, #0
	bxeq	lr
	mov	r11, #1 << 20
3:	ldr	r10, [r8, #CONSOLE_STATUS]
	ldr	r10, [r10]
	ldr	r12, [r8, #CONSOLE_MASK]
	and	r10, r10, r12
	ldr	r12, [r8, #CONSOLE_READY]
	cmp	r10, r12
	beq	4f
	subs	r11, r11, #1
	bne	3b
4:	str	r1, [r9]
	bx	lr

	/* Print the name of the mode in an SPSR, r6. */
report_mode:
	and	r0, r6, #PSR_MODE_MASK & 0xf
	adr	r1, 5f
	add	r0, r1, r0, lsl #2
	b	report_string
5:	.asciz	"usr", "fiq", "irq", "svc", "?04", "?05", "mon", "abt"
	.asciz	"?08", "?09", "hyp", "und", "?0c", "?0d", "?0e", "sys"
	.endm

#endif
