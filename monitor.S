/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wrapper's vector tables, the SMC dispatch, the path of a secondary CPU from reset
 * (reset_secondary), and the entry into the kernel (enter_kernel()). Resident.
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

/* MVBAR: exceptions taken to Monitor mode. SCR routes only SMC there. */
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
 * VBAR: exceptions in the wrapper's own code. Used in Secure state for good, and in
 * Non-secure SVC mode until hand-over, if the wrapper was entered there.
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
 * The path of a secondary CPU from reset: wait until the boot CPU has filled cpus[]
 * from the DTB, find this CPU's struct cpu, and wait to be turned on.
 *
 * Entered in: the mode in which boot.S runs, with the vectors in place.
 * Expects:    r3 = MPIDR affinity.
 * Leaves:     to cpu_wait(), or to cpu_park if the DTB does not list this CPU.
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

	/* The DTB does not list this CPU: report that to the boot CPU, and park. */
	load_address r1, unlisted_cpu
	str	r3, [r1]
	dsb
	load_address r1, resident	@ GIC off: an interrupt would end WFI
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
 * Returns:    r0. Every other register, r1..r3 included, keeps the caller's value,
 *             so that no Secure value leaks.
 */
smc:
	push	{r1-r4, r12, lr}	@ struct smc_frame; r4 for a multiple of 8 bytes
	mov	r3, sp
	bl	psci_smc
	pop	{r1-r4, r12, lr}
	movs	pc, lr
END smc

/*
 * A semihosting call without a host: return -1, which means that the call failed.
 *
 * Entered in: SVC mode, Secure or Non-secure. Returns r0 = -1; clobbers nothing else.
 */
svc:
	mvn	r0, #0
	movs	pc, lr
END svc

/*
 * void enter_kernel(r0, r1, r2, entry, me)
 *
 * Entered in: Monitor mode, or the Non-secure mode in which the wrapper was entered;
 *             after kernel_state_init().
 * Expects:    r0..r2 = the kernel's arguments; r3 = its entry address, with bit 0 set
 *             for Thumb state; [sp] = this CPU's struct cpu.
 * Leaves:     to the kernel, in the mode of resident.spsr; r3 = the boot-mode word;
 *             r4..r12 = 0.
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
	beq	1f			@ in Hyp mode MOVS PC, LR is UNDEFINED, even if skipped
	movs	pc, lr
1:	msr	elr_hyp, lr
	eret
END enter_kernel

/*
 * void cpu_restart(me)
 *
 * Entered in: Monitor mode. Expects r0 = this CPU's struct cpu.
 * Leaves:     to cpu_wait(), with the stack empty.
 */
FUNC cpu_restart
	mov	sp, r0
	bl	cpu_wait
END cpu_restart

/*
 * Unexpected exceptions in the wrapper's own code: print the kind, the place and the
 * cause, then stop this CPU. The other CPUs go on.
 *
 * Entered in: the exception's own mode. lr is ahead of the instruction, by the offset
 * that the ARM ARM gives for each exception.
 */
unexpected_reset:
	unexpected lr, 0, "reset vector"
END unexpected_reset
unexpected_undefined:
	mrs	r6, spsr		@ in Thumb state lr is only 2 bytes ahead
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
	 * If another CPU's CPU_ON read this CPU's state as OFF before the exception, it
	 * may still store ON_PENDING, and then wake this one. So store FAULTED again
	 * after each wake-up. gic_wait() may use the stack: its old content is not needed.
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
 * Print the name of a fault that can occur with the MMU off; for any other fault the
 * register's value must do. DFSR describes the last data abort, IFSR the last prefetch
 * abort.
 *
 * Expects:  r0 = DFSR or IFSR, in the short-descriptor format; r8 = the console's words.
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
2:	ldrb	r2, [r0], #1		@ skip the name
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

/* Stop this CPU for good. Entered in any mode, with interrupts masked. */
FUNC cpu_stop
	wfi
	b	cpu_stop
END cpu_stop

/*
 * Let the other CPUs go on: release the lock, leave its queue, and mark this CPU as one
 * that cannot be turned on or off. The lock may be released wherever its holder was,
 * because the change that it protects is a single store: the state of CPU_ON's target. The
 * target may not have been woken yet, so wake all CPUs that wait.
 *
 * Entered in: any mode, on a CPU that will never return to what it did.
 * Clobbers:   r0..r3. Returns sp = this CPU's struct cpu, or 0 if none is known.
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
	cmp	r3, #CPU_STATE_ABSENT	@ not OFF yet: missing for the boot CPU
	bxeq	lr
	cmp	r3, #PSCI_DISABLED	@ a second exception, during the report
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
