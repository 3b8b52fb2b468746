/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a user can say about a payload: to semihosting as "--mode hyp", in the
 * kernel's bootargs as "bw.mode=hyp", to tools/bw-pack as "mode=hyp". Transient.
 */
#include <string.h>

#include "boot.h"
#include "loader/options.h"

static bool is(const char *text, uint32_t size, const char *word)
{
	return strlen(word) == size && !memcmp(text, word, size);
}

static bool set_mode(struct sources *sources, const char *value, uint32_t size)
{
	for (uint32_t mode = 1; mode < MODE_COUNT; mode++)
		if (is(value, size, mode_names[mode])) {
			sources->mode = mode;
			return true;
		}
	return false;
}

/* Options that take one of two words: the first sets flags, the other clears. */
static const struct choice {
	const char *name, *sets, *clears;
	uint32_t flags;
} choices[] = {
	{ "grant", "secure", "none", PAYLOAD_GRANT_SECURE },
	{ "smc", "none", "psci", PAYLOAD_SMC_NONE | PAYLOAD_PEN },
	{ "smp-method", "pen", "psci", PAYLOAD_PEN },
	{ "quiet", "1", "0", PAYLOAD_QUIET },
};

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

bool set_option(struct sources *sources, const char *given, const char *name,
		uint32_t name_size, const char *value, uint32_t value_size)
{
	const char *words = NULL, *or_word = NULL;	/* what can be said */
	bool done;

	if (is(name, name_size, "mode")) {
		done = value && set_mode(sources, value, value_size);
		words = "hyp, svc, secure-svc";
		or_word = "secure-monitor";
	} else if (is(name, name_size, "kernel")) {
		done = value && set_image(&sources->kernel, "kernel", value,
					  value_size);
	} else if (is(name, name_size, "initrd")) {
		done = value && set_image(&sources->initrd, "initrd", value,
					  value_size);
	} else if (is(name, name_size, "xen")) {
		done = value && set_image(&sources->xen, "Xen image", value,
					  value_size);
	} else {
		const struct choice *c = choices;

		while (c < choices + sizeof choices / sizeof *choices &&
		       !is(name, name_size, c->name))
			c++;
		if (c == choices + sizeof choices / sizeof *choices)
			return false;
		words = c->sets;
		or_word = c->clears;
		done = value && (is(value, value_size, c->sets) ||
				 is(value, value_size, c->clears));
		if (done && is(value, value_size, c->sets))
			sources->flags |= c->flags;
		else if (done)
			sources->flags &= ~c->flags;
	}
	if (!done && words)
		refuse("%s: %s; say %s or %s", given,
		       value ? "no such value" : "it needs a value", words,
		       or_word);
	if (!done)
		refuse("%s: not an address; say ADDRESS or ADDRESS,SIZE", given);
	return true;
}

void set_options(struct sources *sources, const char *text, uint32_t size,
		 const char *prefix)
{
	const char *end = text + size;

	while (text < end) {
		const char *word = text, *equals, *name;

		while (text < end && *text != ' ')
			text++;
		uint32_t length = text - word, skip = strlen(prefix);

		while (text < end && *text == ' ')
			text++;
		if (length <= skip || memcmp(word, prefix, skip))
			continue;
		name = word + skip;
		length -= skip;
		equals = memchr(name, '=', length);

		uint32_t name_size = equals ? (uint32_t)(equals - name) : length;
		char given[32];
		uint32_t shown = length + skip < sizeof given ? length + skip :
				 sizeof given - 1;

		memcpy(given, word, shown);
		given[shown] = '\0';
		if (!set_option(sources, given, name, name_size,
				equals ? equals + 1 : NULL,
				equals ? length - name_size - 1 : 0))
			refuse("%s: no such option; there are mode, grant, smc, "
			       "smp-method, quiet, kernel, initrd and xen", given);
	}
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
