/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memmove() of lib/string.c against copies made byte by byte: every distance from the start
 * of a word, on both sides, and every size up to that of three loads of eight words. Linked with EXTRA_SOURCES=tests/guest/string.c BOOT_ENTRY=check_string.
 *
 * Entered as reset is, on one CPU. Ends with exit status 0, or with 1 for a wrong byte.
 */
#include <stdint.h>
#include <string.h>

#include "semihosting.h"

#define SIZE	160

static uint8_t given[SIZE] __attribute__((section(".data"), aligned(4))) = { 1 };
static uint8_t wanted[SIZE] __attribute__((section(".data"), aligned(4))) = { 1 };

static uint32_t compare(uint32_t from, uint32_t to, uint32_t size)
{
	uint32_t wrong = 0;

	for (uint32_t i = 0; i < SIZE; i++)
		given[i] = wanted[i] = (uint8_t)(i + 1);
	for (uint32_t i = 0; i < size; i++)
		((volatile uint8_t *)wanted)[to + i] = (uint8_t)(from + i + 1);
	memmove(given + to, given + from, size);
	for (uint32_t i = 0; i < SIZE; i++)
		wrong |= given[i] ^ wanted[i];
	return wrong;
}

static void check(void)
{
	for (uint32_t near = 0; near < 8; near++)
		for (uint32_t far = 0; far < 40; far++)
			for (uint32_t size = 0; size <= 100; size++)
				if (compare(near, far, size) || compare(far, near, size))
					semihosting_exit(1);
	semihosting_exit(0);
}

void check_string(void);

__attribute__((naked)) void check_string(void)
{
	asm volatile("ldr	sp, =boot_stack_end\n\t"
		     "b	%c0" : : "i" (check));
}
