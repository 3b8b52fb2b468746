/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recognise and check payloads; the public functions are in formats.h. Compiled
 * into the wrapper (transient) and into tools/prepare. Sizes and offsets in a file
 * are not trusted.
 */
#include <stddef.h>
#include <string.h>

#include "loader/formats.h"

#define ZIMAGE_MAGIC		0x016f2818	/* at 0x24 */
#define ZIMAGE_START		0x28
#define ZIMAGE_END		0x2c
#define ZIMAGE_BRANCH		0x20		/* to the code behind the header */
#define ZIMAGE_ENDIAN		0x30		/* LITTLE or BIG; code in Linux 3.14 or older */
#define ZIMAGE_LITTLE		0x04030201
#define ZIMAGE_BIG		0x01020304
#define ZIMAGE_HAS_TABLE	0x45454545	/* at 0x34, Linux only */
#define ZIMAGE_TABLE		0x38		/* its offset */
#define ZIMAGE_TAG_SIZES	0x5a534c4b	/* "ZSLK" */

/* Linux puts its first page tables, with LPAE the larger ones, in front of its text. */
#define PAGE_TABLES		0x5000

/* Instructions that Linux begins with: mrs r9, cpsr; eor r9, r9, #0x1a; setend be. */
#define ARM_MRS_R9		0xe10f9000
#define ARM_EOR_R9		0xe229901a
#define THUMB_MRS_R9		0x8900f3ef
#define THUMB_EOR_R9		0x091af089
#define ARM_MOV_R7_R1		0xe1a07001
#define ARM_SETEND_BE		0xf1010200

#define UIMAGE_MAGIC		0x27051956
#define DTB_MAGIC		0xd00dfeed

#define ELF_MAGIC		0x464c457f
#define ELF_CLASS_32		1		/* ident[4] */
#define ELF_LITTLE_ENDIAN	1		/* ident[5] */
#define ELF_EXECUTABLE		2
#define ELF_ARM			40

static bool begins_with(const uint8_t *data, const char *magic)
{
	while (*magic)
		if (*data++ != (uint8_t)*magic++)
			return false;
	return true;
}

/* cpio ("newc", "crc"), gzip, xz, LZMA, bzip2, LZ4, Zstandard, LZO. */
static bool is_ramdisk(const uint8_t *header)
{
	return begins_with(header, "07070") || begins_with(header, "\x1f\x8b") ||
	       begins_with(header, "\xfd" "7zXZ") || begins_with(header, "BZh") ||
	       begins_with(header, "\x02\x21\x4c\x18") ||
	       begins_with(header, "\x28\xb5\x2f\xfd") ||
	       begins_with(header, "\x89LZO") ||
	       big32(header) >> 8 == 0x5d0000;
}

/* Linux 4.14 and older have no table, 3.14 and older not even the word before it. */
static bool is_linux(const uint8_t *header)
{
	uint32_t endian = le32(header + ZIMAGE_ENDIAN);

	return le32(header + 0x34) == ZIMAGE_HAS_TABLE ||
	       endian == ZIMAGE_LITTLE || endian == ZIMAGE_BIG ||
	       endian == ARM_MRS_R9 || endian == ARM_MOV_R7_R1 ||
	       endian == ARM_SETEND_BE;
}

enum format recognise(const uint8_t *header)
{
	if (le32(header + 0x24) == ZIMAGE_MAGIC)
		return is_linux(header) ? FORMAT_LINUX : FORMAT_XEN;
	if (le32(header) == ELF_MAGIC)
		return FORMAT_ELF;
	if (big32(header) == DTB_MAGIC)
		return FORMAT_DTB;
	if (big32(header) == UIMAGE_MAGIC)
		return FORMAT_UIMAGE;
	if (le32(header) == TABLE_MAGIC)
		return FORMAT_TABLE;
	return is_ramdisk(header) ? FORMAT_RAMDISK : FORMAT_UNKNOWN;
}

/* A FIT is a DTB with a node /images, which its tool makes one of the first. */
static bool is_fit(const uint8_t *data, uint32_t size)
{
	static const uint8_t images[] = "\0\0\0\1images";

	for (uint32_t at = 0; at + sizeof images <= size; at += 4)
		if (!memcmp(data + at, images, sizeof images))
			return true;
	return false;
}

bool is_linux_image(const uint8_t *data, uint32_t size)
{
	/* A call of __hyp_stub_install, or a change to Thumb state, may come first. */
	for (uint32_t at = 0; at + 8 <= size && at <= 16; at += 4) {
		uint32_t first = le32(data + at), second = le32(data + at + 4);

		if ((first == ARM_MRS_R9 && second == ARM_EOR_R9) ||
		    (first == THUMB_MRS_R9 && second == THUMB_EOR_R9))
			return true;
	}
	return false;
}

const char *cannot_start(const uint8_t *data, uint32_t size)
{
#define FORMAT(at, magic, name, remedy) \
	{ at, sizeof magic - 1, magic, "neither a zImage nor ELF but " name "; " remedy },
	static const struct {
		uint8_t at, size;
		const char *magic, *text;
	} formats[] = {
#include "loader/formats.def"
	};

	if (size >= 4 && big32(data) == DTB_MAGIC)
		return is_fit(data, size) ? "neither a zImage nor ELF but a FIT "
			"image; take the zImage out of it with dumpimage" :
			"neither a zImage nor ELF but a DTB; pass it as the DTB";
	if (is_linux_image(data, size))
		return "neither a zImage nor ELF but Linux's Image, which must "
		       "lie TEXT_OFFSET above the start of RAM; name its zImage, "
		       "or link it with KERNEL_FORMAT=raw and KERNEL_ADDR=";
	for (unsigned i = 0; i < sizeof formats / sizeof *formats; i++)
		if (size >= formats[i].at + formats[i].size &&
		    !memcmp(data + formats[i].at, formats[i].magic,
			    formats[i].size))
			return formats[i].text;
	return NULL;
}

uint32_t zimage_size(const uint8_t *header)
{
	return le32(header + ZIMAGE_END) - le32(header + ZIMAGE_START);
}

/*
 * A BE8 kernel has little-endian instructions, is entered as any other, and begins
 * by changing the CPU's endianness.
 */
static bool sets_endianness(const uint8_t *data, uint32_t size)
{
	uint32_t branch = le32(data + ZIMAGE_BRANCH);
	uint32_t target = ZIMAGE_BRANCH + 8 + 4 * (branch & 0xffffff);

	return branch >> 24 == 0xea && target <= size - 4 &&
	       le32(data + target) == ARM_SETEND_BE;
}

/*
 * What follows the header is a table of {u32 words, u32 tag, data}, ended by
 * words = 0. Tag "ZSLK": offset of the inflated size, then bss, TEXT_OFFSET,
 * malloc. The inflated size stands at the very end of the compressed data.
 */
const char *zimage_check(const uint8_t *data, uint32_t size, struct zimage_room *room)
{
	*room = (struct zimage_room){ 0, 0 };
	if (size < FORMAT_HEADER_SIZE || zimage_size(data) > size)
		return "truncated zImage";
	if (le32(data + ZIMAGE_ENDIAN) == ZIMAGE_BIG && !sets_endianness(data, size))
		return "a big-endian zImage, but its first instruction does not "
		       "set the CPU's endianness";
	if (le32(data + 0x34) != ZIMAGE_HAS_TABLE)
		return NULL;

	uint64_t at = le32(data + ZIMAGE_TABLE), words;

	for (; at + 24 <= size && (words = le32(data + at)); at += 4 * words) {
		if (le32(data + at + 4) != ZIMAGE_TAG_SIZES)
			continue;
		uint64_t size_at = le32(data + at + 8);

		if (size_at + 4 > size)
			return "truncated zImage";
		uint64_t inflated = le32(data + size_at);

		/* Compressed data that inflates to less: what is there is not it. */
		if (inflated < size / 2)
			return "truncated zImage: what follows its header is "
			       "not there";

		uint64_t text = le32(data + at + 16);
		uint64_t end = text + inflated + le32(data + at + 12);

		room->start = text > PAGE_TABLES ? text - PAGE_TABLES : 0;
		room->end = end > UINT32_MAX ? UINT32_MAX : (uint32_t)end;
		break;
	}
	return NULL;
}

uint32_t uimage_size(const uint8_t *header)
{
	return big32(header + 12);
}

uint32_t uimage_type(const uint8_t *header)
{
	return header[30];
}

bool uimage_is_compressed(const uint8_t *header)
{
	return header[31];
}

bool is_padding(const uint8_t *data, uint32_t size)
{
	for (uint32_t at = 0; at < size; at++)
		if (data[at] != data[0] || (data[0] && data[0] != 0xff))
			return false;
	return true;
}

const char *uimage_check(const uint8_t *header, uint32_t size, uint32_t type)
{
	static const char *const others[] = {
		[UIMAGE_KERNEL] = "a uImage of a kernel; pass it as the kernel",
		[UIMAGE_RAMDISK] = "a uImage of a ramdisk; pass it as the initrd",
		[UIMAGE_MULTI] = "a uImage of several files; take them out with "
				 "dumpimage, and pass each by itself",
		[UIMAGE_SCRIPT] = "a uImage of a script, which only U-Boot can "
				  "run; pass what the script loads",
		[UIMAGE_DTB] = "a uImage of a DTB; pass it as the DTB",
	};
	uint32_t own = uimage_type(header);

	if (own != type && own < sizeof others / sizeof *others && others[own])
		return others[own];
	if (own != type)
		return "a uImage of an unknown type; take the content out with "
		       "dumpimage";
	if (size < UIMAGE_HEADER_SIZE || uimage_size(header) > size -
	    UIMAGE_HEADER_SIZE)
		return "a uImage cut short; copy the file again";
	/* Linux itself decompresses a ramdisk. */
	if (type != UIMAGE_RAMDISK && uimage_is_compressed(header))
		return "a compressed uImage; make it with mkimage -C none";
	return NULL;
}

uint32_t dtb_size(const uint8_t *header)
{
	return big32(header + 4);
}

uint32_t dtb_used(const uint8_t *header)
{
	uint64_t structure = big32(header + 8), strings = big32(header + 12);
	uint64_t used = strings + big32(header + 32);
	uint32_t reservations = big32(header + 16);

	if (used < structure + big32(header + 36))
		used = structure + big32(header + 36);
	/* The list of reservations has no size; it lies before the others, or anywhere. */
	if (reservations > structure || reservations > strings ||
	    used > dtb_size(header))
		return dtb_size(header);
	return (uint32_t)used;
}

uint32_t crc32(const uint8_t *data, uint32_t size)
{
	uint32_t crc = 0xffffffff;

	while (size--) {
		crc ^= *data++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

const char *elf_check_header(const struct elf_header *header, uint32_t size)
{
	if (header->ident[4] != ELF_CLASS_32 ||
	    header->ident[5] != ELF_LITTLE_ENDIAN ||
	    header->machine != ELF_ARM || header->type != ELF_EXECUTABLE)
		return "not an executable of 32-bit little-endian ARM";
	if (header->phentsize != sizeof(struct elf_segment) ||
	    header->phoff + (uint64_t)header->phnum *
	    sizeof(struct elf_segment) > size)
		return "its program headers exceed the file";
	if (header->phnum > ELF_MAX_SEGMENTS)
		return "it has more than 32 program headers";
	return NULL;
}

uint32_t elf_entry(const struct elf_header *header,
		   const struct elf_segment *segments, uint32_t *address)
{
	uint32_t entry = header->entry & ~1u;

	for (const struct elf_segment *s = segments; s < segments + header->phnum; s++)
		if (s->type == ELF_LOAD && entry >= s->vaddr &&
		    entry - s->vaddr < s->filesz) {
			*address = entry - s->vaddr + s->paddr;
			return entry - s->vaddr + s->offset;
		}
	return 0;
}

bool elf_is_virtual(const uint8_t code[ELF_CODE_SIZE], uint32_t address,
		    uint32_t ram_start)
{
	return is_linux_image(code, ELF_CODE_SIZE) &&
	       address - ram_start >= 128 << 20;
}

const char *elf_check(const struct elf_header *header,
		      const struct elf_segment *segments, uint32_t size,
		      uint32_t ram_start, uint32_t ram_end,
		      struct elf_layout *layout)
{
	bool entry_found = false;

	layout->start = UINT32_MAX;
	layout->end = 0;
	for (unsigned n = 0; n < header->phnum; n++) {
		const struct elf_segment *s = &segments[n];
		uint64_t top = (uint64_t)s->paddr + s->memsz;

		if (s->type != ELF_LOAD)
			continue;
		if ((uint64_t)s->offset + s->filesz > size)
			return "a segment exceeds the file";
		if (s->filesz > s->memsz)
			return "a segment is larger in the file than in memory";
		if (s->memsz == 0)
			continue;
		if (s->paddr < ram_start || top > ram_end)
			return "a segment lies outside the RAM";
		for (const struct elf_segment *other = segments; other < s; other++)
			if (other->type == ELF_LOAD && other->paddr < top &&
			    s->paddr < (uint64_t)other->paddr + other->memsz)
				return "two segments overlap";
		/* The entry is a virtual address, and MMU-off code has none. */
		if (header->entry >= s->vaddr &&
		    header->entry - s->vaddr < s->memsz) {
			layout->entry = header->entry - s->vaddr + s->paddr;
			entry_found = true;
		}
		if (s->paddr < layout->start)
			layout->start = s->paddr;
		if (top > layout->end)
			layout->end = (uint32_t)top;
	}
	if (!entry_found)
		return "its entry lies in no segment";
	if ((layout->entry & 3) == 2)
		return "its entry is aligned for neither ARM nor Thumb";
	return NULL;
}
