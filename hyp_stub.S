/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Hyp trampoline: a vector table for Non-secure Hyp mode whose only service is to set
 * HVBAR, so that software that runs later can take over Hyp mode.
 *
 * Position-independent and self-contained: it needs no stack, and its only set-up is
 * HVBAR = hyp_stub_vectors. A kernel can assemble and link this file unchanged. To have
 * exceptions reported, store the four words of a console (struct console in resident.h)
 * at hyp_stub_console. They are 0 at first: no console.
 */
#include "arm.h"
#include "boot_wrapper.h"
#include "lib/report.h"
#include "resident.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.arm
	.section .hyp_stub, "ax"

	.balign	32
FUNC hyp_stub_vectors
	b	unexpected_reset
	b	unexpected_undefined
	b	hvc			@ HVC, or SVC, from Hyp mode itself
	b	unexpected_prefetch_abort
	b	unexpected_data_abort
	b	hvc			@ Hyp Trap, including HVC from PL1
	b	unexpected_irq
	b	unexpected_fiq
END hyp_stub_vectors

/*
 * HVC.
 *
 * Entered in: Hyp mode, ARM state, from any Non-secure mode.
 * Expects:    r0 = HVC_SET_VECTORS, r1 = physical address of a vector table,
 *             32-byte aligned, of code that can run with the MMU off.
 * Returns:    r0 = 0 and HVBAR = r1, or r0 = HVC_STUB_ERR and HVBAR unchanged.
 * Clobbers:   nothing else. If the caller is in Hyp mode, the exception itself overwrites
 *             ELR_hyp, SPSR_hyp and HSR. The flags are free to use, since SPSR_hyp
 *             has the caller's; r0 is free once the flags say whether it was 0.
 */
hvc:
	cmp	r0, #HVC_SET_VECTORS
	mrc	HSR(r0)
	bic	r0, r0, #HSR_IL
	cmpeq	r0, #HSR_EC_HVC << HSR_EC_SHIFT		@ an HVC with the immediate 0
	tsteq	r1, #31
	bne	1f
	mcr	HVBAR(r1)
	mov	r0, #0
	eret

1:	lsr	r0, r0, #HSR_EC_SHIFT
	cmp	r0, #HSR_EC_HVC
	bne	unexpected_trap
	movw	r0, #HVC_STUB_ERR & 0xffff
	movt	r0, #HVC_STUB_ERR >> 16
	eret
END hvc

/*
 * Unexpected exceptions: print the kind, the place and the cause, then stop this CPU.
 *
 * Entered in: Hyp mode, ARM state.
 */
	unexpected_in_hyp

report_unexpected:
	mov	r4, lr
	mrs	r6, spsr
	adr	r8, hyp_stub_console
	report_exception "Hyp mode"
	report_hyp_syndrome
1:	wfi
	b	1b
END report_unexpected

	report_routines

	.global	hyp_stub_console
	.balign	4
hyp_stub_console:
	.word	0, 0, 0, 0
