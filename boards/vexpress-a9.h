/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARM Versatile Express with the Cortex-A9 daughterboard (V2P-CA9), QEMU's
 * vexpress-a9: no Hyp mode, no Generic Timer.
 *
 * CoreTile Express A9x4: ARM DUI 0448.
 */
#define BOARD_NAME		"Versatile Express V2P-CA9"
#define BOARD_RAM_BASE		0x60000000
#define BOARD_WRAPPER		0x67e00000
#define BOARD_SECURE_RAM	0
#define BOARD_BOOT_CPU		0x000

#define BOARD_SYSREGS		0x10000000
#define BOARD_UART		0x10009000
#include "v2m-p1.h"

#define BOARD_PEN_RAM		0

#define BOARD_CNTFRQ		0
#define BOARD_FW_CFG		0

/* The Snoop Control Unit (Cortex-A9 MPCore TRM, 2.2). */
#define BOARD_SCU		0x1e000000

#if defined(__arm__) && !defined(__ASSEMBLER__)

static inline void board_init(void)
{
	/* All ways of all CPUs invalid, then on: no kernel with PSCI does it. */
	write32(BOARD_SCU + 0x0c, 0xffff);
	write32(BOARD_SCU + 0x00, 1 << 0);
	/* Non-secure access to it and to all private and global timers. */
	write32(BOARD_SCU + 0x54, 0xfff);
}

#endif
