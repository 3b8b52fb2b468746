/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Orange Pi PC (Allwinner H3: Cortex-A7 x4), QEMU's orangepi-pc. The secondary
 * CPUs are held in reset until CPUCFG releases them.
 *
 * Allwinner H3 User Manual 1.2, sections 4.4 (CPUCFG) and 4.5 (timer, watchdog).
 */
#define BOARD_NAME		"Orange Pi PC"
#define BOARD_COMPATIBLE	"allwinner,sun8i-h3"
#define BOARD_RAM_BASE		0x40000000

#define BOARD_UART		0x01c28000
#define BOARD_UART_DIVISOR	13	/* 24 MHz */
#include "uart/ns16550.h"

#define BOARD_CNTFRQ		24000000

#define H3_CPUCFG		0x01f01c00
#define H3_WATCHDOG		0x01c20ca0

#if BOARD_C

#define board_release board_release
static inline void board_release(uint32_t mpidr, uint32_t entry)
{
	uint32_t reset = H3_CPUCFG + 0x40 + 0x40 * (mpidr & 3);

	write32(H3_CPUCFG + 0x1a4, entry);	/* PRIVATE0: read by the boot ROM */
	write32(reset, 0);
	write32(reset, 1 << 1 | 1 << 0);	/* release the core and its power-on reset */
}

#define board_system_reset board_system_reset
static inline void board_system_reset(void)
{
	write32(H3_WATCHDOG + 0x14, 1);			/* CFG: whole system */
	write32(H3_WATCHDOG + 0x18, 1);			/* MODE: enable, 0.5 s */
	write32(H3_WATCHDOG + 0x10, 0xa57 << 1 | 1);	/* CTRL: restart */
}

#endif
