/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Load a payload that was not linked with the wrapper: find its images, check and
 * place them, move each to its place, and fill `payload`. The public function is
 * load_payload(). Transient.
 */
#include <string.h>

#include <libfdt.h>

#include "boot.h"
#include "lib/probe.h"
#include "loader/elf_note.h"
#include "loader/fw_cfg.h"
#include "loader/host.h"
#include "loader/image.h"
#include "loader/load.h"
#include "loader/memory.h"
#include "loader/multiboot.h"
#include "loader/options.h"

#define DTB_SLACK	8192	/* what two fix-ups of a DTB may add */

static void say_where(const char *what, uint32_t size, uint32_t at, const char *from)
{
	if (!(payload.flags & PAYLOAD_QUIET))
		say("%s: %u bytes at %x (%s)", what, size, at, from);
}

static void take_text(struct sources *sources, const char *text, int length)
{
	if (!text || length <= 1)
		return;
	sources->bootargs = keep_bootargs(scratch()->bootargs, text,
					  strnlen(text, length));
	take_bootargs(sources);
}

/* Take bootargs and initrd from a loader's DTB, unless another source has provided them. */
static void read_chosen(struct sources *sources, const void *fdt)
{
	int chosen = fdt_path_offset(fdt, "/chosen"), length;
	const char *text = fdt_getprop(fdt, chosen, "bootargs", &length);
	bool had_none = !sources->bootargs;

	if (!sources->bootargs)
		take_text(sources, text, length);
	/* Read after bootargs, whose options may have named Xen. */
	text = fdt_getprop(fdt, chosen, "xen,dom0-bootargs", &length);
	if (had_none && sources->xen.size)
		take_text(sources, text, length);
	if (sources->initrd.size || sources->no_initrd)
		return;

	const char *const names[] = { "linux,initrd-start", "linux,initrd-end" };
	uint32_t ends[2] = { 0, 0 };

	for (int i = 0; i < 2; i++) {
		const fdt32_t *value = fdt_getprop(fdt, chosen, names[i], &length);

		if (!value || (length != 4 && length != 8))
			continue;
		ends[i] = fdt32_ld(value + length / 4 - 1);
		if (length == 8 && fdt32_ld(value))
			refuse("the initrd (the loader's DTB) lies above 4 GiB, where the "
			       "wrapper cannot read it; load it lower");
	}
	if (ends[0] && ends[1] > ends[0])
		add_image(&sources->initrd, "initrd", "the loader's DTB", ends[0],
			  ends[1] - ends[0]);
}

/*
 * Drop the DTB's free space, and move it to a place where it can grow. Then read its
 * /chosen.
 */
static void take_dtb(struct sources *sources)
{
	struct image *dtb = &sources->dtb;
	void *fdt = (void *)DTB_DEFAULT_ADDR;
	const uint8_t *header = scratch()->notes;
	uint32_t room = DTB_DEFAULT_END - DTB_DEFAULT_ADDR - DTB_SLACK -
			2 * BOOTARGS_SIZE;
	uint32_t used;

	unwrap(dtb);
	if (format_of(dtb) != FORMAT_DTB)
		refuse("the DTB (%s) is not one; make one with dtc", dtb->from);
	if (dtb_size(header) > dtb->size)
		refuse("the DTB (%s) is cut short, %u bytes of %u; copy the file "
		       "again", dtb->from, dtb->size, dtb_size(header));
	used = dtb_used(header);
	if (used > room)
		refuse("the DTB (%s) has %u bytes, and %u is the most; use a "
		       "smaller one", dtb->from, used, room);
	if (dtb->in_memory)
		memmove(fdt, (void *)(uintptr_t)dtb->at, used);
	else
		dtb->read(dtb, dtb->skip, DTB_DEFAULT_ADDR, used);
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

/* Read RAM and reservations from the DTB. */
static void read_map(struct place_map *map, const char *from)
{
	void *fdt = (void *)payload.dtb;
	struct dtb_nodes nodes;
	int error = dtb_open(fdt, payload.dtb_end - payload.dtb, &nodes);
	const char *wrong;

	if (error)
		refuse("the DTB is not valid: %s; check it with dtc",
		       fdt_strerror(error));
	wrong = dtb_check_ram(fdt, &nodes);
	if (wrong)
		refuse("the DTB %s; correct the DTB", wrong);
	map->window = (struct ram_bank){ BOARD_WRAPPER, DTB_DEFAULT_ADDR };
	map->resident = (struct ram_bank){ RESIDENT_START, RESIDENT_END };
	place_find_ram(map, nodes.ram, nodes.ram_count, from);
	place_reserve(map, dtb_read_reserved(fdt, &nodes, map->reserved,
					     PLACE_MAX_RESERVED));
}

/* Add an image to the placement; if it is in memory, it may stay there. */
static struct place_part *add_part(struct placement *placement, enum place_role role,
				   const struct image *image)
{
	struct place_part *part = place_add(placement, role, image->what, image->from,
					    image->size);

	part->in_memory = image->in_memory;
	part->source = image->at;
	return part;
}

/* Refuse an image that lies in memory the wrapper overwrites, up to `end`. */
static void check_window(const struct image *image, uint32_t end)
{
	struct place_part part = {
		.what = image->what, .from = image->from, .size = image->size,
		.in_memory = image->in_memory, .source = image->at,
	};

	place_check_window((struct ram_bank){ BOARD_WRAPPER, end }, &part);
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

/* Read an ELF file's headers and notes into scratch(); returns where its content goes. */
static struct elf_layout check_elf(const struct place_map *map,
				   const struct image *kernel, uint32_t *modes)
{
	struct elf_header *header = &scratch()->elf;
	struct elf_segment *segments = scratch()->segments;
	struct elf_layout layout;
	uint32_t code, address;
	const char *wrong;

	if (kernel->size < sizeof *header)
		bad_image(kernel, "truncated ELF header");
	read_part(kernel, 0, header, sizeof *header);
	wrong = elf_check_header(header, kernel->size);
	if (wrong)
		bad_image(kernel, wrong);
	read_part(kernel, header->phoff, segments,
		  header->phnum * sizeof *segments);
	code = elf_entry(header, segments, &address);
	if (code && code <= kernel->size && kernel->size - code >= ELF_CODE_SIZE) {
		read_part(kernel, code, scratch()->notes, ELF_CODE_SIZE);
		if (elf_is_virtual(scratch()->notes, address, map->start))
			refuse("the %s (%s): " ELF_IS_VIRTUAL, kernel->what,
			       kernel->from);
	}
	wrong = elf_check(header, segments, kernel->size, map->start, map->end, &layout);
	if (wrong)
		bad_image(kernel, wrong);
	for (unsigned n = 0; n < header->phnum; n++)
		if (segments[n].type == ELF_NOTE)
			read_notes(kernel, &segments[n], modes);
	return layout;
}

/* Load an ELF file whose headers check_elf() has read. */
static void load_elf(const struct image *kernel)
{
	for (unsigned n = 0; n < scratch()->elf.phnum; n++) {
		const struct elf_segment *s = &scratch()->segments[n];

		if (s->type != ELF_LOAD)
			continue;
		read_part(kernel, s->offset, (void *)(uintptr_t)s->paddr, s->filesz);
		memset((void *)(uintptr_t)(s->paddr + s->filesz), 0,
		       s->memsz - s->filesz);
	}
}

/*
 * Linux prefers a DTB that follows its zImage to the one in r2, so erase the magic number
 * of such a DTB. `room` bytes from the start of the zImage may be read.
 */
static void hide_appended_dtb(uint32_t zimage, uint32_t room)
{
	uint8_t *start = (uint8_t *)(uintptr_t)zimage;
	uint32_t size = zimage_size(start);

	if (size <= room && room - size >= FORMAT_HEADER_SIZE &&
	    recognise(start + size) == FORMAT_DTB)
		memset(start + size, 0, 4);
}

/*
 * Check a zImage, and tell the placement what it inflates to. The check reads all of the
 * zImage, which therefore moves into memory first.
 */
static void check_zimage(struct placement *placement, struct image *kernel)
{
	struct zimage_room room;
	const char *wrong;

	if (!kernel->in_memory) {
		place(placement);
		bring(kernel, placement->parts->at);
		placement->parts->in_memory = true;
		placement->parts->source = kernel->at;
	}
	wrong = zimage_check((void *)(uintptr_t)kernel->at, kernel->size, &room);
	if (wrong)
		bad_image(kernel, wrong);
	place_inflated(placement, room.start, room.end);
}

static _Noreturn void no_kernel(const struct sources *sources)
{
	if (sources->unknown) {
		refuse_named("kernel", "behind the image", sources->unknown);
		say("unknown data behind the image, at %x", sources->unknown);
	}
	refuse("no kernel: none behind the image, at %x, named in bootargs "
	       "(bw.kernel=)%s or by a semihosting host (--kernel); give one, or "
	       "link one with make KERNEL=zImage DTB=board.dtb",
	       KERNEL_DEFAULT_ADDR,
	       BOARD_FW_CFG ? ", in fw_cfg (QEMU: -bios and -kernel)," : "");
}

/* Check dom0's kernel before Xen does: Xen's messages say little about what is wrong. */
static void check_dom0(const struct image *kernel)
{
	enum format format = format_of(kernel);
	struct zimage_room room;
	const char *wrong = NULL;

	if (format != FORMAT_LINUX && format != FORMAT_XEN)
		bad_image(kernel, "not a zImage, but Xen takes only that for dom0");
	if (format == FORMAT_LINUX)
		wrong = zimage_check((void *)(uintptr_t)kernel->at, kernel->size,
				     &room);
	if (wrong)
		bad_image(kernel, wrong);
	if (format == FORMAT_LINUX)
		hide_appended_dtb(kernel->at, kernel->size);
}

/* Describe each module to a hypervisor. */
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

/*
 * Choose the modes in which the kernel may start. `modes` are those in its note; 0: it has
 * no note.
 */
static void choose_modes(const struct sources *sources, const struct image *starts,
			 uint32_t modes)
{
	bool is_xen = starts == &sources->xen;

	payload.takes = plan_takes(modes, sources->choice.mode);
	payload.takes_why = sources->choice.mode ? "as asked for" :
			    is_xen ? "it is Xen" : modes ? "by its note" :
			    "it has no note";
	if (!payload.takes) {
		char list[MODE_LIST_SIZE];

		refuse("mode=%s: the %s (%s) takes %s only; ask for one of "
		       "these", mode_names[sources->choice.mode], starts->what,
		       starts->from, list_modes(modes, list));
	}
}

/* Ask each source for images and options; move the DTB to its place. */
static void find_payload(const struct entry *entry, struct sources *sources)
{
	struct image *kernel = &sources->kernel, *dtb = &sources->dtb;

	find_host(sources);
	find_appended(sources, entry->loaded_at);
	find_fw_cfg(sources);
	find_table(sources);
	if (sources->bootargs)
		take_bootargs(sources);

	uint32_t at;
	bool passed = loader_dtb(entry, &at);

	if (passed && !fdt_check_header((void *)(uintptr_t)at))
		read_chosen(sources, (void *)(uintptr_t)at);
	find_preloaded(sources);
	if (!kernel->size && !dtb->size)
		no_kernel(sources);
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
		no_kernel(sources);
	if (sources->no_initrd)
		sources->initrd.size = 0;
	if (sources->xen_bootargs && !sources->xen.size)
		refuse("bootargs for Xen, but no Xen; name it (--xen)");
	unwrap(kernel);
	unwrap(&sources->initrd);
}

/*
 * The wrapper's buffers and the DTB's place must be in RAM. A board can have less RAM than
 * its board header assumes.
 */
static void check_own_memory(void)
{
	if (!readable(SCRATCH_START) || !readable(DTB_DEFAULT_END - 4))
		refuse("there is no RAM at [%x..%x], where the wrapper lies on this board; "
		       "give the machine more memory, or build with WRAPPER_ADDR=",
		       BOARD_WRAPPER, DTB_DEFAULT_END - 1);
}

/*
 * Add the image that the wrapper starts, as parts[0]. An ELF file goes to the addresses in
 * `layout`, which is set here.
 */
static enum format add_started(struct placement *placement, struct image *starts,
			       bool is_xen, struct elf_layout *layout, uint32_t *modes)
{
	enum format format = format_of(starts);
	uint32_t size = zimage_size(scratch()->notes);
	struct place_part *part;
	const char *wrong;

	if (is_xen && format != FORMAT_XEN)
		bad_image(starts, "not Xen, which Debian has as boot/xen-*-armhf");
	switch (format) {
	case FORMAT_ELF:
		*layout = check_elf(placement->map, starts, modes);
		place_elf(placement, starts->what, starts->from, layout);
		break;
	case FORMAT_LINUX:
		/* Cut off what follows: padding, or a DTB that Linux must not use. */
		if (size >= FORMAT_HEADER_SIZE && size < starts->size) {
			say_rest(starts, size);
			starts->size = size;
		}
		add_part(placement, PLACE_ZIMAGE, starts);
		break;
	case FORMAT_XEN:
		/* The size in Xen's header includes its bss. */
		part = add_part(placement, PLACE_XEN, starts);
		if (size > starts->size)
			part->work += size - starts->size;
		break;
	default:
		size = sizeof scratch()->notes;
		if (size > starts->size)
			size = starts->size;
		read_part(starts, 0, scratch()->notes, size);
		wrong = cannot_start(scratch()->notes, size);
		if (wrong)
			refuse("the %s (%s): %s", starts->what, starts->from, wrong);
		bad_image(starts, "neither a zImage nor ELF");
	}
	return format;
}

/* Add the DTB, fixed at the place where take_dtb() has put it. */
static void add_dtb(struct placement *placement, const char *from)
{
	struct place_part *part = place_add(placement, PLACE_DTB, "DTB", from,
					    payload.dtb_end - payload.dtb);

	part->fixed = true;
	part->at = payload.dtb;
	part->variable = "WRAPPER_ADDR=";
}

void load_payload(const struct entry *entry)
{
	struct sources sources = { 0 };
	struct image *kernel = &sources.kernel, *initrd = &sources.initrd;
	struct image *modules[MAX_MODULES + 2] = { initrd }, *starts = kernel;
	struct placement placement = { .map = &scratch()->map };
	const struct place_part *module;
	struct elf_layout layout = { 0 };
	enum format format;
	unsigned count = 1;
	uint32_t modes = 0;
	bool is_xen;

	check_own_memory();
	find_payload(entry, &sources);
	read_map(&scratch()->map, sources.dtb.from);
	is_xen = sources.xen.size;
	if (is_xen) {
		starts = &sources.xen;
		modes = BW_TAKES_HYP;
		modules[count++] = kernel;
	}
	for (unsigned i = 0; i < sources.module_count; i++)
		modules[count++] = &sources.modules[i];

	format = add_started(&placement, starts, is_xen, &layout, &modes);
	choose_modes(&sources, starts, modes);
	add_dtb(&placement, sources.dtb.from);
	module = &placement.parts[placement.count];
	for (unsigned i = 0; i < count; i++)
		add_part(&placement, is_xen ? PLACE_MODULE : PLACE_INITRD, modules[i]);
	if (format == FORMAT_ELF && kernel->in_memory)
		add_part(&placement, PLACE_ELF_FILE, kernel)->what = "ELF file";
	if (format == FORMAT_LINUX)
		check_zimage(&placement, kernel);
	place(&placement);

	/*
	 * Move the image that the wrapper starts last: an ELF kernel may go to memory
	 * where another part lies now.
	 */
	for (unsigned i = 0; i < count; i++, module++)
		if (modules[i]->size)
			bring(modules[i], module->at);
	if (format == FORMAT_ELF) {
		if (kernel->in_memory)
			bring(kernel, module->at);
		load_elf(kernel);
	} else {
		bring(starts, placement.parts->at);
	}
	if (format == FORMAT_LINUX)
		hide_appended_dtb(starts->at, starts->size + FORMAT_HEADER_SIZE);

	payload.flags = sources.choice.flags;
	payload.ram_end = placement.map->end;
	payload.kernel = placement.parts->at;
	payload.kernel_end = payload.kernel + placement.parts->size;
	payload.entry = format == FORMAT_ELF ? layout.entry : payload.kernel;
	if (is_xen) {
		check_dom0(kernel);
		payload.dom0 = kernel->at;
		payload.dom0_end = kernel->at + kernel->size;
	} else {
		payload.bootargs = sources.bootargs;
	}
	if (sources.bootargs && strlen(sources.bootargs) >= BOOTARGS_LINUX)
		say(BOOTARGS_ARE_LONG, strlen(sources.bootargs));
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
