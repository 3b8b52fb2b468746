/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's virt machine with a 32-bit CPU (QEMU: docs/system/arm/virt.rst and
 * hw/arm/virt.c). No pen: CPUs are started by PSCI, ours or QEMU's own.
 */
#define BOARD_NAME		"QEMU virt"
#define BOARD_COMPATIBLE	"linux,dummy-virt"
#define BOARD_RAM_BASE		0x40000000
#define BOARD_SECURE_RAM	0x0e000000

#define BOARD_UART		0x09000000
#include "uart/pl011.h"

#define BOARD_CNTFRQ		62500000
#define BOARD_CNTFRQ_AT_RESET	CNTFRQ_ANY	/* -cpu ...,cntfrq= sets it */
#define BOARD_FW_CFG		0x09020000
#define BOARD_GIC_V3		1		/* gic-version=3 */

/* A PL061 (ARM DDI 0190) in Secure state: line 0 powers off, line 1 resets. */
#define BOARD_SECURE_GPIO	0x090b0000

/* QEMU resets devices and CPUs, and loads the images that it was given again. */
#define BOARD_RESET_KEEPS_RAM	1

#if BOARD_C

/* GPIODIR: outputs; GPIODATA, the address being the mask: a rising edge. */
static inline void virt_raise(uint32_t line)
{
	write32(BOARD_SECURE_GPIO + 0x400, line);
	write32(BOARD_SECURE_GPIO + (line << 2), 0);
	write32(BOARD_SECURE_GPIO + (line << 2), line);
}

#define board_system_off board_system_off
static inline void board_system_off(void)
{
	virt_raise(1 << 0);
}

#define board_system_reset board_system_reset
static inline void board_system_reset(void)
{
	virt_raise(1 << 1);
}

#endif
