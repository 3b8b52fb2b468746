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

#include "lib/console.h"
#include "loader/payload.h"
#include "boot_wrapper.h"
#include "loader/choice.h"
#include "loader/elf_note.h"
#include "loader/formats.h"
#include "loader/multiboot.h"
#include "loader/place.h"
#include "memory_map.h"
#include "plan.h"

#define DTB_SLACK	4096		/* what two fix-ups of a DTB may add */
#define MIB		(1024 * 1024)

struct file {
	const char *name;		/* the variable that specifies it */
	const char *variable;		/* the variable that sets its address */
	const char *path;
	const char *from;		/* "KERNEL=path": for messages */
	uint8_t *data;			/* the content, without what is skipped */
	size_t size;
	size_t skip;			/* bytes of a header in front of it */
	bool fixed;			/* `at` is set by the user */
	uint32_t at;
};

/* With Xen, `kernel` is Xen, which the wrapper starts, and `dom0` is KERNEL=. */
static struct options {
	struct file kernel, dtb, initrd, xen, dom0;
	const char *bootargs, *layout, *output_dtb, *output_kernel;
	const char *xen_bootargs, *dom0_bootargs, *memory;
	bool raw, mend;
	struct choice choice;
	uint32_t mode;			/* requested; 0: none */
	unsigned cpus;			/* 0: as in the DTB */
} options = {
	.kernel = { .name = "KERNEL", .variable = "KERNEL_ADDR=" },
	.dtb = { .name = "DTB", .variable = "DTB_ADDR=" },
	.initrd = { .name = "INITRD", .variable = "INITRD_ADDR=" },
	.xen = { .name = "XEN", .variable = "XEN_ADDR=" },
	.mend = true,
};

/* What the kernel's own format specifies. */
static struct {
	bool is_elf;
	uint32_t entry;			/* ELF: bit 0 for Thumb */
	uint32_t modes;			/* the modes in its note; 0: it has no note */
} kernel;

/*
 * The plan of a start from reset, if the build has fixed up the DTB for it. If the
 * boot turns out otherwise, the wrapper makes a plan and fixes up the DTB again.
 */
static struct plan plan;
static bool planned;

static struct place_map map;
static struct placement placement = { .map = &map };

static _Noreturn void fail(const char *format, ...)
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

static void load(struct file *file)
{
	const char *what = file->name;
	FILE *stream = fopen(file->path, "rb");
	size_t room = 0, got;

	if (!stream)
		fail("%s=%s: %s; name a file that can be read", what,
		     file->path, strerror(errno));
	do {
		room += 16 * MIB;
		file->data = realloc(file->data, room);
		if (!file->data)
			fail("%s=%s: no memory for it", what, file->path);
		got = fread(file->data + file->size, 1, room - file->size,
			    stream);
		file->size += got;
	} while (file->size == room);
	if (ferror(stream))
		fail("%s=%s: %s; name a regular file", what, file->path,
		     strerror(errno));
	fclose(stream);
	if (file->size == 0)
		fail("%s=%s: the file is empty; name the right one", what,
		     file->path);

	char *from = malloc(strlen(what) + strlen(file->path) + 2);

	if (!from)
		fail("no memory for a file name");
	sprintf(from, "%s=%s", what, file->path);
	file->from = from;
}

static enum format format_of(const struct file *file)
{
	uint8_t header[FORMAT_HEADER_SIZE] = { 0 };

	memcpy(header, file->data, file->size < sizeof header ? file->size :
							       sizeof header);
	return recognise(header);
}

/* Skip the header of a uImage. */
static void unwrap(struct file *file, const char *what, uint32_t type)
{
	const char *wrong;

	if (format_of(file) != FORMAT_UIMAGE)
		return;
	if (file->size < UIMAGE_HEADER_SIZE ||
	    uimage_size(file->data) > file->size - UIMAGE_HEADER_SIZE)
		refuse("the %s (%s) is a uImage cut short, %u bytes of %u; copy "
		       "the file again", what, file->from, (uint32_t)file->size,
		       uimage_size(file->data) + UIMAGE_HEADER_SIZE);
	wrong = uimage_check(file->data, file->size, type);
	if (wrong)
		refuse("the %s (%s) is %s", what, file->from, wrong);
	file->size = uimage_size(file->data);
	file->skip = UIMAGE_HEADER_SIZE;
	file->data += file->skip;
}

/* Add a file to the placement. */
static struct place_part *add_part(enum place_role role, const struct file *file,
				   const char *what)
{
	struct place_part *part = place_add(&placement, role, what, file->from, file->size);

	part->variable = file->variable;
	if (file->fixed) {
		part->fixed = true;
		part->at = file->at;
	}
	return part;
}

/* Copy a program header of an ELF file. File and host are both little-endian. */
static struct elf_segment segment(const struct elf_header *header, unsigned n)
{
	struct elf_segment result;

	memcpy(&result, options.kernel.data + header->phoff +
	       n * sizeof result, sizeof result);
	return result;
}

static _Noreturn void bad_elf(const char *why)
{
	fail("KERNEL=%s: %s; link it for this board's memory",
	     options.kernel.path, why);
}

/* Read a PT_NOTE segment, which must agree with those before it. */
static void load_notes(const struct elf_segment *s)
{
	const struct file *file = &options.kernel;
	const char *wrong;

	if (s->filesz == 0)
		return;
	if ((uint64_t)s->offset + s->filesz > file->size)
		wrong = "a note segment exceeds the file";
	else
		wrong = elf_note_modes(file->data + s->offset, s->filesz,
				       &kernel.modes);
	if (wrong)
		fail("KERNEL=%s: %s; correct its notes (BW_NOTE of "
		     "boot_wrapper.h makes one), or link it without them",
		     file->path, wrong);
}

/*
 * Lay out an ELF file as it will lie in memory: from the first byte of its first PT_LOAD to
 * the last byte of its last one, with zeros where the file has no content. So the wrapper
 * need not load it.
 */
static void load_elf(void)
{
	struct file *file = &options.kernel;
	struct elf_segment segments[ELF_MAX_SEGMENTS];
	struct elf_layout layout;
	struct elf_header header;
	uint32_t code, address;
	const char *wrong;

	if (file->size < sizeof header)
		bad_elf("truncated ELF header");
	memcpy(&header, file->data, sizeof header);
	wrong = elf_check_header(&header, file->size);
	if (wrong)
		bad_elf(wrong);
	for (unsigned n = 0; n < header.phnum; n++) {
		segments[n] = segment(&header, n);
		if (segments[n].type == ELF_NOTE)
			load_notes(&segments[n]);
	}
	code = elf_entry(&header, segments, &address);
	if (code && code <= file->size && file->size - code >= ELF_CODE_SIZE &&
	    elf_is_virtual(file->data + code, address, map.start))
		fail("KERNEL=%s: " ELF_IS_VIRTUAL, file->path);
	wrong = elf_check(&header, segments, file->size, map.start, map.end, &layout);
	if (wrong)
		bad_elf(wrong);
	kernel.is_elf = true;
	kernel.entry = layout.entry;
	if (file->fixed)
		fail("KERNEL_ADDR=: an ELF file says itself where it goes; omit it");

	uint8_t *image = calloc(1, layout.end - layout.start);

	if (!image)
		fail("no memory for the kernel");
	for (unsigned n = 0; n < header.phnum; n++)
		if (segments[n].type == ELF_LOAD && segments[n].filesz)
			memcpy(image + segments[n].paddr - layout.start,
			       file->data + segments[n].offset,
			       segments[n].filesz);
	file->data = image;
	file->size = layout.end - layout.start;
	file->at = layout.start;
	file->fixed = true;
	file->variable = NULL;
	place_elf(&placement, "kernel", file->from, &layout);
}

/* Check Linux's zImage, and drop what follows it. */
static struct zimage_room check_linux(struct file *file)
{
	size_t whole = file->size, size = zimage_size(file->data);
	struct zimage_room room;
	const char *wrong;

	if (whole > size && whole - size >= FORMAT_HEADER_SIZE &&
	    recognise(file->data + size) == FORMAT_DTB)
		fail("KERNEL=%s: a DTB is appended, which Linux would take instead "
		     "of DTB=; cut it off (head -c %zu)", file->path, size);
	if (size >= FORMAT_HEADER_SIZE && size < whole) {
		if (!is_padding(file->data + size, whole - size))
			fprintf(stderr, "boot-wrapper: KERNEL=%s: %zu bytes of unknown data "
				"behind the kernel; ignored\n", file->path, whole - size);
		file->size = size;
	}
	wrong = zimage_check(file->data, file->size, &room);
	if (wrong)
		fail("KERNEL=%s: %s (%zu bytes of %zu); give another, or copy "
		     "the file again", file->path, wrong, whole, size);
	return room;
}

/* The size in Xen's header includes its bss. */
static void add_xen(const struct file *xen, const char *what)
{
	struct place_part *part = add_part(PLACE_XEN, xen, what);

	if (zimage_size(xen->data) > xen->size)
		part->work += zimage_size(xen->data) - xen->size;
}

/* Xen also checks dom0's kernel, but its messages say little about what is wrong. */
static void load_xen(void)
{
	struct file *xen = &options.kernel, *dom0 = &options.dom0;

	load(xen);
	if (format_of(xen) == FORMAT_LINUX)
		fail("XEN=%s: Linux, not Xen; set KERNEL= to it, and XEN= to Xen",
		     xen->path);
	if (format_of(xen) != FORMAT_XEN)
		fail("XEN=%s: not Xen, which starts like a zImage; name the "
		     "file that Debian has as boot/xen-*-armhf", xen->path);
	add_xen(xen, "Xen image");
	kernel.modes = BW_TAKES_HYP;
	load(dom0);
	if (options.raw)
		return;
	unwrap(dom0, "kernel", UIMAGE_KERNEL);
	if (format_of(dom0) != FORMAT_LINUX && format_of(dom0) != FORMAT_XEN)
		fail("KERNEL=%s: not a zImage, but Xen takes only that for "
		     "dom0; name one, or set KERNEL_FORMAT=raw to let Xen try",
		     dom0->path);
	if (format_of(dom0) == FORMAT_LINUX)
		check_linux(dom0);
}

static void load_kernel(void)
{
	struct file *file = &options.kernel;
	struct zimage_room room;
	const char *wrong;

	load(file);
	if (options.raw && !file->fixed && is_linux_image(file->data, file->size))
		fail("KERNEL=%s: Linux's Image, which must lie TEXT_OFFSET above the start "
		     "of RAM; set KERNEL_ADDR= to that, or name its zImage", file->path);
	if (options.raw) {
		add_part(PLACE_RAW, file, "kernel");
		return;
	}
	unwrap(file, "kernel", UIMAGE_KERNEL);
	switch (format_of(file)) {
	case FORMAT_ELF:
		load_elf();
		break;
	case FORMAT_LINUX:
		room = check_linux(file);
		add_part(PLACE_ZIMAGE, file, "kernel");
		place_inflated(&placement, room.start, room.end);
		break;
	case FORMAT_XEN:
		add_xen(file, "kernel");
		break;
	default:
		wrong = cannot_start(file->data, file->size < 4096 ? file->size : 4096);
		if (wrong)
			fail("KERNEL=%s: %s", file->path, wrong);
		fail("KERNEL=%s: neither a zImage nor ELF; name one, or "
		     "say KERNEL_FORMAT=raw KERNEL_ADDR=... to have it entered at "
		     "its first byte, at the address that it is linked to",
		     file->path);
	}
}

#define OPTION_OF_TABLE	1		/* for getopt_long() */

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
static void take_bootargs(const char **bootargs)
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

static void load_dtb(void)
{
	struct file *file = &options.dtb;
	int error;

	load(file);
	unwrap(file, "DTB", UIMAGE_DTB);
	error = file->size < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED :
		fdt_check_header(file->data);
	/* libfdt's fdt_check_full() cannot check older versions. */
	if (!error && fdt_version(file->data) < 16)
		error = -FDT_ERR_BADVERSION;
	if (!error)
		error = fdt_check_full(file->data, file->size);
	if (error)
		fail("DTB=%s: not a valid DTB: %s; make one with dtc", file->path,
		     fdt_strerror(error));

	/* Take options from the DTB's own bootargs. Without options, these stay the same. */
	const char *text = fdt_getprop(file->data, fdt_path_offset(file->data, "/chosen"),
				       "bootargs", &error);
	const char *rest = text && error > 0 && !text[error - 1] ? text : NULL;

	if (options.bootargs || options.dom0.path || !rest)
		return;
	take_bootargs(&rest);
	if (strcmp(rest, text))
		options.bootargs = rest;
}

static void dtb_error(int error)
{
	if (error < 0)
		fail("DTB=%s: cannot be fixed up: %s; check it with dtc",
		     options.dtb.path, fdt_strerror(error));
}

/* Refuse for the reason that dtb_read() or dtb_check_ram() returns. */
static void dtb_wrong(const char *wrong)
{
	if (wrong)
		fail("DTB=%s: %s; use a DTB of this board", options.dtb.path,
		     wrong);
}

/* Read "BASE,SIZE", where a size may end with K, M or G. Returns what follows it. */
static const char *memory_range(const char *text, uint64_t range[2])
{
	for (int i = 0; i < 2; i++) {
		static const char units[] = "KMG";
		const char *unit;
		char *end;

		errno = 0;
		range[i] = strtoull(text, &end, 0);
		if (end == text || errno || *text == '-')
			return NULL;
		unit = i && *end ? strchr(units, *end & ~0x20) : NULL;
		if (unit) {
			range[i] <<= 10 * (unit - units + 1);
			end++;
		}
		text = end;
		if (i == 0 && *text++ != ',')
			return NULL;
	}
	return range[1] && (!*text || *text == ',') ? text : NULL;
}

/* libfdt's own function for this refuses a range that starts at 0. */
static void append_range(void *fdt, int node, const uint64_t range[2])
{
	int cells[2] = { fdt_address_cells(fdt, 0), fdt_size_cells(fdt, 0) };

	for (int i = 0; i < 2; i++) {
		if (cells[i] != 2 && range[i] > UINT32_MAX)
			fail("MEMORY=%s: the DTB has no 64-bit addresses; use one whose root "
			     "has #address-cells and #size-cells of 2", options.memory);
		dtb_error(cells[i] == 2 ?
			  fdt_appendprop_u64(fdt, node, "reg", range[i]) :
			  fdt_appendprop_u32(fdt, node, "reg", (uint32_t)range[i]));
	}
}

/* MEMORY=: replace all enabled memory nodes of the DTB. */
static void set_memory(void)
{
	int room = options.dtb.size + 64 + 8 * strlen(options.memory), node;
	void *fdt = calloc(1, room);
	const char *rest = options.memory;
	uint64_t range[2], first;
	char name[32];

	if (!fdt)
		fail("no memory for the DTB");
	dtb_error(fdt_open_into(options.dtb.data, fdt, room));
	for (node = fdt_first_subnode(fdt, 0); node >= 0;) {
		const char *type = fdt_getprop(fdt, node, "device_type", NULL);
		const char *status = fdt_getprop(fdt, node, "status", NULL);

		if (type && !strcmp(type, "memory") &&
		    (!status || !strncmp(status, "ok", 2))) {
			dtb_error(fdt_del_node(fdt, node));
			node = fdt_first_subnode(fdt, 0);
		} else {
			node = fdt_next_subnode(fdt, node);
		}
	}
	if (!memory_range(rest, range))
		rest = NULL;
	first = range[0];
	snprintf(name, sizeof name, "memory@%llx", (unsigned long long)first);
	node = rest ? fdt_add_subnode(fdt, 0, name) : 0;
	dtb_error(node);
	if (rest)
		dtb_error(fdt_setprop_string(fdt, node, "device_type", "memory"));
	while (rest && *rest) {
		rest = memory_range(rest + (*rest == ','), range);
		if (rest)
			append_range(fdt, node, range);
	}
	if (!rest)
		fail("MEMORY=%s: not BASE,SIZE[,BASE,SIZE ...]; set it like "
		     "MEMORY=0x80000000,1G", options.memory);
	options.dtb.data = fdt;
	options.dtb.size = fdt_totalsize(fdt);
}

/* Read RAM and reservations from the DTB. */
static void read_map(void)
{
	size_t room = options.dtb.size + DTB_SLACK;
	void *fdt = malloc(room);
	struct dtb_nodes nodes;

	if (!fdt)
		fail("no memory for the DTB");
	memcpy(fdt, options.dtb.data, options.dtb.size);
	dtb_error(dtb_open(fdt, room, &nodes));

	const char *other = dtb_other_board(fdt, BOARD_COMPATIBLE);

	if (other)
		fprintf(stderr, "boot-wrapper: " DTB_OTHER_BOARD "\n", other);
	dtb_wrong(dtb_check_ram(fdt, &nodes));
	map.window = (struct ram_bank){ TRANSIENT_START, WINDOW_END };
	map.resident = (struct ram_bank){ RESIDENT_START, RESIDENT_END };
	place_find_ram(&map, nodes.ram, nodes.ram_count, options.dtb.from);
	place_reserve(&map, dtb_read_reserved(fdt, &nodes, map.reserved,
					      PLACE_MAX_RESERVED));
	free(fdt);
}

/* The offset of the n-th CPU node, or a libfdt error. */
static int cpu_node(const void *fdt, int n)
{
	int cpus = fdt_path_offset(fdt, "/cpus"), node;

	if (cpus < 0)
		return cpus;
	fdt_for_each_subnode(node, fdt, cpus) {
		const char *type = fdt_getprop(fdt, node, "device_type", NULL);

		if (type && !strcmp(type, "cpu") && n-- == 0)
			return node;
	}
	return -FDT_ERR_NOTFOUND;
}

static void add_item(int items[256], int *count, int item)
{
	if (*count == 256)
		fail("DTB=%s: a CPU node has more than 256 properties or nodes; "
		     "leave SMP= out", options.dtb.path);
	items[(*count)++] = item;
}

/*
 * Copy properties and subnodes. libfdt adds a new node or property in front of all others,
 * so the last one is copied first. A second copy of a node must not have its phandles.
 */
static void copy_node(const void *from_fdt, int from, void *fdt, int to,
		      bool phandles)
{
	int items[256], count = 0, item, length;

	fdt_for_each_property_offset(item, from_fdt, from)
		add_item(items, &count, item);
	while (count--) {
		const char *key;
		const void *value = fdt_getprop_by_offset(from_fdt, items[count],
							  &key, &length);

		if (phandles || strcmp(key, "phandle"))
			dtb_error(fdt_setprop(fdt, to, key, value, length));
	}
	count = 0;
	fdt_for_each_subnode(item, from_fdt, from)
		add_item(items, &count, item);
	while (count-- > 0) {
		int node = fdt_add_subnode(fdt, to, fdt_get_name(from_fdt,
						items[count], NULL));

		dtb_error(node);
		copy_node(from_fdt, items[count], fdt, node, phandles);
	}
}

/*
 * SMP=: set the number of CPU nodes. Nodes that the DTB lacks are copies of its last one,
 * with the next affinity numbers. To keep their order, all CPU nodes are then removed and
 * added again.
 */
static void set_cpu_count(void *fdt)
{
	int wanted = options.cpus, count = 0, node;

	while ((node = cpu_node(fdt, wanted)) >= 0)
		dtb_error(fdt_del_node(fdt, node));
	while (cpu_node(fdt, count) >= 0)
		count++;
	if (!count)
		fail("DTB=%s: no CPU under /cpus to make others like; "
		     "use a DTB of this board", options.dtb.path);
	if (count == wanted)
		return;

	int size = fdt_totalsize(fdt);
	void *was = malloc(size);

	if (!was)
		fail("no memory for the DTB");
	memcpy(was, fdt, size);
	while ((node = cpu_node(fdt, 0)) >= 0)
		dtb_error(fdt_del_node(fdt, node));
	for (int i = wanted - 1; i >= 0; i--) {
		int like = cpu_node(was, i < count ? i : count - 1), length;
		const fdt32_t *reg = fdt_getprop(was, like, "reg", &length);
		char name[32];

		if (!reg || (length != 4 && length != 8))
			fail("DTB=%s: a CPU without reg; use a DTB of this "
			     "board", options.dtb.path);

		fdt32_t cells[2];
		fdt32_t *last = &cells[length / 4 - 1];
		uint32_t number;

		memcpy(cells, reg, length);
		number = fdt32_ld(last) + (i < count ? 0 : i - count + 1);
		fdt32_st(last, number);
		snprintf(name, sizeof name, "cpu@%x", number);
		node = fdt_add_subnode(fdt, fdt_path_offset(fdt, "/cpus"), name);
		dtb_error(node);
		copy_node(was, like, fdt, node, i < count);
		dtb_error(fdt_setprop(fdt, node, "reg", cells, length));
	}
	free(was);
}

static uint32_t flags(void)
{
	return options.choice.flags;
}

static const char *takes_why(void)
{
	return options.choice.mode ? "by MODE=" : options.dom0.path ? "it is Xen" :
	       kernel.modes ? "by its note" : "it has no note";
}

static uint32_t takes(void)
{
	uint32_t modes = plan_takes(kernel.modes, options.choice.mode);
	char list[MODE_LIST_SIZE];

	if (!modes)
		fail("MODE=%s: %s takes %s only; ask for one of these",
		     mode_names[options.choice.mode], options.kernel.path,
		     list_modes(kernel.modes, list));
	return modes;
}

/* Whether a CPU has Hyp mode. The cores listed here lack the Virtualization Extensions. */
static bool has_hyp(const void *fdt, int cpu)
{
	static const char *const without[] = {
		"arm,cortex-a5", "arm,cortex-a8", "arm,cortex-a9",
	};

	for (unsigned i = 0; i < sizeof without / sizeof *without; i++)
		if (!fdt_node_check_compatible(fdt, cpu, without[i]))
			return false;
	return true;
}

/* Xen also reads linux,initrd-start, and sees that this is the same ramdisk. */
static void describe_modules(void *fdt)
{
	const struct multiboot_module modules[] = {
		{ MULTIBOOT_KERNEL, options.dom0.at, options.dom0.size },
		{ MULTIBOOT_RAMDISK, options.initrd.at, options.initrd.size },
	};

	dtb_error(multiboot_describe(fdt, modules, 2, options.xen_bootargs,
				     options.dom0_bootargs));
}

/* Into the DTB, whoever fixes up the rest, so that their length costs the wrapper nothing. */
static void set_bootargs(void *fdt)
{
	int node = fdt_path_offset(fdt, "/chosen");

	if (!options.bootargs)
		return;
	if (node == -FDT_ERR_NOTFOUND)
		node = fdt_add_subnode(fdt, 0, "chosen");
	dtb_error(node);
	dtb_error(fdt_setprop_string(fdt, node, "bootargs", options.bootargs));
}

/* Write a string literal, for the C compiler or for the assembler. */
static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	fputc('"', out);
}

static void check_text(const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\t')
			fail("\"%s\": has a control character; command lines "
			     "and file names are one line of text", text);
}

/* Write an assembler string inside a C string: each quote and backslash is escaped twice. */
static void write_data(FILE *out, const char *section, const char *path,
		       const struct file *file)
{
	size_t skip = path == file->path ? file->skip : 0;
	char *escaped, *to;

	if (!file->size)
		return;
	check_text(path);
	escaped = to = malloc(2 * strlen(path) + 1);
	if (!escaped)
		fail("no memory for a file name");
	for (; *path; path++) {
		if (*path == '"' || *path == '\\')
			*to++ = '\\';
		*to++ = *path;
	}
	*to = '\0';
	fprintf(out, " \\\n\tIMAGE(\".%s\", ", section);
	write_string(out, escaped);
	fprintf(out, ", \"%zu\", \"%zu\");", skip, file->size);
	free(escaped);
}

/* Write the addresses of a file, for the linker script. */
static void write_place(FILE *out, const char *name, const struct file *file)
{
	fprintf(out, "#define %s_ADDR %#x\n", name, file->size ? file->at : 0);
	fprintf(out, "#define %s_END %#zx\n", name, file->size ? file->at + file->size : 0);
}

/* Write one member of struct payload, struct platform, or struct plan. */
static void write_word(FILE *out, const char *member, uint32_t value)
{
	fprintf(out, " \\\n\t.%s = %#x,", member, value);
}

static void write_text(FILE *out, const char *member, const char *text)
{
	if (!text)
		return;
	check_text(text);
	fprintf(out, " \\\n\t.%s = ", member);
	write_string(out, text);
	fputc(',', out);
}

static void write_banks(FILE *out, const struct platform *platform)
{
	for (unsigned i = 0; i < PLATFORM_MAX_RAM; i++)
		fprintf(out, " { .start = %#x, .end = %#x },",
			platform->ram[i].start, platform->ram[i].end);
}

/* Write the plan for a start from reset. It has no refusal, so these members suffice. */
static void write_plan(FILE *out)
{
	fprintf(out, "#define PLAN");
	if (planned) {
		write_word(out, "mode", plan.mode);
		write_word(out, "boot_mode", plan.boot_mode);
		write_word(out, "scr", plan.scr);
		write_word(out, "hcr", plan.hcr);
		write_word(out, "start", plan.start);
		write_word(out, "psci", plan.psci);
		write_word(out, "gathers", plan.gathers);
		write_word(out, "loses_present", plan.loses_present);
		write_word(out, "loses_missing", plan.loses_missing);
		write_word(out, "reserve", plan.reserve);
		write_word(out, "reserve_missing", plan.reserve_missing);
	}
	fputc('\n', out);
}

static void write_layout(const struct platform *platform)
{
	FILE *out = fopen(options.layout, "w");
	const struct file *started = &options.kernel, *dtb = &options.dtb;
	const struct file *initrd = &options.initrd, *dom0 = &options.dom0;

	if (!out)
		fail("%s: %s", options.layout, strerror(errno));
	fprintf(out, "/* Written by tools/prepare, for payload.c and model.lds.S. */\n");
	write_place(out, "KERNEL", started);
	write_place(out, "DTB", dtb);
	write_place(out, "INITRD", initrd);
	write_place(out, "DOM0", dom0);

	write_plan(out);
	fprintf(out, "#define PAYLOAD");
	write_word(out, "kernel", started->at);
	write_word(out, "kernel_end", started->at + started->size);
	write_word(out, "entry", kernel.is_elf ? kernel.entry : started->at);
	write_word(out, "dtb", dtb->at);
	write_word(out, "dtb_end", dtb->at + dtb->size);
	if (initrd->size) {
		write_word(out, "initrd", initrd->at);
		write_word(out, "initrd_end", initrd->at + initrd->size);
	}
	if (dom0->size) {
		write_word(out, "dom0", dom0->at);
		write_word(out, "dom0_end", dom0->at + dom0->size);
	}
	write_word(out, "ram_end", map.end);
	write_word(out, "flags", flags());
	write_word(out, "takes", takes());
	write_text(out, "takes_why", takes_why());
	if (planned)
		fprintf(out, " \\\n\t.plan = &plan,");
	fprintf(out, " \\\n\t.platform = {");
	write_word(out, "cpu_count", platform->cpu_count);
	fprintf(out, " \\\n\t.mpidr = {");
	for (unsigned i = 0; i < PLATFORM_MAX_CPUS; i++)
		fprintf(out, " %#x,", platform->mpidr[i]);
	fprintf(out, " },");
	write_word(out, "gicd", platform->gicd);
	write_word(out, "gicc", platform->gicc);
	write_word(out, "gicr", platform->gicr);
	write_word(out, "timer_hz", platform->timer_hz);
	write_word(out, "ram_count", platform->ram_count);
	fprintf(out, " \\\n\t.ram = {");
	write_banks(out, platform);
	fprintf(out, " } }\n#define PAYLOAD_IMAGES");
	write_data(out, "kernel", kernel.is_elf ? options.output_kernel : started->path, started);
	write_data(out, "dtb", options.output_dtb, dtb);
	write_data(out, "initrd", initrd->path, initrd);
	write_data(out, "dom0", dom0->path, dom0);
	fputc('\n', out);
	if (fclose(out))
		fail("%s: %s", options.layout, strerror(errno));
}

static void write_image(const char *path, const void *data, size_t size)
{
	FILE *out = fopen(path, "wb");

	if (!out || fwrite(data, 1, size, out) != size || fclose(out))
		fail("%s: %s", path, strerror(errno));
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

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

/*
 * Whether a CPU is started by a method other than PSCI. The build's fix-up would replace the
 * method, but a boot after other firmware needs it.
 */
static bool has_other_method(const void *fdt, const struct dtb_nodes *nodes)
{
	for (int i = 0; i < nodes->cpu_count; i++) {
		const char *method = fdt_getprop(fdt, nodes->cpu[i],
						 "enable-method", NULL);

		if (method && strcmp(method, "psci"))
			return true;
	}
	return false;
}

/*
 * Predict the boot from reset, and fix up the DTB for it. Three cases are left to the boot:
 * a DTB with a PSCI node, which may be that of firmware that starts the wrapper; a DTB with
 * another method to start CPUs; and a boot that would be refused on the DTB's CPUs, since
 * the board may have other CPUs.
 */
static bool fix_up(void *fdt, const struct dtb_nodes *nodes)
{
	struct plan_input input = {
		.entered = ENTERED_SECURE,
		.has_hyp = has_hyp(fdt, nodes->cpu[0]),
		.takes = takes(),
		.takes_why = takes_why(),
		.flags = flags(),
		.board_pen = BOARD_PEN,
		.board_pen_ram = BOARD_PEN_RAM,
		.board_secure_ram = BOARD_SECURE_RAM,
	};
	static const uint32_t reserve_ends[] = {
		0, RESIDENT_NONSECURE_END, RESIDENT_END,
	};
	plan_boot(&input, &plan);
	if (!options.mend || nodes->psci || plan.refusal ||
	    has_other_method(fdt, nodes))
		return false;

	struct dtb_changes changes = {
		.boot_mode = plan.boot_mode,
		.initrd = options.initrd.size ? options.initrd.at : 0,
		.initrd_end = options.initrd.size ?
			      options.initrd.at + options.initrd.size : 0,
		.reserve = RESIDENT_START,
		.reserve_end = reserve_ends[plan.reserve],
		.psci = plan.psci,
	};

	dtb_error(dtb_mend(fdt, nodes, &changes));
	planned = true;
	return true;
}

/* What fixing up the DTB may add to it, in the build and again during the boot. */
static size_t dtb_slack(void)
{
	return DTB_SLACK + length(options.bootargs) + length(options.xen_bootargs) +
	       length(options.dom0_bootargs);
}

/* Make the DTB with all changes of the build, and zeros behind it. */
static void *make_dtb(struct platform *platform)
{
	const struct file *dtb = &options.dtb;
	/* A CPU node that is added may be as large as the whole DTB. */
	size_t room = (1 + options.cpus) * fdt_totalsize(dtb->data) + 2 * dtb_slack() + 8;
	void *fdt = calloc(1, room), *unmended = malloc(room);
	struct dtb_nodes nodes;

	if (!fdt || !unmended)
		fail("no memory for the DTB");
	dtb_error(fdt_open_into(dtb->data, fdt, room));
	if (options.cpus)
		set_cpu_count(fdt);
	if (options.dom0.path)
		describe_modules(fdt);
	set_bootargs(fdt);
	memcpy(unmended, fdt, room);
	dtb_error(dtb_open(fdt, room, &nodes));
	dtb_wrong(dtb_read(fdt, &nodes, platform));
	if (!fix_up(fdt, &nodes)) {
		free(fdt);
		fdt = unmended;
	} else {
		free(unmended);
	}
	dtb_error(fdt_pack(fdt));
	memset((char *)fdt + fdt_totalsize(fdt), 0, room - fdt_totalsize(fdt));
	return fdt;
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
