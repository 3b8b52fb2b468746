/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semihosting (Arm's "Semihosting for AArch32 and AArch64"): a debugger, a
 * model or QEMU behind the CPU, which SVC 0x123456 in ARM state calls. It ends
 * the run with a status, and has files and a command line that name a payload:
 *
 *	--kernel FILE --dtb FILE --initrd FILE --mode hyp -- bootargs
 *
 * Without a host the call is an SVC exception, which monitor.S answers with -1.
 * It overwrites LR_svc and SPSR_svc, which nobody needs in Monitor mode.
 */
#include <string.h>

#include "boot.h"
#include "loader/sources.h"

#define SYS_OPEN		0x01
#define SYS_WRITE0		0x04
#define SYS_READ		0x06
#define SYS_ISTTY		0x09
#define SYS_SEEK		0x0a
#define SYS_FLEN		0x0c
#define SYS_ERRNO		0x13
#define SYS_GET_CMDLINE		0x15
#define SYS_EXIT_EXTENDED	0x20
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

#define OPEN_READ_BINARY	1
#define OPEN_WRITE		4
#define FAILED			0xffffffff

#define PROGRESS_STEPS		32

/*
 * Bytes of a call. A debugger takes milliseconds for each; but a host may go
 * through a buffer of that size (QEMU does), which had better be in its caches.
 */
#define CHUNK			(4 << 20)

static uint32_t semihosting(uint32_t operation, const void *argument)
{
	register uint32_t r0 asm("r0") = operation;
	register const void *r1 asm("r1") = argument;

	asm volatile("svc 0x123456" : "+r" (r0) : "r" (r1) : "lr", "memory");
	return r0;
}

void semihosting_exit(uint32_t status)
{
	uint32_t block[2] = { ADP_STOPPED_APPLICATION_EXIT, status };

	semihosting(SYS_EXIT_EXTENDED, block);
}

static uint32_t open_file(const char *name, uint32_t mode)
{
	uint32_t block[3] = { (uintptr_t)name, mode, strlen(name) };

	return semihosting(SYS_OPEN, block);
}

/* The host's numbers are those of its C library; these are the same in all. */
#define ENOENT			2
#define E2BIG			7
#define EACCES			13
#define EISDIR			21

static const char *host_error(void)
{
	switch (semihosting(SYS_ERRNO, NULL)) {
	case ENOENT:
		return "no such file";
	case EACCES:
		return "permission denied";
	case EISDIR:
		return "is a directory";
	}
	return "the host cannot read it";
}

static bool on_terminal(void)
{
	uint32_t console = open_file(":tt", OPEN_WRITE);

	return console != FAILED && semihosting(SYS_ISTTY, &console) == 1;
}

static void draw_progress(uint32_t done)
{
	char line[] = "\rboot-wrapper: [                                ]";

	memset(line + sizeof line - PROGRESS_STEPS - 2, '=', done);
	semihosting(SYS_WRITE0, done < PROGRESS_STEPS ? line :
		    "\r                                                   \r");
}

/* SYS_READ returns how many bytes it has not read. */
static void read_file(const struct image *image, uint32_t offset, uint32_t to,
		      uint32_t size)
{
	uint32_t seek[2] = { image->handle, offset };
	bool watched = size >= 1 << 22 && on_terminal();
	uint32_t step = size / PROGRESS_STEPS, drawn = 0;
	uint32_t done = 0, rest = 0;

	if (semihosting(SYS_SEEK, seek) == FAILED)
		refuse("%s: cannot seek to %x; name a regular file",
		       image->from, offset);
	while (done < size && !rest) {
		uint32_t part = size - done < CHUNK ? size - done : CHUNK;
		uint32_t block[3] = { image->handle, to + done, part };

		rest = semihosting(SYS_READ, block);
		done += rest > part ? 0 : part - rest;
		for (; watched && done >= (drawn + 1) * step; drawn++)
			draw_progress(drawn + 1);
	}
	if (rest && watched)
		draw_progress(PROGRESS_STEPS);
	if (rest)
		refuse("%s: the host gave %u bytes of %u; name a regular file "
		       "that can be read, and that nobody changes",
		       image->from, done, size);
}

static void add_file(struct image *image, const char *what, const char *option,
		     const char *name)
{
	uint32_t handle, size;

	if (image->size)
		refuse("%s %s: %s was given twice; leave one out", option, name,
		       option);
	handle = open_file(name, OPEN_READ_BINARY);
	if (handle == FAILED)
		refuse("%s %s: %s; name a file that can be read", option, name,
		       host_error());
	size = semihosting(SYS_FLEN, &handle);
	if (size == FAILED)
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

/* The next word of the line, ended by NUL; quotes keep spaces. NULL: no more. */
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
	semihosting(SYS_WRITE0,
"Options of boot-wrapper, in semihosting's command line:\n"
"  --kernel FILE    a zImage or ELF, or a uImage of one\n"
"  --dtb FILE       the board's devicetree; QEMU's -dtb does as well\n"
"  --initrd FILE    a ramdisk; --no-initrd: not even what the DTB names\n"
"  --xen FILE       Xen; the kernel is dom0's then, and so are its bootargs\n"
"  --xen-bootargs \"...\"; --module FILE[,KIND]: more, as /chosen/module@...\n"
"  --mode hyp       or svc, secure-svc, secure-monitor: start the kernel so\n"
"  --grant secure   the kernel owns Secure state, too\n"
"  --smc none       no SMC service; --smp-method pen: no PSCI\n"
"  --quiet 1        print errors only\n"
"  -- bootargs      the rest is the kernel's command line\n"
"Exit status: 0 after an orderly power-off, 1 if the boot was refused, 2 after\n"
"an exception in the wrapper.\n");
	semihosting_exit(0);
	cpu_stop();
}

/*
 * Whether a call that no host takes comes back: SVC mode without Security
 * Extensions has no VBAR, and so no table of ours. To end there it may be tried.
 */
static bool may_ask(void)
{
	uint32_t cpsr;

	asm volatile("mrs %0, cpsr" : "=r" (cpsr));
	return (cpsr & PSR_MODE_MASK) == PSR_HYP ||
	       read_cp15(ID_PFR1) & ID_PFR1_SECURITY;
}

/* QEMU's -append puts the image's name first; Fast Models put nothing there. */
void find_semihosting(struct sources *sources)
{
	char *line = scratch()->command_line, *word;
	uint32_t block[2] = { (uintptr_t)line, COMMAND_LINE_SIZE };

	line[0] = '\0';
	if (!may_ask())
		return;
	if (semihosting(SYS_GET_CMDLINE, block) != 0) {
		if (semihosting(SYS_ERRNO, NULL) == E2BIG)
			refuse("the host's command line is too long; shorten it "
			       "to %u characters", COMMAND_LINE_SIZE - 1);
		return;
	}
	line[COMMAND_LINE_SIZE - 1] = '\0';
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
		/* A command line without options of ours is the kernel's own. */
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
		else if (strncmp(word, "--", 2) ||
			 !set_option(sources, word, word + 2, strlen(word + 2),
				     value, value ? strlen(value) : 0))
			refuse("%s: no such option; --help lists them", word);
	}
}
