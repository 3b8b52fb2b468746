/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF note that names the modes in which a kernel may be started: BW_NOTE of
 * boot_wrapper.h. elf_note.c is compiled into the wrapper and into tools/prepare.
 */
#ifndef ELF_NOTE_H
#define ELF_NOTE_H

#include <stdint.h>

/*
 * Read `size` bytes, the content of one PT_NOTE segment. *modes is 0, or what
 * an earlier segment of the same file said; bit n of it stands for mode n.
 * Returns NULL, and *modes is what the file has said up to here; or what is
 * wrong with the notes, in words that follow "KERNEL=file: ", and *modes is as
 * it was. No byte outside the segment is read.
 *
 *  - A note is {namesz, descsz, type}, then name and descriptor, each padded to
 *    4 bytes; all from the segment's start, wherever that is in the file. The
 *    padding of the last descriptor may be missing. A note that is larger than
 *    what is left of the segment is refused.
 *  - Fewer than 12 bytes behind the last note are refused unless all are zero.
 *    An empty segment has no note.
 *  - Notes of other owners than "ARMBOOT", and of other types, are skipped.
 *  - The descriptor must be 4 bytes, a little-endian word with the bit of at
 *    least one of the four modes. Bits of no mode are ignored.
 *  - Several notes of ours must name the same modes.
 */
const char *elf_note_modes(const uint8_t *notes, uint32_t size, uint32_t *modes);

#endif
