/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 16550 UART with one register per 32-bit word, at BOARD_UART.
 * BOARD_UART_DIVISOR is its clock / (16 * 115200); without it the divisor stays
 * as it is.
 */

/* LSR.THRE is 1 while the transmit FIFO has room. */
#define BOARD_UART_DATA		(BOARD_UART + 0x00)
#define BOARD_UART_STATUS	(BOARD_UART + 0x14)
#define BOARD_UART_MASK		(1 << 5)
#define BOARD_UART_READY	(1 << 5)

#if BOARD_C
#define board_console_init board_console_init
static inline void board_console_init(void)
{
	write32(BOARD_UART + 0x04, 0);			/* IER: no interrupts */
#ifdef BOARD_UART_DIVISOR
	write32(BOARD_UART + 0x0c, 1 << 7);		/* LCR.DLAB */
	write32(BOARD_UART + 0x00, BOARD_UART_DIVISOR & 0xff);
	write32(BOARD_UART + 0x04, BOARD_UART_DIVISOR >> 8);
#endif
	write32(BOARD_UART + 0x0c, 3);			/* LCR: 8N1 */
	write32(BOARD_UART + 0x08, 7);			/* FCR: FIFOs on and empty */
}
#endif
