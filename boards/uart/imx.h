/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UART of NXP's i.MX6 and i.MX7 (IMX6DQRM chapter 64, IMX7DRM chapter 15.2) at
 * BOARD_UART. The boot ROM leaves its clock and baud rate set up.
 */

/* UTS.TXFULL is 0 while the transmit FIFO has room. */
#define BOARD_UART_DATA		(BOARD_UART + 0x40)
#define BOARD_UART_STATUS	(BOARD_UART + 0xb4)
#define BOARD_UART_MASK		(1 << 4)
#define BOARD_UART_READY	0

#if BOARD_C
#define board_console_init board_console_init
static inline void board_console_init(void)
{
	write32(BOARD_UART + 0x80, 1 << 0);	/* UCR1: UARTEN */
	/* UCR2: ignore RTS, 8 bits, transmit, receive, not in reset. */
	write32(BOARD_UART + 0x84, 1 << 14 | 1 << 5 | 1 << 2 | 1 << 1 | 1 << 0);
}
#endif
