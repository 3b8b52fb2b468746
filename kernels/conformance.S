/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header, entries, exception vectors and calls of our own kernels: what C
 * cannot express. Position-independent: nothing here has an absolute address.
 */
#include "boot_wrapper.h"
#include "conformance.h"
#include "registers.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension sec
	.arch_extension virt
	.fpu	neon
	.arm
	.section .head, "ax"

	/* register = address of a symbol in another section */
	.macro	address_of register, symbol
	ldr	\register, 8f
9:	add	\register, \register, pc
	b	7f
8:	.word	\symbol - (9b + 8)
7:
	.endm

/*
 * C calls these, perhaps from Thumb code: the linker must know that they are ARM code.
 */
	.irp	name, own_mpidr, become_hyp, run_in_svc, smc, hvc, hvc4, semihosting, wait_unmasked, \
		call_smc, call_hvc, call_hvc_1, call_hvc_256, call_hvc_32768, \
		read_nonsecure, write_banked, read_banked, add_vectors, vfp_features, \
		write_vfp, read_vfp, undefined_instruction, breakpoint, \
		read_unaligned, bench_hvc, bench_psci, bench_cpu_on
	.type	\name, %function
	.endr

/*
 * The zImage header; every loader knows it.
 */
	.global	start
start:
	b	boot_entry
	.space	0x24 - 4
	.word	0x016f2818		@ magic
	.word	0			@ start: position-independent
	.word	image_size		@ end
	.word	0x04030201		@ endianness
	.word	0x45454545		@ a table follows
	.word	table - start
table:
	.word	0			@ and is empty

/*
 * The first instruction of the boot CPU.
 *
 * Entered in: any mode of the contract, ARM state, MMU off.
 * Expects:    r0..r3, r4..r12 as the contract says; keeps all of them for C.
 */
boot_entry:
	mov	lr, #ENTRY_BOOT
	b	entry

/*
 * The first instruction of the others, in either state: the word is
 * "mov lr, #2" for ARM, and a branch over the next word for Thumb, whose
 * second half is never reached.
 *
 * Entered in: as above, but with bit 0 of the address set in Thumb state.
 */
	.global	secondary_entry
	.balign	4
secondary_entry:
	.word	0xe3a0e000 | ENTRY_ARM
	b	entry
	.thumb
	mov.w	lr, #ENTRY_THUMB
	bx	pc			@ to ARM state, 4 bytes on
	nop
	.arm

/*
 * Save r0..r12, CPSR and the thread ID registers as they were at the first
 * instruction, in this CPU's percpu, and go to C.
 *
 * Expects:  lr = ENTRY_..., at most 3; the caller has changed no other register.
 * Clobbers: everything. Sets TPIDRPRW to this CPU's percpu.
 */
entry:
	mov	sp, r0
	mrc	MPIDR(r0)
	bic	r0, r0, #~MPIDR_AFFINITY
	add	r0, r0, r0, lsr #6	@ percpu_of()
	and	r0, r0, #CPU_LIMIT - 1
	add	r0, r0, r0, lsl #2	@ PERCPU_SIZE is 5 << PERCPU_SHIFT
	orr	lr, lr, r0, lsl #PERCPU_SHIFT
	address_of r0, percpu
	add	r0, r0, lr		@ percpu is aligned: the low bits are ENTRY_...
	and	lr, lr, #3
	sub	r0, r0, lr
	str	sp, [r0]
	stmib	r0, {r1-r12}
	str	lr, [r0, #PERCPU_STATE]
	mrs	r1, cpsr
	str	r1, [r0, #PERCPU_CPSR]
	and	r1, r1, #PSR_MODE_MASK
	subs	r1, r1, #PSR_HYP
	movne	r1, #1
	eor	r1, r1, #1
	str	r1, [r0, #PERCPU_HYP]
	mrc	TPIDRURW(r1)
	str	r1, [r0, #PERCPU_TPIDR]
	mrc	TPIDRURO(r1)
	str	r1, [r0, #PERCPU_TPIDR + 4]
	mrc	TPIDRPRW(r1)
	str	r1, [r0, #PERCPU_TPIDR + 8]
	mov	r1, #0
	str	r1, [r0, #PERCPU_SP]
	mcr	TPIDRPRW(r0)
	add	sp, r0, #PERCPU_SIZE
	cmp	lr, #ENTRY_BOOT
	bne	1f
	bl	boot_main		@ BL, since C may be Thumb code
1:	bl	secondary_main

/*
 * Our Hyp vectors, twice, for "HVBAR has changed" to be seen. An HVC from Hyp
 * returns HVC_ARRIVED; what comes from PL1 ends run_in_svc(); the rest is an
 * error in the payload or in the wrapper.
 *
 * Entered in: Hyp mode. Expects TPIDRPRW = this CPU's percpu.
 */
	.macro	table_of name, prefix
	.global	\name
	.balign	32
\name:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	b	\prefix\()_\n
	.endr
	.endm

	.macro	handlers prefix, common, numbers:vararg
	.irp	n, \numbers
\prefix\()_\n:
	mov	r0, #\n
	b	\common
	.endr
	.endm

	/*
	 * An interrupt that a test waits for: note where the CPU was and which
	 * mode took it, and return with interrupts masked.
	 */
	.macro	interrupt_in_hyp offset
	push	{r0, r1}
	mrc	TPIDRPRW(r0)
	mrs	r1, elr_hyp
	str	r1, [r0, #\offset]
	mov	r1, #PSR_HYP
	str	r1, [r0, #PERCPU_TAKEN_IN]
	mrs	r0, spsr
	orr	r0, r0, #PSR_I | PSR_F
	msr	spsr_cxsf, r0
	pop	{r0, r1}
	eret
	.endm

	.macro	interrupt_in_pl1 offset
	sub	lr, lr, #4
	mov	sp, r0			@ banked, and no stack
	mrc	TPIDRPRW(r0)
	str	lr, [r0, #\offset]
	str	r1, [r0, #PERCPU_SCRATCH]
	mrs	r1, cpsr
	and	r1, r1, #PSR_MODE_MASK
	str	r1, [r0, #PERCPU_TAKEN_IN]
	ldr	r1, [r0, #PERCPU_SCRATCH]
	mrs	r0, spsr
	orr	r0, r0, #PSR_I | PSR_F
	msr	spsr_cxsf, r0
	mov	r0, sp
	movs	pc, lr
	.endm

	table_of hyp_vectors, hyp
	table_of other_hyp_vectors, hyp

	handlers hyp, hyp_fault, 0, 1, 3, 4
hyp_6:
	interrupt_in_hyp PERCPU_IRQ
hyp_7:
	interrupt_in_hyp PERCPU_FIQ
hyp_2:
	movw	r0, #HVC_ARRIVED
	eret

hyp_5:
	mrc	TPIDRPRW(r4)
	ldr	sp, [r4, #PERCPU_SP]
	mrc	HSR(r0)
	lsr	r1, r0, #HSR_EC_SHIFT
	cmp	r1, #HSR_EC_HVC
	beq	return_from_svc
	str	r0, [r4, #PERCPU_SYNDROME]
	mrs	r0, elr_hyp
	str	r0, [r4, #PERCPU_FAULT_PC]
	mov	r0, #FAULT_HYP | 5
	str	r0, [r4, #PERCPU_FAULT]
	b	return_from_svc

hyp_fault:
	orr	r0, r0, #FAULT_HYP
	mrs	r1, elr_hyp
	mrc	HSR(r2)
	mrc	TPIDRPRW(r4)
	add	sp, r4, #FAULT_STACK_END
	bl	unexpected_exception

/*
 * uint32_t become_hyp(void)
 *
 * Take Hyp mode over through the trampoline, and return in it: 0; or in SVC
 * mode, what the trampoline has answered, if that is not 0.
 *
 * Entered in: Non-secure SVC mode, on the main stack. Expects TPIDRPRW.
 */
	table_of taking_hyp_vectors, taking

	handlers taking, hyp_fault, 0, 1, 2, 3, 4, 6, 7
taking_5:
	mov	sp, r1
	adr	r1, hyp_vectors
	mcr	HVBAR(r1)
	isb
	mov	r0, #0
	pop	{r4-r12, pc}

	.global	become_hyp
become_hyp:
	push	{r4-r12, lr}
	mov	r0, #HVC_SET_VECTORS
	adr	r1, taking_hyp_vectors
	hvc	#0
	mov	r1, sp
	cmp	r0, #0
	popne	{r4-r12, pc}
	hvc	#0
	b	.			@ not reached

/*
 * Our Monitor vectors: SMC returns SCR as the Monitor reads it, with r0 = 1
 * after setting MVBAR to r1.
 *
 * Entered in: Monitor mode. Uses no stack: SP_mon is not ours.
 */
	table_of mon_vectors, mon

	handlers mon, mon_fault, 0, 1, 3, 4, 5, 6, 7
mon_2:
	cmp	r0, #1
	mcreq	MVBAR(r1)
	mrc	SCR(r0)
	movs	pc, lr
mon_fault:
	b	mon_fault

/*
 * Our PL1 vectors. Within run_in_svc() an exception ends that, and is for the
 * caller to judge; elsewhere it is an error.
 *
 * Entered in: the exception's own mode. Expects TPIDRPRW.
 */
	table_of pl1_vectors, pl1

	handlers pl1, pl1_fault, 0, 1, 3, 4, 5
pl1_2:					@ a semihosting call that no host took
	mvn	r0, #0
	movs	pc, lr
pl1_6:
	interrupt_in_pl1 PERCPU_IRQ
pl1_7:
	interrupt_in_pl1 PERCPU_FIQ

pl1_fault:
	cmp	r0, #3			@ prefetch abort
	mrcne	DFSR(r2)
	mrceq	IFSR(r2)
	orr	r0, r0, #FAULT_PL1
	mov	r1, lr
	mrc	TPIDRPRW(r4)
	str	r0, [r4, #PERCPU_FAULT]
	str	r1, [r4, #PERCPU_FAULT_PC]
	str	r2, [r4, #PERCPU_SYNDROME]
	ldr	r3, [r4, #PERCPU_CPSR]
	and	r3, r3, #PSR_MODE_MASK
	cmp	r3, #PSR_MON		@ entered there, we still are
	movne	r3, #PSR_SVC
	orr	r3, r3, #PSR_I | PSR_F
	msr	cpsr_c, r3
	ldr	r3, [r4, #PERCPU_SP]
	cmp	r3, #0
	beq	pl1_fatal
	ldr	r5, [r4, #PERCPU_HYP]
	cmp	r5, #0
	bne	return_to_hyp
	mov	sp, r3
	b	return_from_svc

pl1_fatal:
	add	sp, r4, #FAULT_STACK_END
	bl	unexpected_exception

/*
 * uint32_t run_in_svc(function, argument)
 *
 * Call function(argument) in SVC mode, on a stack of its own, and return 0, or
 * percpu.fault if it ended in an exception that we know of.
 *
 * Entered in: Hyp mode, with either our Hyp vectors or a trampoline in HVBAR
 *             (function() finds that, and our vectors are there afterwards);
 *             or SVC mode.
 * Clobbers:   what a C function may, SP_svc and SPSR_hyp.
 */
	.global	run_in_svc
run_in_svc:
	push	{r4-r12, lr}
	mrc	TPIDRPRW(r4)
	mov	r3, #0
	str	r3, [r4, #PERCPU_FAULT]
	str	sp, [r4, #PERCPU_SP]
	ldr	r3, [r4, #PERCPU_HYP]
	cmp	r3, #0
	beq	1f
	movw	r3, #PSR_AIF | PSR_SVC
	msr	spsr_cxsf, r3
	adr	r3, 2f
	msr	elr_hyp, r3
	eret

2:	add	sp, r4, #SVC_STACK_END
1:	mov	r3, r0
	mov	r0, r1
	blx	r3
	mrc	TPIDRPRW(r4)
	ldr	r0, [r4, #PERCPU_HYP]
	cmp	r0, #0
	beq	return_from_svc

	/* A trampoline sets our vectors, and those come back. */
return_to_hyp:
	mov	r0, #HVC_SET_VECTORS
	adr	r1, hyp_vectors
	hvc	#0
	hvc	#0
	mov	r2, r0
	mov	r0, #FAULT_STUCK
	adr	r1, return_to_hyp
	b	pl1_fatal

	/* In the mode of the caller, r4 = percpu, sp = percpu.sp. */
return_from_svc:
	mov	r0, #0
	str	r0, [r4, #PERCPU_SP]
	ldr	r0, [r4, #PERCPU_FAULT]
	pop	{r4-r12, pc}

/*
 * uint32_t own_mpidr(void)
 *
 * In ARM state, as in the wrapper: tests/test_conformance.py changes these two
 * instructions in an image, to see CPUs in clusters.
 */
	.global	own_mpidr
own_mpidr:
	mrc	MPIDR(r0)
	bic	r0, r0, #~MPIDR_AFFINITY
	bx	lr

/*
 * uint32_t smc(r0, r1, r2, r3), uint32_t hvc(r0, r1), uint32_t hvc4(r0, r1, r2, r3)
 *
 * Entered in: any mode but user. In Monitor mode SMC takes LR as its own.
 */
	.global	smc
smc:
	push	{r4, lr}
	smc	#0
	pop	{r4, pc}

	.global	hvc, hvc4
hvc4:
hvc:
	hvc	#0
	bx	lr

/*
 * uint32_t semihosting(operation, argument)
 *
 * Entered in: any mode but user, with our vectors in place: those answer when
 *             no host does, with ~0 (in Hyp mode with HVC_ARRIVED).
 */
	.global	semihosting
semihosting:
	push	{r4, r5, r6, lr}
	mrs	r4, spsr
	svc	#0x123456
	msr	spsr_cxsf, r4
	pop	{r4, r5, r6, pc}

/*
 * void wait_unmasked(uint32_t polls)
 *
 * Unmask IRQ and FIQ until one has been taken, for so many polls at most.
 *
 * Entered in: any mode but user, with our vectors in place. Expects TPIDRPRW.
 */
	.global	wait_unmasked
wait_unmasked:
	mrc	TPIDRPRW(r1)
	cpsie	if
1:	ldr	r2, [r1, #PERCPU_IRQ]
	ldr	r3, [r1, #PERCPU_FIQ]
	orrs	r2, r2, r3
	bne	2f
	subs	r0, r0, #1
	bne	1b
2:	cpsid	if
	bx	lr

/*
 * void call_...(struct regs *in, struct regs *out)
 *
 * Make the call with r0..r12, lr and the flags of *in, and leave in *out what
 * the registers were afterwards. sp and the rest of *in are set to what they
 * are: *in and *out differ in what the call has changed.
 *
 * Entered in: Hyp or SVC mode. Clobbers TPIDRURW, TPIDRURO.
 */
	.macro	call_with_regs instruction
	push	{r4-r12, lr}
	mcr	TPIDRURO(r1)
	str	sp, [r1, #REGS_SP]
	str	sp, [r0, #REGS_SP]
	ldr	r2, [r0, #REGS_CPSR]
	msr	cpsr_f, r2
	mrs	r2, cpsr
	str	r2, [r0, #REGS_CPSR]
	mrs	r2, spsr
	str	r2, [r0, #REGS_SPSR]
	ldr	lr, [r0, #REGS_LR]
	ldmia	r0, {r0-r12}
	\instruction
	mcr	TPIDRURW(r0)
	mrc	TPIDRURO(r0)
	stmia	r0, {r0-r12}
	str	lr, [r0, #REGS_LR]
	mrs	r1, cpsr
	str	r1, [r0, #REGS_CPSR]
	mrs	r1, spsr
	str	r1, [r0, #REGS_SPSR]
	mrc	TPIDRURW(r1)
	str	r1, [r0]
	ldr	r2, [r0, #REGS_SP]
	mov	r3, sp
	str	r3, [r0, #REGS_SP]
	mov	sp, r2
	pop	{r4-r12, pc}
	.endm

	.global	call_smc, call_hvc, call_hvc_1, call_hvc_256, call_hvc_32768
call_smc:
	call_with_regs "smc #0"
call_hvc:
	call_with_regs "hvc #0"
call_hvc_1:
	call_with_regs "hvc #1"
call_hvc_256:
	call_with_regs "hvc #256"
call_hvc_32768:
	call_with_regs "hvc #32768"

/*
 * void read_nonsecure(struct nonsecure *values)
 *
 * Entered in: Secure SVC or Monitor mode. Uses no stack meanwhile.
 */
	.global	read_nonsecure
read_nonsecure:
	mov	r12, lr			@ the same in both modes
	mrs	r3, cpsr
	cps	#PSR_MON
	mrc	SCR(r1)
	orr	r2, r1, #SCR_NS
	mcr	SCR(r2)
	isb
	mrc	HVBAR(r2)
	str	r2, [r0], #4
	mrc	HSCTLR(r2)
	str	r2, [r0], #4
	mrc	HCR(r2)
	str	r2, [r0], #4
	mrc	VMPIDR(r2)
	str	r2, [r0], #4
	mrc	SCTLR(r2)
	str	r2, [r0], #4
	mcr	SCR(r1)
	isb
	msr	cpsr_cxsf, r3
	bx	r12

/*
 * void write_banked(seed), void read_banked(values)
 *
 * The registers of the PL1 modes, and of the user mode, that Hyp mode can get
 * at without changing modes. What can be written to an SPSR differs between
 * CPUs: write, read, and then compare with what was read.
 *
 * Entered in: Hyp mode. Clobbers what the names say.
 */
	.macro	for_banked operation:vararg
	.irp	register, r8_fiq, r9_fiq, r10_fiq, r11_fiq, r12_fiq, \
		sp_fiq, lr_fiq, spsr_fiq, sp_irq, lr_irq, spsr_irq, \
		sp_svc, lr_svc, spsr_svc, sp_abt, lr_abt, spsr_abt, \
		sp_und, lr_und, spsr_und, sp_usr, elr_hyp
	\operation \register
	.endr
	.endm

	.macro	write_one register
	msr	\register, r0
	add	r0, r0, r1
	.endm

	.macro	read_one register
	mrs	r1, \register
	str	r1, [r0], #4
	.endm

	.global	write_banked
write_banked:
	movw	r1, #0x1110
	movt	r1, #0x1111
	for_banked write_one
	bx	lr

	.global	read_banked
read_banked:
	for_banked read_one
	mrs	r1, spsr
	str	r1, [r0], #4
	mrc	TPIDRURW(r1)
	str	r1, [r0], #4
	mrc	VBAR(r1)
	str	r1, [r0]
	bx	lr

/*
 * void add_vectors(uint32_t values[4])
 *
 * Let the Advanced SIMD unit double four words, in the upper registers, which
 * not every VFP has.
 *
 * Entered in: SVC mode, with CPACR giving access. Clobbers q14, q15; leaves
 *             FPEXC.EN = 0.
 */
	.global	add_vectors
add_vectors:
	mov	r1, #FPEXC_EN
	vmsr	fpexc, r1
	vld1.32	{d28, d29}, [r0]
	vadd.i32 q15, q14, q14
	vst1.32	{d30, d31}, [r0]
	mov	r1, #0
	vmsr	fpexc, r1
	bx	lr

/*
 * uint32_t vfp_features(void)
 *
 * Returns:    MVFR0 bits 3..0 (1: 16 double registers, 2: 32), and in bit 4
 *             whether there is Advanced SIMD on integers (MVFR1 bits 15..12).
 * Entered in: SVC mode, with CPACR giving access. Leaves FPEXC.EN = 0.
 */
	.global	vfp_features
vfp_features:
	mov	r1, #FPEXC_EN
	vmsr	fpexc, r1
	vmrs	r0, mvfr0
	and	r0, r0, #0xf
	vmrs	r1, mvfr1
	tst	r1, #0xf000
	orrne	r0, r0, #0x10
	mov	r1, #0
	vmsr	fpexc, r1
	bx	lr

/*
 * void write_vfp(values, count), void read_vfp(values, count)
 *
 * d0..d31, or d0..d15 if that is the count, and FPSCR, which C code here does
 * not touch.
 *
 * Entered in: SVC mode, with CPACR giving access. The first leaves FPEXC.EN = 1,
 *             which the second expects; that leaves it 0.
 */
	.global	write_vfp, read_vfp
write_vfp:
	mov	r2, #FPEXC_EN
	vmsr	fpexc, r2
	vldmia	r0!, {d0-d15}
	cmp	r1, #32
	bne	1f
	vldmia	r0, {d16-d31}
1:	add	r0, r0, #128
	ldr	r1, [r0]
	vmsr	fpscr, r1
	bx	lr

read_vfp:
	vstmia	r0!, {d0-d15}
	cmp	r1, #32
	bne	1f
	vstmia	r0, {d16-d31}
1:	add	r0, r0, #128
	vmrs	r1, fpscr
	str	r1, [r0]
	mov	r1, #0
	vmsr	fpexc, r1
	bx	lr

/*
 * void undefined_instruction(void), uint32_t read_unaligned(address)
 *
 * Entered in: any mode. The first ends in an exception; so does the second if
 *             the address is unaligned and that matters.
 */
	.global	undefined_instruction, breakpoint
undefined_instruction:
	.word	0xe7f000f0		@ udf #0
	bx	lr

breakpoint:
	bkpt	#0			@ a prefetch abort, by the debug event
	bx	lr

	.global	read_unaligned
read_unaligned:
	ldr	r0, [r0]
	bx	lr

/*
 * conformance=bench: what is counted lies between two labels.
 *
 * Entered in: Hyp mode for bench_hvc(vectors); Hyp or SVC mode for
 *             bench_psci() and bench_cpu_on(mpidr). bench_woken is where the
 *             CPU that was turned on comes in.
 */
	.global	bench_hvc, bench_hvc_begin, bench_hvc_end
bench_hvc:
	mov	r1, r0
	mov	r0, #HVC_SET_VECTORS
bench_hvc_begin:
	hvc	#0
bench_hvc_end:
	bx	lr

	.global	bench_psci, bench_psci_begin, bench_psci_end
bench_psci:
	movw	r0, #PSCI_VERSION & 0xffff
	movt	r0, #PSCI_VERSION >> 16
bench_psci_begin:
	smc	#0
bench_psci_end:
	bx	lr

	.global	bench_cpu_on, bench_cpu_on_begin, bench_cpu_on_end
bench_cpu_on:
	mov	r1, r0
	movw	r0, #PSCI_CPU_ON & 0xffff
	movt	r0, #PSCI_CPU_ON >> 16
	adr	r2, bench_woken
	mov	r3, #0
bench_cpu_on_begin:
	smc	#0
bench_cpu_on_end:
	bx	lr

	.global	bench_woken, bench_flag
bench_woken:
	mov	r0, #1
	str	r0, bench_flag
	dsb
1:	wfi
	b	1b
bench_flag:
	.word	0
