/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reset, or wherever other firmware has left a CPU. Every CPU comes here, all
 * at once after reset.
 *
 * Entered in:	Secure SVC (reset) or Monitor mode, Non-secure Hyp or SVC mode,
 *		MMU off. Every other register may hold anything, and so may
 *		memory outside the image. The image itself is as it was linked:
 *		loaded anew each time, and, by firmware that has its caches on,
 *		cleaned and invalidated from them.
 * Leaves to:	in Secure state Monitor mode, else the same mode, with A, I, F
 *		masked: to boot() on the boot CPU, with a stack; to
 *		reset_secondary in monitor.S on the others.
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
	.arch_extension virt
	.arm
	.section .boot, "ax"

	.global	reset
reset:
	mrs	r0, cpsr
	and	r0, r0, #PSR_MODE_MASK
	cpsid	aif
	setend	le
	cmp	r0, #PSR_MON
	beq	reset_at_monitor
	cmp	r0, #PSR_HYP
	beq	entered_at_hyp

	/*
	 * Secure and Non-secure SVC look alike, but only Secure state can read
	 * SCR. SCTLR first: vectors could be at 0xffff0000. A CPU that has no
	 * Secure state has no VBAR either.
	 */
	load_address r0, SCTLR_OWN
	mcr	SCTLR(r0)
	isb
	mrc	ID_PFR1(r0)
	tst	r0, #ID_PFR1_SECURITY
	beq	entered_at_svc
	load_address r0, probe_vectors
	mcr	VBAR(r0)
	isb
	mrc	SCR(r0)

reset_at_monitor:
	/* Know the state of every Secure register that matters from here on. */
	mov	r0, #0
	mcr	SCR(r0)
	isb
	load_address r0, SCTLR_OWN
	mcr	SCTLR(r0)
	isb
	load_address r0, pl1_vectors
	mcr	VBAR(r0)
	load_address r0, monitor_vectors
	mcr	MVBAR(r0)
	isb
	cps	#PSR_MON
	mov	r4, #ENTERED_SECURE
	b	which_cpu

/* Secure state belongs to other firmware, or the CPU has none. */
entered_at_hyp:
	load_address r0, HSCTLR_OWN
	mcr	HSCTLR(r0)
	load_address r0, boot_hyp_vectors
	mcr	HVBAR(r0)
	isb
	mov	r4, #ENTERED_HYP
	b	which_cpu

nonsecure_svc:
	load_address r0, pl1_vectors
	mcr	VBAR(r0)
	isb
entered_at_svc:
	cps	#PSR_SVC
	mov	r4, #ENTERED_SVC

which_cpu:
	mrc	MPIDR(r0)
	bic	r0, r0, #~MPIDR_AFFINITY
	load_address r1, BOARD_BOOT_CPU
	cmp	r0, r1
	bne	reset_secondary
	load_address sp, boot_stack_end
	mov	r0, r4
	bl	boot

	.balign	32
probe_vectors:
	b	cpu_stop
	b	nonsecure_svc		@ undefined instruction: no access to SCR
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop

/* The Hyp stub's, but that a semihosting call which no host took returns -1. */
	.balign	32
boot_hyp_vectors:
	b	hyp_stub_vectors + 0x00
	b	hyp_stub_vectors + 0x04
	b	no_host
	b	hyp_stub_vectors + 0x0c
	b	hyp_stub_vectors + 0x10
	b	hyp_stub_vectors + 0x14
	b	hyp_stub_vectors + 0x18
	b	hyp_stub_vectors + 0x1c

no_host:
	mvn	r0, #0
	eret

	.section .boot_stack, "aw", %nobits
	.global	boot_stack_end
	.balign	8
	.space	BOOT_STACK_SIZE
boot_stack_end:
