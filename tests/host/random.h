/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that are random enough for a test, and the same in each run. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

/* From 0 to limit - 1. */
static inline uint32_t next(uint32_t limit)
{
	static uint32_t seed = 1;

	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % limit;
}

#endif
