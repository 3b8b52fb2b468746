/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARM Versatile Express with the Cortex-A15 daughterboard (V2P-CA15), QEMU's
 * vexpress-a15, and the VE models of ARM's FVP, which share its memory map.
 *
 * V2M-P1 motherboard: ARM DUI 0447. CoreTile Express A15x2: ARM DUI 0604.
 */
#define BOARD_NAME		"Versatile Express V2P-CA15"
#define BOARD_RAM_BASE		0x80000000
#define BOARD_WRAPPER		0x87e00000
#define BOARD_BOOT_CPU		0x000

/* UART0, a PL011 (ARM DDI 0183): UARTFR.TXFF is 0 when there is room. */
#define BOARD_UART		0x1c090000
#define BOARD_UART_DATA		(BOARD_UART + 0x00)
#define BOARD_UART_STATUS	(BOARD_UART + 0x18)
#define BOARD_UART_MASK		(1 << 5)
#define BOARD_UART_READY	0

/* SYS_FLAGS; what is stored at SYS_FLAGSSET and SYS_FLAGSCLR changes it. */
#define BOARD_PEN		0x1c010030

/* The system counter's control frame; it runs from a 24 MHz clock. */
#define BOARD_SYSTEM_COUNTER	0x2a430000
#define BOARD_CNTFRQ		24000000

#if defined(__arm__) && !defined(__ASSEMBLER__)

static inline void board_init(void)
{
	/* 115200 baud from 24 MHz (divisor 13 1/64), 8N1, FIFOs, both ways. */
	write32(BOARD_UART + 0x30, 0);				/* UARTCR */
	write32(BOARD_UART + 0x24, 13);				/* UARTIBRD */
	write32(BOARD_UART + 0x28, 1);				/* UARTFBRD */
	write32(BOARD_UART + 0x2c, 3 << 5 | 1 << 4);		/* UARTLCR_H */
	write32(BOARD_UART + 0x30, 1 << 9 | 1 << 8 | 1 << 0);

	/* CNTCR.EN: without it the Generic Timers stand still. */
	write32(BOARD_SYSTEM_COUNTER, 1 << 0);

	/* Release the pen's CPUs only for what a kernel stores there. */
	write32(BOARD_PEN + 4, 0xffffffff);			/* SYS_FLAGSCLR */
}

/*
 * SYS_CFGDATA and SYS_CFGCTRL: start a write of `function` to the motherboard.
 */
static inline void board_sys_cfg(uint32_t function)
{
	write32(0x1c0100a0, 0);
	write32(0x1c0100a4, 1u << 31 | 1 << 30 | function << 20);
}

static inline void board_system_off(void)
{
	board_sys_cfg(8);	/* SYS_CFG_SHUTDOWN */
}

static inline void board_system_reset(void)
{
	board_sys_cfg(9);	/* SYS_CFG_REBOOT */
}

#endif
