/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The payload, as tools/prepare has checked and placed it: struct payload of
 * boot.h, and the images themselves. layout.h is its output; for a wrapper
 * without a payload it is include/no_payload.h.
 */
#include LAYOUT_HEADER

	.section .payload, "aw"
	.balign	4
	.global	payload
payload:
	.word	KERNEL_ADDR, KERNEL_END, KERNEL_ENTRY
	.word	DTB_ADDR, DTB_END
	.word	INITRD_ADDR, INITRD_END
	.word	DOM0_ADDR, DOM0_END
	.word	RAM_END
	.word	PAYLOAD_FLAGS
	.word	TAKES, takes_why
	.word	PREPARED, RESERVED_END
	.word	BOOTARGS
	.word	CPU_COUNT, CPU_MPIDRS
	.word	GICD_ADDR, GICC_ADDR
	.word	TIMER_HZ
	.word	RAM_COUNT, RAM_BANKS
takes_why:
	.asciz	TAKES_WHY
bootargs:
	.asciz	BOOTARGS_TEXT

	/* Resident; here, so that the boot need not copy what the build knows. */
	.section .resident.data, "aw"
	.balign	4
	.global	ram_banks
ram_banks:
	.word	RAM_BANKS

	KERNEL_DATA
	DTB_DATA
	INITRD_DATA
	DOM0_DATA
