/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: any file, as each thing that a user may say it is. */
#include <stdlib.h>
#include <string.h>

#include "loader/elf_note.h"
#include "loader/formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_elf(const uint8_t *data, uint32_t size)
{
	struct elf_segment segments[ELF_MAX_SEGMENTS];
	struct elf_header header;
	struct elf_layout layout;
	uint32_t modes = 0;

	if (size < sizeof header)
		return;
	memcpy(&header, data, sizeof header);
	if (elf_check_header(&header, size))
		return;
	memcpy(segments, data + header.phoff, header.phnum * sizeof *segments);
	for (unsigned n = 0; n < header.phnum; n++)
		if (segments[n].type == ELF_NOTE &&
		    (uint64_t)segments[n].offset + segments[n].filesz <= size)
			elf_note_modes(data + segments[n].offset,
				       segments[n].filesz, &modes);
	if (!elf_check(&header, segments, size, 0x80000000, 0xc0000000, &layout) &&
	    (layout.start < 0x80000000 || layout.end > 0xc0000000 ||
	     layout.entry < layout.start || layout.entry >= layout.end))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t header[FORMAT_HEADER_SIZE] = { 0 };
	uint64_t room[2];

	memcpy(header, data, size < sizeof header ? size : sizeof header);
	if (recognise(header) == FORMAT_LINUX)
		zimage_check(data, size, (void *)room);
	if (recognise(header) == FORMAT_UIMAGE)
		for (uint32_t type = 0; type < 9; type++)
			if (!uimage_check(header, size, type) &&
			    uimage_size(header) > size - UIMAGE_HEADER_SIZE)
				abort();
	cannot_start(data, size);
	is_linux_image(data, size);
	try_elf(data, size);
	return 0;
}
