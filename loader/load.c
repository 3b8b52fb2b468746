/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Find the payload that was not linked with the wrapper, bring each part to
 * where the kernel can use it, and fill `payload`. What lies well is left where
 * it lies; nothing is overwritten that is still needed. Transient.
 */
#include <string.h>

#include <libfdt.h>

#include "boot.h"
#include "loader/elf_note.h"
#include "loader/fw_cfg.h"
#include "loader/host.h"
#include "loader/image.h"
#include "loader/load.h"
#include "loader/memory.h"
#include "loader/multiboot.h"
#include "loader/options.h"

#define MIB			(1024 * 1024)
#define WORK_SPACE		MIB	/* a decompressor's, behind the zImage */
#define DTB_SLACK		8192	/* what mending a DTB may add, twice */
#define PAGE_TABLES		0x3000	/* what Linux uses first, from the start of RAM */

/*
 * What must not be overwritten from here on; and what nothing new is put into,
 * though a loader may have: the DTB says that others use it.
 */
#define MAX_RANGES		32
struct map {
	uint32_t ram_start, ram_end;
	uint32_t count, reserved_count;
	struct ram_bank ranges[MAX_RANGES], reserved[MAX_RANGES];
};

static void keep(struct map *map, uint32_t start, uint32_t end)
{
	if (start >= end)
		return;
	if (map->count == MAX_RANGES)
		refuse("there is too much in memory to keep apart, %u ranges; "
		       "name fewer modules", map->count);
	map->ranges[map->count++] = (struct ram_bank){ start, end };
}

static const struct ram_bank *overlap(const struct ram_bank *ranges, uint32_t count,
				      uint32_t start, uint32_t end)
{
	for (; count--; ranges++)
		if (start < ranges->end && ranges->start < end)
			return ranges;
	return NULL;
}

static bool in_the_way(const struct map *map, uint32_t start, uint32_t end)
{
	return overlap(map->ranges, map->count, start, end);
}

/* The lowest pages from `start` on that are free; ends before `limit`. */
static uint32_t find_room(const struct map *map, const char *what,
			  uint32_t size, uint32_t start, uint32_t limit)
{
	const struct ram_bank *range;

	if (limit > map->ram_end)
		limit = map->ram_end;
	for (;;) {
		if (start >= limit || size > limit - start)
			refuse("the %s, %x bytes, does not fit into [%x..%x], "
			       "where it must lie, beside the rest; use a "
			       "smaller one%s", what, size, map->ram_start,
			       limit - 1, limit < map->ram_end ? "" :
			       ", or give the machine more memory");
		range = overlap(map->ranges, map->count, start, start + size);
		if (!range)
			range = overlap(map->reserved, map->reserved_count, start,
					start + size);
		if (!range)
			return start;
		start = (range->end + PAGE - 1) & -PAGE;
	}
}

static void say_where(const char *what, uint32_t size, uint32_t at, const char *from)
{
	if (!(payload.flags & PAYLOAD_QUIET))
		say("%s: %u bytes at %x (%s)", what, size, at, from);
}

/* What a loader left in its DTB for the kernel, unless it was said otherwise. */
static void read_chosen(struct sources *sources, const void *fdt)
{
	int chosen = fdt_path_offset(fdt, "/chosen"), length;
	const char *text = fdt_getprop(fdt, chosen, "bootargs", &length);

	if (text && length > 0 && !sources->bootargs)
		set_options(sources, text, strnlen(text, length), "bw.");
	if (sources->xen.size && fdt_getprop(fdt, chosen, "xen,dom0-bootargs", NULL))
		text = fdt_getprop(fdt, chosen, "xen,dom0-bootargs", &length);
	if (text && length > 1 && !sources->bootargs)
		sources->bootargs = keep_bootargs(scratch()->bootargs, text,
						  strnlen(text, length));
	if (sources->initrd.size || sources->no_initrd)
		return;

	const char *const names[] = { "linux,initrd-start", "linux,initrd-end" };
	uint32_t ends[2] = { 0, 0 };

	for (int i = 0; i < 2; i++) {
		const fdt32_t *value = fdt_getprop(fdt, chosen, names[i], &length);

		if (value && (length == 4 || length == 8))
			ends[i] = fdt32_ld(value + length / 4 - 1);
	}
	if (ends[0] && ends[1] > ends[0])
		add_image(&sources->initrd, "initrd", "the loader's DTB", ends[0],
			  ends[1] - ends[0]);
}

/*
 * The DTB goes to where it can grow, without the room that it has already, and
 * takes what it says of others with it.
 */
static void take_dtb(struct sources *sources)
{
	struct image *dtb = &sources->dtb;
	void *fdt = (void *)DTB_DEFAULT_ADDR;
	const uint8_t *header = scratch()->notes;
	uint32_t room = DTB_DEFAULT_END - DTB_DEFAULT_ADDR - DTB_SLACK -
			2 * BOOTARGS_SIZE;
	uint32_t size = dtb->size, used = 0;

	if (format_of(dtb) != FORMAT_DTB)
		refuse("the DTB (%s) is not one; make one with dtc", dtb->from);
	if (dtb_size(header) > size)
		refuse("the DTB (%s) is cut short, %u bytes of %u; copy the file "
		       "again", dtb->from, size, dtb_size(header));
	/* Offsets and sizes of the structure and of the strings block. */
	for (int i = 0; i < 2; i++) {
		uint64_t end = (uint64_t)big32(header + (i ? 12 : 8)) +
			       big32(header + (i ? 32 : 36));

		if (end <= dtb_size(header) && end > used)
			used = end;
	}
	if (used > room)
		refuse("the DTB (%s) has %u bytes, and %u is the most; use a "
		       "smaller one", dtb->from, used, room);
	if (dtb->in_memory)
		memmove(fdt, (void *)(uintptr_t)dtb->at, used);
	else
		dtb->read(dtb, 0, DTB_DEFAULT_ADDR, used);
	fdt_set_totalsize(fdt, used);

	int error = fdt_check_header(fdt);

	if (error)
		refuse("the DTB (%s) is not valid: %s; make one with dtc",
		       dtb->from, fdt_strerror(error));
	read_chosen(sources, fdt);
	payload.dtb = DTB_DEFAULT_ADDR;
	payload.dtb_end = DTB_DEFAULT_ADDR + ((used + DTB_SLACK +
			  2 * BOOTARGS_SIZE + 7) & ~7u);
	dtb->at = DTB_DEFAULT_ADDR;
	dtb->in_memory = true;
	dtb->size = used;
}

static void find_reserved(struct map *map, const struct dtb_nodes *nodes)
{
	map->reserved_count = dtb_read_reserved((void *)payload.dtb, nodes,
						map->reserved, MAX_RANGES);
	if (map->reserved_count > MAX_RANGES)
		refuse("the DTB reserves more than %u ranges of memory; leave "
		       "some out", MAX_RANGES);
}

/*
 * The bank that the window of the wrapper lies in: in its first 128 MiB, which
 * is where a decompressor looks for RAM.
 */
static void find_ram(struct map *map)
{
	struct dtb_nodes nodes;
	int error = dtb_open((void *)payload.dtb, payload.dtb_end - payload.dtb,
			     &nodes);
	const char *wrong;

	if (error)
		refuse("the DTB is not valid: %s; check it with dtc",
		       fdt_strerror(error));
	wrong = dtb_check_ram((void *)payload.dtb, &nodes);
	if (wrong)
		refuse("the DTB %s; correct the DTB", wrong);
	for (uint32_t i = 0; i < nodes.ram_count; i++)
		if (nodes.ram[i].start <= BOARD_WRAPPER &&
		    nodes.ram[i].end >= DTB_DEFAULT_END &&
		    BOARD_WRAPPER - nodes.ram[i].start <
		    DECOMPRESSOR_END - BOARD_RAM_BASE) {
			map->ram_start = nodes.ram[i].start;
			map->ram_end = nodes.ram[i].end;
			find_reserved(map, &nodes);
			return;
		}
	refuse("the DTB has no /memory of which %x, where the wrapper of this "
	       "board lives, is in the first 128 MiB; use the DTB of this board, "
	       "with its memory", BOARD_WRAPPER);
}

/*
 * What was found in memory must not lie where we are, or it is spoilt already.
 * A DTB may lie where it is going to.
 */
static void check_window(const struct image *image, uint32_t end)
{
	if (image->size && image->in_memory && image->at < end &&
	    image->at + image->size > BOARD_WRAPPER)
		refuse("the %s, [%x..%x] (%s), overlaps the wrapper's own memory, "
		       "[%x..%x]; load it elsewhere", image->what, image->at,
		       image->at + image->size - 1, image->from, BOARD_WRAPPER,
		       end - 1);
}

static void check_in_memory(const struct map *map, const struct image *image)
{
	check_window(image, DTB_DEFAULT_END);
	if (image->size && image->in_memory && image->at >= map->ram_start &&
	    image->at < map->ram_end && image->size > map->ram_end - image->at)
		refuse("the %s, %x bytes at %x (%s), exceeds the RAM, [%x..%x]; "
		       "use a smaller one, or give the machine more memory",
		       image->what, image->size, image->at, image->from,
		       map->ram_start, map->ram_end - 1);
}

static void check_apart(const struct image *a, const struct image *b)
{
	if (a->size && b->size && a->in_memory && b->in_memory &&
	    a->at < b->at + b->size && b->at < a->at + a->size)
		refuse("the %s, [%x..%x] (%s), and the %s, [%x..%x] (%s), overlap; "
		       "load them apart", a->what, a->at, a->at + a->size - 1,
		       a->from, b->what, b->at, b->at + b->size - 1, b->from);
}

/* Modules: what is in memory beside what is started. A NULL ends their list. */

static void keep_modules(struct map *map, struct image *const *modules)
{
	for (; *modules; modules++)
		if ((*modules)->in_memory)
			keep(map, (*modules)->at, (*modules)->at + (*modules)->size);
}

/* Each stays where it lies, if a kernel maps that and nothing started comes there. */
static void place_modules(const struct map *map, struct image *const *modules)
{
	struct map taken = *map;
	uint32_t limit = map->ram_start + LOWMEM_SIZE;

	if (limit > map->ram_end)
		limit = map->ram_end;
	keep_modules(&taken, modules);
	for (; *modules; modules++) {
		struct image *image = *modules;
		uint32_t at = image->at;

		if (!image->size || (image->in_memory && at >= map->ram_start && at < limit &&
				     image->size <= limit - at &&
				     !in_the_way(map, at, at + image->size)))
			continue;
		at = find_room(&taken, image->what, image->size,
			       INITRD_DEFAULT_ADDR < map->ram_end ?
			       INITRD_DEFAULT_ADDR : map->ram_start, limit);
		bring(image, at);
		keep(&taken, at, at + image->size);
	}
}

static _Noreturn void bad_image(const struct image *image, const char *why)
{
	refuse("the %s (%s): %s; give another", image->what, image->from, why);
}

static void read_notes(const struct image *kernel,
		       const struct elf_segment *segment, uint32_t *modes)
{
	uint8_t *notes = scratch()->notes;
	const char *wrong;

	if (segment->filesz > sizeof scratch()->notes ||
	    (uint64_t)segment->offset + segment->filesz > kernel->size)
		bad_image(kernel, "a note segment exceeds the file, or 4 KiB");
	read_part(kernel, segment->offset, notes, segment->filesz);
	wrong = elf_note_modes(notes, segment->filesz, modes);
	if (wrong)
		bad_image(kernel, wrong);
}

/* Read its headers and notes into scratch(); returns where it goes. */
static struct elf_layout check_elf(const struct map *map,
				   const struct image *kernel, uint32_t *modes)
{
	struct elf_header *header = &scratch()->elf;
	struct elf_segment *segments = scratch()->segments;
	struct elf_layout layout;
	const char *wrong;

	if (kernel->size < sizeof *header)
		bad_image(kernel, "truncated ELF header");
	read_part(kernel, 0, header, sizeof *header);
	wrong = elf_check_header(header, kernel->size);
	if (wrong)
		bad_image(kernel, wrong);
	read_part(kernel, header->phoff, segments,
		  header->phnum * sizeof *segments);
	wrong = elf_check(header, segments, kernel->size, map->ram_start,
			  map->ram_end, &layout);
	if (wrong)
		bad_image(kernel, wrong);
	if (in_the_way(map, layout.start, layout.end))
		bad_image(kernel, "it is linked to where the wrapper is");
	if (overlap(map->reserved, map->reserved_count, layout.start, layout.end))
		bad_image(kernel, "it is linked to memory that the DTB reserves");
	for (unsigned n = 0; n < header->phnum; n++)
		if (segments[n].type == ELF_NOTE)
			read_notes(kernel, &segments[n], modes);
	return layout;
}

/*
 * An ELF kernel that has been checked: straight to where it was linked for, once
 * what lies there, perhaps the file itself, has been moved out of the way.
 */
static void load_elf(struct map *map, struct image *kernel,
		     struct image *const *modules, const struct elf_layout *layout)
{
	const struct elf_segment *segments = scratch()->segments;

	keep(map, layout->start, layout->end);
	if (kernel->in_memory && kernel->at < layout->end &&
	    layout->start < kernel->at + kernel->size) {
		struct map taken = *map;

		keep_modules(&taken, modules);
		bring(kernel, find_room(&taken, "kernel", kernel->size,
					layout->end, map->ram_end));
	}
	if (kernel->in_memory)
		keep(map, kernel->at, kernel->at + kernel->size);
	place_modules(map, modules);
	for (unsigned n = 0; n < scratch()->elf.phnum; n++) {
		const struct elf_segment *s = &segments[n];

		if (s->type != ELF_LOAD)
			continue;
		read_part(kernel, s->offset, (void *)(uintptr_t)s->paddr, s->filesz);
		memset((void *)(uintptr_t)(s->paddr + s->filesz), 0,
		       s->memsz - s->filesz);
	}
	payload.kernel = layout->start;
	payload.kernel_end = layout->end;
	payload.entry = layout->entry;
}

/* A Linux that finds a DTB right behind itself takes that instead of r2's. */
static void hide_appended_dtb(uint32_t zimage)
{
	uint8_t *start = (uint8_t *)(uintptr_t)zimage;
	uint8_t *behind = start + zimage_size(start);

	if (recognise(behind) == FORMAT_DTB)
		memset(behind, 0, 4);
}

/*
 * A zImage, Xen, or anything that starts at its first byte. It may stay where a
 * loader put it, if that is in a page of its own and in the first 128 MiB.
 */
static void load_zimage(struct map *map, struct image *kernel,
			struct image *const *modules, enum format format)
{
	uint64_t footprint = 0;
	uint32_t need = kernel->size, limit = map->ram_start +
		(DECOMPRESSOR_END - BOARD_RAM_BASE);
	const char *wrong;

	if (format == FORMAT_XEN) {
		const uint8_t *header = scratch()->notes;

		read_part(kernel, 0, scratch()->notes, FORMAT_HEADER_SIZE);
		if (zimage_size(header) > need)
			need = zimage_size(header);
	}
	if (need > MIB * 1024u)
		bad_image(kernel, "larger than 1 GiB");
	need += WORK_SPACE;
	if (!kernel->in_memory) {
		struct map taken = *map;

		keep_modules(&taken, modules);
		bring(kernel, find_room(&taken, kernel->what, need,
					KERNEL_DEFAULT_ADDR, limit));
	}
	if (format == FORMAT_LINUX) {
		wrong = zimage_check((void *)(uintptr_t)kernel->at, kernel->size,
				     &footprint);
		if (wrong)
			bad_image(kernel, wrong);
	}

	/* It inflates to the start of RAM; a zImage in its way moves behind that. */
	if (footprint > BOARD_WRAPPER - map->ram_start)
		bad_image(kernel, "inflates into the wrapper");

	uint32_t inflated = map->ram_start + (uint32_t)footprint, start, end;

	if (footprint && overlap(map->reserved, map->reserved_count,
				 map->ram_start + PAGE_TABLES, inflated))
		bad_image(kernel, "inflates into memory that the DTB reserves");

	bool stays = kernel->at % PAGE == 0 && kernel->at >= map->ram_start &&
		     kernel->at < limit && need <= limit - kernel->at &&
		     !in_the_way(map, kernel->at, kernel->at + need) &&
		     (kernel->at >= inflated ||
		      !overlap(map->reserved, map->reserved_count, inflated,
			       inflated + need));
	struct map taken = *map;

	keep(&taken, kernel->at, kernel->at + kernel->size);
	keep_modules(&taken, modules);
	start = stays ? kernel->at :
		find_room(&taken, kernel->what, need,
			  KERNEL_DEFAULT_ADDR > inflated ? KERNEL_DEFAULT_ADDR :
			  (inflated + PAGE - 1) & -PAGE, limit);
	end = start < inflated ? inflated + need : start + need;
	if (start < inflated && in_the_way(map, inflated, end))
		bad_image(kernel, "there is no room for it to inflate");

	keep(map, start, end);
	if (footprint)
		keep(map, map->ram_start, inflated);
	if (start != kernel->at)
		keep(map, kernel->at, kernel->at + kernel->size);
	place_modules(map, modules);
	bring(kernel, start);

	if (format == FORMAT_LINUX)
		hide_appended_dtb(start);
	payload.kernel = start;
	payload.kernel_end = start + kernel->size;
	payload.entry = start;
}

static _Noreturn void no_kernel(void)
{
	refuse("no kernel: none behind the image, at %x, named in bootargs "
	       "(bw.kernel=)%s or by a semihosting host (--kernel); give one, or "
	       "link one with make KERNEL=zImage DTB=board.dtb",
	       KERNEL_DEFAULT_ADDR,
	       BOARD_FW_CFG ? ", in fw_cfg (QEMU: -bios and -kernel)," : "");
}

/* Xen looks at it itself, but says little of what is wrong. */
static void check_dom0(const struct image *kernel)
{
	enum format format = format_of(kernel);
	uint64_t footprint;
	const char *wrong = NULL;

	if (format != FORMAT_LINUX && format != FORMAT_XEN)
		bad_image(kernel, "not a zImage, but Xen takes only that for dom0");
	if (format == FORMAT_LINUX)
		wrong = zimage_check((void *)(uintptr_t)kernel->at, kernel->size,
				     &footprint);
	if (wrong)
		bad_image(kernel, wrong);
	if (format == FORMAT_LINUX)
		hide_appended_dtb(kernel->at);
}

/* For a hypervisor, which of them is what. */
static void describe_modules(const struct sources *sources)
{
	struct multiboot_module modules[2 + MAX_MODULES];
	const struct image *initrd = &sources->initrd, *dom0 = &sources->kernel;
	unsigned count = 0;
	int error;

	if (sources->xen.size) {
		modules[count++] = (struct multiboot_module){
			MULTIBOOT_KERNEL, dom0->at, dom0->size };
		modules[count++] = (struct multiboot_module){
			MULTIBOOT_RAMDISK, initrd->at, initrd->size };
	}
	for (unsigned i = 0; i < sources->module_count; i++) {
		const struct image *image = &sources->modules[i];

		modules[count++] = (struct multiboot_module){
			image->kind, image->at, image->size };
	}
	if (!count)
		return;
	error = multiboot_describe((void *)payload.dtb, modules, count,
				   sources->xen_bootargs, sources->xen.size ?
				   sources->bootargs : NULL);
	if (error)
		refuse("cannot describe the modules in the DTB: %s; check it "
		       "with dtc", fdt_strerror(error));
}

/* Choose among the modes that it takes itself; none: it does not say. */
static void choose_modes(const struct sources *sources, const struct image *starts,
			 uint32_t modes)
{
	bool is_xen = starts == &sources->xen;

	payload.takes = plan_takes(modes, sources->mode);
	payload.takes_why = sources->mode ? "as asked for" :
			    is_xen ? "it is Xen" : modes ? "by its note" :
			    "it has no note";
	if (!payload.takes) {
		char list[MODE_LIST_SIZE];

		refuse("mode=%s: the %s (%s) takes %s only; ask for one of "
		       "these", mode_names[sources->mode], starts->what,
		       starts->from, list_modes(modes, list));
	}
}

/* See what there is, wherever it is; the DTB goes to its place. */
static void find_payload(struct sources *sources)
{
	struct image *kernel = &sources->kernel, *dtb = &sources->dtb;

	find_host(sources);
	find_appended(sources);
	find_fw_cfg(sources);
	find_table(sources);
	if (sources->bootargs)
		set_options(sources, sources->bootargs, strlen(sources->bootargs),
			    "bw.");

	uint32_t at;
	bool passed = loader_dtb(&at);

	if (passed && !fdt_check_header((void *)(uintptr_t)at))
		read_chosen(sources, (void *)(uintptr_t)at);
	find_preloaded(sources);
	if (!kernel->size && !dtb->size)
		no_kernel();
	if (!dtb->size && !passed)
		refuse("no DTB: none in r2, behind the image, at %x or %x, or "
		       "named; give one (QEMU: -dtb)", BOARD_RAM_BASE,
		       DTB_DEFAULT_ADDR);
	if (!dtb->size)
		add_image(dtb, "DTB", at == BOARD_RAM_BASE ?
			  "at the start of RAM" : "r2", at, 0);
	check_window(dtb, DTB_DEFAULT_ADDR);
	check_window(kernel, DTB_DEFAULT_END);
	check_window(&sources->initrd, DTB_DEFAULT_END);
	check_window(&sources->xen, DTB_DEFAULT_END);
	take_dtb(sources);
	if (!kernel->size)
		no_kernel();
	if (sources->no_initrd)
		sources->initrd.size = 0;
	if (sources->xen_bootargs && !sources->xen.size)
		refuse("bootargs for Xen, but no Xen; name it (--xen)");
	unwrap(kernel);
	unwrap(&sources->initrd);
}

static void check_memory(const struct map *map, const struct image *starts,
			 struct image *const *modules)
{
	check_in_memory(map, starts);
	for (unsigned i = 0; modules[i]; i++) {
		check_in_memory(map, modules[i]);
		check_apart(starts, modules[i]);
		for (unsigned k = 0; k < i; k++)
			check_apart(modules[k], modules[i]);
	}
}

void load_payload(void)
{
	struct sources sources = { 0 };
	struct image *kernel = &sources.kernel, *initrd = &sources.initrd;
	struct image *xen = &sources.xen, *starts = kernel;
	struct image *modules[MAX_MODULES + 3] = { initrd };
	struct elf_layout layout;
	struct map map = { 0 };
	unsigned count = 1;
	uint32_t modes = 0;

	/* A loader may have left one behind, which says nothing of our accesses. */
	if (!readable((uintptr_t)&payload))
		say("an asynchronous abort was pending at entry; ignored");
	find_payload(&sources);
	find_ram(&map);
	if (xen->size) {
		starts = xen;
		modes = BW_TAKES_HYP;
		modules[count++] = kernel;
	}
	for (unsigned i = 0; i < sources.module_count; i++)
		modules[count++] = &sources.modules[i];
	check_memory(&map, starts, modules);

	payload.flags = sources.flags;
	payload.ram_end = map.ram_end;
	keep(&map, BOARD_WRAPPER, DTB_DEFAULT_END);

	enum format format = format_of(starts);

	if (starts == xen && format != FORMAT_XEN)
		bad_image(xen, "not Xen, which Debian has as boot/xen-*-armhf");
	if (format == FORMAT_ELF)
		layout = check_elf(&map, kernel, &modes);
	else if (format != FORMAT_LINUX && format != FORMAT_XEN)
		bad_image(kernel, "neither a zImage nor ELF");
	choose_modes(&sources, starts, modes);
	if (format == FORMAT_ELF)
		load_elf(&map, kernel, modules, &layout);
	else
		load_zimage(&map, starts, modules, format);

	if (starts == xen) {
		check_dom0(kernel);
		payload.dom0 = kernel->at;
		payload.dom0_end = kernel->at + kernel->size;
	} else {
		payload.bootargs = sources.bootargs;
	}
	if (initrd->size) {
		payload.initrd = initrd->at;
		payload.initrd_end = initrd->at + initrd->size;
	}
	describe_modules(&sources);

	say_where(starts->what, starts->size, payload.kernel, starts->from);
	say_where("DTB", sources.dtb.size, payload.dtb, sources.dtb.from);
	for (unsigned i = 0; i < count; i++)
		if (modules[i]->size)
			say_where(modules[i]->what, modules[i]->size,
				  modules[i]->at, modules[i]->from);
}
