/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.c: payloads that a loader has put into memory. */
#ifndef LOADER_MEMORY_H
#define LOADER_MEMORY_H

#include "loader/image.h"

/* Each adds the images that it finds and that have not been found before. */
void find_appended(struct sources *sources);	/* behind the wrapper's image */
void find_table(struct sources *sources);	/* in the table at TABLE_ADDR */
void find_preloaded(struct sources *sources);	/* at the board's documented addresses */

/* The DTB that a loader passed in r2, or that lies where RAM starts; false: none. */
bool loader_dtb(uint32_t *at);

#endif
