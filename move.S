/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move_home, for boot.S: find out whether this CPU is the boot CPU, and get home, to
 * where the image was linked for. The boot CPU moves the image; all other CPUs wait
 * for it, wherever they are. Transient; position-independent.
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

/* What a CPU is that is not the boot CPU. */
#define CANDIDATE		1	/* it becomes the boot CPU if there is none */
#define SECONDARY		2

#define CONTESTS		(1 << 31)	/* beside a CPU's affinity */

/* How often to poll for the boot CPU: for 100 ms or more, for a second or so. */
#define CANDIDATE_PATIENCE	(1 << 20)
#define SECONDARY_PATIENCE	(1 << 22)

	/* Begin a line on the console, which has not been initialised yet. */
	.macro	report_early text
	load_address sp, boot_stack_end
	push	{r4-r10, lr}
	bl	console_init
	load_address r8, console_offset
	add	r8, r8, r5
	report_text "\r\nboot-wrapper: \text"
	.endm

/*
 * The boot CPU is the one that the board's header names, or else CPU 0 of cluster 0;
 * or any CPU that comes from a loader, which starts one alone: its MMU or caches are
 * on, or r0 and r2 are Linux's, with a DTB at r2. Without a name in the header, CPU 0
 * of another cluster is a candidate, for boards that start there.
 *
 * Entered in:	the state that boot.S has found. A load that aborts is skipped, with
 *		the register unchanged, unless this is SVC mode without a VBAR.
 * Expects:	r0..r2 as at entry, r4 = ENTERED_..., r5 = where the image was loaded,
 *		r6 = home, r7 = SCTLR or HSCTLR at entry.
 * Returns:	at home, r7 = 0 on the boot CPU, r8 = MPIDR affinity; r0..r2 and
 *		r4..r6 are kept on the boot CPU, r4..r6 on others.
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
	mrc	ID_PFR1(r3)
	tst	r3, #ID_PFR1_SECURITY
	bne	1f
	cmp	r4, #ENTERED_SVC	@ without a VBAR: r2 cannot be tried
	beq	wait
1:	load_constant r3, BOARD_RAM_BASE
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
	/* Behind this link of the wrapper lies the one for Secure RAM: model.lds.S. */
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
	mov	r11, r6
3:	ldr	r3, [r10], #4
	str	r3, [r11], #4
	cmp	r11, r9
	blo	3b

/* Instruction cache and branch predictor may hold what lay at home before. */
go_home:
	dsb
	mcr	ICIALLU(r3)
	mcr	BPIALL(r3)
	dsb
	isb
	sub	lr, lr, r5
	add	pc, lr, r6

/*
 * Wait for the boot CPU, which posts the address of home. If there is none, a candidate
 * takes its place, else one CPU says so: of those that find no other CPU's MPIDR
 * posted, the last one to post its own. RAM may hold an old one.
 */
wait:
	load_address r9, boot_cpu_offset
	add	r9, r9, r6
	mov	r3, #0
	str	r3, [r9, #BOOT_CPU_CONTEST]
	cmp	r7, #CANDIDATE
	moveq	r10, #CANDIDATE_PATIENCE
	movne	r10, #SECONDARY_PATIENCE
1:	yield
	ldr	r3, [r9, #BOOT_CPU_HERE]
	cmp	r3, r6
	beq	boot_cpu_is_here
	subs	r10, r10, #1
	bne	1b
	ldr	r3, [r9, #BOOT_CPU_CONTEST]
	cmp	r3, #0
	bne	1b			@ r10 = 0: poll for hours
	orr	r3, r8, #CONTESTS
	str	r3, [r9, #BOOT_CPU_CONTEST]
	mov	r11, #CANDIDATE_PATIENCE
2:	yield
	subs	r11, r11, #1
	bne	2b
	ldr	r3, [r9, #BOOT_CPU_CONTEST]
	bic	r3, r3, #CONTESTS
	cmp	r3, r8
	bne	1b
	cmp	r7, #CANDIDATE
	moveq	r7, #0
	beq	move
	report_early "no boot CPU has started, and CPU "
	ldr	r0, [sp, #16]		@ r8
	bl	report_hex
	report_text " waits for it; correct BOARD_BOOT_CPU in the board's header\r\n"
	pop	{r4-r10, lr}
	b	1b

/*
 * A word at home may be left over from another boot, and the image may not have been
 * moved completely. So a CPU that is not at home says hello, and goes there when the
 * boot CPU answers, in gather_cpus().
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
	b	cpu_stop
END move_home

	.data
	.balign	4
	.global	boot_cpu
boot_cpu:
	.word	MPIDR_NONE		@ the affinity of the boot CPU
	.word	0			@ BOOT_CPU_HERE: home, once it is there
	.word	0			@ BOOT_CPU_CONTEST
