/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions before hand-over: the vector table for Hyp mode, and what the boot CPU
 * does when it has reported one. Transient.
 */
#include "arm.h"
#include "lib/report.h"
#include "resident.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.arm
	.text

/* HVBAR until hand-over: exceptions in the wrapper's own code. */
	.balign	32
FUNC boot_hyp_vectors
	b	unexpected_reset
	b	unexpected_undefined
	b	no_host
	b	unexpected_prefetch_abort
	b	unexpected_data_abort
	b	unexpected_trap
	b	unexpected_irq
	b	unexpected_fiq
END boot_hyp_vectors

/* A semihosting call that no host took: it fails. As svc in monitor.S. */
no_host:
	mvn	r0, #0
	eret

	unexpected_in_hyp

report_unexpected:
	mov	r4, lr
	mrs	r6, spsr
	load_address r8, console
	report_exception "the wrapper"
	report_hyp_syndrome
	bl	boot_failed
	b	cpu_stop

/*
 * An exception in the wrapper's own code has been reported. On the boot CPU there will
 * be no kernel: a semihosting host ends the run, with status 2.
 *
 * Entered in:	any mode, before hand-over only.
 * Returns:	on other CPUs, or if there is no host; sp is kept.
 * Clobbers:	r0..r5, r12, lr, and the flags.
 */
FUNC boot_failed
	mrc	MPIDR(r0)
	bic	r0, r0, #~MPIDR_AFFINITY
	load_address r1, boot_cpu
	ldr	r1, [r1]
	cmp	r0, r1
	bxne	lr
	load_address r0, on_unexpected	@ not again, should this fail as well
	mov	r1, #0
	ldr	r2, [r0]
	str	r1, [r0]
	cmp	r2, #0
	bxeq	lr
	mov	r4, sp
	mov	r5, lr
	load_address sp, boot_stack_end
	mov	r0, #2
	bl	semihosting_exit
	mov	sp, r4
	bx	r5
END boot_failed
