/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NXP i.MX 6UltraLite EVK (Cortex-A7), QEMU's mcimx6ul-evk.
 */
#define BOARD_NAME		"i.MX 6UltraLite EVK"
#define BOARD_COMPATIBLE	"fsl,imx6ul"
#define BOARD_RAM_BASE		0x80000000

#define BOARD_UART		0x02020000
#include "uart/imx.h"

#define BOARD_CNTFRQ		8000000

#define IMX_WDOG		0x020bc000
#define IMX_SNVS		0x020cc000
#include "imx-wdog.h"
