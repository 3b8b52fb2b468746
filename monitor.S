/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vector tables of our own, SMC dispatch, the secondary CPUs' way from reset,
 * and the way to the kernel. All of it stays behind after hand-over.
 */
#include "arm.h"
#include "boot_wrapper.h"
#include "gic.h"
#include "lib/report.h"
#include "resident.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension sec
	.arch_extension virt
	.arm
	.section .monitor, "ax"

/* MVBAR: what is taken to Monitor mode, which by SCR is nothing but SMC. */
	.balign	32
FUNC monitor_vectors
	b	unexpected_reset
	b	unexpected_undefined
	b	smc
	b	unexpected_prefetch_abort
	b	unexpected_data_abort
	b	unexpected_reset	@ not used
	b	unexpected_irq
	b	unexpected_fiq
END monitor_vectors

/*
 * VBAR: what our own code takes. In Secure state before and after hand-over;
 * before it in Non-secure SVC mode, if we were entered there.
 */
	.balign	32
FUNC pl1_vectors
	b	unexpected_reset
	b	unexpected_undefined
	b	svc
	b	unexpected_prefetch_abort
	b	unexpected_data_abort
	b	unexpected_reset	@ not used
	b	unexpected_irq
	b	unexpected_fiq
END pl1_vectors

/*
 * Not the boot CPU: wait until that knows from the DTB which CPUs there are,
 * find oneself among them, and wait there to be turned on.
 *
 * Entered in: the mode that boot.S works in, with the vectors in place.
 * Expects:    r3 = MPIDR affinity. Leaves to cpu_wait(), or to be parked.
 */
FUNC reset_secondary
	load_address r1, cpu_table_ready
1:	ldr	r2, [r1]
	cmp	r2, #0
	wfeeq
	beq	1b
	dmb

	load_address sp, cpus + CPU_STACK_SIZE
	load_address r1, resident
	ldr	r1, [r1, #RESIDENT_CPU_COUNT]
2:	ldr	r2, [sp, #CPU_MPIDR]
	cmp	r2, r3
	beq	3f
	add	sp, sp, #CPU_AREA_SIZE
	subs	r1, r1, #1
	bne	2b

	/* Not in the DTB: leave word. */
	load_address r1, unlisted_cpu
	str	r3, [r1]
	dsb
	load_address r1, resident	@ a pending interrupt would end WFI
	ldr	r1, [r1, #RESIDENT_GICC]
	cmp	r1, #0
	movne	r2, #0
	strne	r2, [r1, #GICC_CTLR]
	load_address r1, cpu_park
	ldr	pc, [r1]

3:	mov	r0, sp
	bl	cpu_wait		@ to Thumb state
END reset_secondary

/*
 * SMC.
 *
 * Entered in: Monitor mode, A, I, F masked, from Non-secure PL1 or Hyp mode;
 *             from Secure PL1, if a kernel was entered there.
 * Expects:    sp = this CPU's struct cpu, its stack empty; r0..r3 the call.
 * Returns:    r0. Clobbers nothing else; r1..r3 too keep the caller's values,
 *             so that nothing Secure leaks.
 */
smc:
	push	{r1-r3, r12, lr}
	add	r12, sp, #20		@ struct cpu, psci_smc()'s fifth argument
	push	{r12}
	bl	psci_smc
	add	sp, sp, #4
	pop	{r1-r3, r12, lr}
	movs	pc, lr
END smc

/*
 * A semihosting call that no host took: answer "failed" and go on.
 *
 * Entered in: SVC mode, Secure or not. Returns r0 = -1, clobbers nothing else.
 */
svc:
	mvn	r0, #0
	movs	pc, lr
END svc

/*
 * void enter_kernel(r0, r1, r2, entry, me)
 *
 * Entered in: Monitor mode, or the Non-secure mode that we were entered in;
 *             with kernel_state_init() done.
 * Expects:    r0..r2 for the kernel; r3 its entry, bit 0 for Thumb;
 *             [sp] this CPU's struct cpu.
 * Leaves:     the mode of resident.spsr; r3 = the boot-mode word; r4..r12 = 0.
 */
FUNC enter_kernel
	ldr	sp, [sp]
	bic	lr, r3, #1
	and	r3, r3, #1
	load_address r4, resident
	ldr	r5, [r4, #RESIDENT_SPSR]
	orr	r5, r5, r3, lsl #5	@ PSR_T
	msr	spsr_cxsf, r5
	ldr	r3, [r4, #RESIDENT_WORD]
	mrs	r4, cpsr
	and	r4, r4, #PSR_MODE_MASK
	cmp	r4, #PSR_HYP
	mov	r4, #0
	mov	r5, #0
	mov	r6, #0
	mov	r7, #0
	mov	r8, #0
	mov	r9, #0
	mov	r10, #0
	mov	r11, #0
	mov	r12, #0
	dsb
	beq	1f			@ Hyp mode has no MOVS PC, LR, even skipped
	movs	pc, lr
1:	msr	elr_hyp, lr
	eret
END enter_kernel

/*
 * void cpu_restart(me)
 *
 * Entered in: Monitor mode. Expects r0 = this CPU's struct cpu.
 */
FUNC cpu_restart
	mov	sp, r0
	bl	cpu_wait
END cpu_restart

/*
 * Exceptions in our own code that nobody expected: print what, where and why,
 * stop this CPU. The other CPUs go on.
 *
 * Entered in: the exception's own mode; lr is ahead of the instruction by what
 * the ARM ARM says of each.
 */
unexpected_reset:
	unexpected lr, 0, "reset vector"
END unexpected_reset
unexpected_undefined:
	mrs	r6, spsr		@ in Thumb state it is ahead by 2 only
	tst	r6, #PSR_T
	addne	lr, lr, #2
	unexpected lr, 4, "undefined instruction"
END unexpected_undefined
unexpected_prefetch_abort:
	unexpected lr, 4, "prefetch abort"
END unexpected_prefetch_abort
unexpected_data_abort:
	unexpected lr, 8, "data abort"
END unexpected_data_abort
unexpected_irq:
	unexpected lr, 4, "IRQ"
END unexpected_irq
unexpected_fiq:
	unexpected lr, 4, "FIQ"
END unexpected_fiq

report_unexpected:
	cpsid	aif
	mov	r4, lr
	mrs	r6, spsr
	bl	leave_others_alone
	load_address r8, console
	report_exception "the wrapper"
	report_register ", DFSR ", DFSR(r0)
	mrc	DFSR(r0)
	bl	report_fault
	report_register ", DFAR ", DFAR(r0)
	report_register ", IFSR ", IFSR(r0)
	mrc	IFSR(r0)
	bl	report_fault
	report_register ", IFAR ", IFAR(r0)
	report_text "; this CPU stops\r\n"

	load_address r0, on_unexpected
	ldr	r0, [r0]
	cmp	r0, #0
	blxne	r0

	/*
	 * A CPU_ON that has found this CPU OFF may make it ON_PENDING yet, and wakes it
	 * then. The rest of its stack is free.
	 */
	cmp	sp, #0
	beq	cpu_stop
1:	mov	r0, #PSCI_DISABLED
	str	r0, [sp, #CPU_STATE]
	dsb
	bl	gic_wait
	b	1b
END report_unexpected

/*
 * The fault in words, of those that there are with the MMU off; of any other the
 * number must do. DFSR is of the last data abort, IFSR of the last prefetch abort.
 *
 * Expects:  r0 = DFSR or IFSR, in the short-descriptor format; r8 as report.h has it.
 * Clobbers: r0..r3, r7, r9..r12, and the flags.
 */
report_fault:
	ubfx	r1, r0, #10, #1
	and	r0, r0, #FSR_FS_MASK
	orr	r1, r0, r1, lsl #4	@ the status, FS[4:0]
	adr	r0, faults
1:	ldrb	r2, [r0], #1
	cmp	r2, #0
	bxeq	lr
	cmp	r2, r1
	beq	report_string
2:	ldrb	r2, [r0], #1		@ the next one's
	cmp	r2, #0
	bne	2b
	b	1b
END report_fault

	.macro	fault status, name
	.byte	\status
	.asciz	" (\name)"
	.endm
faults:
	fault	FSR_ALIGNMENT, "alignment fault"
	fault	FSR_EXTERNAL, "external abort"
	fault	FSR_ASYNCHRONOUS, "asynchronous external abort"
	fault	FSR_DEBUG, "debug event"
	.byte	0
	.balign	4

/* Stop this CPU for good. Entered in any mode, interrupts masked. */
FUNC cpu_stop
	wfi
	b	cpu_stop
END cpu_stop

/*
 * Let nobody wait for a lock that this CPU has or wants, nor take it for a CPU
 * that could be turned on or off. A lock can be given up at any point: what it
 * is for takes effect by the one store of a state, which nobody may have been
 * woken for yet.
 *
 * Entered in: any mode, on a CPU that will never go back.
 * Clobbers:   r0..r3. Returns sp = its struct cpu, or 0: none is known.
 */
leave_others_alone:
	mov	sp, #0
	load_address r0, cpu_table_ready
	ldr	r0, [r0]
	cmp	r0, #0
	bxeq	lr
	load_address r0, cpus + CPU_STACK_SIZE
	load_address r1, resident
	ldr	r1, [r1, #RESIDENT_CPU_COUNT]
	mrc	MPIDR(r2)
	bic	r2, r2, #~MPIDR_AFFINITY
1:	ldr	r3, [r0, #CPU_MPIDR]
	cmp	r3, r2
	beq	2f
	add	r0, r0, #CPU_AREA_SIZE
	subs	r1, r1, #1
	bne	1b
	bx	lr
2:	ldr	r3, [r0, #CPU_STATE]
	cmp	r3, #CPU_STATE_ABSENT	@ the boot CPU will tell the kernel so
	bxeq	lr
	cmp	r3, #PSCI_DISABLED	@ a second exception, which the first led to
	beq	cpu_stop
	mov	sp, r0
	mov	r3, #PSCI_DISABLED
	str	r3, [sp, #CPU_STATE]
	dmb
	mov	r3, #0
	load_address r0, bakery
	ldr	r1, [sp, #CPU_INDEX]
	add	r0, r0, r1
	strb	r3, [r0, #BAKERY_CHOOSING]
	strb	r3, [r0, #BAKERY_TICKET]
	mov	r0, #0
	load_address r1, gic_wake
	bx	r1
END leave_others_alone

	report_routines
