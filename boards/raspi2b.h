/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raspberry Pi 2 Model B (BCM2836: Cortex-A7 x4, no GIC), QEMU's raspi2b.
 *
 * BCM2835 ARM Peripherals, at 0x3f000000 here, and the Quad-A7 core peripherals
 * (BCM2836, QA7 rev 3.4) at 0x40000000.
 */
#define BOARD_NAME		"Raspberry Pi 2"
#define BOARD_COMPATIBLE	"brcm,bcm2836"
#define BOARD_RAM_BASE		0x00000000
#define BOARD_BOOT_CPU		0xf00

/* The firmware's init_uart_clock= default. */
#define BOARD_UART		0x3f201000
#define BOARD_UART_CLOCK	48000000
#include "uart/pl011.h"

#define BOARD_CNTFRQ		19200000

/* Power management: RSTC, RSTS and WDOG take writes with this password. */
#define BCM_PM			0x3f100000
#define BCM_PM_PASSWORD		0x5a000000

#if BOARD_C

#define board_init board_init
static inline void board_init(void)
{
	/* The system counter counts every cycle of the 19.2 MHz crystal. */
	write32(0x40000000, 0);
	write32(0x40000008, 0x80000000);
}

#define board_system_reset board_system_reset
static inline void board_system_reset(void)
{
	write32(BCM_PM + 0x24, BCM_PM_PASSWORD | 10);		/* WDOG: 10 / 65536 s */
	write32(BCM_PM + 0x1c, BCM_PM_PASSWORD | 0x20);		/* RSTC: full reset */
}

/* Partition 63 tells the boot ROM to halt after the reset. */
#define board_system_off board_system_off
static inline void board_system_off(void)
{
	write32(BCM_PM + 0x20, BCM_PM_PASSWORD | 0x555);	/* RSTS */
	board_system_reset();
}

#endif
