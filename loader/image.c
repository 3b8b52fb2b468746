/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One image of a payload: add it, recognise it, read or move it. The public
 * functions are in image.h. Transient.
 */
#include <string.h>

#include "boot.h"
#include "lib/probe.h"
#include "loader/image.h"

static const uint8_t *bytes(uint32_t at)
{
	return (const uint8_t *)(uintptr_t)at;
}

/* Whether there is room for a header: an address may be anything. */
bool may_read(uint32_t at)
{
	return at < UINT32_MAX - FORMAT_HEADER_SIZE && readable(at) &&
	       readable(at + FORMAT_HEADER_SIZE - 1);
}

/* The size that an image in memory has by its own header; 0: none. */
uint32_t own_size(uint32_t at)
{
	switch (recognise(bytes(at))) {
	case FORMAT_LINUX:
	case FORMAT_XEN:
		return zimage_size(bytes(at));
	case FORMAT_DTB:
		return dtb_size(bytes(at));
	case FORMAT_UIMAGE:
		return uimage_size(bytes(at)) > UINT32_MAX - UIMAGE_HEADER_SIZE ?
		       0 : UIMAGE_HEADER_SIZE + uimage_size(bytes(at));
	case FORMAT_ELF: {
		struct elf_header *header = &scratch()->elf;
		struct elf_segment *s = scratch()->segments;
		uint64_t end;

		memcpy(header, bytes(at), sizeof *header);
		if (elf_check_header(header, UINT32_MAX))
			return 0;
		if (header->phoff > UINT32_MAX - at ||
		    !may_read(at + header->phoff))
			return 0;
		end = header->phoff + header->phnum * sizeof *s;
		memcpy(s, bytes(at) + header->phoff, header->phnum * sizeof *s);
		for (unsigned n = 0; n < header->phnum; n++)
			if ((uint64_t)s[n].offset + s[n].filesz > end)
				end = (uint64_t)s[n].offset + s[n].filesz;
		/* Linkers put the section headers last, if there are any. */
		if (header->shoff + (uint64_t)header->shnum * header->shentsize > end)
			end = header->shoff +
			      (uint64_t)header->shnum * header->shentsize;
		return end > UINT32_MAX ? 0 : (uint32_t)end;
	}
	default:
		return 0;
	}
}

/* What a uImage must be to be used as a kernel, Xen, a DTB or an initrd. */
static uint32_t uimage_type_of(const char *what)
{
	return !strcmp(what, "initrd") ? UIMAGE_RAMDISK :
	       !strcmp(what, "DTB") ? UIMAGE_DTB : UIMAGE_KERNEL;
}

void refuse_named(const char *what, const char *from, uint32_t at)
{
	const char *wrong = cannot_start(bytes(at), FORMAT_HEADER_SIZE);

	if (wrong)
		refuse("the %s at %x (%s): %s", what, at, from, wrong);
}

void add_image(struct image *image, const char *what, const char *from,
	       uint32_t at, uint32_t size)
{
	const char *wrong;
	uint32_t own;

	if (!may_read(at))
		refuse("the %s at %x (%s): there is no memory; correct its "
		       "address", what, at, from);
	own = own_size(at);
	if (image->size)
		refuse("two of %s: one from %s, one at %x (%s); leave one out",
		       what, image->from, at, from);
	if (!size)
		size = own;
	if (!size && uimage_type_of(what) == UIMAGE_KERNEL)
		refuse_named(what, from, at);
	if (!size)
		refuse("the %s at %x (%s) does not say its size; say it "
		       "(tools/bw-pack, mkimage, or ADDRESS,SIZE)", what, at, from);
	if ((at && size > -at) || !readable(at + size - 1))
		refuse("the %s at %x (%s) has %x bytes, more than there are; "
		       "correct its size", what, at, from, size);
	if (recognise(bytes(at)) == FORMAT_UIMAGE) {
		if (size < own || !own)
			refuse("the %s at %x (%s) is a uImage cut short, %u bytes; "
			       "copy the file again", what, at, from, size);
		wrong = uimage_check(bytes(at), size, uimage_type_of(what));
		if (wrong)
			refuse("the %s at %x (%s) is %s", what, at, from, wrong);
		size = uimage_size(bytes(at));
		at += UIMAGE_HEADER_SIZE;
	}
	*image = (struct image){
		.what = what, .from = from, .size = size, .at = at, .in_memory = true,
	};
}

/* Bring an image to an address, if it is not there. */
void bring(struct image *image, uint32_t to)
{
	if (image->in_memory && image->at == to)
		return;
	if (image->in_memory)
		memmove((void *)(uintptr_t)to, (void *)(uintptr_t)image->at,
			image->size);
	else
		image->read(image, image->skip, to, image->size);
	image->at = to;
	image->in_memory = true;
}

/* To Non-secure memory: devices cannot write to the stack in Secure RAM. */
void read_part(const struct image *image, uint32_t offset, void *to,
		      uint32_t size)
{
	if (image->in_memory)
		memcpy(to, (void *)(uintptr_t)(image->at + offset), size);
	else
		image->read(image, image->skip + offset, (uintptr_t)to, size);
}

/* Leaves its first bytes in scratch()->notes; those that it does not have are 0. */
enum format format_of(const struct image *image)
{
	uint8_t *header = scratch()->notes;

	memset(header, 0, FORMAT_HEADER_SIZE);
	read_part(image, 0, header, image->size < FORMAT_HEADER_SIZE ?
				    image->size : FORMAT_HEADER_SIZE);
	return recognise(header);
}

void say_rest(const struct image *image, uint32_t size)
{
	uint32_t rest = image->size - size, half = sizeof scratch()->notes / 2;
	uint8_t *start = scratch()->notes;

	/* It may be large, and the host slow: see its start and its end. */
	if (half > rest)
		half = rest;
	read_part(image, size, start, half);
	read_part(image, image->size - half, start + half, half);
	if (!is_padding(start, 2 * half))
		say("%u bytes of unknown data behind the %s (%s); ignored", rest,
		    image->what, image->from);
}

/* Take the header off a uImage that must be read; see add_image() for others. */
void unwrap(struct image *image)
{
	const uint8_t *header = scratch()->notes;
	const char *wrong;

	if (!image->size || image->in_memory || format_of(image) != FORMAT_UIMAGE)
		return;
	if (image->size < UIMAGE_HEADER_SIZE ||
	    uimage_size(header) > image->size - UIMAGE_HEADER_SIZE)
		refuse("the %s (%s) is a uImage cut short, %u bytes of %u; copy "
		       "the file again", image->what, image->from, image->size,
		       uimage_size(header) + UIMAGE_HEADER_SIZE);
	wrong = uimage_check(header, image->size, uimage_type_of(image->what));
	if (wrong)
		refuse("the %s (%s) is %s", image->what, image->from, wrong);
	image->size = uimage_size(header);
	image->skip = UIMAGE_HEADER_SIZE;
}
