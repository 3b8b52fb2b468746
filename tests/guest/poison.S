/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The poison build: runs before reset, in a test, and writes junk to every
 * register and all memory that hardware leaves UNKNOWN. QEMU resets them to 0,
 * so code that forgets a register works there. Linked with EXTRA_SOURCES=tests/guest/poison.S BOOT_ENTRY=poison.
 *
 * Entered as reset is: Secure SVC, every CPU at once. Leaves to reset.
 */
#include "arm.h"
#include "board.h"
#include "gic.h"
#include "resident.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension sec
	.arch_extension virt
	.arm
	.section .text.poison, "ax"

#define JUNK	0xdeadbeef

/* vexpress-a15's */
#define POISON_GICD	0x2c001000
#define POISON_GICC	0x2c002000

	/* Fill [r1..r2) with r0, in steps of 32 bytes; clobbers r3..r10. */
fill:
	mov	r3, r0
	mov	r4, r0
	mov	r5, r0
	mov	r6, r0
	mov	r7, r0
	mov	r8, r0
	mov	r9, r0
	mov	r10, r0
1:	cmp	r1, r2
	bxhs	lr
	stmia	r1!, {r3-r10}
	b	1b

	.macro	fill_range start, end
	load_address r1, \start
	load_address r2, \end
	bl	fill
	.endm

	/* From the end of an image, whose address the payload has, to the next. */
	.macro	fill_after field, end
	load_address r1, payload
	ldr	r1, [r1, #\field]
	add	r1, r1, #31
	bic	r1, r1, #31
	load_address r2, \end
	bl	fill
	.endm

	/* What is banked by Secure and Non-secure state. */
	.macro	poison_banked
	mcr	TTBCR(r0)
	mcr	TTBR0(r0)
	mcr	TTBR1(r0)
	mcr	DACR(r0)
	mcr	CONTEXTIDR(r0)
	mcr	TPIDRURW(r0)
	mcr	TPIDRURO(r0)
	mcr	TPIDRPRW(r0)
	.endm

	.global	poison
poison:
	load_address r0, JUNK
	mrc	MPIDR(r1)
	tst	r1, #MPIDR_AFF0
	bne	2f

	/* Memory outside the image: the boot CPU fills it. */
	load_address r1, BOARD_RAM_BASE
	load_address r2, payload
	ldr	r2, [r2]		@ the kernel
	bl	fill
	fill_after 4, start		@ after the kernel
	fill_range boot_stack_start, boot_stack_end
	fill_range resident_noinit_start, resident_end
	fill_after 16, BOARD_RAM_BASE + 0x08000000	@ after the DTB
	load_address r1, payload
	ldr	r1, [r1, #24]		@ after the initrd
	cmp	r1, #0
	moveq	r1, #BOARD_RAM_BASE
	addeq	r1, r1, #0x08000000
	add	r1, r1, #31
	bic	r1, r1, #31
	add	r2, r1, #16 << 20
	bl	fill
	load_address r1, poison_done
	str	r1, [r1]
	dsb
	sev
	b	poison_gic
2:	load_address r1, poison_done
3:	ldr	r2, [r1]
	cmp	r2, r1
	wfene
	bne	3b

	/* Interrupts: this CPU's own registers, and the CPU interface. */
poison_gic:
	load_address r2, POISON_GICD
	mov	r1, #0
	str	r1, [r2, #GICD_IGROUPR]
	load_address r2, POISON_GICC
	str	r1, [r2, #GICC_PMR]

	/* Secure copies. */
	mcr	VBAR(r0)
	mcr	MVBAR(r0)
	poison_banked
	mcr	DFSR(r0)
	mcr	DFAR(r0)
	mov	r1, #1
	mcr	CNTP_CTL(r1)
	mcr	CNTV_CTL(r1)
	mcr	CNTFRQ(r0)
	mcr	NSACR(r0)

	/* The Performance Monitors count, interrupt, and let PL0 in. */
	mcr	PMCR(r1)
	mcr	PMUSERENR(r1)
	mvn	r1, #0
	mcr	PMCNTENSET(r1)
	mcr	PMINTENSET(r1)

	/* Non-secure copies and Hyp registers. */
	cps	#PSR_MON
	mov	r1, #SCR_NS
	mcr	SCR(r1)
	isb
	mcr	SCTLR(r0)
	mcr	VBAR(r0)
	poison_banked
	mcr	CPACR(r0)
	mcr	CNTKCTL(r0)
	mov	r1, #1
	mcr	CNTP_CTL(r1)
	mcr	HVBAR(r0)
	mcr	HSCTLR(r0)
	mcr	HCR(r0)
	mcr	HSTR(r0)
	mcr	HCPTR(r0)
	mcr	HDCR(r0)
	mcr	HACR(r0)
	mcr	HTCR(r0)
	mcr	VTCR(r0)
	mcr	HMAIR0(r0)
	mcr	HMAIR1(r0)
	mcr	HTPIDR(r0)
	mcr	VPIDR(r0)
	mcr	VMPIDR(r0)
	mcrr	VTTBR(r0, r0)
	mcr	CNTHCTL(r0)
	mcrr	CNTVOFF(r0, r0)
	mcr	CNTHP_CTL(r1)
	msr	elr_hyp, r0
	msr	spsr_hyp, r0
	isb
	mov	r1, #0
	mcr	SCR(r1)
	isb
	mov	sp, r0
	msr	spsr_cxsf, r0

	/* The banked registers of the other modes, and back to SVC. */
	cps	#0x11
	mov	r8, r0
	mov	r9, r0
	mov	r10, r0
	mov	r11, r0
	mov	r12, r0
	mov	sp, r0
	mov	lr, r0
	msr	spsr_cxsf, r0
	.irp	mode, 0x12, 0x17, 0x1b, 0x13
	cps	#\mode
	mov	sp, r0
	mov	lr, r0
	msr	spsr_cxsf, r0
	.endr

	mov	r1, r0
	mov	r2, r0
	mov	r3, r0
	mov	r4, r0
	mov	r5, r0
	mov	r6, r0
	mov	r7, r0
	mov	r8, r0
	mov	r9, r0
	mov	r10, r0
	mov	r11, r0
	mov	r12, r0
	b	reset

	.section .data.poison, "aw"
	.balign	4
poison_done:
	.word	0
