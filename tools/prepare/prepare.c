/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The build's half of the boot: read kernel, DTB and initrd, check them, place them, and fix
 * up the DTB. The code that does this is shared with the wrapper, which would otherwise do
 * it during the boot.
 *
 * Runs on the host; `make` calls it. Writes the DTB that is linked into the image, and
 * layout.h, which payload.c and model.lds.S include. Invalid input is reported in one line
 * on stderr, and the exit status is 1; it is 2 for wrong usage.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "prepare.h"
#include "devicetree.h"
#include "files.h"
#include "output.h"
#include "lib/console.h"
#include "loader/formats.h"

#define OPTION_OF_TABLE	1		/* for getopt_long() */

struct options options = {
	.kernel = { .name = "KERNEL", .variable = "KERNEL_ADDR=" },
	.dtb = { .name = "DTB", .variable = "DTB_ADDR=" },
	.initrd = { .name = "INITRD", .variable = "INITRD_ADDR=" },
	.xen = { .name = "XEN", .variable = "XEN_ADDR=" },
	.mend = true,
};
struct kernel kernel;
struct plan plan;
bool planned;
struct place_map map;
struct placement placement = { .map = &map };

_Noreturn void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("boot-wrapper: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	exit(1);
}

/* refuse() for the shared code. Formats as the console does: see lib/console.h. */
void refuse(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("boot-wrapper: ", stderr);
	for (; *format; format++) {
		if (*format != '%')
			fputc(*format, stderr);
		else if (*++format == 's')
			fputs(va_arg(arguments, const char *), stderr);
		else
			fprintf(stderr, *format == 'x' ? "%08x" : "%u",
				va_arg(arguments, uint32_t));
	}
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

/* Set an option that the user has passed to make as a variable, NAME=VALUE. */
static void choose_option(const char *name, const char *value)
{
	const char *wrong = choose(&options.choice, &(struct option_text){
			name, value, strlen(name), strlen(value) });
	char variable[32] = "";

	for (unsigned i = 0; name[i] && i < sizeof variable - 1; i++)
		variable[i] = name[i] == '-' ? '_' : toupper(name[i]);
	if (wrong)
		fail("%s=%s: %s", variable, value, wrong);
}

static void choose_in_bootargs(void *context, const char *given, uint32_t size,
			       const struct option_text *option)
{
	const char *wrong = choose(&options.choice, option);

	(void)context;
	if (wrong)
		fail("%.*s: %s", (int)size, given, wrong);
}

/* Remove the wrapper's options from the bootargs, and set them. NULL stays NULL. */
void take_bootargs(const char **bootargs)
{
	char *copy;

	if (!*bootargs)
		return;
	copy = strdup(*bootargs);
	if (!copy)
		fail("no memory for the bootargs");
	take_options(copy, "bw.", choose_in_bootargs, NULL);
	*bootargs = copy;
}

uint32_t flags(void)
{
	return options.choice.flags;
}

const char *takes_why(void)
{
	return options.choice.mode ? "by MODE=" : options.dom0.path ? "it is Xen" :
	       kernel.modes ? "by its note" : "it has no note";
}

uint32_t takes(void)
{
	uint32_t modes = plan_takes(kernel.modes, options.choice.mode);
	char list[MODE_LIST_SIZE];

	if (!modes)
		fail("MODE=%s: %s takes %s only; ask for one of these",
		     mode_names[options.choice.mode], options.kernel.path,
		     list_modes(kernel.modes, list));
	return modes;
}

static void set_address(struct file *file, const char *text)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (*end || end == text || errno || value > UINT32_MAX)
		fail("%s%s: not a 32-bit address; set it like %s0x82000000", file->variable,
		     text, file->variable);
	file->at = (uint32_t)value;
	file->fixed = true;
}

/* From here on, `kernel` is the image that the wrapper starts. */
static void put_xen_first(void)
{
	options.dom0 = options.kernel;
	options.dom0_bootargs = options.bootargs;
	options.kernel = options.xen;
	options.bootargs = NULL;
}

static void check_bootargs(const char *text)
{
	if (strlen(text) >= BOOTARGS_SIZE)
		refuse("the bootargs have %u characters, and %u is the most; shorten them",
		       (uint32_t)strlen(text), BOOTARGS_SIZE - 1);
}

static void parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "kernel", required_argument, 0, 'k' },
		{ "kernel-format", required_argument, 0, 'f' },
		{ "dtb", required_argument, 0, 'd' },
		{ "initrd", required_argument, 0, 'i' },
		{ "bootargs", required_argument, 0, 'b' },
		{ "cpus", required_argument, 0, 'c' },
		{ "mend", required_argument, 0, 'm' },
		{ "kernel-addr", required_argument, 0, 'K' },
		{ "dtb-addr", required_argument, 0, 'D' },
		{ "initrd-addr", required_argument, 0, 'I' },
		{ "xen", required_argument, 0, 'x' },
		{ "xen-bootargs", required_argument, 0, 'B' },
		{ "xen-addr", required_argument, 0, 'X' },
		{ "memory", required_argument, 0, 'R' },
		{ "layout", required_argument, 0, 'l' },
		{ "output-dtb", required_argument, 0, 'o' },
		{ "output-kernel", required_argument, 0, 'O' },
		/* If several have the same name, getopt_long() takes the first. */
#define OPTION(name, value, mode, set, clear, help) \
		{ name, required_argument, 0, OPTION_OF_TABLE },
#include "loader/options.def"
		{ 0 },
	};
	int option, index;

	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		switch (option) {
		case OPTION_OF_TABLE:
			choose_option(known[index].name, optarg);
			break;
		case 'k':
			options.kernel.path = optarg;
			break;
		case 'f':
			options.raw = !strcmp(optarg, "raw");
			if (!options.raw && strcmp(optarg, "auto"))
				fail("KERNEL_FORMAT=%s: say auto (a zImage or "
				     "ELF) or raw", optarg);
			break;
		case 'd':
			options.dtb.path = optarg;
			break;
		case 'i':
			options.initrd.path = optarg;
			break;
		case 'b':
			options.bootargs = optarg;
			check_bootargs(optarg);
			break;
		case 'c':
			options.cpus = optarg[0] - '0';
			if (options.cpus < 1 ||
			    options.cpus > PLATFORM_MAX_CPUS || optarg[1])
				fail("SMP=%s: say 1 to %d", optarg,
				     PLATFORM_MAX_CPUS);
			break;
		case 'm':
			options.mend = !strcmp(optarg, "build");
			if (!options.mend && strcmp(optarg, "boot"))
				fail("DTB_MEND=%s: say build or boot", optarg);
			break;
		case 'K':
			set_address(&options.kernel, optarg);
			break;
		case 'D':
			set_address(&options.dtb, optarg);
			break;
		case 'I':
			set_address(&options.initrd, optarg);
			break;
		case 'x':
			options.xen.path = optarg;
			break;
		case 'B':
			options.xen_bootargs = optarg;
			check_bootargs(optarg);
			break;
		case 'X':
			set_address(&options.xen, optarg);
			break;
		case 'R':
			options.memory = *optarg ? optarg : NULL;
			break;
		case 'l':
			options.layout = optarg;
			break;
		case 'o':
			options.output_dtb = optarg;
			break;
		case 'O':
			options.output_kernel = optarg;
			break;
		default:
			exit(2);
		}
	}
	if (!options.kernel.path || !*options.kernel.path)
		fail("no kernel%s: say KERNEL=zImage",
		     options.xen.path ? " for dom0" : "");
	if (!options.dtb.path || !*options.dtb.path)
		fail("no DTB: say DTB=board.dtb, the kernel's for this board");
	take_bootargs(&options.bootargs);
	if (options.bootargs && strlen(options.bootargs) >= BOOTARGS_LINUX)
		fprintf(stderr, "boot-wrapper: " BOOTARGS_ARE_LONG "\n",
			(uint32_t)strlen(options.bootargs));

	bool smc_none = options.choice.flags & PAYLOAD_SMC_NONE;

	if (smc_none && options.choice.flags & PAYLOAD_GRANT_SECURE)
		fail("SMC=none GRANT=secure: SMC is how Secure state is "
		     "granted; leave one of them out");
	if (smc_none && !(options.choice.flags & PAYLOAD_PEN))
		fail("SMC=none SMP_METHOD=psci: PSCI is called by SMC; leave "
		     "SMP_METHOD= out");
	if (!options.layout || !options.output_dtb || !options.output_kernel)
		exit(2);
	if (options.xen.path)
		put_xen_first();
	else if (options.xen_bootargs || options.xen.fixed)
		fail("%s=: no Xen that it could be for; say XEN= too",
		     options.xen_bootargs ? "XEN_BOOTARGS" : "XEN_ADDR");
}

static void place_files(void)
{
	enum place_role role = options.dom0.path ? PLACE_MODULE : PLACE_INITRD;
	struct file *files[] = {
		&options.kernel, &options.dtb, &options.initrd, &options.dom0,
	};

	add_part(PLACE_DTB, &options.dtb, "DTB");
	add_part(role, &options.initrd, "initrd");
	add_part(role, &options.dom0, "kernel");
	place(&placement);
	for (unsigned i = 0; i < placement.count; i++)
		files[i]->at = placement.parts[i].at;
}

int main(int argc, char **argv)
{
	struct platform platform;
	void *fdt;

	parse(argc, argv);
	load_dtb();
	if (options.memory)
		set_memory();
	read_map();
	if (options.dom0.path)
		load_xen();
	else
		load_kernel();
	if (options.initrd.path) {
		load(&options.initrd);
		unwrap(&options.initrd, "initrd", UIMAGE_RAMDISK);
	}

	/*
	 * Make the DTB twice. The first one, for its size, has addresses with as many
	 * digits as possible, since names of nodes contain addresses. The second one has
	 * the addresses that this size leads to.
	 */
	options.initrd.at = options.initrd.fixed ? options.initrd.at : UINT32_MAX;
	options.dom0.at = options.dom0.fixed ? options.dom0.at : UINT32_MAX - 1;
	fdt = make_dtb(&platform);
	options.dtb.size = (fdt_totalsize(fdt) + dtb_slack() + 7) & ~(size_t)7;
	free(fdt);
	if (options.dtb.size > MIB)
		fail("DTB=%s: %zu bytes, but Linux maps no more than 1 MiB; "
		     "use a smaller one", options.dtb.path, options.dtb.size);
	place_files();
	fdt = make_dtb(&platform);
	write_image(options.output_dtb, fdt, options.dtb.size);
	if (kernel.is_elf)
		write_image(options.output_kernel, options.kernel.data,
			    options.kernel.size);
	write_layout(&platform);
	return 0;
}
