/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reset, or wherever other firmware has left a CPU. Every CPU comes here, all
 * at once after reset.
 *
 * Entered in:	Secure SVC (reset) or Monitor mode, Non-secure Hyp or SVC mode,
 *		at the image's first byte or at reset. MMU and caches off; or on,
 *		of one CPU alone and with the image mapped to where it is, as a
 *		loader has them that calls us like a function. r0..r2 as Linux's
 *		boot protocol has them, if a loader took us for a zImage; every
 *		other register may hold anything, and so may memory outside the
 *		image. The image itself is as it was linked: loaded anew each
 *		time, and, for CPUs whose caches are off, cleaned and
 *		invalidated from those of firmware.
 * Leaves to:	in Secure state Monitor mode, else the same mode, with A, I, F
 *		masked: to boot() on the boot CPU, with a stack; to
 *		reset_secondary in monitor.S on the others.
 *
 * It may lie anywhere, at a multiple of 4096; it then moves to its home, where
 * it was linked for. What is done before is position-independent.
 *
 * Transient: a kernel may overwrite all of this file. A CPU that comes out of
 * reset when one has done so is lost.
 */
#include "arm.h"
#include "board.h"
#include "boot.h"
#include "memory_map.h"
#include "lib/report.h"
#include "resident.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension sec
	.arch_extension virt
	.arm
	.section .boot, "ax"

/*
 * The image's first bytes are a zImage's (Linux, arch/arm/boot/compressed/head.S):
 * for boot loaders that start nothing else.
 */
	.global	start, loaded_at
start:
	b	reset
loaded_at:
	.word	start			@ or where we were before we moved
	.org	start + 0x24
	.word	0x016f2818		@ magic number
	.word	0			@ start, and end: what tools/bw-pack makes
	.word	image_size		@ it, if payloads follow

	.global	reset
reset:
	mrs	r3, cpsr
	and	r3, r3, #PSR_MODE_MASK
	cpsid	aif
	setend	le
	cmp	r3, #PSR_MON
	beq	reset_at_monitor
	cmp	r3, #PSR_HYP
	beq	reset_at_hyp

	/*
	 * Secure and Non-secure SVC look alike, but only Secure state can read
	 * SCR. SCTLR first: vectors could be at 0xffff0000. A CPU that has no
	 * Secure state has no VBAR either.
	 */
	mov	r4, #ENTERED_SVC
	mrc	SCTLR(r7)
	tst	r7, #SCTLR_C
	blne	clean_dcaches
	load_address r3, SCTLR_OWN
	mcr	SCTLR(r3)
	isb
	mov	r3, #0
	mcr	TTBCR(r3)		@ EAE: faults as monitor.S reports them
	tst	r7, #SCTLR_C
	blne	clean_dcaches
	mrc	ID_PFR1(r3)
	tst	r3, #ID_PFR1_SECURITY
	beq	where_are_we
	adr	r3, probe_vectors
	mcr	VBAR(r3)
	isb
	mrc	SCR(r3)
	mov	r4, #ENTERED_SECURE

where_are_we:
	cmp	r4, #ENTERED_SECURE
	bne	1f
	board_cpu_init
	/* Reset leaves the L1 data caches of these two as they were. */
	mrc	MIDR(r3)
	load_address r5, MIDR_PART_MASK
	and	r3, r3, r5
	load_address r5, MIDR_CORTEX_A9
	cmp	r3, r5
	load_address r5, MIDR_CORTEX_A5
	cmpne	r3, r5
	bleq	invalidate_l1_dcache
	/* Before all other maintenance of caches and TLBs: it sets ACTLR.SMP. */
	mov	r8, r0
	mov	r9, r1
	mov	r10, r2
	bl	core_init
	mov	r0, r8
	mov	r1, r9
	mov	r2, r10

1:	adr	r5, start
	load_address r6, TRANSIENT_START
#if BOARD_SECURE_RAM
	load_address r3, BOARD_SECURE_RAM
	cmp	r4, #ENTERED_SECURE
	moveq	r6, r3
#endif
	cmp	r5, r6
	bne	move

	/* At home. */
	cmp	r4, #ENTERED_HYP
	beq	entered_at_hyp
	bhi	entered_at_svc

	/* Know the state of every Secure register that matters from here on. */
	mov	r3, #0
	mcr	SCR(r3)
	isb
	load_address r3, pl1_vectors
	mcr	VBAR(r3)
	load_address r3, monitor_vectors
	mcr	MVBAR(r3)
	isb

	/* A line or entry that is valid by chance must not be used. */
	mcr	ICIALLU(r3)
	mcr	BPIALL(r3)
	mcr	TLBIALL(r3)
	dsb
	isb
	load_address r3, SCTLR_OWN | SCTLR_I
	mcr	SCTLR(r3)
	isb
	/* The Secure timer's interrupt is going to be Non-secure, like all others. */
	mrc	ID_PFR1(r3)
	tst	r3, #ID_PFR1_GENTIMER
	movne	r3, #0
	mcrne	CNTP_CTL(r3)
	cps	#PSR_MON

which_cpu:
	mrc	MPIDR(r3)
	bic	r3, r3, #~MPIDR_AFFINITY
	load_address r5, BOARD_BOOT_CPU
	cmp	r3, r5
	bne	reset_secondary
	load_address sp, boot_stack_end
	push	{r0-r2, r4}		@ loader_registers
	load_address r3, on_unexpected
	load_address r5, boot_failed
	str	r5, [r3]
	mov	r0, r4
	bl	boot

/* Secure state belongs to other firmware, or the CPU has none. */
entered_at_hyp:
	load_address r3, boot_hyp_vectors
	mcr	HVBAR(r3)
	isb
	b	which_cpu

entered_at_svc:
	mrc	ID_PFR1(r3)
	tst	r3, #ID_PFR1_SECURITY
	beq	1f
	load_address r3, pl1_vectors
	mcr	VBAR(r3)
	isb
1:	cps	#PSR_SVC
	b	which_cpu

reset_at_monitor:
	/* Which copy of SCTLR and VBAR is accessed, SCR.NS says. */
	mov	r3, #0
	mcr	SCR(r3)
	isb
	mrc	SCTLR(r7)
	tst	r7, #SCTLR_C
	blne	clean_dcaches
	load_address r3, SCTLR_OWN
	mcr	SCTLR(r3)
	isb
	mov	r3, #0
	mcr	TTBCR(r3)
	mov	r4, #ENTERED_SECURE
	b	2f

reset_at_hyp:
	mrc	HSCTLR(r7)
	tst	r7, #SCTLR_C
	blne	clean_dcaches
	load_address r3, HSCTLR_OWN
	mcr	HSCTLR(r3)
	isb
	mov	r4, #ENTERED_HYP
2:	tst	r7, #SCTLR_C
	blne	clean_dcaches
	b	where_are_we

	.balign	32
probe_vectors:
	b	cpu_stop
	b	where_are_we		@ undefined instruction: no access to SCR
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop
	b	cpu_stop

/*
 * Do an operation by set and way, which takes r6, on each line of a level of cache.
 *
 * Expects:	r8 = the level, times 2, counted from 0.
 * Clobbers:	r3, r5, r6, r9..r12.
 */
	.macro	for_each_line operation:vararg
	mcr	CSSELR(r8)
	isb
	mrc	CCSIDR(r5)
	ubfx	r3, r5, #13, #15	@ sets - 1
	ubfx	r9, r5, #3, #10		@ ways - 1
	clz	r10, r9			@ 32 for a single way, number 0
	and	r11, r5, #7
	add	r11, r11, #4		@ log2 of the line's bytes
2:	orr	r12, r8, r9, lsl r10
	mov	r5, r3
3:	orr	r6, r12, r5, lsl r11
	mcr	\operation
	subs	r5, r5, #1
	bpl	3b
	subs	r9, r9, #1
	bpl	2b
	.endm

/*
 * Write back and invalidate all data and unified caches, by set and way: us, the
 * payload and the DTB, as a loader has left them. Before they are turned off,
 * since instructions come from memory then; and after, for what has been fetched
 * in the meantime, which would be stale one day. Not at all after reset, when
 * they may hold anything.
 *
 * Entered in:	any mode.
 * Clobbers:	r3, r5, r6, r8..r12.
 */
clean_dcaches:
	dsb
	mov	r8, #0			@ the level, times 2
1:	mrc	CLIDR(r5)
	ubfx	r6, r5, #CLIDR_LOC_SHIFT, #3
	cmp	r8, r6, lsl #1
	bhs	5f
	add	r6, r8, r8, lsr #1
	lsr	r5, r5, r6
	tst	r5, #CLIDR_DATA
	beq	4f
	for_each_line DCCISW(r6)
	dsb				@ Cortex-A7 erratum 814220: a level at a time
4:	add	r8, r8, #2
	b	1b
5:	dsb
	isb
	bx	lr

/*
 * Drop what the L1 data cache holds, without writing it back.
 *
 * Entered in:	Secure state, data cache off.
 * Clobbers:	r3, r5, r6, r8..r12.
 */
invalidate_l1_dcache:
	mov	r8, #0
	for_each_line DCISW(r6)
	dsb
	bx	lr

/*
 * Move to where we were linked for: the boot CPU copies, the others wait for it.
 * They cannot know by a value in memory that it has: that can be left over from
 * another boot. So each says hello first, and the boot CPU answers, in
 * gather_cpus(), once it is there itself.
 *
 * Entered in:	any of the states above.
 * Expects:	r4 = ENTERED_..., r5 = where we are, r6 = home; r0..r2 are kept.
 * Leaves to:	home's first byte.
 */
move:
	mrc	MPIDR(r3)
	bic	r3, r3, #~MPIDR_AFFINITY
	load_address r7, BOARD_BOOT_CPU
	cmp	r3, r7
	bne	wait_for_move

	mov	r8, r5
	load_address r9, image_size
#if BOARD_SECURE_RAM
	/* Another link of the same lies behind us: see model.lds.S. */
	cmp	r4, #ENTERED_SECURE
	bne	1f
	load_address r8, secure_image_offset
	add	r8, r5, r8
	load_address r9, IMAGE_SIZE
1:
#endif
	/* |from - to| < size: the copy would overwrite itself. */
	subs	r3, r8, r6
	rsblo	r3, r3, #0
	cmp	r3, r9
	blo	too_close
	add	r9, r9, r6
	mov	r10, r6
2:	ldmia	r8!, {r3, r7, r11, r12}
	stmia	r10!, {r3, r7, r11, r12}
	cmp	r10, r9
	blo	2b
	str	r5, [r6, #loaded_at - start]
	b	go_home

wait_for_move:
	load_address r7, RENDEZVOUS_OFFSET
	add	r7, r6, r7
	load_address r3, RENDEZVOUS_HELLO
	str	r3, [r7]
3:	yield
	ldr	r3, [r7]
	cmp	r3, r6
	bne	3b

go_home:
	dsb
	mcr	ICIALLU(r3)
	mcr	BPIALL(r3)
	dsb
	isb
	mov	pc, r6

too_close:
	load_address r8, console_offset
	add	r8, r8, r5
	report_text "\r\nboot-wrapper: the image was loaded to "
	mov	r0, r5
	bl	report_hex
	report_text ", over a part of its home at "
	mov	r0, r6
	bl	report_hex
	report_text "; load it elsewhere\r\n"
	b	cpu_stop

	report_routines

/* HVBAR until hand-over: what our own code takes. */
	.balign	32
boot_hyp_vectors:
	b	unexpected_reset
	b	unexpected_undefined
	b	no_host
	b	unexpected_prefetch_abort
	b	unexpected_data_abort
	b	unexpected_trap
	b	unexpected_irq
	b	unexpected_fiq

/* A semihosting call that no host took; as svc in monitor.S. */
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
 * An exception in our own code has been reported: there will be no kernel, if
 * it was the boot CPU's. Where a host listens, it ends the run, with status 2.
 *
 * Entered in: any mode, before hand-over only.
 * Returns:    on other CPUs, and if no host listens; sp is kept.
 * Clobbers:   r0..r5, r12, lr, and the flags.
 */
boot_failed:
	mrc	MPIDR(r0)
	bic	r0, r0, #~MPIDR_AFFINITY
	load_address r1, BOARD_BOOT_CPU
	cmp	r0, r1
	bxne	lr
	load_address r0, on_unexpected	@ not again, should this fail, too
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

/*
 * bool readable(uint32_t address)
 *
 * Entered in: any mode, by the boot CPU before hand-over.
 * Returns:    whether a load of the word there is answered; r0 = 0 if it aborts.
 *             True, untried, in SVC mode without a VBAR.
 */
	.global	readable
	.type	readable, %function
readable:
	bic	r0, r0, #3
	mrs	r1, cpsr
	and	r1, r1, #PSR_MODE_MASK
	cmp	r1, #PSR_HYP
	beq	1f
	mrc	ID_PFR1(r1)
	tst	r1, #ID_PFR1_SECURITY
	moveq	r0, #1
	bxeq	lr
	mrc	VBAR(r2)
	load_address r3, try_vectors
	mcr	VBAR(r3)
	isb
	ldr	r1, [r0]
	dsb				@ an abort may come late,
	cpsie	a			@ and is let in
	isb
	mov	r0, #1
2:	cpsid	a
	mcr	VBAR(r2)
	isb
	bx	lr

1:	mrc	HVBAR(r2)
	load_address r3, try_hyp_vectors
	mcr	HVBAR(r3)
	isb
	ldr	r1, [r0]
	dsb
	cpsie	a
	isb
	mov	r0, #1
3:	cpsid	a
	mcr	HVBAR(r2)
	isb
	bx	lr

aborted:
	mov	r0, #0
	adr	lr, 2b
	movs	pc, lr

aborted_hyp:
	mov	r0, #0
	adr	r1, 3b
	msr	elr_hyp, r1
	eret

	.macro	vectors_but_data_abort table, handler
	b	\table + 0x00
	b	\table + 0x04
	b	\table + 0x08
	b	\table + 0x0c
	b	\handler
	b	\table + 0x14
	b	\table + 0x18
	b	\table + 0x1c
	.endm

	.balign	32
try_vectors:
	vectors_but_data_abort pl1_vectors, aborted
try_hyp_vectors:
	vectors_but_data_abort boot_hyp_vectors, aborted_hyp

	.section .boot_stack, "aw", %nobits
	.global	loader_registers, boot_stack_end
	.balign	8
	.space	BOOT_STACK_SIZE
loader_registers:
	.space	16
boot_stack_end:
