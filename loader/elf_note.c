/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Read the modes in which a kernel may be started from an ELF file's notes:
 * elf_note_modes().
 */
#include <string.h>

#include "boot_wrapper.h"
#include "lib/bytes.h"
#include "loader/elf_note.h"

#define HEADER_SIZE	12		/* namesz, descsz, type */
#define ALL_MODES	(BW_TAKES_SECURE_MONITOR | BW_TAKES_HYP | \
			 BW_TAKES_SVC | BW_TAKES_SECURE_SVC)

/* 64 bits: a size near 4 GiB must not come out small. */
static uint64_t padded(uint32_t size)
{
	return ((uint64_t)size + 3) & ~(uint64_t)3;
}

const char *elf_note_modes(const uint8_t *notes, uint32_t size, uint32_t *modes)
{
	static const char owner[] = "ARMBOOT";
	uint32_t found = *modes;
	uint64_t at = 0;

	while (at + HEADER_SIZE <= size) {
		const uint8_t *note = notes + at;
		uint32_t name_size = le32(note), descriptor_size = le32(note + 4);
		uint64_t descriptor = at + HEADER_SIZE + padded(name_size);

		if (descriptor + descriptor_size > size)
			return "a note exceeds its segment";
		at = descriptor + padded(descriptor_size);
		if (name_size != sizeof owner ||
		    memcmp(note + HEADER_SIZE, owner, sizeof owner) ||
		    le32(note + 8) != BW_NOTE_TYPE)
			continue;
		if (descriptor_size != 4)
			return "its ARMBOOT note is not one word";

		uint32_t says = le32(notes + descriptor) & ALL_MODES;

		if (!says)
			return "its ARMBOOT note names no mode";
		if (found && found != says)
			return "its ARMBOOT notes contradict each other";
		found = says;
	}
	for (; at < size; at++)
		if (notes[at])
			return "a note is cut short";
	*modes = found;
	return NULL;
}
