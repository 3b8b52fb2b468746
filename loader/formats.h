/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The formats that a payload may have. formats.c is compiled into the wrapper
 * and into tools/prepare, so that both take and refuse the same files.
 *
 * Images may lie at any byte: nothing here needs alignment.
 */
#ifndef FORMATS_H
#define FORMATS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

enum format {
	FORMAT_UNKNOWN,
	FORMAT_LINUX,		/* a zImage */
	FORMAT_XEN,		/* or another that begins like a zImage */
	FORMAT_ELF,
	FORMAT_UIMAGE,		/* any type: see uimage_type() */
	FORMAT_DTB,
	FORMAT_TABLE,		/* struct payload_table */
	FORMAT_RAMDISK,		/* cpio, or what a kernel can decompress to one */
};

/* As many bytes as it takes to tell them apart. */
#define FORMAT_HEADER_SIZE	64

/* What the file is that begins with these FORMAT_HEADER_SIZE bytes. */
enum format recognise(const uint8_t *header);

/*
 * Name a file that recognise() takes for no kernel, by its first `size` bytes; 4 KiB
 * are enough. Returns NULL, or what it is and a remedy, in words that follow
 * "KERNEL=file: ".
 */
const char *cannot_start(const uint8_t *data, uint32_t size);

/*
 * Whether a CPU that starts at the first of these bytes starts Linux's Image or
 * vmlinux: it runs only where the head of its text is TEXT_OFFSET above a start of
 * RAM, in the first 128 MiB, and relocates its virtual addresses by that.
 */
bool is_linux_image(const uint8_t *data, uint32_t size);

/*
 * A zImage (Linux, Documentation/arch/arm/booting.rst and
 * arch/arm/boot/compressed/head.S). Xen has the first magic number of it only,
 * and an end that counts its bss.
 */

/* Its size, as its header claims. */
uint32_t zimage_size(const uint8_t *header);

/*
 * What a zImage occupies once it has inflated, page tables and bss included, as
 * offsets from the start of RAM. end 0: the zImage does not say.
 */
struct zimage_room {
	uint32_t start, end;
};

/*
 * Check all `size` bytes of a Linux zImage, and read its room. Returns NULL, or what
 * is wrong, in words that follow "KERNEL=file: ".
 */
const char *zimage_check(const uint8_t *data, uint32_t size, struct zimage_room *room);

/* Whether all bytes are zero, or all 0xff: a partition behind its image. */
bool is_padding(const uint8_t *data, uint32_t size);

/* U-Boot's legacy image: a header of 64 bytes, then the data. */
#define UIMAGE_HEADER_SIZE	64
#define UIMAGE_KERNEL		2
#define UIMAGE_RAMDISK		3
#define UIMAGE_MULTI		4
#define UIMAGE_SCRIPT		6
#define UIMAGE_DTB		8
uint32_t uimage_size(const uint8_t *header);	/* of the data */
uint32_t uimage_type(const uint8_t *header);
bool uimage_is_compressed(const uint8_t *header);

/*
 * Check that a file of `size` bytes is a uImage of this type that can be used.
 * Returns NULL, or what it is and a remedy, in words that follow "FILE: ".
 */
const char *uimage_check(const uint8_t *header, uint32_t size, uint32_t type);

/* A DTB's own size, fdt_totalsize(). */
uint32_t dtb_size(const uint8_t *header);

/* How much of that its blocks take: the rest is room to grow. */
uint32_t dtb_used(const uint8_t *header);

/*
 * The table that tools/bw-pack puts in front of payloads, or that a debugger
 * puts into memory for them: this, then `count` entries. Little-endian words.
 * Offsets are from the table's first byte, modulo 2^32.
 */
#define TABLE_MAGIC		0x54505742	/* "BWPT" */
#define TABLE_MAX_ENTRIES	16

struct payload_table {
	uint32_t magic;
	uint32_t count;
	uint32_t crc;			/* CRC-32 (IEEE 802.3) of the entries */
	uint32_t size;			/* to the end of the last payload; 0 */
};

struct table_entry {
	uint32_t kind;			/* TABLE_... */
	uint32_t offset;
	uint32_t size;
	uint32_t crc;			/* CRC-32 of it; 0: not given */
};

#define TABLE_KERNEL		1
#define TABLE_DTB		2
#define TABLE_INITRD		3
#define TABLE_BOOTARGS		4	/* text */
#define TABLE_XEN		5
#define TABLE_XEN_BOOTARGS	6	/* text */
#define TABLE_OPTIONS		7	/* text: "mode=svc smc=none" */

uint32_t crc32(const uint8_t *data, uint32_t size);

/*
 * ELF, as far as it takes to load one (System V ABI, chapters 4 and 5): 32-bit,
 * little-endian, ARM, linked to a fixed address.
 */
struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

#define ELF_LOAD		1
#define ELF_NOTE		4
#define ELF_MAX_SEGMENTS	32

/* Where it goes, and where it begins; bit 0 of the entry: in Thumb state. */
struct elf_layout {
	uint32_t start, end, entry;
};

/*
 * The file offset of the first instruction, and its physical address; 0 if it is in
 * no segment. Valid before elf_check().
 */
uint32_t elf_entry(const struct elf_header *header,
		   const struct elf_segment *segments, uint32_t *address);

/*
 * Whether an ELF file with this code at its entry is Linux's vmlinux and linked to
 * virtual addresses: it would run outside the first 128 MiB of RAM.
 */
#define ELF_CODE_SIZE		32
bool elf_is_virtual(const uint8_t code[ELF_CODE_SIZE], uint32_t address,
		    uint32_t ram_start);
#define ELF_IS_VIRTUAL		"Linux's vmlinux, which is linked to virtual addresses; " \
				"name its zImage"

/*
 * Check a header alone, and then with its segments, of a file of `size` bytes
 * for RAM of [ram_start..ram_end). NULL, or what is wrong, in words that follow
 * "KERNEL=file: ".
 */
const char *elf_check_header(const struct elf_header *header, uint32_t size);
const char *elf_check(const struct elf_header *header,
		      const struct elf_segment *segments, uint32_t size,
		      uint32_t ram_start, uint32_t ram_end,
		      struct elf_layout *layout);

#endif
