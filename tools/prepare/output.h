/* SPDX-License-Identifier: BSD-2-Clause */
/* output.c: what the build links. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stddef.h>

#include "plan.h"

/* Write layout.h, for payload.c and model.lds.S. */
void write_layout(const struct platform *platform);

/* Write a file. */
void write_image(const char *path, const void *data, size_t size);

#endif
