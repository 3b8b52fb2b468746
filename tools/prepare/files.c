/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of the payload: read, checked, and added to the placement. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prepare.h"
#include "files.h"
#include "lib/console.h"
#include "loader/elf_note.h"
#include "loader/formats.h"

void load(struct file *file)
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
void unwrap(struct file *file, const char *what, uint32_t type)
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
struct place_part *add_part(enum place_role role, const struct file *file,
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
void load_xen(void)
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

void load_kernel(void)
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
