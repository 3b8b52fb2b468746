/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boundary Devices SABRE Lite (NXP i.MX 6Quad: Cortex-A9 x4, no Hyp mode), QEMU's
 * sabrelite. The secondary CPUs are held in reset until SRC releases them.
 *
 * IMX6DQRM: chapter 60 (SRC).
 */
#define BOARD_NAME		"SABRE Lite"
#define BOARD_COMPATIBLE	"fsl,imx6q"
#define BOARD_RAM_BASE		0x10000000

#define BOARD_UART		0x021e8000	/* UART2 */
#include "uart/imx.h"

#define IMX_SRC			0x020d8000
#define IMX_WDOG		0x020bc000
#include "imx-wdog.h"

#define BOARD_SCU		0x00a00000
#include "a9-scu.h"

#if BOARD_C

#define board_release board_release
static inline void board_release(uint32_t mpidr, uint32_t entry)
{
	uint32_t n = mpidr & 3;

	write32(IMX_SRC + 0x20 + 8 * n, entry);			/* GPR: the boot ROM's entry */
	/* SCR: take the core out of reset, and enable it. */
	write32(IMX_SRC, read32(IMX_SRC) | 1u << (21 + n) | 1u << (13 + n));
}

#endif
