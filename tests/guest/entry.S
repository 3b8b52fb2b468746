/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What other firmware may do before the wrapper runs: from reset, on every CPU
 * at once, go to the state that the wrapper shall be entered in. Linked with
 * EXTRA_SOURCES=tests/guest/entry.S and BOOT_ENTRY= one of these:
 *
 *   enter_monitor	Secure Monitor mode
 *   enter_hyp		Non-secure Hyp mode
 *   enter_svc		Non-secure SVC mode, Hyp mode closed
 *   enter_svc_abort	the same, with an asynchronous abort pending
 *   enter_cached	Secure SVC mode, with the data cache on
 *
 * To Non-secure state goes what a kernel cannot do itself, as far as
 * vexpress-a15 has it, and no service: SMC is UNDEFINED.
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
	.section .text.entry, "ax"

#define ENTRY_GICD	0x2c001000
#define ENTRY_GICC	0x2c002000

#define HCR_AMO		(1 << 5)
#define HCR_VA		(1 << 8)

	.global	enter_monitor
enter_monitor:
	cps	#PSR_MON
	b	reset

	.global	enter_cached
enter_cached:
	mrc	SCTLR(r0)
	orr	r0, r0, #SCTLR_C
	mcr	SCTLR(r0)
	isb
	b	reset

	.global	enter_hyp
enter_hyp:
	mov	r9, #SCR_NS | SCR_FW | SCR_AW
	orr	r9, r9, #SCR_HCE | SCR_SCD
	movw	r10, #PSR_AIF | PSR_HYP
	mov	r11, #0
	b	enter_nonsecure

	.global	enter_svc_abort
enter_svc_abort:
	mov	r11, #HCR_AMO | HCR_VA	@ virtual, but an abort to Non-secure state
	b	1f

	.global	enter_svc
enter_svc:
	mov	r11, #0
1:
	mov	r9, #SCR_NS | SCR_FW | SCR_AW
	orr	r9, r9, #SCR_SCD
	movw	r10, #PSR_AIF | PSR_SVC

enter_nonsecure:
	/* That is how such firmware has made other CPUs come to our reset. */
	mrc	MPIDR(r0)
	tst	r0, #MPIDR_AFF0
	load_address r0, BOARD_PEN
	load_address r1, reset
	streq	r1, [r0]

	load_address r0, ENTRY_GICD
	ldr	r1, [r0, #GICD_TYPER]
	and	r1, r1, #0x1f
	add	r0, r0, #GICD_IGROUPR
	mvn	r2, #0
1:	str	r2, [r0, r1, lsl #2]
	subs	r1, r1, #1
	bpl	1b
	load_address r0, ENTRY_GICC
	mov	r2, #0xff
	str	r2, [r0, #GICC_PMR]
	load_address r0, NSACR_NS_SMP | NSACR_CP0_13
	mcr	NSACR(r0)

	cps	#PSR_MON
	mcr	SCR(r9)
	isb
	mrc	MIDR(r0)
	mcr	VPIDR(r0)
	mrc	MPIDR(r0)
	mcr	VMPIDR(r0)
	mov	r0, #CNTHCTL_PL1PCEN | CNTHCTL_PL1PCTEN
	mcr	CNTHCTL(r0)
	mrc	ID_PFR1(r0)
	tst	r0, #ID_PFR1_VIRT
	mcrne	HCR(r11)
	load_address r0, SCTLR_KERNEL
	mcr	SCTLR(r0)
	msr	spsr_cxsf, r10
	load_address lr, reset
	movs	pc, lr
