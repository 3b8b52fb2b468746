/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ABI between boot-wrapper-armv7 and the kernel that it starts.
 *
 * A kernel may include this file, from C or from assembly. It defines numbers
 * and one macro, and includes nothing. docs/contract.md is the prose.
 */
#ifndef BOOT_WRAPPER_H
#define BOOT_WRAPPER_H

/*
 * Registers at the kernel's first instruction, on the boot CPU:
 *
 *   r0  0
 *   r1  BW_MACHINE_DT
 *   r2  physical address of the DTB, 8-byte aligned
 *   r3  the boot-mode word
 *
 * A CPU started later by PSCI CPU_ON has its context_id in r0 and the same
 * boot-mode word in r3; one that comes out of the pen has 0 in r0.
 */
#define BW_MACHINE_DT		0xffffffff

/*
 * The boot-mode word: bits 31..16 BW_BOOT_MODE_MAGIC, so that a kernel that
 * something else started can tell; bits 7..4 the mode entered; bits 1 and 0
 * what the kernel owns; all other bits are 0.
 */
#define BW_BOOT_MODE_MAGIC	0x424d0000	/* "BM" */
#define BW_BOOT_MODE_MAGIC_MASK	0xffff0000
#define BW_MODE_SHIFT		4
#define BW_MODE_MASK		0xf0
#define BW_MODE_SECURE_MONITOR	1
#define BW_MODE_HYP		2		/* Non-secure Hyp */
#define BW_MODE_SVC		3		/* Non-secure Supervisor */
#define BW_MODE_SECURE_SVC	4
#define BW_OWNS_HYP		(1 << 1)
#define BW_OWNS_SECURE		(1 << 0)

/*
 * The modes that a kernel may be started in, as it says them itself in an ELF
 * note: owner "ARMBOOT", type BW_NOTE_TYPE, and one word, of which bit n is set
 * if mode n will do. In one line of C, outside any function, or of assembly:
 *
 *	BW_NOTE(BW_TAKES_HYP | BW_TAKES_SVC);
 *
 * A linker script of one's own must keep .note.ARMBOOT, in a PT_NOTE segment.
 * A kernel without this note is taken to say BW_TAKES_DEFAULT.
 */
#define BW_NOTE_TYPE		1
#define BW_TAKES_SECURE_MONITOR	(1 << BW_MODE_SECURE_MONITOR)
#define BW_TAKES_HYP		(1 << BW_MODE_HYP)
#define BW_TAKES_SVC		(1 << BW_MODE_SVC)
#define BW_TAKES_SECURE_SVC	(1 << BW_MODE_SECURE_SVC)
#define BW_TAKES_DEFAULT	(BW_TAKES_HYP | BW_TAKES_SVC)

#define BW_NOTE_LINES(modes) \
	.pushsection .note.ARMBOOT, "a", %note; \
	.balign 4; \
	.word 8, 4, BW_NOTE_TYPE; \
	.asciz "ARMBOOT"; \
	.word modes; \
	.popsection
#ifdef __ASSEMBLER__
#define BW_NOTE(modes)		BW_NOTE_LINES(modes)
#else
#define BW_NOTE_TEXT(...)	#__VA_ARGS__
#define BW_NOTE_QUOTE(...)	BW_NOTE_TEXT(__VA_ARGS__)
#define BW_NOTE(modes)		__asm__(BW_NOTE_QUOTE(BW_NOTE_LINES(modes)))
#endif

/*
 * The Hyp trampoline: HVC #0 with r0 = HVC_SET_VECTORS and r1 = the physical
 * address of a vector table, 32-byte aligned, sets HVBAR of the calling CPU
 * and returns 0 in r0. Any other HVC returns HVC_STUB_ERR and changes nothing.
 * The numbers are those of Linux (Documentation/virt/kvm/arm/hyp-abi.rst).
 */
#define HVC_SET_VECTORS		0
#define HVC_STUB_ERR		0xbadca11

/*
 * What SMC answers: PSCI (ARM DEN 0022) in its SMC32 form, by the SMC calling
 * convention (ARM DEN 0028): r0 the function, r1..r3 its arguments, the result
 * in r0, all other registers preserved, SMCCC_UNKNOWN for an unknown function.
 * With SMP_METHOD=pen or SMC=none there is no PSCI, and SMC is UNDEFINED in
 * Non-secure state, unless Secure state is granted or the CPU has no Hyp mode.
 * Where other firmware owns Secure state, it answers.
 */
#define SMCCC_UNKNOWN		0xffffffff

#define SMCCC_VERSION		0x80000000
#define SMCCC_ARCH_FEATURES	0x80000001
#define SMCCC_ARCH_WORKAROUND_1	0x80008000	/* CVE-2017-5715 */
#define SMCCC_ARCH_WORKAROUND_3	0x80003fff	/* CVE-2022-23960, too */

#define SMCCC_SUCCESS		0
#define SMCCC_NOT_SUPPORTED	(-1)
#define SMCCC_WORKAROUND_NOT_NEEDED 1	/* on the calling CPU */

/*
 * The Secure trampoline, the mirror image of the Hyp one, in the range of the
 * SMC calling convention for silicon partners: r0 = SMC_SET_VECTORS and r1 =
 * the physical address of a vector table, 32-byte aligned, sets MVBAR of the
 * calling CPU and returns 0; SMCCC_INVALID_PARAMETER if it is not aligned, and
 * SMCCC_UNKNOWN unless the kernel owns Secure state. Only r0 changes.
 */
#define SMC_SET_VECTORS		0x82000000
#define SMCCC_INVALID_PARAMETER	(-3)

#define PSCI_VERSION		0x84000000
#define PSCI_CPU_SUSPEND	0x84000001
#define PSCI_CPU_OFF		0x84000002
#define PSCI_CPU_ON		0x84000003
#define PSCI_AFFINITY_INFO	0x84000004
#define PSCI_MIGRATE		0x84000005	/* not here */
#define PSCI_MIGRATE_INFO_TYPE	0x84000006
#define PSCI_SYSTEM_OFF		0x84000008
#define PSCI_SYSTEM_RESET	0x84000009
#define PSCI_FEATURES		0x8400000a
#define PSCI_CPU_DEFAULT_SUSPEND 0x8400000c	/* this and the next: */
#define PSCI_SYSTEM_SUSPEND	0x8400000e	/* of other firmware only */
#define PSCI_SYSTEM_RESET2	0x84000012

#define PSCI_SUCCESS		0
#define PSCI_NOT_SUPPORTED	(-1)
#define PSCI_INVALID_PARAMETERS	(-2)
#define PSCI_DENIED		(-3)
#define PSCI_ALREADY_ON		(-4)
#define PSCI_ON_PENDING		(-5)
#define PSCI_INTERNAL_FAILURE	(-6)
#define PSCI_DISABLED		(-8)
#define PSCI_INVALID_ADDRESS	(-9)

/* AFFINITY_INFO's answers; PSCI_DISABLED for a CPU that has stopped for good. */
#define PSCI_AFFINITY_ON		0
#define PSCI_AFFINITY_OFF		1
#define PSCI_AFFINITY_ON_PENDING	2

/* CPU_SUSPEND's StateType in power_state, in its original and extended formats. */
#define PSCI_POWER_DOWN		(1 << 16)
#define PSCI_POWER_DOWN_EXTENDED (1 << 30)

/* SYSTEM_RESET2's one architectural type. */
#define PSCI_SYSTEM_WARM_RESET	0

/* MIGRATE_INFO_TYPE's answer: no Trusted OS that would have to be moved. */
#define PSCI_NO_MIGRATION	2

#endif
