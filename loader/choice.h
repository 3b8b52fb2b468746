/* SPDX-License-Identifier: BSD-2-Clause */
/* choice.c: the options of options.def, and what the user has chosen. */
#ifndef LOADER_CHOICE_H
#define LOADER_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

struct choice {
	uint32_t mode;			/* BW_MODE_...; 0: none */
	uint32_t flags;			/* PAYLOAD_... */
	uint32_t made;			/* bit n: the table's n-th OPTION is set */
	char message[160];		/* for the result of choose() */
};

/* An option in a text, "name=value". Without a "=", `value` is NULL. */
struct option_text {
	const char *name, *value;
	uint32_t name_size, value_size;
};

bool is_word(const char *text, uint32_t size, const char *word);

/*
 * Apply an option. Returns NULL, or what is wrong, in words that follow
 * "bw.mode=x: ".
 */
const char *choose(struct choice *choice, const struct option_text *option);

/*
 * Call apply() for each option in a command line, and remove it from there. An option is a
 * word that begins with `prefix`, before a "--" and outside quotes. The spaces before it
 * are also removed; the rest of the line stays the same.
 */
void take_options(char *line, const char *prefix,
		  void (*apply)(void *context, const char *given, uint32_t size,
				const struct option_text *option), void *context);

#endif
