/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of a user, from whatever source: set_option(), set_options(),
 * take_bootargs(), keep_bootargs(). options.def lists them. Transient.
 */
#include <stddef.h>
#include <string.h>

#include "boot.h"
#include "loader/options.h"

static bool set_address(const char *text, uint32_t size, uint32_t *value)
{
	uint32_t base = 10, i = 0;

	if (size > 2 && text[0] == '0' && text[1] == 'x') {
		base = 16;
		i = 2;
	}
	*value = 0;
	for (; i < size; i++) {
		char c = text[i] | 0x20;
		uint32_t digit = c >= 'a' ? (uint32_t)(c - 'a' + 10) :
					    (uint32_t)(text[i] - '0');

		uint64_t next = (uint64_t)*value * base + digit;

		if (digit >= base || next > UINT32_MAX)
			return false;
		*value = (uint32_t)next;
	}
	return size != 0;
}

/* "ADDRESS" or "ADDRESS,SIZE": an image in memory; the size may be its own. */
static bool set_image(struct image *image, const char *what, const char *value,
		      uint32_t size)
{
	const char *comma = memchr(value, ',', size);
	uint32_t length = comma ? (uint32_t)(comma - value) : size;
	uint32_t at, bytes = 0;

	if (!set_address(value, length, &at) || !at ||
	    (comma && !set_address(comma + 1, size - length - 1, &bytes)))
		return false;
	add_image(image, what, "the bootargs", at, bytes);
	return true;
}

void set_option(struct sources *sources, const char *given,
		const struct option_text *option)
{
	static const struct {
		const char *name, *what;
		uint16_t offset;
	} images[] = {
#define IMAGE(name, member, what) { name, what, offsetof(struct sources, member) },
#include "loader/options.def"
	};
	const char *wrong;

	for (unsigned i = 0; i < sizeof images / sizeof *images; i++) {
		if (!is_word(option->name, option->name_size, images[i].name))
			continue;
		if (!option->value ||
		    !set_image((struct image *)((char *)sources + images[i].offset),
			       images[i].what, option->value, option->value_size))
			refuse("%s: not an address; set it to ADDRESS or "
			       "ADDRESS,SIZE", given);
		return;
	}
	wrong = choose(&sources->choice, option);
	if (wrong)
		refuse("%s: %s", given, wrong);
}

static void apply(void *sources, const char *word, uint32_t size,
		  const struct option_text *option)
{
	char given[48];

	if (size >= sizeof given)
		size = sizeof given - 1;
	memcpy(given, word, size);
	given[size] = '\0';
	set_option(sources, given, option);
}

void set_options(struct sources *sources, const char *text, uint32_t size)
{
	char line[512];

	if (size >= sizeof line)
		refuse("the options have %u characters, and %u is the most; "
		       "shorten them", size, sizeof line - 1);
	memcpy(line, text, size);
	line[size] = '\0';
	take_options(line, "", apply, sources);
}

const char *keep_bootargs(char *buffer, const char *text, uint32_t size)
{
	if (size >= BOOTARGS_SIZE)
		refuse("the bootargs have %u characters, and %u is the most; "
		       "shorten them", size, BOOTARGS_SIZE - 1);
	memmove(buffer, text, size);
	buffer[size] = '\0';
	return buffer;
}

void take_bootargs(struct sources *sources)
{
	take_options(scratch()->bootargs, "bw.", apply, sources);
}
