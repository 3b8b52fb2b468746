/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Versatile Express motherboard, V2M-P1 (ARM DUI 0447), for the headers of
 * its daughterboards, which say where they see BOARD_UART and BOARD_SYSREGS.
 */

/* UART0, a PL011 (ARM DDI 0183): UARTFR.TXFF is 0 when there is room. */
#define BOARD_UART_DATA		(BOARD_UART + 0x00)
#define BOARD_UART_STATUS	(BOARD_UART + 0x18)
#define BOARD_UART_MASK		(1 << 5)
#define BOARD_UART_READY	0

/* SYS_FLAGS; what is stored at SYS_FLAGSSET and SYS_FLAGSCLR changes it. */
#define BOARD_PEN		(BOARD_SYSREGS + 0x30)

/* SYS_CFG_REBOOT starts all of the board anew. */
#define BOARD_RESET_KEEPS_RAM	0

#if defined(__arm__) && !defined(__ASSEMBLER__)

static inline void board_console_init(void)
{
	/* 115200 baud from 24 MHz (divisor 13 1/64), 8N1, FIFOs, both ways. */
	write32(BOARD_UART + 0x30, 0);				/* UARTCR */
	write32(BOARD_UART + 0x24, 13);				/* UARTIBRD */
	write32(BOARD_UART + 0x28, 1);				/* UARTFBRD */
	write32(BOARD_UART + 0x2c, 3 << 5 | 1 << 4);		/* UARTLCR_H */
	write32(BOARD_UART + 0x30, 1 << 9 | 1 << 8 | 1 << 0);
}

/* Release the pen's CPUs only for what a kernel stores there. */
static inline void board_clear_pen(void)
{
	write32(BOARD_PEN + 4, 0xffffffff);			/* SYS_FLAGSCLR */
}

/*
 * SYS_CFGDATA and SYS_CFGCTRL: start a write of `function` to the motherboard.
 */
static inline void v2m_sys_cfg(uint32_t function)
{
	write32(BOARD_SYSREGS + 0xa0, 0);
	write32(BOARD_SYSREGS + 0xa4, 1u << 31 | 1 << 30 | function << 20);
}

static inline void board_system_off(void)
{
	v2m_sys_cfg(8);		/* SYS_CFG_SHUTDOWN */
}

static inline void board_system_reset(void)
{
	v2m_sys_cfg(9);		/* SYS_CFG_REBOOT */
}

#endif
