/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NXP i.MX 7Dual SABRE (Cortex-A7 x2), QEMU's mcimx7d-sabre. QEMU before 10.0
 * does not model the reset controller, so its second CPU stays off.
 *
 * IMX7DRM: chapter 6.2 (SRC), 5.4 (system counter).
 */
#define BOARD_NAME		"i.MX 7Dual SABRE"
#define BOARD_COMPATIBLE	"fsl,imx7d"
#define BOARD_RAM_BASE		0x80000000

#define BOARD_UART		0x30860000
#include "uart/imx.h"

#define BOARD_CNTFRQ		8000000

#define IMX_SRC			0x30390000
#define IMX_WDOG		0x30280000
#define IMX_SNVS		0x30370000
#include "imx-wdog.h"

#if BOARD_C

#define board_release board_release
static inline void board_release(uint32_t mpidr, uint32_t entry)
{
	uint32_t n = mpidr & 3;

	write32(IMX_SRC + 0x74 + 8 * n, entry);			/* GPR: the boot ROM's entry */
	write32(IMX_SRC + 0x08, read32(IMX_SRC + 0x08) | 1u << n);	/* A7RCR1 */
}

#endif
