/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARM Versatile Express with the Cortex-A9 daughterboard (V2P-CA9), QEMU's
 * vexpress-a9: no Hyp mode, no Generic Timer.
 *
 * CoreTile Express A9x4: ARM DUI 0448.
 */
#define BOARD_NAME		"Versatile Express V2P-CA9"
#define BOARD_COMPATIBLE	"arm,vexpress"
#define BOARD_RAM_BASE		0x60000000

#define BOARD_SYSREGS		0x10000000
#define BOARD_UART		0x10009000
#include "v2m-p1.h"

#define BOARD_SCU		0x1e000000
#include "a9-scu.h"
