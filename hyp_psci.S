/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other firmware's PSCI, for a kernel in SVC mode. That firmware turns CPUs on in Hyp
 * mode, but the kernel expects them in SVC mode, with the Hyp stub in HVBAR. So the
 * kernel's SMCs trap to this file (HCR.TSC). Calls that have an entry address get
 * hyp_psci_start as the address; all other calls are passed on unchanged, as SMC #0.
 *
 * Resident, for such a kernel only. When the kernel takes over Hyp mode, this file first
 * turns the trap off: the kernel finds HCR = 0.
 */
#include "arm.h"
#include "boot_wrapper.h"
#include "resident.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension sec
	.arch_extension virt
	.arm
	.section .hyp_psci, "ax"

/* As hyp_stub_vectors, but traps come here. */
	.balign	32
FUNC hyp_psci_vectors
	b	hyp_stub_vectors + 0x00
	b	hyp_stub_vectors + 0x04
	b	hyp_stub_vectors + 0x08
	b	hyp_stub_vectors + 0x0c
	b	hyp_stub_vectors + 0x10
	b	trap
	b	hyp_stub_vectors + 0x18
	b	hyp_stub_vectors + 0x1c
END hyp_psci_vectors

/*
 * HVC, or a trapped SMC.
 *
 * Entered in: Hyp mode, from Non-secure PL1.
 * Expects:    sp = this CPU's struct cpu, its stack empty.
 * Clobbers:   what the firmware clobbers. For HVC see hyp_stub.S.
 */
trap:
	push	{r12}
	mrc	HSR(r12)
	lsr	r12, r12, #HSR_EC_SHIFT
	cmp	r12, #HSR_EC_SMC
	bne	not_smc

	mrs	r12, elr_hyp		@ return after the SMC: 4 bytes in ARM and Thumb
	add	r12, r12, #4
	msr	elr_hyp, r12
	mrs	r12, spsr		@ the SMC ends any IT block: clear IT
	bic	r12, r12, #PSR_IT_10
	bic	r12, r12, #PSR_IT_72
	msr	spsr_cxsf, r12
	load_address r12, PSCI_CPU_ON
	cmp	r0, r12
	subne	r12, r12, #PSCI_CPU_ON - PSCI_CPU_SUSPEND
	cmpne	r0, r12
	addne	r12, r12, #PSCI_CPU_DEFAULT_SUSPEND - PSCI_CPU_SUSPEND
	cmpne	r0, r12
	addne	r12, r12, #PSCI_SYSTEM_SUSPEND - PSCI_CPU_DEFAULT_SUSPEND
	cmpne	r0, r12
	pop	{r12}
	beq	2f
	smc	#0
	eret

2:	push	{r1-r3, r12, lr}
	add	r12, sp, #20		@ struct cpu, hyp_psci()'s fifth argument
	push	{r12}
	bl	hyp_psci
	add	sp, sp, #4
	pop	{r1-r3, r12, lr}
	eret
END trap

	/*
	 * The Hyp stub handles all other traps. If the call is going to set HVBAR, turn
	 * the trap of SMC off first.
	 */
not_smc:
	mrc	HSR(r12)
	bic	r12, r12, #HSR_IL
	cmp	r12, #HSR_EC_HVC << HSR_EC_SHIFT
	cmpeq	r0, #HVC_SET_VECTORS
	tsteq	r1, #31
	pop	{r12}
	bne	hyp_stub_vectors + 0x14
	mcr	HCR(r0)			@ r0 = HVC_SET_VECTORS = 0
	isb
	b	hyp_stub_vectors + 0x14
END not_smc

/*
 * uint32_t hyp_psci_smc(r0, r1, r2, r3)
 *
 * Pass a call to the firmware. Entered in: Hyp mode, Thumb state. Returns the firmware's
 * answer.
 */
	.thumb
	.thumb_func
FUNC hyp_psci_smc
	smc	#0
	bx	lr
END hyp_psci_smc
	.balign	4
	.arm

/*
 * The entry address that the firmware gets in place of the kernel's.
 *
 * Entered in: Hyp mode, as PSCI requires: MMU off, interrupts masked.
 * Expects:    r0 = this CPU's struct cpu.
 */
FUNC hyp_psci_start
	cpsid	aif
	setend	le
	load_address r1, HSCTLR_OWN
	mcr	HSCTLR(r1)
	isb
	mov	sp, r0
	bl	hyp_psci_started	@ to Thumb state
END hyp_psci_start
