/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers in bytes at any alignment, and as hexadecimal digits. */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <stdint.h>

static inline uint32_t le32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint32_t big32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static inline char hex_digit(uint32_t value)
{
	return "0123456789abcdef"[value & 0xf];
}

#endif
