/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page before the image in armstub7.bin, for the Raspberry Pi 2's firmware, which loads
 * that file to address 0 and starts all CPUs there, in Secure SVC mode. At 0xf0 the
 * firmware looks for a magic number; if it is there, the firmware clears it and its version,
 * and stores the addresses of DTB and kernel behind them (raspberrypi/tools, armstubs).
 *
 * Entered in:	Secure SVC mode, at reset, on each CPU.
 * Leaves to:	start in boot.S, in the same state, with r2 = the DTB's address. On CPU 0,
 *		r0 = 0, as in Linux's boot protocol, so that the wrapper uses the DTB at r2.
 *		On the others r0 is not 0: with 0, each would be taken for the one CPU that
 *		a loader has started, and so for the boot CPU.
 */
#include "arm.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .armstub, "ax"

armstub:
	mrc	MPIDR(r0)
	and	r0, r0, #MPIDR_AFF0
	mvn	r1, #0
	ldr	r2, dtb
	b	armstub + 0x1000

	.org	armstub + 0xf0
	.word	0x5afe570b
	.word	0			@ version
dtb:	.word	0			@ the firmware stores the DTB's address here,
	.word	0			@ and here the kernel's: kernel_address=
	.org	armstub + 0x1000
