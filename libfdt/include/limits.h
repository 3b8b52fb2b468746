/* SPDX-License-Identifier: BSD-2-Clause */
/* What <libfdt.h> wants of a C library, where there is none. */
#ifndef LIMITS_H
#define LIMITS_H

#define INT_MAX		0x7fffffff
#define UINT_MAX	0xffffffffu

#endif
