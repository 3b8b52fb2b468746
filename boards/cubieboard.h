/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cubieboard (Allwinner A10: Cortex-A8, no Hyp mode, no GIC, no Generic Timer),
 * QEMU's cubieboard.
 */
#define BOARD_NAME		"Cubieboard"
#define BOARD_COMPATIBLE	"allwinner,sun4i-a10"
#define BOARD_RAM_BASE		0x40000000

#define BOARD_UART		0x01c28000
#define BOARD_UART_DIVISOR	13	/* 24 MHz */
#include "uart/ns16550.h"

#define A10_WATCHDOG		0x01c20c90

#if BOARD_C

#define board_system_reset board_system_reset
static inline void board_system_reset(void)
{
	write32(A10_WATCHDOG + 0x04, 1 << 1 | 1 << 0);	/* MODE: reset, enable, 0.5 s */
	write32(A10_WATCHDOG + 0x00, 0xa57 << 1 | 1);	/* CTRL: restart */
}

#endif
