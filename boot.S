/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reset. Every CPU comes here, all at once.
 *
 * Entered in:	Secure SVC mode (reset) or Monitor mode, MMU off. Every other
 *		register may hold anything, and so may memory outside the image.
 *		Non-secure SVC and Hyp are told apart, and refused.
 * Leaves to:	C in Monitor mode, with A, I, F masked and a stack: boot() on
 *		the boot CPU; secondary() and then cpu_wait() on the others.
 *
 * Transient: a kernel may overwrite all of this file.
 */
#include "arm.h"
#include "board.h"
#include "boot.h"
#include "resident.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension sec
	.arm
	.section .boot, "ax"

	.macro	load_address register, symbol
	movw	\register, #:lower16:\symbol
	movt	\register, #:upper16:\symbol
	.endm

	.global	reset
reset:
	mrs	r0, cpsr
	and	r0, r0, #PSR_MODE_MASK
	cmp	r0, #PSR_HYP
	beq	entered_in_hyp
	cpsid	aif
	setend	le
	cmp	r0, #PSR_MON
	beq	reset_at_monitor

	/*
	 * Secure and Non-secure SVC look alike, but only Secure state can read
	 * SCR. SCTLR first: vectors could be at 0xffff0000.
	 */
	load_address r0, SCTLR_SECURE
	mcr	SCTLR(r0)
	load_address r0, probe_vectors
	mcr	VBAR(r0)
	isb
	mrc	SCR(r0)

reset_at_monitor:
	/* Know the state of every Secure register that matters from here on. */
	mov	r0, #0
	mcr	SCR(r0)
	isb
	load_address r0, SCTLR_SECURE
	mcr	SCTLR(r0)
	load_address r0, secure_vectors
	mcr	VBAR(r0)
	load_address r0, monitor_vectors
	mcr	MVBAR(r0)
	isb
	cps	#PSR_MON

	mrc	MPIDR(r0)
	bic	r0, r0, #~MPIDR_AFFINITY
	load_address r1, BOARD_BOOT_CPU
	cmp	r0, r1
	bne	reset_secondary

	load_address sp, boot_stack_end
	bl	boot

/*
 * Not the boot CPU: wait until that knows from the DTB which CPUs there are,
 * find oneself among them, and wait there to be turned on.
 *
 * r0 = MPIDR affinity
 */
reset_secondary:
	load_address r1, cpu_table_ready
1:	ldr	r2, [r1]
	cmp	r2, #0
	wfeeq
	beq	1b
	dmb

	load_address sp, cpus + CPU_STACK_SIZE
	load_address r1, resident + RESIDENT_CPU_COUNT
	ldr	r1, [r1]
2:	ldr	r2, [sp, #CPU_MPIDR]
	cmp	r2, r0
	beq	3f
	add	sp, sp, #CPU_AREA_SIZE
	subs	r1, r1, #1
	bne	2b

	/* Not in the DTB: leave word, and stop where no kernel will overwrite. */
	load_address r1, unlisted_cpu
	str	r0, [r1]
	dsb
	b	cpu_stop

3:	mov	r4, sp
	bl	secure_init
	mov	r0, r4
	b	cpu_wait

/*
 * Entered in a state that cannot open the door to Hyp mode for all: say so,
 * once. With a stack, but in the mode that it is; C does not mind.
 */
entered_in_hyp:
	load_address r0, hyp_stub_vectors
	mcr	HVBAR(r0)
	isb
	load_address r4, refuse_hyp
	b	refuse_entry
entered_nonsecure:
	load_address r0, secure_vectors
	mcr	VBAR(r0)
	isb
	load_address r4, refuse_nonsecure
refuse_entry:
	mrc	MPIDR(r0)
	bic	r0, r0, #~MPIDR_AFFINITY
	load_address r1, BOARD_BOOT_CPU
	cmp	r0, r1
	bne	cpu_stop
	load_address sp, boot_stack_end
	bx	r4

	.balign	32
probe_vectors:
	b	entered_nonsecure
	b	entered_nonsecure	@ undefined instruction: no access to SCR
	b	entered_nonsecure
	b	entered_nonsecure
	b	entered_nonsecure
	b	entered_nonsecure
	b	entered_nonsecure
	b	entered_nonsecure

	.section .boot_data, "aw"
	.balign	4
	.global	cpu_table_ready, unlisted_cpu
cpu_table_ready:
	.word	0
unlisted_cpu:
	.word	UNLISTED_NONE

	.section .boot_stack, "aw", %nobits
	.balign	8
	.space	BOOT_STACK_SIZE
boot_stack_end:
