/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARM Versatile Express with the Cortex-A15 daughterboard (V2P-CA15), QEMU's
 * vexpress-a15, and the VE models of ARM's FVP, which share its memory map.
 *
 * CoreTile Express A15x2: ARM DUI 0604.
 */
#define BOARD_NAME		"Versatile Express V2P-CA15"
#define BOARD_COMPATIBLE	"arm,vexpress"
#define BOARD_RAM_BASE		0x80000000

#define BOARD_SYSREGS		0x1c010000
#define BOARD_UART		0x1c090000
#include "v2m-p1.h"

/* The first bytes of 64 KiB of SRAM on the daughterboard. */
#define BOARD_PEN_RAM		0x2e000000

/* The system counter's control frame; it runs from a 24 MHz clock. */
#define BOARD_SYSTEM_COUNTER	0x2a430000
#define BOARD_CNTFRQ		24000000
