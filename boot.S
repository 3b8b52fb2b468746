/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reset, or the state in which other firmware has left a CPU. Every CPU comes
 * here; after reset all come at once. The code is in execution order.
 *
 * Entered in:	Secure SVC (reset) or Monitor mode, Non-secure Hyp or SVC mode, at
 *		the image's first byte or at reset. MMU and caches off; or, if a
 *		loader calls the image like a function on one CPU, on, with the
 *		image's virtual addresses equal to the physical ones. r0..r2 as in
 *		Linux's boot protocol if a loader takes the image for a zImage. All
 *		other registers, and memory outside the image, may hold anything. The
 *		image's bytes are as built, and, for CPUs whose caches are off, they
 *		have reached memory.
 * Leaves to:	boot() on the boot CPU, with a stack; reset_secondary in monitor.S on
 *		the others. In Secure state in Monitor mode, else in the mode that
 *		the CPU was entered in; A, I and F masked.
 *
 * The image may be loaded at any multiple of 4096. It then moves home, the
 * address it is linked to; the code up to there is position-independent.
 *
 * Registers:
 *	r0..r2	as the loader passed them
 *	r4	ENTERED_...: the state in which this CPU was entered
 *	r5	where the image was loaded
 *	r6	home
 *	r7	SCTLR, or HSCTLR, at entry; then 0 on the boot CPU only
 *	r8	MPIDR affinity of this CPU
 *	r3, r9..r12, lr	scratch
 *
 * Vector tables, by the registers that point to them:
 *	probe_vectors (here)			VBAR, HVBAR until home
 *	pl1_vectors (monitor.S)			VBAR from home on; in Secure state for good
 *	monitor_vectors (monitor.S)		MVBAR from home on
 *	boot_hyp_vectors (boot_vectors.S)	HVBAR from home to hand-over
 *	try_vectors, try_hyp_vectors (lib/probe.S)	VBAR, HVBAR during one access
 *	hyp_stub_vectors, hyp_psci_vectors	HVBAR from hand-over on
 *
 * Transient: a kernel may overwrite all of this file. A CPU that leaves reset after
 * the kernel has overwritten this code is lost.
 */
#include "arm.h"
#include "board.h"
#include "boot.h"
#include "memory_map.h"
#include "move.h"
#include "resident.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension sec
	.arch_extension virt
	.arm
	.section .boot, "ax"

/* The first bytes of a zImage, for boot loaders that start nothing else. */
	.global	start
start:
	b	reset
	.org	start + 0x24
	.word	0x016f2818		@ magic number of a zImage
	.word	0			@ its start, and its end, which is later
	.word	image_size		@ if tools/bw-pack appends payloads

FUNC reset
	mrs	r3, cpsr
	and	r3, r3, #PSR_MODE_MASK
	cpsid	aif
	setend	le
	cmp	r3, #PSR_HYP
	beq	entered_in_hyp
	mov	r4, #ENTERED_SVC
	cmp	r3, #PSR_MON
	bne	1f
	mov	r4, #ENTERED_SECURE
	mov	r3, #0			@ NS = 0: the Secure copies are accessed
	mcr	SCR(r3)
	isb

	/*
	 * If the caches are on, clean them before they are turned off, since
	 * instructions come from memory then; and after, for lines that were
	 * allocated in between. Not after reset: they may hold anything.
	 */
1:	mrc	SCTLR(r7)
	tst	r7, #SCTLR_C
	beq	2f
	bl	clean_all_dcaches
2:	load_constant r3, SCTLR_OWN
	mcr	SCTLR(r3)
	isb
	tst	r7, #SCTLR_C
	beq	3f
	bl	clean_all_dcaches
3:	mov	r3, #0
	mcr	TTBCR(r3)		@ EAE = 0: monitor.S reads short-format faults

	/*
	 * Secure and Non-secure SVC mode look alike in CPSR, but SCR is UNDEFINED
	 * in Non-secure state. The exception leads through probe_vectors to
	 * where_are_we, with r4 as it is here. It leaves the CPU in Undefined mode,
	 * which does not matter until its mode is set below. VBAR is a part of the Security
	 * Extensions, which each of Arm's ARMv7-A cores has. QEMU keeps VBAR where secure=off
	 * hides the extensions.
	 */
	adr	r3, probe_vectors
	mcr	VBAR(r3)
	isb
	cmp	r4, #ENTERED_SECURE
	beq	where_are_we
	mrc	SCR(r3)
	mov	r4, #ENTERED_SECURE
	b	where_are_we

entered_in_hyp:
	mov	r4, #ENTERED_HYP
	mrc	HSCTLR(r7)
	tst	r7, #SCTLR_C
	beq	1f
	bl	clean_all_dcaches
1:	load_constant r3, HSCTLR_OWN
	mcr	HSCTLR(r3)
	isb
	tst	r7, #SCTLR_C
	beq	2f
	bl	clean_all_dcaches
2:	adr	r3, probe_vectors
	mcr	HVBAR(r3)
	isb

where_are_we:
	cmp	r4, #ENTERED_SECURE
	bne	2f
	board_cpu_init
	mrc	MIDR(r3)		@ Cortex-A9, A5: L1 data caches hold
	load_constant r5, MIDR_PART_MASK	@ anything after reset: invalidate
	and	r3, r3, r5
	load_constant r5, MIDR_CORTEX_A9
	cmp	r3, r5
	load_constant r5, MIDR_CORTEX_A5
	cmpne	r3, r5
	bne	1f
	bl	invalidate_l1_dcache
1:	mov	r8, r0
	mov	r9, r1
	mov	r10, r2
	bl	core_init		@ sets ACTLR.SMP: before all other
	mov	r0, r8			@ maintenance of caches and TLBs
	mov	r1, r9
	mov	r2, r10

2:	mov	r5, pc
	bfc	r5, #0, #12		@ this file lies in the image's first page
	load_constant r6, TRANSIENT_START
#if BOARD_SECURE_RAM
	cmp	r4, #ENTERED_SECURE
	bne	3f
	load_constant r6, BOARD_SECURE_RAM
3:
#endif
	bl	move_home		@ returns at home

	/* The mode and the vectors that boot() runs with. */
	cmp	r4, #ENTERED_HYP
	beq	1f
	load_address r3, pl1_vectors
	mcr	VBAR(r3)
	isb
	cmp	r4, #ENTERED_SECURE
	bne	2f
	mov	r3, #0
	mcr	SCR(r3)
	isb
	load_address r3, monitor_vectors
	mcr	MVBAR(r3)
	isb

	/* Invalidate what is valid by chance: I-cache, branch predictor, TLB. */
	mcr	ICIALLU(r3)
	mcr	BPIALL(r3)
	mcr	TLBIALL(r3)
	dsb
	isb
	load_constant r3, SCTLR_OWN | SCTLR_I
	mcr	SCTLR(r3)
	isb
	/* Stop the Secure timer: its interrupt becomes Non-secure, like all others. */
	mrc	ID_PFR1(r3)
	tst	r3, #ID_PFR1_GENTIMER
	movne	r3, #0
	mcrne	CNTP_CTL(r3)
	cps	#PSR_MON
	b	3f
1:	load_address r3, boot_hyp_vectors
	mcr	HVBAR(r3)
	isb
	b	3f
2:	cps	#PSR_SVC

3:	cmp	r7, #0
	bne	4f
	load_address sp, boot_stack_end
	push	{r0-r2, r4-r6}		@ struct entry
	load_address r3, boot_cpu
	str	r8, [r3]
	str	r6, [r3, #BOOT_CPU_HERE]
	load_address r3, on_unexpected
	load_address r9, boot_failed
	str	r9, [r3]

	/* An abort that an earlier stage left pending is noted, not reported as the wrapper's. */
4:	bl	take_pending_abort
	cmp	r0, #0
	bne	5f
	and	r3, r8, #MAX_CPUS - 1
	load_address r9, aborts_at_entry
	orr	r10, r8, #ABORT_AT_ENTRY
	str	r10, [r9, r3, lsl #2]
	load_address r9, abort_at_entry
	str	r10, [r9]

5:	mov	r3, r8
	cmp	r7, #0
	bne	reset_secondary
	mov	r0, sp
	bl	boot

/* A load or store in move_home has aborted: skip it. A load's register stays unchanged. */
skip_load:
	cmp	r4, #ENTERED_HYP
	beq	6f
	subs	pc, lr, #4
6:	mrs	r3, elr_hyp
	add	r3, r3, #4
	msr	elr_hyp, r3
	eret
END reset

	.balign	32
probe_vectors:
	b	cpu_stop
	b	where_are_we		@ undefined instruction: no access to SCR
	b	cpu_stop
	b	cpu_stop
	b	skip_load
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
