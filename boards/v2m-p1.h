/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Versatile Express motherboard, V2M-P1 (ARM DUI 0447), for the headers of
 * its daughterboards, which say where they see BOARD_UART and BOARD_SYSREGS.
 */

/* UART0 is a PL011 that runs from 24 MHz. */
#define BOARD_UART_CLOCK	24000000
#include "uart/pl011.h"

/* SYS_FLAGS; what is stored at SYS_FLAGSSET and SYS_FLAGSCLR changes it. */
#define BOARD_PEN		(BOARD_SYSREGS + 0x30)

#if BOARD_C

/* CPUs leave the pen only for an address that a kernel stores. */
#define board_clear_pen board_clear_pen
static inline void board_clear_pen(void)
{
	write32(BOARD_PEN + 4, 0xffffffff);			/* SYS_FLAGSCLR */
}

/*
 * SYS_CFGDATA and SYS_CFGCTRL: start a write of `function` to the motherboard. Bit
 * 31 is 1 while a transaction, such as one of the kernel's, is under way.
 */
static inline void v2m_sys_cfg(uint32_t function)
{
	while (read32(BOARD_SYSREGS + 0xa4) >> 31)
		;
	write32(BOARD_SYSREGS + 0xa0, 0);
	write32(BOARD_SYSREGS + 0xa4, 1u << 31 | 1 << 30 | function << 20);
}

#define board_system_off board_system_off
static inline void board_system_off(void)
{
	v2m_sys_cfg(8);		/* SYS_CFG_SHUTDOWN */
}

#define board_system_reset board_system_reset
static inline void board_system_reset(void)
{
	v2m_sys_cfg(9);		/* SYS_CFG_REBOOT */
}

#endif
