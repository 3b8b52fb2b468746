/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move_home, for boot.S: decide whether this CPU is the boot CPU, and go on at home, the
 * address to which the image is linked. The boot CPU moves the image there; all other CPUs
 * wait for it, wherever they are. Transient; position-independent.
 */
#include "arm.h"
#include "board.h"
#include "memory_map.h"
#include "move.h"
#include "plan.h"
#include "lib/report.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .move, "ax"

#define DTB_MAGIC		0xedfe0dd0	/* 0xd00dfeed, big-endian */

#define CONTESTS		(1 << 31)	/* set beside a CPU's affinity */

/*
 * How often to poll for the boot CPU. A poll is an uncached access: 100 ns or more on
 * hardware, 10 ns in QEMU, where a busy host may also run a CPU late. So a candidate waits
 * for 0.8 s or more on hardware and 0.1 s in QEMU, and a secondary CPU eight times as long:
 * longer than a candidate takes.
 */
#define CANDIDATE_PATIENCE	(1 << 23)
#define SECONDARY_PATIENCE	(1 << 26)

	/* Initialise the console, and begin a line on it. The stack is that of the image as loaded. */
	.macro	report_early text
	load_address sp, boot_stack_end
	sub	sp, sp, r6
	add	sp, sp, r5
	push	{r4-r10, lr}
	bl	console_init
	load_address r8, console_offset
	add	r8, r8, r5
	report_text "\r\nboot-wrapper: \text"
	.endm

/*
 * The boot CPU is the one that the board's header names, or else CPU 0 of cluster 0. A CPU
 * that comes from a loader is also the boot CPU, since a loader starts one CPU alone. Such
 * a CPU has its MMU or caches on, or it has r0 and r2 as in Linux's boot protocol, with a
 * DTB at r2. If the header names no CPU, CPU 0 of another cluster is a candidate, for
 * boards that start there.
 *
 * Entered in:	the state in which boot.S found the CPU. A load or store that aborts is
 *		skipped, with the register unchanged.
 * Expects:	r0..r2 as at entry, r4 = ENTERED_..., r5 = where the image was loaded,
 *		r6 = home, r7 = SCTLR or HSCTLR at entry.
 * Returns:	at home, with r7 = 0 on the boot CPU only, and r8 = MPIDR affinity. Keeps
 *		r4..r6, and on the boot CPU also r0..r2.
 * Clobbers:	r3, r9..r11, and the flags.
 */
FUNC move_home
	mrc	MPIDR(r8)
	bic	r8, r8, #~MPIDR_AFFINITY
	tst	r7, #SCTLR_M | SCTLR_C
	mov	r7, #0
	bne	move
#ifdef BOARD_BOOT_CPU
	load_constant r3, BOARD_BOOT_CPU
	cmp	r8, r3
	beq	move
	mov	r7, #SECONDARY
#else
	cmp	r8, #0
	beq	move
	tst	r8, #MPIDR_AFF0
	moveq	r7, #CANDIDATE
	movne	r7, #SECONDARY
#endif
	load_constant r3, BOARD_RAM_BASE
	sub	r3, r2, r3
	cmp	r3, #LOWMEM_SIZE
	bhs	wait
	cmp	r0, #0
	tsteq	r2, #3
	bne	wait
	load_constant r9, DTB_MAGIC
	ldr	r3, [r2]
	cmp	r3, r9
	moveq	r7, #0
	bne	wait

/* This CPU is the boot CPU, unless it is late and a candidate has taken its place. */
move:
	cmp	r5, r6
	bne	1f
	load_address r9, boot_cpu
	ldr	r3, [r9, #BOOT_CPU_HERE]
	cmp	r3, r6
	moveq	r7, #SECONDARY
	bx	lr

1:	mov	r10, r5
	load_address r9, image_size
#if BOARD_SECURE_RAM
	/* The wrapper linked for Secure RAM follows this one: see model.lds.S. */
	cmp	r4, #ENTERED_SECURE
	bne	2f
	load_address r10, secure_image_offset
	add	r10, r5, r10
	load_constant r9, IMAGE_SIZE
2:
#endif
	subs	r3, r10, r6
	rsblo	r3, r3, #0
	cmp	r3, r9			@ |from - to| < size: the copy would
	blo	too_close		@ overwrite its own source
	add	r9, r9, r6
	mov	r11, #0
	str	r6, [r9, #-4]		@ without RAM these two do nothing, or abort
	dsb
	ldr	r11, [r9, #-4]
	cmp	r11, r6
	bne	no_ram
	mov	r11, r6
3:	ldr	r3, [r10], #4
	str	r3, [r11], #4
	cmp	r11, r9
	blo	3b

/* The instruction cache and branch predictor may hold what lay at home before. */
go_home:
	dsb
	mcr	ICIALLU(r3)
	mcr	BPIALL(r3)
	dsb
	isb
	sub	lr, lr, r5
	add	pc, lr, r6

/*
 * Wait for the boot CPU, which posts the address of home. If it does not, a candidate takes
 * its place. If there is no candidate either, one secondary CPU reports that. Of all CPUs of
 * a kind that find no other CPU's MPIDR posted, it is the last one to post its own, in the
 * word of its kind. The word is cleared first, since RAM may hold a stale MPIDR. So the CPU
 * that has reported posts its MPIDR again and again: a CPU that comes late clears it.
 */
wait:
	load_address r9, boot_cpu_offset + BOOT_CPU_HERE
	add	r9, r9, r6
	mov	r3, #0
	str	r3, [r9, r7, lsl #2]
	cmp	r7, #CANDIDATE
	moveq	r10, #CANDIDATE_PATIENCE
	movne	r10, #SECONDARY_PATIENCE
1:	yield
	ldr	r3, [r9]
	cmp	r3, r6
	beq	boot_cpu_is_here
	subs	r10, r10, #1
	bne	1b
	ldr	r3, [r9, r7, lsl #2]
	cmp	r3, #0
	bne	1b			@ r10 = 0, so poll for hours
	orr	r3, r8, #CONTESTS
	str	r3, [r9, r7, lsl #2]
	mov	r11, #CANDIDATE_PATIENCE
2:	yield
	subs	r11, r11, #1
	bne	2b
	ldr	r11, [r9, r7, lsl #2]
	orr	r3, r8, #CONTESTS
	cmp	r11, r3
	bne	1b
	cmp	r7, #CANDIDATE
	moveq	r7, #0
	beq	move
	report_early "no boot CPU has started, and CPU "
	ldr	r0, [sp, #16]		@ r8
	bl	report_hex
	report_text " waits for it; correct BOARD_BOOT_CPU in the board's header\r\n"
	pop	{r4-r10, lr}
3:	orr	r3, r8, #CONTESTS
	str	r3, [r9, r7, lsl #2]
	yield
	ldr	r3, [r9]
	cmp	r3, r6
	bne	3b

/*
 * A word at home could be stale from an earlier boot, and the image may not have been
 * moved completely. So a CPU that is not at home posts a request, and goes home when the
 * boot CPU has acknowledged it, in wait_for() in boot.c.
 */
boot_cpu_is_here:
	cmp	r5, r6
	bxeq	lr
	load_constant r9, RENDEZVOUS_OFFSET
	add	r9, r9, r6
	load_constant r3, RENDEZVOUS_HELLO
	str	r3, [r9]
3:	yield
	ldr	r3, [r9]
	cmp	r3, r6
	bne	3b
	b	go_home

too_close:
	report_early "the image was loaded to "
	mov	r0, r5
	bl	report_hex
	report_text ", over a part of its home at "
	mov	r0, r6
	bl	report_hex
	report_text "; load it elsewhere\r\n"
	b	refuse_early

no_ram:
	report_early "there is no RAM at ["
	mov	r0, r6
	bl	report_hex
	report_text ".."
	load_constant r0, DTB_DEFAULT_END - BOARD_WRAPPER - 1
	add	r0, r0, r6
	bl	report_hex
	report_text "], where the wrapper lies on this board; give the machine more memory, or build with WRAPPER_ADDR=\r\n"

/*
 * Let a semihosting host end the run. The image is not at home, but semihosting_exit() uses
 * registers and the stack alone, so it runs at any address. Without a host, the call is an
 * exception that leads to cpu_stop through probe_vectors.
 */
refuse_early:
	mov	r0, #1
	bl	semihosting_exit
	b	cpu_stop
END move_home

	.data
	.balign	4
	.global	boot_cpu
boot_cpu:
	.word	MPIDR_NONE		@ the affinity of the boot CPU
	.word	0			@ BOOT_CPU_HERE: home, once the boot CPU is there
	.word	0			@ CANDIDATE: the MPIDR of the one that contests
	.word	0			@ SECONDARY: the same
