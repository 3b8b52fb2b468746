/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's virt machine with a 32-bit CPU (QEMU: docs/system/arm/virt.rst and
 * hw/arm/virt.c). No pen: CPUs are started by PSCI, ours or QEMU's own.
 */
#define BOARD_NAME		"QEMU virt"
#define BOARD_RAM_BASE		0x40000000
#define BOARD_WRAPPER		0x47e00000
#define BOARD_SECURE_RAM	0x0e000000
#define BOARD_BOOT_CPU		0x000

/* A PL011 (ARM DDI 0183): UARTFR.TXFF is 0 when there is room. */
#define BOARD_UART		0x09000000
#define BOARD_UART_DATA		(BOARD_UART + 0x00)
#define BOARD_UART_STATUS	(BOARD_UART + 0x18)
#define BOARD_UART_MASK		(1 << 5)
#define BOARD_UART_READY	0

#define BOARD_PEN		0
#define BOARD_PEN_RAM		0
#define BOARD_CNTFRQ		62500000
#define BOARD_FW_CFG		0x09020000

/* A PL061 (ARM DDI 0190) in Secure state: line 0 powers off, line 1 resets. */
#define BOARD_SECURE_GPIO	0x090b0000

/* QEMU resets devices and CPUs; and loads images anew that it was given. */
#define BOARD_RESET_KEEPS_RAM	1

#if defined(__arm__) && !defined(__ASSEMBLER__)

static inline void board_console_init(void)
{
	write32(BOARD_UART + 0x30, 1 << 9 | 1 << 8 | 1 << 0);	/* UARTCR */
}

static inline void board_init(void)
{
}

static inline void board_clear_pen(void)
{
}

/* GPIODIR: outputs; GPIODATA, the address being the mask: a rising edge. */
static inline void virt_raise(uint32_t line)
{
	write32(BOARD_SECURE_GPIO + 0x400, line);
	write32(BOARD_SECURE_GPIO + (line << 2), 0);
	write32(BOARD_SECURE_GPIO + (line << 2), line);
}

static inline void board_system_off(void)
{
	virt_raise(1 << 0);
}

static inline void board_system_reset(void)
{
	virt_raise(1 << 1);
}

#endif
