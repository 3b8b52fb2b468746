/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c: the options of a user, wherever they were specified. */
#ifndef LOADER_OPTIONS_H
#define LOADER_OPTIONS_H

#include "loader/choice.h"
#include "loader/image.h"

/* Set one option, or refuse it; `given` is how the user wrote it. */
void set_option(struct sources *sources, const char *given,
		const struct option_text *option);

/* Set all options of a text that names nothing else. */
void set_options(struct sources *sources, const char *text, uint32_t size);

/* Copy a command line to one of scratch()'s buffers, or refuse one that is too long. */
const char *keep_bootargs(char *buffer, const char *text, uint32_t size);

/* Set the options that begin with "bw." in scratch()->bootargs, and take them out. */
void take_bootargs(struct sources *sources);

#endif
