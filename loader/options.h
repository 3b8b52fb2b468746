/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c: the options of a user, wherever they were specified. */
#ifndef LOADER_OPTIONS_H
#define LOADER_OPTIONS_H

#include "loader/image.h"

/*
 * Set one option, given without the mark of its source ("--", "bw."): value is
 * NULL if there is none. False if there is no such option; a wrong value is
 * refused. `given` is the option as the user wrote it.
 */
bool set_option(struct sources *sources, const char *given, const char *name,
		uint32_t name_size, const char *value, uint32_t value_size);

/* Set all "name=value" words of a text whose names begin with this prefix. */
void set_options(struct sources *sources, const char *text, uint32_t size,
		 const char *prefix);

/* Copy a command line to one of scratch()'s buffers, or refuse one that is too long. */
const char *keep_bootargs(char *buffer, const char *text, uint32_t size);

#endif
