/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of options.def: choose() applies one, take_options() finds them in a
 * command line. Compiled into the wrapper (transient) and into tools/prepare.
 */
#include <stddef.h>
#include <string.h>

#include "boot_wrapper.h"
#include "loader/choice.h"
#include "loader/payload.h"

static const struct {
	const char *name, *value;
	uint8_t mode, set, clear;
} table[] = {
#define OPTION(name, value, mode, set, clear, help) \
	{ name, value, mode, set, clear },
#include "loader/options.def"
};

#define TABLE_SIZE	(sizeof table / sizeof *table)

_Static_assert(TABLE_SIZE <= 32, "choice.made has a bit for each");

bool is_word(const char *text, uint32_t size, const char *word)
{
	return strlen(word) == size && !memcmp(text, word, size);
}

static char *append(char *end, const char *text)
{
	while (*text)
		*end++ = *text++;
	*end = '\0';
	return end;
}

const char *choose(struct choice *choice, const struct option_text *option)
{
	char *message = choice->message;
	const char *name = NULL, *last = "";
	unsigned found = TABLE_SIZE;
	uint32_t cleared = 0;
	char *end;

	for (unsigned i = 0; i < TABLE_SIZE; i++) {
		if (choice->made >> i & 1)
			cleared |= table[i].clear;
		if (!is_word(option->name, option->name_size, table[i].name))
			continue;
		name = table[i].name;
		if (option->value &&
		    is_word(option->value, option->value_size, table[i].value))
			found = i;
		else if (choice->made >> i & 1)
			last = table[i].value;
	}
	if (found < TABLE_SIZE && !*last) {
		choice->made |= 1u << found;
		choice->flags &= ~(uint32_t)table[found].clear;
		/* A flag that the user has cleared stays clear, in any order of options. */
		choice->flags |= table[found].set & ~cleared;
		if (table[found].mode)
			choice->mode = table[found].mode;
		return NULL;
	}
	if (found < TABLE_SIZE) {
		append(append(append(append(message, name), " is already set to "),
			      last), "; omit one of the two");
		return message;
	}
	end = append(message, !name ? "no such option; valid options" :
		     option->value ? "no such value; valid values" :
				     "it needs a value; valid values");
	for (unsigned i = 0; i < TABLE_SIZE; i++) {
		if (name ? strcmp(name, table[i].name) :
			   i && !strcmp(table[i - 1].name, table[i].name))
			continue;
		end = append(append(end, *last ? ", " : ": "),
			     name ? table[i].value : table[i].name);
		last = name ? table[i].value : table[i].name;
	}
#define IMAGE(image, member, what) \
	if (!name) \
		end = append(end, ", " image);
#include "loader/options.def"
	return message;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

void take_options(char *line, const char *prefix,
		  void (*apply)(void *context, const char *given, uint32_t size,
				const struct option_text *option), void *context)
{
	char *from = line, *to = line;
	uint32_t skip = strlen(prefix);
	bool is_for_kernel = true;

	while (*from) {
		bool quoted = false;
		char *word = from, *end;

		while (is_space(*word))
			word++;
		for (end = word; *end && (quoted || !is_space(*end)); end++)
			if (*end == '"')
				quoted = !quoted;
		/* Words behind a "--" are for the init program. */
		if (is_word(word, end - word, "--"))
			is_for_kernel = false;
		if (is_for_kernel && end - word > (int)skip &&
		    !memcmp(word, prefix, skip)) {
			struct option_text option = { .name = word + skip };
			char *equals = memchr(option.name, '=', end - option.name);

			option.name_size = (equals ? equals : end) - option.name;
			if (equals) {
				option.value = equals + 1;
				option.value_size = end - option.value;
			}
			apply(context, word, end - word, &option);
			while (to == line && is_space(*end))
				end++;
		} else {
			memmove(to, from, end - from);
			to += end - from;
		}
		from = end;
	}
	*to = '\0';
}
