/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ABI between boot-wrapper-armv7 and the kernel that it starts.
 *
 * A kernel may include this file, from C or from assembly. It defines numbers
 * only and includes nothing. docs/contract.md is the prose.
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
 * boot-mode word in r3.
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
 * With SMP_METHOD=pen there is no PSCI, and SMC is UNDEFINED.
 */
#define SMCCC_UNKNOWN		0xffffffff

#define PSCI_VERSION		0x84000000
#define PSCI_CPU_SUSPEND	0x84000001
#define PSCI_CPU_OFF		0x84000002
#define PSCI_CPU_ON		0x84000003
#define PSCI_AFFINITY_INFO	0x84000004
#define PSCI_MIGRATE_INFO_TYPE	0x84000006
#define PSCI_SYSTEM_OFF		0x84000008
#define PSCI_SYSTEM_RESET	0x84000009
#define PSCI_FEATURES		0x8400000a

#define PSCI_SUCCESS		0
#define PSCI_NOT_SUPPORTED	(-1)
#define PSCI_INVALID_PARAMETERS	(-2)
#define PSCI_DENIED		(-3)
#define PSCI_ALREADY_ON		(-4)
#define PSCI_ON_PENDING		(-5)
#define PSCI_INVALID_ADDRESS	(-9)

/* AFFINITY_INFO's answers. */
#define PSCI_AFFINITY_ON		0
#define PSCI_AFFINITY_OFF		1
#define PSCI_AFFINITY_ON_PENDING	2

/* MIGRATE_INFO_TYPE's answer: no Trusted OS that would have to be moved. */
#define PSCI_NO_MIGRATION	2

#endif
