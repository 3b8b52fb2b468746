/* SPDX-License-Identifier: BSD-2-Clause */
/* devicetree.c: the DTB. */
#ifndef DEVICETREE_H
#define DEVICETREE_H

#include <stddef.h>

#include "plan.h"

/* Read and check the DTB, and take the wrapper's options out of its bootargs. */
void load_dtb(void);

/* MEMORY=: replace all enabled memory nodes of the DTB. */
void set_memory(void);

/* Read RAM and reservations from the DTB into `map`. */
void read_map(void);

/* Bytes that fixing up the DTB may add, in the build and again during the boot. */
size_t dtb_slack(void);

/* Make the DTB with all changes of the build, and zeros behind it; read `platform` from it. */
void *make_dtb(struct platform *platform);

#endif
