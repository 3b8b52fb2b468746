/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.c: payloads that a loader has put into memory. */
#ifndef LOADER_MEMORY_H
#define LOADER_MEMORY_H

#include "boot.h"
#include "loader/image.h"

/* Each function adds the images that it finds, except those that have been found before. */
/* behind the wrapper's image, at the address to which that was loaded */
void find_appended(struct sources *sources, uint32_t loaded_at);
void find_table(struct sources *sources);	/* in the table at TABLE_ADDR */
void find_preloaded(struct sources *sources);	/* at the board's documented addresses */

/*
 * Find the DTB at the address that a loader passed in r2, or else at the start of RAM.
 * Returns false if there is none.
 */
bool loader_dtb(const struct entry *entry, uint32_t *at);

#endif
