/* SPDX-License-Identifier: BSD-2-Clause */
/* <libfdt.h> includes it; only fdt_overlay.c, which is not linked, uses it. */
#ifndef STDLIB_H
#define STDLIB_H

unsigned long strtoul(const char *text, char **end, int base);

#endif
