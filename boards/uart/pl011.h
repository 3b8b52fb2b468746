/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARM PL011 UART (ARM DDI 0183) at BOARD_UART. BOARD_UART_CLOCK is its clock in
 * Hz; without it the divisors stay as they are.
 */

/* UARTFR.TXFF is 0 while the transmit FIFO has room. */
#define BOARD_UART_DATA		(BOARD_UART + 0x00)
#define BOARD_UART_STATUS	(BOARD_UART + 0x18)
#define BOARD_UART_MASK		(1 << 5)
#define BOARD_UART_READY	0

#if BOARD_C
#define board_console_init board_console_init
static inline void board_console_init(void)
{
	write32(BOARD_UART + 0x30, 0);				/* UARTCR */
#ifdef BOARD_UART_CLOCK
	/* 115200 baud: clock / (16 * rate) in units of 1/64, 8N1, FIFOs on. */
	uint32_t divisor = (4u * BOARD_UART_CLOCK + 57600) / 115200;

	write32(BOARD_UART + 0x24, divisor >> 6);		/* UARTIBRD */
	write32(BOARD_UART + 0x28, divisor & 0x3f);		/* UARTFBRD */
	write32(BOARD_UART + 0x2c, 3 << 5 | 1 << 4);		/* UARTLCR_H */
#endif
	write32(BOARD_UART + 0x30, 1 << 9 | 1 << 8 | 1 << 0);	/* RXE, TXE, UARTEN */
}
#endif
