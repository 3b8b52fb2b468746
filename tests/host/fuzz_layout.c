/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: the whole path of the loader, from bytes to places. The bytes are a
 * struct head, the first bytes of a kernel, and a DTB. What place() finds is checked by
 * rules of this file's own.
 */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "lib/console.h"
#include "loader/dtb.h"
#include "loader/place.h"
#include "memory_map.h"

#define ROOM		8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct head {
	uint32_t kernel_bytes;		/* so many follow, and then the DTB */
	uint32_t in_memory;		/* bit n: parts[n] lies at source[n]; bit 8 + n: is fixed */
	uint32_t source[4], size[4];	/* of kernel, DTB, initrd and a module */
};

static jmp_buf refused;

void refuse(const char *format, ...)
{
	(void)format;
	longjmp(refused, 1);
}

static bool overlap(uint64_t start, uint64_t end, uint64_t other_start, uint64_t other_end)
{
	return start < end && other_start < other_end && start < other_end && other_start < end;
}

/* [start..end) is RAM outside the window, and nothing from `fresh` on is reserved. */
static void check_range(const struct place_map *map, uint64_t start, uint64_t fresh, uint64_t end)
{
	if (start < map->start || end > map->end ||
	    overlap(start, end, map->window.start, map->window.end))
		abort();
	for (uint32_t i = 0; i < map->reserved_count; i++)
		if (overlap(fresh, end, map->reserved[i].start, map->reserved[i].end))
			abort();
}

/* Whether what the part takes for good is its own and may be used. */
static void check_part(const struct placement *p, uint32_t n)
{
	const struct place_part *part = &p->parts[n];
	uint64_t start = part->at, size_end = start + part->size, end = size_end + part->work;
	bool stays = part->in_memory && part->source == part->at;

	check_range(p->map, start, stays ? size_end : start, end);
	if (end > part->limit)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		const struct place_part *other = &p->parts[i];

		if (other->size && overlap(start, end, other->at, (uint64_t)other->at +
					   other->size + other->work))
			abort();
	}
	if (n && overlap(start, end, p->inflated.start, p->inflated.end))
		abort();
}

/* Below the end of what it inflates to, a zImage first moves itself to that end. */
static void check_copy(const struct placement *p)
{
	const struct place_part *zimage = p->parts;
	uint64_t start = p->inflated.end, end = start + zimage->size + zimage->work;

	if (zimage->at >= start)
		return;
	check_range(p->map, start, start, end);
	for (uint32_t i = 1; i < p->count; i++)
		if (p->parts[i].size && overlap(start, end, p->parts[i].at,
						(uint64_t)p->parts[i].at + p->parts[i].size))
			abort();
}

/* As load.c does it for an ELF file that it reads. */
static void add_elf(struct placement *p, const uint8_t *data, uint32_t size)
{
	struct elf_segment segments[ELF_MAX_SEGMENTS];
	struct elf_header header;
	struct elf_layout layout;

	if (size < sizeof header)
		refuse("truncated");
	memcpy(&header, data, sizeof header);
	if (elf_check_header(&header, size))
		refuse("no ELF");
	memcpy(segments, data + header.phoff, header.phnum * sizeof *segments);
	if (elf_check(&header, segments, size, p->map->start, p->map->end, &layout))
		refuse("not for this RAM");
	place_elf(p, "kernel", "fuzz", &layout);
}

static void add_kernel(struct placement *p, const struct head *head, const uint8_t *data)
{
	uint8_t first[FORMAT_HEADER_SIZE] = { 0 };
	struct zimage_room room;

	memcpy(first, data, head->kernel_bytes < sizeof first ? head->kernel_bytes :
	       sizeof first);
	switch (recognise(first)) {
	case FORMAT_ELF:
		add_elf(p, data, head->kernel_bytes);
		break;
	case FORMAT_LINUX:
		if (zimage_check(data, head->kernel_bytes, &room))
			refuse("no zImage");
		place_add(p, PLACE_ZIMAGE, "kernel", "fuzz", head->size[0]);
		place_inflated(p, room.start, room.end);
		break;
	case FORMAT_XEN:
		place_add(p, PLACE_XEN, "Xen", "fuzz", head->size[0]);
		break;
	default:
		if (cannot_start(data, head->kernel_bytes))
			refuse("no kernel");
		place_add(p, PLACE_RAW, "kernel", "fuzz", head->size[0]);
		break;
	}
}

static void lay_out(const struct head *head, const uint8_t *kernel, void *fdt, int room)
{
	static struct place_map map;
	struct placement p = { .map = &map };
	struct dtb_nodes nodes;

	if (dtb_open(fdt, room, &nodes) || dtb_check_ram(fdt, &nodes))
		return;
	map = (struct place_map){
		.window = { BOARD_WRAPPER, DTB_DEFAULT_ADDR },
		.resident = { RESIDENT_START, RESIDENT_END },
	};
	place_find_ram(&map, nodes.ram, nodes.ram_count, "fuzz");
	place_reserve(&map, dtb_read_reserved(fdt, &nodes, map.reserved, PLACE_MAX_RESERVED));
	add_kernel(&p, head, kernel);
	place_add(&p, PLACE_DTB, "DTB", "fuzz", room);
	place_add(&p, PLACE_INITRD, "initrd", "fuzz", head->size[2]);
	place_add(&p, PLACE_MODULE, "module", "fuzz", head->size[3]);
	for (uint32_t n = 0; n < p.count; n++) {
		p.parts[n].in_memory = head->in_memory >> n & 1;
		p.parts[n].source = head->source[n];
		if (head->in_memory >> 8 >> n & 1) {
			p.parts[n].fixed = true;
			p.parts[n].at = head->source[n];
		}
	}
	place(&p);
	for (uint32_t n = 0; n < p.count; n++)
		if (p.parts[n].size)
			check_part(&p, n);
	if (p.parts[0].size)
		check_copy(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct head head;

	if (size < sizeof head + sizeof(struct fdt_header))
		return 0;
	memcpy(&head, data, sizeof head);
	data += sizeof head;
	size -= sizeof head;
	if (head.kernel_bytes > size - sizeof(struct fdt_header))
		return 0;

	uint32_t dtb_bytes = size - head.kernel_bytes;
	uint8_t *kernel = malloc(head.kernel_bytes);	/* of its own: reads past it are found */
	void *fdt = calloc(1, dtb_bytes + ROOM);

	memcpy(kernel, data, head.kernel_bytes);
	memcpy(fdt, data + head.kernel_bytes, dtb_bytes);
	if (!fdt_check_header(fdt) && fdt_totalsize(fdt) <= dtb_bytes && !setjmp(refused))
		lay_out(&head, kernel, fdt, dtb_bytes + ROOM);
	free(kernel);
	free(fdt);
	return 0;
}
