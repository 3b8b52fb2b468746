/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts of the board that the build is for: see machine.h. */
#include "board.h"
#include "machine.h"
#include "memory_map.h"

const struct board_facts board = {
	.ours = true,
	.reset_keeps_ram = BOARD_RESET_KEEPS_RAM,
	.ram_base = BOARD_RAM_BASE,
	.secure_ram = BOARD_SECURE_RAM,
	.pen = BOARD_PEN,
	.cntfrq = BOARD_CNTFRQ,
	.transient_start = TRANSIENT_START,
	.resident_start = RESIDENT_START,
	.resident_nonsecure_end = RESIDENT_NONSECURE_END,
	.resident_end = RESIDENT_END,
	.uart = {
		BOARD_UART_DATA, BOARD_UART_STATUS, BOARD_UART_MASK,
		BOARD_UART_READY, false,
	},
};

void board_off(void)
{
	board_system_off();
}
