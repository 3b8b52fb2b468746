/* SPDX-License-Identifier: BSD-2-Clause */
/* files.c: the files of the payload. */
#ifndef FILES_H
#define FILES_H

#include "prepare.h"

/* Read all of a file. */
void load(struct file *file);

/* Skip the header of a uImage, which must be of this type (UIMAGE_...). */
void unwrap(struct file *file, const char *what, uint32_t type);

/* Add a file to the placement. */
struct place_part *add_part(enum place_role role, const struct file *file, const char *what);

/* Read, check and add what the wrapper starts: the kernel; or Xen, and check dom0's kernel. */
void load_kernel(void);
void load_xen(void);

#endif
