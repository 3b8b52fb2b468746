/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The build's half of the boot: check kernel, DTB and initrd, decide where
 * each goes, and mend the DTB with the same dtb.c that the wrapper has.
 *
 * Runs on the host; `make` calls it. Writes the DTB that is linked into the
 * image and layout.h, which payload.c and model.lds.S include. What is wrong
 * is said in one line on stderr, and the exit status is 1; 2 for bad usage.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "boot.h"
#include "boot_wrapper.h"
#include "loader/elf_note.h"
#include "loader/formats.h"
#include "memory_map.h"
#include "plan.h"
#include "loader/multiboot.h"
#include "loader/dtb.h"

#define DTB_SLACK	4096		/* what mending a DTB may add, twice */
#define MIB		(1024 * 1024)

struct file {
	const char *name;		/* the variable that names it */
	const char *path;
	uint8_t *data;
	size_t size;
};

/* With Xen, that is `kernel`, what the wrapper starts, and KERNEL= is `dom0`. */
static struct options {
	struct file kernel, dtb, initrd, xen, dom0;
	const char *bootargs, *layout, *output_dtb, *output_kernel;
	const char *xen_bootargs, *dom0_bootargs;
	bool raw, mend, pen, quiet, grant_secure, smc_none;
	bool kernel_addr_given, xen_addr_given, dom0_addr_given;
	uint32_t mode;			/* asked for; 0: none */
	unsigned cpus;			/* 0: as the DTB says */
	uint32_t kernel_addr, dtb_addr, initrd_addr, xen_addr, dom0_addr;
} options = {
	.kernel.name = "KERNEL",
	.dtb.name = "DTB",
	.initrd.name = "INITRD",
	.xen.name = "XEN",
	.mend = true,
	.dtb_addr = DTB_DEFAULT_ADDR,
	.initrd_addr = INITRD_DEFAULT_ADDR,
};

/* What the kernel's own format tells. */
static struct {
	uint64_t footprint;		/* from RAM start, once inflated */
	uint64_t size;			/* in memory, while it inflates */
	uint32_t entry;			/* ELF: bit 0 for Thumb; else 0 */
	uint32_t modes;			/* that it takes; 0: it has no note */
} kernel;

/*
 * The word of the boot that the build expects; 0: the DTB is left to the boot,
 * which fixes it up again, too, if all is not as expected.
 */
static uint32_t expected_word;

static uint64_t ram_start, ram_end;	/* the bank that the wrapper is in */

static _Noreturn void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("boot-wrapper: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
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
}

/* An ELF file's program header; its numbers are the host's, little-endian. */
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

/* A PT_NOTE segment; each must agree with those before it. */
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
 * An ELF file is laid out as it will lie in memory, from the first byte of its
 * first PT_LOAD to the last of its last, with zeros where it has no content:
 * the wrapper then has nothing to do for it.
 */
static void load_elf(void)
{
	struct file *file = &options.kernel;
	struct elf_segment segments[ELF_MAX_SEGMENTS];
	struct elf_layout layout;
	struct elf_header header;
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
	wrong = elf_check(&header, segments, file->size, ram_start, ram_end,
			  &layout);
	if (wrong)
		bad_elf(wrong);
	kernel.entry = layout.entry;
	if (options.kernel_addr_given)
		fail("KERNEL_ADDR=: an ELF file says itself where it goes");

	uint8_t *image = calloc(1, layout.end - layout.start);

	if (!image)
		fail("no memory for the kernel");
	for (unsigned n = 0; n < header.phnum; n++)
		if (segments[n].type == ELF_LOAD && segments[n].filesz)
			memcpy(image + segments[n].paddr - layout.start,
			       file->data + segments[n].offset,
			       segments[n].filesz);
	free(file->data);
	file->data = image;
	file->size = kernel.size = layout.end - layout.start;
	options.kernel_addr = layout.start;
	options.kernel_addr_given = true;
}

static enum format format_of(const struct file *file)
{
	uint8_t header[FORMAT_HEADER_SIZE] = { 0 };

	memcpy(header, file->data, file->size < sizeof header ? file->size :
							       sizeof header);
	return recognise(header);
}

static uint64_t check_linux(const struct file *file)
{
	uint64_t footprint;
	const char *wrong = zimage_check(file->data, file->size, &footprint);

	if (wrong)
		fail("KERNEL=%s: %s (%zu bytes of %u); give another, or copy "
		     "the file again", file->path, wrong, file->size,
		     zimage_size(file->data));

	size_t size = zimage_size(file->data);

	if (file->size - size >= FORMAT_HEADER_SIZE &&
	    recognise(file->data + size) == FORMAT_DTB)
		fail("KERNEL=%s: a DTB is appended, which Linux would take instead "
		     "of DTB=; cut it off (head -c %zu)", file->path, size);
	return footprint;
}

/* Xen takes its own look at dom0's kernel, but says little of what is wrong. */
static void load_xen(void)
{
	const struct file *xen = &options.kernel;
	struct file *dom0 = &options.dom0;

	load(&options.kernel);
	if (format_of(xen) == FORMAT_LINUX)
		fail("XEN=%s: Linux, not Xen; say KERNEL= for it, and XEN= for "
		     "Xen", xen->path);
	if (format_of(xen) != FORMAT_XEN)
		fail("XEN=%s: not Xen, which starts like a zImage; name the "
		     "file that Debian has as boot/xen-*-armhf", xen->path);
	kernel.size = (zimage_size(xen->data) > xen->size ?
		       zimage_size(xen->data) : xen->size) + MIB;
	kernel.modes = BW_TAKES_HYP;
	load(dom0);
	if (options.raw)
		return;
	if (format_of(dom0) != FORMAT_LINUX && format_of(dom0) != FORMAT_XEN)
		fail("KERNEL=%s: not a zImage, but Xen takes only that for "
		     "dom0; name one, or say KERNEL_FORMAT=raw to let Xen try",
		     dom0->path);
	if (format_of(dom0) == FORMAT_LINUX)
		check_linux(dom0);
}

static void load_kernel(void)
{
	struct file *file = &options.kernel;

	load(file);
	kernel.size = file->size + MIB;	/* decompressor's bss, stack, malloc */
	if (options.raw)
		return;
	switch (format_of(file)) {
	case FORMAT_ELF:
		load_elf();
		break;
	case FORMAT_LINUX:
		kernel.footprint = check_linux(file);
		break;
	case FORMAT_XEN:
		if (zimage_size(file->data) > file->size)
			kernel.size = (uint64_t)zimage_size(file->data) + MIB;
		break;
	default:
		fail("KERNEL=%s: neither a zImage nor ELF; name one, or say "
		     "KERNEL_FORMAT=raw to have it entered at its first byte",
		     file->path);
	}
}

static void load_dtb(void)
{
	struct file *file = &options.dtb;
	int error;

	load(file);
	error = file->size < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED :
		fdt_check_header(file->data);
	/* Older ones than this libfdt's fdt_check_full() cannot look at. */
	if (!error && fdt_version(file->data) < 16)
		error = -FDT_ERR_BADVERSION;
	if (!error)
		error = fdt_check_full(file->data, file->size);
	if (error)
		fail("DTB=%s: not a valid DTB: %s; make one with dtc", file->path,
		     fdt_strerror(error));
}

static void dtb_error(int error)
{
	if (error < 0)
		fail("DTB=%s: cannot be mended: %s; check it with dtc",
		     options.dtb.path, fdt_strerror(error));
}

/* What dtb_read() and dtb_check_ram() have to say. */
static void dtb_wrong(const char *wrong)
{
	if (wrong)
		fail("DTB=%s: %s; use a DTB of this board", options.dtb.path,
		     wrong);
}

/* The memory bank that the wrapper lies in; others do not matter here. */
static void find_ram(void)
{
	size_t room = options.dtb.size + DTB_SLACK;
	void *fdt = malloc(room);
	struct dtb_nodes nodes;

	if (!fdt)
		fail("no memory for the DTB");
	memcpy(fdt, options.dtb.data, options.dtb.size);
	dtb_error(dtb_open(fdt, room, &nodes));
	dtb_wrong(dtb_check_ram(fdt, &nodes));
	for (unsigned i = 0; i < nodes.ram_count; i++)
		if (nodes.ram[i].start <= TRANSIENT_START &&
		    nodes.ram[i].end >= RESIDENT_END) {
			ram_start = nodes.ram[i].start;
			ram_end = nodes.ram[i].end;
		}
	if (ram_end == 0)
		fail("DTB=%s: no /memory at %#x, where the wrapper of this "
		     "board lives; use the DTB of this board, with its memory",
		     options.dtb.path, TRANSIENT_START);
	free(fdt);
}

static void check_in_ram(const struct file *file, uint64_t address)
{
	if (file->size &&
	    (address < ram_start || address + file->size > ram_end))
		fail("%s=%s: %zu bytes at %#llx exceed the RAM, "
		     "[%#llx..%#llx]; use a smaller one, or set %s_ADDR=",
		     file->name, file->path, file->size,
		     (unsigned long long)address, (unsigned long long)ram_start,
		     (unsigned long long)ram_end - 1, file->name);
}

/* Above Xen and the wrapper: the initrd, and dom0's kernel behind it. */
static void place_modules(void)
{
	uint64_t end = (uint64_t)options.initrd_addr + options.initrd.size;

	check_in_ram(&options.initrd, options.initrd_addr);
	if (!options.dom0_addr_given) {
		if (end < INITRD_DEFAULT_ADDR)
			end = INITRD_DEFAULT_ADDR;
		options.dom0_addr = (end + MIB - 1) / MIB * MIB;
	}
	check_in_ram(&options.dom0, options.dom0_addr);
}

/*
 * The kernel inflates to [ram_start..need), with work space behind itself. What
 * overlaps Xen itself is said here, too: the linker script speaks of a kernel.
 */
static void keep_out(uint64_t need, const struct file *file, uint64_t address)
{
	const char *what = file->name;
	uint64_t kernel_end = options.kernel_addr + options.kernel.size;
	uint64_t work_end = options.kernel_addr + kernel.size;
	uint64_t end = address + file->size;

	if (file->size && ((address < need && end > ram_start) ||
			   (address >= kernel_end && address < work_end) ||
			   (options.dom0.path && address < work_end &&
			    end > options.kernel_addr)))
		fail("%s=%s: at %#llx %s; set %s_ADDR=", what, file->path,
		     (unsigned long long)address, options.dom0.path ?
		     "Xen would overwrite it while it starts" :
		     "the kernel would overwrite it while it inflates", what);
}

/* What a kernel accepts, and RAM has. Overlaps are the linker script's. */
static void place(void)
{
	const char *what = options.kernel.name;
	uint64_t need = ram_start + kernel.footprint;

	if (!options.kernel_addr_given) {
		/* Above what it inflates to; else it first moves itself. */
		options.kernel_addr = KERNEL_DEFAULT_ADDR;
		if (need > KERNEL_DEFAULT_ADDR && (need + MIB - 1) / MIB * MIB +
		    kernel.size <= TRANSIENT_START)
			options.kernel_addr = (need + MIB - 1) / MIB * MIB;
	}
	if (options.kernel_addr % 4096 && !kernel.entry)
		fail("%s_ADDR=%#x: not a multiple of 4096; a kernel that "
		     "is less aligned stops in silence", what,
		     options.kernel_addr);
	if (need > TRANSIENT_START)
		fail("KERNEL=%s: inflates to %#llx bytes, into the wrapper at "
		     "%#x; use a smaller kernel", options.kernel.path,
		     (unsigned long long)kernel.footprint, TRANSIENT_START);
	if (options.kernel_addr < ram_start ||
	    options.kernel_addr + kernel.size > ram_end)
		fail("%s=%s: at %#x it exceeds the RAM, [%#llx..%#llx]; "
		     "set %s_ADDR=", what, options.kernel.path,
		     options.kernel_addr, (unsigned long long)ram_start,
		     (unsigned long long)ram_end - 1, what);
	if (options.kernel_addr < TRANSIENT_START &&
	    options.kernel_addr + kernel.size > TRANSIENT_START)
		fail("%s=%s: at %#x, with 1 MiB to work in, it reaches "
		     "into the wrapper at %#x; set %s_ADDR= lower", what,
		     options.kernel.path, options.kernel_addr, TRANSIENT_START,
		     what);
	if (options.dtb_addr % 8)
		fail("DTB_ADDR=%#x: not a multiple of 8, which kernels demand",
		     options.dtb_addr);
	if (options.dtb_addr < ram_start ||
	    (uint64_t)options.dtb_addr + options.dtb.size > ram_end)
		fail("DTB=%s: at %#x it exceeds the RAM, [%#llx..%#llx]; "
		     "set DTB_ADDR=", options.dtb.path, options.dtb_addr,
		     (unsigned long long)ram_start,
		     (unsigned long long)ram_end - 1);
	keep_out(need, &options.dtb, options.dtb_addr);
	keep_out(need, &options.initrd, options.initrd_addr);
	keep_out(need, &options.dom0, options.dom0_addr);
	if (options.dtb.size > MIB)
		fail("DTB=%s: %zu bytes, but Linux maps no more than 1 MiB; "
		     "use a smaller one", options.dtb.path, options.dtb.size);
}

/* The n-th CPU node, or a libfdt error. */
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
 * Copy properties and subnodes. A new node, and a new property, become the
 * first of their kind, so the last is copied first. A second copy of a node
 * must not have its phandles.
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
 * SMP=: as many CPU nodes as asked for. Those beyond what the DTB has are made
 * like its last one, with the next affinity numbers. To keep their order, all
 * are taken out then, and put back.
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
	return (options.quiet ? PAYLOAD_QUIET : 0) |
	       (options.pen ? PAYLOAD_PEN : 0) |
	       (options.grant_secure ? PAYLOAD_GRANT_SECURE : 0) |
	       (options.smc_none ? PAYLOAD_SMC_NONE : 0);
}

static const char *takes_why(void)
{
	return options.mode ? "by MODE=" : options.dom0.path ? "it is Xen" :
	       kernel.modes ? "by its note" : "it has no note";
}

static uint32_t takes(void)
{
	uint32_t modes = plan_takes(kernel.modes, options.mode);
	char list[MODE_LIST_SIZE];

	if (!modes)
		fail("MODE=%s: %s takes %s only; ask for one of these",
		     mode_names[options.mode], options.kernel.path,
		     list_modes(kernel.modes, list));
	return modes;
}

/* Cores without the Virtualization Extensions, and so without Hyp mode. */
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

/* Xen reads linux,initrd-start too, and sees that this is the same ramdisk. */
static void describe_modules(void *fdt)
{
	const struct multiboot_module modules[] = {
		{ MULTIBOOT_KERNEL, options.dom0_addr, options.dom0.size },
		{ MULTIBOOT_RAMDISK, options.initrd_addr, options.initrd.size },
	};

	dtb_error(multiboot_describe(fdt, modules, 2, options.xen_bootargs,
				     options.dom0_bootargs));
}

/* A string literal, for the C compiler and for the assembler. */
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

/* A C string that holds an assembler's: each quote and backslash is escaped twice. */
static void write_data(FILE *out, const char *section, const char *path)
{
	char *escaped, *to;

	if (!path)
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
	fprintf(out, ");");
	free(escaped);
}

/* For the linker script. */
static void write_place(FILE *out, const char *name, const struct file *file,
			uint32_t address)
{
	fprintf(out, "#define %s_ADDR %#x\n", name, file->size ? address : 0);
	fprintf(out, "#define %s_END %#zx\n", name,
		file->size ? address + file->size : 0);
}

/* One member of struct payload or of its struct platform. */
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

static void write_layout(const struct platform *platform)
{
	FILE *out = fopen(options.layout, "w");
	const struct file *initrd = &options.initrd, *dom0 = &options.dom0;

	if (!out)
		fail("%s: %s", options.layout, strerror(errno));
	fprintf(out, "/* Written by tools/prepare, for payload.c and model.lds.S. */\n");
	write_place(out, "KERNEL", &options.kernel, options.kernel_addr);
	write_place(out, "DTB", &options.dtb, options.dtb_addr);
	write_place(out, "INITRD", initrd, options.initrd_addr);
	write_place(out, "DOM0", dom0, options.dom0_addr);

	fprintf(out, "#define PAYLOAD");
	write_word(out, "kernel", options.kernel_addr);
	write_word(out, "kernel_end", options.kernel_addr + options.kernel.size);
	write_word(out, "entry", kernel.entry ? kernel.entry : options.kernel_addr);
	write_word(out, "dtb", options.dtb_addr);
	write_word(out, "dtb_end", options.dtb_addr + options.dtb.size);
	if (initrd->size) {
		write_word(out, "initrd", options.initrd_addr);
		write_word(out, "initrd_end", options.initrd_addr + initrd->size);
	}
	if (dom0->size) {
		write_word(out, "dom0", options.dom0_addr);
		write_word(out, "dom0_end", options.dom0_addr + dom0->size);
	}
	write_word(out, "ram_end", ram_end);
	write_word(out, "flags", flags());
	write_word(out, "takes", takes());
	write_text(out, "takes_why", takes_why());
	write_word(out, "prepared", expected_word);
	write_text(out, "bootargs", options.bootargs);
	fprintf(out, " \\\n\t.platform = {");
	write_word(out, "cpu_count", platform->cpu_count);
	fprintf(out, " \\\n\t.mpidr = {");
	for (unsigned i = 0; i < PLATFORM_MAX_CPUS; i++)
		fprintf(out, " %#x,", platform->mpidr[i]);
	fprintf(out, " },");
	write_word(out, "gicd", platform->gicd);
	write_word(out, "gicc", platform->gicc);
	write_word(out, "timer_hz", platform->timer_hz);
	write_word(out, "ram_count", platform->ram_count);
	fprintf(out, " \\\n\t.ram = {");
	write_banks(out, platform);
	fprintf(out, " } }\n#define PAYLOAD_IMAGES");
	write_data(out, "kernel",
		   kernel.entry ? options.output_kernel : options.kernel.path);
	write_data(out, "dtb", options.output_dtb);
	write_data(out, "initrd", initrd->path);
	write_data(out, "dom0", dom0->path);
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

static uint32_t address(const char *name, const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 0);

	if (*end || end == text || value > UINT32_MAX)
		fail("%s=%s: not a 32-bit address", name, text);
	return (uint32_t)value;
}

/* From here on `kernel` is what the wrapper starts. */
static void put_xen_first(void)
{
	options.dom0 = options.kernel;
	options.dom0_addr = options.kernel_addr;
	options.dom0_addr_given = options.kernel_addr_given;
	options.dom0_bootargs = options.bootargs;
	options.kernel = options.xen;
	options.kernel_addr = options.xen_addr;
	options.kernel_addr_given = options.xen_addr_given;
	options.bootargs = NULL;
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
		{ "smp-method", required_argument, 0, 's' },
		{ "quiet", no_argument, 0, 'q' },
		{ "mode", required_argument, 0, 'M' },
		{ "grant", required_argument, 0, 'g' },
		{ "smc", required_argument, 0, 'n' },
		{ "kernel-addr", required_argument, 0, 'K' },
		{ "dtb-addr", required_argument, 0, 'D' },
		{ "initrd-addr", required_argument, 0, 'I' },
		{ "xen", required_argument, 0, 'x' },
		{ "xen-bootargs", required_argument, 0, 'B' },
		{ "xen-addr", required_argument, 0, 'X' },
		{ "layout", required_argument, 0, 'l' },
		{ "output-dtb", required_argument, 0, 'o' },
		{ "output-kernel", required_argument, 0, 'O' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
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
			break;
		case 'c':
			options.cpus = atoi(optarg);
			if (options.cpus < 1 ||
			    options.cpus > PLATFORM_MAX_CPUS)
				fail("SMP=%s: say 1 to %d", optarg,
				     PLATFORM_MAX_CPUS);
			break;
		case 'm':
			options.mend = !strcmp(optarg, "build");
			if (!options.mend && strcmp(optarg, "boot"))
				fail("DTB_MEND=%s: say build or boot", optarg);
			break;
		case 's':
			options.pen = !strcmp(optarg, "pen");
			if (!options.pen && strcmp(optarg, "psci"))
				fail("SMP_METHOD=%s: say psci or pen", optarg);
			break;
		case 'q':
			options.quiet = true;
			break;
		case 'M':
			for (uint32_t mode = 1; mode < MODE_COUNT; mode++)
				if (!strcmp(optarg, mode_names[mode]))
					options.mode = mode;
			if (!options.mode)
				fail("MODE=%s: say hyp, svc, secure-svc or "
				     "secure-monitor", optarg);
			break;
		case 'g':
			options.grant_secure = !strcmp(optarg, "secure");
			if (!options.grant_secure && strcmp(optarg, "none"))
				fail("GRANT=%s: say secure or none", optarg);
			break;
		case 'n':
			options.smc_none = !strcmp(optarg, "none");
			if (!options.smc_none && strcmp(optarg, "psci"))
				fail("SMC=%s: say psci or none", optarg);
			break;
		case 'K':
			options.kernel_addr = address("KERNEL_ADDR", optarg);
			options.kernel_addr_given = true;
			break;
		case 'D':
			options.dtb_addr = address("DTB_ADDR", optarg);
			break;
		case 'I':
			options.initrd_addr = address("INITRD_ADDR", optarg);
			break;
		case 'x':
			options.xen.path = optarg;
			break;
		case 'B':
			options.xen_bootargs = optarg;
			break;
		case 'X':
			options.xen_addr = address("XEN_ADDR", optarg);
			options.xen_addr_given = true;
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
	if (options.smc_none && options.grant_secure)
		fail("SMC=none GRANT=secure: SMC is how Secure state is "
		     "granted; leave one of them out");
	if (options.smc_none && !options.pen)
		fail("SMC=none SMP_METHOD=psci: PSCI is called by SMC; leave "
		     "SMP_METHOD= out");
	if (!options.layout || !options.output_dtb || !options.output_kernel)
		exit(2);
	if (options.xen.path)
		put_xen_first();
	else if (options.xen_bootargs || options.xen_addr_given)
		fail("%s=: no Xen that it could be for; say XEN= too",
		     options.xen_bootargs ? "XEN_BOOTARGS" : "XEN_ADDR");
}

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

/*
 * A CPU has a way of its own to be started, which the fix-up of the build would
 * replace, but which a boot below other firmware needs.
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
 * Predict the boot, from reset, and fix up the DTB for it. Left to the boot: a
 * DTB with a PSCI node, which may be that of firmware below the wrapper, or with
 * another way to start CPUs; and a boot that this DTB's CPUs would refuse, since
 * the machine may have others.
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
	struct plan plan;

	plan_boot(&input, &plan);
	if (!options.mend || nodes->psci || plan.refusal ||
	    has_other_method(fdt, nodes))
		return false;

	struct dtb_changes changes = {
		.boot_mode = plan.boot_mode,
		.bootargs = options.bootargs,
		.initrd = options.initrd_addr,
		.initrd_end = options.initrd.size ?
			      options.initrd_addr + options.initrd.size : 0,
		.reserve = RESIDENT_START,
		.reserve_end = reserve_ends[plan.reserve],
		.psci = plan.psci,
	};

	dtb_error(dtb_mend(fdt, nodes, &changes));
	expected_word = plan.boot_mode;
	return true;
}

int main(int argc, char **argv)
{
	struct platform platform;
	struct dtb_nodes nodes;

	parse(argc, argv);
	load_dtb();
	find_ram();
	if (options.dom0.path)
		load_xen();
	else
		load_kernel();
	if (options.initrd.path)
		load(&options.initrd);
	place_modules();

	/* Room for what mending adds, and here for CPUs as large as all of it. */
	size_t slack = DTB_SLACK + length(options.bootargs) +
		       length(options.xen_bootargs) +
		       length(options.dom0_bootargs);
	size_t room = (1 + options.cpus) * options.dtb.size + slack;
	void *fdt = calloc(1, room), *unmended = malloc(room);

	if (!fdt || !unmended)
		fail("no memory for the DTB");
	dtb_error(fdt_open_into(options.dtb.data, fdt, room));
	if (options.cpus)
		set_cpu_count(fdt);
	if (options.dom0.path)
		describe_modules(fdt);
	memcpy(unmended, fdt, room);
	dtb_error(dtb_open(fdt, room, &nodes));
	dtb_wrong(dtb_read(fdt, &nodes, &platform));
	if (!fix_up(fdt, &nodes))
		fdt = unmended;
	dtb_error(fdt_pack(fdt));
	options.dtb.size = (fdt_totalsize(fdt) + slack + 7) & ~(size_t)7;
	fdt = realloc(fdt, options.dtb.size);
	if (!fdt)
		fail("no memory for the DTB");
	memset((char *)fdt + fdt_totalsize(fdt), 0,
	       options.dtb.size - fdt_totalsize(fdt));
	place();
	write_image(options.output_dtb, fdt, options.dtb.size);
	if (kernel.entry)
		write_image(options.output_kernel, options.kernel.data,
			    options.kernel.size);
	write_layout(&platform);
	return 0;
}
