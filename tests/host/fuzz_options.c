/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: any command line, through take_options() and choose(). The first byte
 * chooses the prefix of the wrapper's options: none, as a semihosting host gives them, or
 * that of bootargs. The rest is the command line.
 */
#include <stdlib.h>
#include <string.h>

#include "loader/choice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void apply(void *context, const char *given, uint32_t size,
		  const struct option_text *option)
{
	struct choice *choice = context;
	const char *wrong;

	/* The option is a part of the word, which is a part of the line. */
	if (option->name < given || option->name + option->name_size > given + size ||
	    (option->value && option->value + option->value_size != given + size))
		abort();
	wrong = choose(choice, option);
	if (wrong && (wrong != choice->message ||
		      strnlen(wrong, sizeof choice->message) == sizeof choice->message))
		abort();
}

static void must_not_be_called(void *context, const char *given, uint32_t size,
			       const struct option_text *option)
{
	(void)context, (void)given, (void)size, (void)option;
	abort();
}

/* Whether `rest` is `line` without some of its characters. */
static int is_rest(const char *rest, const char *line)
{
	for (; *line && *rest; line++)
		rest += *rest == *line;
	return !*rest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;

	const char *prefix = data[0] & 1 ? "bw." : "";
	char *line = malloc(size), *was;
	struct choice *choice = calloc(1, sizeof *choice);

	memcpy(line, data + 1, size - 1);
	line[size - 1] = '\0';
	was = strdup(line);
	take_options(line, prefix, apply, choice);
	if (!is_rest(line, was))
		abort();
	/* Every option has been taken out. */
	take_options(line, prefix, must_not_be_called, NULL);
	free(line);
	free(was);
	free(choice);
	return 0;
}
