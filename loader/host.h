/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOADER_HOST_H
#define LOADER_HOST_H

#include "loader/image.h"

/* host.c. Add the files and options that a semihosting host's command line names. */
void find_host(struct sources *sources);

#endif
