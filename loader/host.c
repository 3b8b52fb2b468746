/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Find payloads among the files of a semihosting host, by its command line:
 *
 *	--kernel FILE --dtb FILE --initrd FILE --mode hyp -- bootargs
 *
 * The public function is find_host(). Transient.
 */
#include <string.h>

#include "boot.h"
#include "monitor.h"
#include "loader/host.h"
#include "loader/options.h"
#include "semihosting.h"

#define PROGRESS_STEPS		32

/*
 * Bytes that are read by one call. A debugger takes milliseconds for a call; but
 * a host may copy through a buffer of this size (QEMU does), which should fit
 * into the host's caches.
 */
#define CHUNK			(4 << 20)

static void draw_progress(uint32_t done)
{
	char line[] = "\rboot-wrapper: [                                ]";

	memset(line + sizeof line - PROGRESS_STEPS - 2, '=', done);
	semihosting_print(done < PROGRESS_STEPS ? line :
			  "\r                                                   \r");
}

static void read_file(const struct image *image, uint32_t offset, uint32_t to,
		      uint32_t size)
{
	bool watched = size >= 1 << 22 && semihosting_has_terminal();
	uint32_t step = size / PROGRESS_STEPS, drawn = 0;
	uint32_t done = 0, rest = 0;

	if (!semihosting_seek(image->handle, offset))
		refuse("%s: cannot seek to %x; name a regular file",
		       image->from, offset);
	while (done < size && !rest) {
		uint32_t part = size - done < CHUNK ? size - done : CHUNK;

		rest = semihosting_read(image->handle, to + done, part);
		done += rest > part ? 0 : part - rest;
		for (; watched && done >= (drawn + 1) * step; drawn++)
			draw_progress(drawn + 1);
	}
	if (rest && watched)
		draw_progress(PROGRESS_STEPS);
	if (rest)
		refuse("%s: the host gave %u bytes of %u; name a regular file "
		       "that can be read, and do not change it meanwhile",
		       image->from, done, size);
}

static void add_file(struct image *image, const char *what, const char *option,
		     const char *name)
{
	uint32_t handle, size;

	if (image->size)
		refuse("%s %s: %s was given twice; leave one out", option, name,
		       option);
	handle = semihosting_open(name);
	if (handle == SEMIHOSTING_FAILED)
		refuse("%s %s: %s; name a file that can be read", option, name,
		       semihosting_error());
	size = semihosting_size(handle);
	if (size == SEMIHOSTING_FAILED)
		refuse("%s %s: its size is not known; name a regular file", option,
		       name);
	if (size == 0)
		refuse("%s %s: the file is empty; name the right one", option,
		       name);
	*image = (struct image){
		.what = what, .from = name, .size = size,
		.read = read_file, .handle = handle,
	};
}

/* "FILE" or "FILE,KIND" */
static void add_module(struct sources *sources, char *value)
{
	struct image *image = &sources->modules[sources->module_count];
	char *kind = strchr(value, ',');

	if (sources->module_count == MAX_MODULES)
		refuse("--module %s: %u modules are the most; leave one out", value,
		       MAX_MODULES);
	if (kind)
		*kind++ = '\0';
	add_file(image, "module", "--module", value);
	image->kind = kind;
	sources->module_count++;
}

/* Split off the line's next word, with NUL at its end; quotes keep spaces. NULL: none. */
static char *next_word(char **line)
{
	char *from = *line, *to, *word;
	bool quoted = false;

	while (*from == ' ')
		from++;
	if (!*from)
		return NULL;
	for (word = to = from; *from && (quoted || *from != ' '); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*line = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

static _Noreturn void help(void)
{
	semihosting_print(
"Options of boot-wrapper, in semihosting's command line:\n"
"  --kernel FILE    a zImage or ELF, or a uImage of one\n"
"  --dtb FILE       the board's devicetree; QEMU's -dtb does as well\n"
"  --initrd FILE    a ramdisk; --no-initrd: not even what the DTB names\n"
"  --xen FILE       Xen; the kernel is dom0's then, and so are its bootargs\n"
"  --xen-bootargs \"...\"; --module FILE[,KIND]: more, as /chosen/module@...\n"
#define OPTION(name, value, mode, set, clear, help) "  --" name " " value ": " help "\n"
#include "loader/options.def"
"  -- bootargs      the rest is the kernel's command line\n"
"Exit status: 0 after an orderly power-off, 1 if the boot was refused, 2 after\n"
"an exception in the wrapper.\n");
	semihosting_exit(0);
	cpu_stop();
}

/* QEMU's -append puts the image's name in front of the options; Fast Models do not. */
void find_host(struct sources *sources)
{
	char *line = scratch()->command_line, *word;

	if (!semihosting_command_line(line, COMMAND_LINE_SIZE)) {
		if (semihosting_line_too_long())
			refuse("the host's command line is too long; shorten it "
			       "to %u characters", COMMAND_LINE_SIZE - 1);
		return;
	}
	while (*line == ' ')
		line++;
	if (*line != '-')
		next_word(&line);

	while ((word = next_word(&line))) {
		struct { const char *option, *what; struct image *image; } files[] = {
			{ "--kernel", "kernel", &sources->kernel },
			{ "--dtb", "DTB", &sources->dtb },
			{ "--initrd", "initrd", &sources->initrd },
			{ "--xen", "Xen image", &sources->xen },
		};
		unsigned i = 0;
		char *value;

		if (!strcmp(word, "--")) {
			while (*line == ' ')
				line++;
			sources->bootargs = keep_bootargs(scratch()->bootargs,
							  line, strlen(line));
			return;
		}
		/* A command line without options for the wrapper is the kernel's. */
		if (word[0] != '-')
			return;
		if (!strcmp(word, "--help"))
			help();
		if (!strcmp(word, "--no-initrd")) {
			sources->no_initrd = true;
			continue;
		}
		value = next_word(&line);
		while (i < 4 && strcmp(word, files[i].option))
			i++;

		bool is_module = !strcmp(word, "--module");
		bool is_for_xen = !strcmp(word, "--xen-bootargs");

		if ((i < 4 || is_module || is_for_xen) &&
		    (!value || !strncmp(value, "--", 2)))
			refuse("%s: it needs a value; --help has them", word);
		if (is_module)
			add_module(sources, value);
		else if (is_for_xen)
			sources->xen_bootargs = keep_bootargs(
				scratch()->xen_bootargs, value, strlen(value));
		else if (i < 4)
			add_file(files[i].image, files[i].what, word, value);
		else if (strncmp(word, "--", 2))
			refuse("%s: no such option; --help lists them", word);
		else
			set_option(sources, word, &(struct option_text){
				word + 2, value, strlen(word + 2),
				value ? strlen(value) : 0 });
	}
}
