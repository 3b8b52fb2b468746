/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NAME OF THE BOARD (SoC: core x number of cores), and how to run it.
 *
 * The manuals that the numbers below come from, with their sections.
 *
 * Copy this file to boards/NAME.h. include/board.h explains each fact; delete
 * those that the board does not need, and this sentence.
 */
#define BOARD_NAME		"Name for the banner"
#define BOARD_COMPATIBLE	"vendor,soc"
#define BOARD_RAM_BASE		0x80000000

/*
 * The console, and the clock that drives it. For a UART of another kind define the four
 * words of include/board.h, and board_console_init() if it is off after reset.
 */
#define BOARD_UART		0x10009000
#define BOARD_UART_CLOCK	24000000
#include "uart/pl011.h"

/* The frequency of the system counter in Hz; Cortex-A5, A8 and A9 have none. */
#define BOARD_CNTFRQ		24000000
/* CNTControlBase, which the wrapper enables; 0 if the board has no such frame. */
#define BOARD_SYSTEM_COUNTER	0

#if BOARD_C

/* Whatever else Secure state must set up. */
#define board_init board_init
static inline void board_init(void)
{
}

/* Open DRAM and devices to Non-secure state: TZASC, TZPC, CSU. */
#define board_trustzone_init board_trustzone_init
static inline void board_trustzone_init(void)
{
}

/* Release a CPU that the board holds in reset; it must start at `entry`. */
#define board_release board_release
static inline void board_release(uint32_t mpidr, uint32_t entry)
{
	(void)mpidr;
	(void)entry;
}

#define board_system_reset board_system_reset
static inline void board_system_reset(void)
{
}

#define board_system_off board_system_off
static inline void board_system_off(void)
{
}

#endif
