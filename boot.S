/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reset. Every CPU comes here, all at once.
 *
 * Entered in:	Secure SVC mode (reset) or Monitor mode, MMU off. Every other
 *		register may hold anything, and so may memory outside the image.
 *		Non-secure SVC and Hyp are told apart, and refused.
 *		The image itself is as it was linked: loaded anew each time.
 * Leaves to:	Monitor mode, with A, I, F masked: to C on the boot CPU, with a
 *		stack; to reset_secondary in monitor.S on the others.
 *
 * Transient: a kernel may overwrite all of this file. A CPU that comes out of
 * reset when one has done so is lost.
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

	.global	reset
reset:
	mrs	r0, cpsr
	and	r0, r0, #PSR_MODE_MASK
	cpsid	aif
	setend	le
	cmp	r0, #PSR_HYP
	beq	entered_in_hyp
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
	isb
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
	b	cpu_stop
	b	entered_nonsecure	@ undefined instruction: no access to SCR
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop

	.section .boot_stack, "aw", %nobits
	.global	boot_stack_end
	.balign	8
	.space	BOOT_STACK_SIZE
boot_stack_end:
