/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data cache maintenance by set and way: clean_all_dcaches and
 * invalidate_l1_dcache for boot.S, clean_inner_dcaches() for secure.c. Resident.
 * Position-independent: boot.S calls it before the image has moved home, and calls it
 * unconditionally, since a conditional call of Thumb code takes a veneer, which is not.
 */
#include "arm.h"

	.syntax	unified
	.arch	armv7-a
	.thumb				@ as small as it can be
	.text

/*
 * Write back and invalidate every data and unified cache up to the Level of
 * Coherency, as a loader has left them: the image, the payload and the DTB.
 *
 * Entered in:	any mode, without a stack.
 * Clobbers:	r3, r5, r6, r8..r12, and the flags.
 */
FUNC clean_all_dcaches
	mrc	CLIDR(r3)
	ubfx	r3, r3, #CLIDR_LOC_SHIFT, #3
	lsl	r3, r3, #1
	/* Falls through. */

/*
 * Expects:	r3 = the number of levels, times 2; bit 0 set: invalidate without
 *		writing back.
 * Clobbers:	r5, r6, r8..r12, and the flags.
 */
by_set_and_way:
	dsb				@ the only order of set/way operations
	mov	r8, #0			@ the level, times 2
1:	bic	r6, r3, #1
	cmp	r8, r6
	bhs	7f
	mrc	CLIDR(r5)
	add	r6, r8, r8, lsr #1	@ 3 bits of CLIDR a level
	lsr	r5, r5, r6
	tst	r5, #CLIDR_DATA
	beq	6f
	mcr	CSSELR(r8)
	isb
	mrc	CCSIDR(r5)
	ubfx	r9, r5, #13, #15	@ sets - 1
	ubfx	r10, r5, #3, #10	@ ways - 1
	clz	r11, r10		@ 32 for a single way, number 0
	and	r5, r5, #7
	mov	r12, #16
	lsl	r12, r12, r5		@ bytes of a line: the step between sets
2:	lsl	r6, r10, r11
	orr	r6, r6, r8
	mov	r5, r9
3:	tst	r3, #1
	bne	4f
	mcr	DCCISW(r6)
	b	5f
4:	mcr	DCISW(r6)
5:	add	r6, r6, r12
	subs	r5, r5, #1
	bpl	3b
	subs	r10, r10, #1
	bpl	2b
6:	dsb				@ Cortex-A7 erratum 814220: between levels
	add	r8, r8, #2
	b	1b
7:	isb
	bx	lr
END clean_all_dcaches

/*
 * Invalidate the L1 data cache: what it holds after reset is neither to be written
 * back nor to be seen.
 *
 * Entered in:	any mode, with the data cache off, without a stack.
 * Clobbers:	r3, r5, r6, r8..r12, and the flags.
 */
FUNC invalidate_l1_dcache
	mov	r3, #1 * 2 | 1
	b	by_set_and_way
END invalidate_l1_dcache

/*
 * void clean_inner_dcaches(void)
 *
 * Write back and invalidate the levels up to the Level of Unification Inner Shareable.
 */
FUNC clean_inner_dcaches
	push	{r4-r6, r8-r11, lr}
	mrc	CLIDR(r3)
	ubfx	r3, r3, #CLIDR_LOUIS_SHIFT, #3
	lsl	r3, r3, #1
	bl	by_set_and_way
	pop	{r4-r6, r8-r11, pc}
END clean_inner_dcaches
