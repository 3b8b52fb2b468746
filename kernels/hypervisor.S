/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypervisor payload's entries, exception vectors, the switch between
 * kernel and guest, and the guest. docs/tutorial.md walks through it.
 */
#include "board.h"
#include "boot_wrapper.h"
#include "hypervisor.h"
#include "registers.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension sec
	.arch_extension virt
	.arm
	.text

	/* register = the calling CPU's struct percpu; clobbers scratch */
	.macro	this_percpu register, scratch
	mrc	MPIDR(\scratch)
	and	\scratch, \scratch, #CPU_LIMIT - 1
	load_address \register, percpu
	add	\register, \register, \scratch, lsl #CPU_SHIFT
	.endm

	/* Eight vectors; \hvc is where the one for an HVC from PL1 goes. */
	.macro	vectors name, prefix, hvc
	.global	\name
	.balign	32
\name:
	b	\prefix\()0
	b	\prefix\()1
	b	\prefix\()2
	b	\prefix\()3
	b	\prefix\()4
	b	\hvc
	b	\prefix\()6
	b	\prefix\()7
	.endm

	.macro	handlers prefix, common
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
\prefix\n:
	mov	r1, #\n
	b	\common
	.endr
	.endm

/*
 * The first instruction of the boot CPU, and that of the others.
 *
 * Entered in: Non-secure SVC mode, ARM state, MMU off, A, I, F masked; any
 *             other mode is for C to refuse.
 * Expects:    r3 = the boot-mode word.
 * Clobbers:   all; does not return.
 */
	.global	start, secondary_start
start:
	load_address r5, boot_main
	b	1f
secondary_start:
	load_address r5, secondary_main
1:	this_percpu r0, r4
	add	sp, r0, #SVC_STACK_END
	mrs	r4, cpsr
	msr	spsr_cxsf, r4		@ a valid one, to be saved and restored
	mov	r1, r3
	bx	r5

/*
 * uint32_t hvc(r0, r1), uint32_t smc(r0, r1, r2, r3)
 *
 * Entered in: SVC mode; smc() in any Non-secure mode but User.
 */
	.global	hvc, smc
hvc:
	hvc	#0
	bx	lr

smc:
	smc	#0
	bx	lr

/*
 * The vectors of the kernel itself, which expects no exception.
 *
 * Entered in: the exception's own mode, whose sp nobody has set.
 */
	vectors	kernel_vectors, kernel_, kernel_5
	handlers kernel_, kernel_fault

kernel_fault:
	mov	r2, lr
	this_percpu r0, r3
	add	sp, r0, #SVC_STACK_END
	mrs	r3, cpsr
	and	r3, r3, #PSR_MODE_MASK
	b	unexpected

/*
 * The vectors of the hypervisor: one table while the kernel runs, one while
 * the guest runs. In both, only an HVC or a trap from PL1 is expected.
 *
 * Entered in: Hyp mode.
 */
	vectors	hyp_vectors, hyp_, hyp_call
	vectors	guest_vectors, hyp_, guest_exit
	handlers hyp_, hyp_fault

hyp_fault:
	mrs	r2, elr_hyp
	this_percpu r0, r3
	add	sp, r0, #HYP_STACK_END
	mov	r3, #PSR_HYP
	b	unexpected

/*
 * HVC from the kernel: call a function in Hyp mode.
 *
 * Entered in: Hyp mode, with hyp_vectors in HVBAR.
 * Expects:    r0 = the function, r1 = its argument, the calling CPU's struct.
 * Returns:    r0 = 0, which the trampoline returns of nothing but success.
 * Clobbers:   what a C function may, but LR_svc; LR_usr; sp_hyp.
 */
hyp_call:
	mrc	HSR(r2)
	lsr	r2, r2, #HSR_EC_SHIFT
	cmp	r2, #HSR_EC_HVC
	bne	hyp_5
	add	sp, r1, #HYP_STACK_END
	mrs	r2, elr_hyp
	mrs	r3, spsr
	push	{r2, r3}
	mov	r2, r0
	mov	r0, r1
	blx	r2
	pop	{r2, r3}
	msr	elr_hyp, r2
	msr	spsr_cxsf, r3
	mov	r0, #0
	eret

/*
 * void switch_pl1(struct pl1 *save, const struct pl1 *load)
 *
 * Store the registers of PL1 to *save, and set them from *load.
 *
 * Entered in: Hyp mode. Clobbers r2.
 */
	.macro	switch_banked offset, register
	mrs	r2, \register
	str	r2, [r0, #\offset]
	ldr	r2, [r1, #\offset]
	msr	\register, r2
	.endm

	.macro	switch_cp15 offset, register:vararg
	mrc	\register
	str	r2, [r0, #\offset]
	ldr	r2, [r1, #\offset]
	mcr	\register
	.endm

	.global	switch_pl1
switch_pl1:
	switch_banked PL1_SP, sp_svc
	switch_banked PL1_LR, lr_svc
	switch_banked PL1_SPSR, spsr_svc
	switch_cp15 PL1_SCTLR, SCTLR(r2)
	switch_cp15 PL1_VBAR, VBAR(r2)
	bx	lr

/*
 * void enter_guest(struct guest *guest)
 *
 * Run the guest until it traps to Hyp mode; its registers are then in *guest.
 *
 * Entered in: Hyp mode, with all but the guest's own registers set up.
 * Clobbers:   what a C function may; ELR_hyp, SPSR_hyp, LR_usr.
 */
	.global	enter_guest
enter_guest:
	push	{r4-r12, lr}
	str	sp, [r0, #GUEST_HYP_SP]
	ldr	r1, [r0, #GUEST_PC]
	msr	elr_hyp, r1
	ldr	r1, [r0, #GUEST_CPSR]
	msr	spsr_cxsf, r1
	mov	sp, r0
	ldm	sp, {r0-r12, lr}
	eret

/*
 * HVC or trap from the guest: the return from enter_guest().
 *
 * Entered in: Hyp mode, with guest_vectors in HVBAR.
 * Expects:    sp_hyp = struct guest; all other registers are the guest's.
 */
guest_exit:
	stm	sp, {r0-r12, lr}
	mov	r0, sp
	ldr	sp, [r0, #GUEST_HYP_SP]
	mrs	r1, elr_hyp
	str	r1, [r0, #GUEST_PC]
	mrs	r1, spsr
	str	r1, [r0, #GUEST_CPSR]
	pop	{r4-r12, pc}

/*
 * The guest. It is copied to its own page, whose address it does not know;
 * the page begins with its vectors, and its stack is at the page's end.
 *
 * Entered in: Non-secure SVC mode, stage 1 MMU off, stage 2 on.
 */
	.global	guest_image, guest_entry, guest_image_end
guest_image:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	hvc	#GUEST_VECTOR(\n)
	.endr

guest_entry:
	adr	r0, guest_image		@ where it believes to be
	mrc	SCTLR(r1)
	mrc	VBAR(r2)
	hvc	#GUEST_HELLO
	push	{r0}			@ the answer, to its own memory
	mov	lr, r0			@ the kernel has its own LR_svc,
	msr	spsr_cxsf, r0		@ and its own SPSR_svc (0x13 is a mode)
	load_address r1, BOARD_UART_DATA
	mov	r0, #'!'
	str	r0, [r1]		@ the kernel's UART: stage 2 says no
	hvc	#GUEST_SURVIVES
guest_image_end:
