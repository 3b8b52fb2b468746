/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The data that stays resident, except the words of hyp_stub.S and pen.S, which lie in the
 * Non-secure page. This file has no code.
 */
#include "board.h"
#include "resident.h"

/* Data that boot.c fills in before use has no initial content: no code clears memory. */
#define NOINIT	__attribute__((section(".noinit")))
#define DATA	__attribute__((section(".data")))

const struct console console = {
	BOARD_UART_DATA, BOARD_UART_STATUS, BOARD_UART_MASK, BOARD_UART_READY,
};

struct resident resident NOINIT;
struct cpu_area cpus[MAX_CPUS] NOINIT;
struct ram_bank ram_banks[PLATFORM_MAX_RAM] NOINIT;

struct bakery bakery DATA;
volatile uint32_t cpu_table_ready DATA;
volatile uint32_t unlisted_cpu = UNLISTED_NONE;
void (*volatile cpu_park)(void) NOINIT;
void (*volatile on_unexpected)(void) DATA;
