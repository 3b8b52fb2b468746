/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ASPEED AST2600 (Cortex-A7 x2), QEMU's ast2600-evb; also for BMC boards with
 * this SoC and their console on UART5. The SoC cannot turn itself off.
 */
#define BOARD_NAME		"AST2600"
#define BOARD_COMPATIBLE	"aspeed,ast2600"
#define BOARD_RAM_BASE		0x80000000
#define BOARD_BOOT_CPU		0xf00

/* UART5; its 24 MHz clock is divided by 13 before it reaches the UART. */
#define BOARD_UART		0x1e784000
#define BOARD_UART_DIVISOR	1
#include "uart/ns16550.h"

/* HPLL; QEMU counts at this rate. */
#define BOARD_CNTFRQ		1125000000
#define BOARD_CNTFRQ_AT_RESET	1125000000	/* QEMU counts at it, whatever is written */

#define AST_WDT1		0x1e785000

#if BOARD_C

#define board_system_reset board_system_reset
static inline void board_system_reset(void)
{
	write32(AST_WDT1 + 0x04, 16);			/* reload, in microseconds */
	write32(AST_WDT1 + 0x08, 0x4755);		/* restart the counter */
	/* 1 MHz clock, full chip reset, enable. */
	write32(AST_WDT1 + 0x0c, 1 << 5 | 1 << 4 | 1 << 1 | 1 << 0);
}

#endif
