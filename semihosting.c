/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semihosting (Arm's "Semihosting for AArch32 and AArch64"): a debugger, a
 * model or QEMU behind the CPU, which SVC 0x123456 in ARM state calls.
 *
 * Without one the call is an SVC exception, which monitor.S answers with -1.
 * It overwrites LR_svc and SPSR_svc, which nobody needs in Monitor mode.
 */
#include "boot.h"

#define SYS_EXIT_EXTENDED	0x20
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

static uint32_t semihosting(uint32_t operation, const void *argument)
{
	register uint32_t r0 asm("r0") = operation;
	register const void *r1 asm("r1") = argument;

	asm volatile("svc 0x123456" : "+r" (r0) : "r" (r1) : "lr", "memory");
	return r0;
}

void semihosting_exit(uint32_t status)
{
	uint32_t block[2] = { ADP_STOPPED_APPLICATION_EXIT, status };

	semihosting(SYS_EXIT_EXTENDED, block);
}
