/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory maps and images for place.c, on the host, with sanitizers: test_place.py
 * compiles and runs it. Usage: place_fuzz ROUNDS. After some maps and images that
 * are fixed, each round makes random ones. Brute force tries
 * all addresses for the same images, by rules of its own: where it finds a
 * placement, place() must find one, which is checked; where not, place() must refuse,
 * and name two things whose addresses overlap, or that share too small a range.
 *
 * A map has up to 20 pages, each of 4 units: a set of units is a word of 128 bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/console.h"
#include "loader/place.h"
#include "random.h"

#define PAGE	4096
#define UNIT	1024
#define UNITS	(PAGE / UNIT)

typedef unsigned __int128 set;

static jmp_buf refused;
static char message[1000];

/* As console.c formats it. */
void refuse(const char *format, ...)
{
	char *to = message;
	va_list arguments;

	va_start(arguments, format);
	for (; *format; format++) {
		if (*format != '%')
			*to++ = *format;
		else if (*++format == 's')
			to += sprintf(to, "%s", va_arg(arguments, const char *));
		else
			to += sprintf(to, *format == 'x' ? "%08x" : "%u",
				      va_arg(arguments, uint32_t));
	}
	*to = '\0';
	va_end(arguments);
	longjmp(refused, 1);
}

static struct place_map map;
static struct placement p;
static set window, reserved, sources, inflated;
static uint32_t pages;

static set bits(uint32_t from, uint32_t to)
{
	set all = ~(set)0;

	return from >= to ? 0 : (to >= 128 ? all : ~(all << to)) & (all << from);
}

/* The units of a range of addresses; at least one if it is not empty. */
static set of(uint32_t start, uint64_t end)
{
	if (start >= end)
		return 0;
	return bits((start - map.start) / UNIT, (end - map.start + UNIT - 1) / UNIT);
}

static uint32_t rounded(uint32_t size)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

static bool fits(const struct place_part *part, uint32_t at, uint32_t need)
{
	return at >= map.start && (uint64_t)at + need <= part->limit;
}

/*
 * What an image takes from others at an address; 0: it cannot lie there, beside what
 * others take, and what fixed images will (`hard`).
 */
static set try(const struct place_part *part, uint32_t at, bool stays, set others, set hard)
{
	uint32_t need = part->size + part->work;
	bool moves = !stays && !part->fixed;
	set own, work, copy = 0, takes;

	if (!fits(part, at, moves ? rounded(need) : need))
		return 0;
	own = of(at, at + part->size);
	work = of(at + part->size, at + need);
	if (moves)
		takes = of(at, at + rounded(need));
	else
		takes = own | work;
	if (!part->fixed)
		others |= hard;
	if (takes & (window | others))
		return 0;
	if (moves && takes & sources)
		return 0;
	if ((stays ? work : own | work) & reserved)
		return 0;
	if (part == p.parts) {
		if (p.inflated.end > at) {
			if ((uint64_t)p.inflated.end + need > map.end)
				return 0;
			copy = of(p.inflated.end, p.inflated.end + need);
		}
		if ((inflated | copy) & (window | reserved | hard | others))
			return 0;
	}
	return own | work | (part == p.parts ? inflated | copy : 0);
}

/* Whether the parts from parts[i] on can be placed beside what is taken. */
static bool brute(uint32_t i, set taken, set hard)
{
	const struct place_part *part = &p.parts[i];
	set takes;

	if (i == p.count)
		return true;
	if (!part->size)
		return brute(i + 1, taken, hard);
	if (part->fixed) {
		if (part->at % part->align)
			return false;
		takes = try(part, part->at, part->in_memory && part->source == part->at,
			    taken, hard);
		return takes && brute(i + 1, taken | takes, hard);
	}
	if (part->in_memory && part->source % part->align == 0) {
		takes = try(part, part->source, true, taken, hard);
		if (takes && brute(i + 1, taken | takes, hard))
			return true;
	}
	for (uint32_t page = 0; page < pages; page++) {
		takes = try(part, map.start + page * PAGE, false, taken, hard);
		if (takes && brute(i + 1, taken | takes, hard))
			return true;
	}
	return false;
}

/* What the rules demand of the input, whatever goes where. */
static bool may_work(void)
{
	set seen = 0;

	for (uint32_t i = 0; i < p.count; i++) {
		const struct place_part *part = &p.parts[i];
		set own;

		if (!part->size || !part->in_memory)
			continue;
		own = of(part->source, (uint64_t)part->source + part->size);
		if (own & (window | seen) || (uint64_t)part->source + part->size > map.end)
			return false;
		seen |= own;
	}
	return !(inflated & (window | reserved));
}

/* The placement that place() has chosen. */
static bool is_right(set hard)
{
	set taken = 0;

	for (uint32_t i = 0; i < p.count; i++) {
		const struct place_part *part = &p.parts[i];
		bool stays = part->in_memory && part->at == part->source;
		set takes;

		if (!part->size)
			continue;
		takes = try(part, part->at, stays, taken, part->fixed ? 0 : hard);
		if (!takes || (!stays && !part->fixed && part->at % PAGE) ||
		    part->at % part->align)
			return false;
		taken |= takes;
	}
	return true;
}

/* Whether the line names two things that exclude each other, or where there is no room. */
static bool is_clear(void)
{
	uint32_t a, b, c, d;
	const char *at = strstr(message, " overlaps the ");

	if (!strstr(message, "; "))
		return false;
	if (at) {
		at = strstr(at, ": [");
		return at && sscanf(at, ": [%x..%x] and [%x..%x]; ", &a, &b, &c, &d) == 4 &&
		       a <= d && c <= b;
	}
	if (strstr(message, " exceeds ") || strstr(message, " is not at a multiple of "))
		return true;
	at = strstr(message, " does not fit into [");
	if (!at || sscanf(at, " does not fit into [%x..%x], ", &a, &b) != 2)
		return false;
	at = strstr(message, " beside the ");
	if (!at)
		return strstr(message, ", where it must lie; ");
	at = strstr(at, ", [");
	return at && sscanf(at, ", [%x..%x]; ", &c, &d) == 2 && a <= d && c <= b;
}

static uint32_t unit(uint32_t limit)
{
	return map.start + next(limit * UNITS) * UNIT;
}

static void set_up(void)
{
	static const char *const names[] = { "kernel", "DTB", "initrd", "module 1", "module 2" };
	static const enum place_role roles[] = {
		PLACE_ZIMAGE, PLACE_DTB, PLACE_INITRD, PLACE_MODULE, PLACE_ELF_FILE,
	};
	uint32_t most = 1 + next(next(3) ? 3 : 8), at;

	memset(&map, 0, sizeof map);
	memset(&p, 0, sizeof p);
	p.map = &map;
	pages = 6 + next(15);
	map.start = next(4) ? 0x80000000 : next(2) ? 0 : 0xfffff000 - pages * PAGE;
	map.end = map.start + pages * PAGE;
	map.decompressor_end = map.start + (1 + next(pages)) * PAGE;
	map.lowmem_end = map.decompressor_end + next((map.end - map.decompressor_end) / PAGE + 1) * PAGE;
	at = next(pages);
	map.window.start = map.resident.start = map.start + at * PAGE;
	map.window.end = map.window.start + (1 + next(pages - at < 3 ? pages - at : 3)) * PAGE;
	map.resident.end = map.resident.start + PAGE;
	for (at = next(2) * next(5); at > 0; at--) {
		uint32_t start = next(pages);

		map.reserved[map.reserved_count].start = map.start + start * PAGE;
		map.reserved[map.reserved_count++].end = map.start + PAGE *
			(start + 1 + next(pages - start < 3 ? pages - start : 3));
	}
	for (uint32_t i = 0, count = 2 + next(4); i < count; i++) {
		struct place_part *part = place_add(&p, i ? roles[i] : next(3) ? PLACE_ZIMAGE :
						    PLACE_RAW, names[i], next(2) ? "file" : NULL,
						    next(8) ? UNIT * (1 + next(UNITS * most)) : 0);

		part->prefer = map.start + next(pages) * PAGE;
		part->work = part->work ? next(6) * UNIT : 0;
		part->variable = "X_ADDR=";
		if (!i && !part->size)
			part->size = UNIT;
		if (next(10) == 0) {
			part->fixed = true;
			part->at = next(3) ? map.start + next(pages) * PAGE : unit(pages);
			part->in_memory = next(2);
			part->source = next(4) ? part->at : unit(pages);
		} else if (next(3) == 0) {
			part->in_memory = true;
			part->source = next(3) ? map.start + next(pages) * PAGE : unit(pages);
		}
	}
	/* Only a zImage inflates. */
	if (p.parts->limit == map.decompressor_end && next(2)) {
		p.inflated.start = next(2) ? map.start + UNIT : unit(pages);
		p.inflated.end = p.inflated.start + UNIT * (1 + next(UNITS * most));
		if (p.inflated.end > map.end || p.inflated.end < p.inflated.start)
			p.inflated.end = map.end;
	}
}

#define RAM	0x80000000

static struct ram_bank banks[3];
static const struct elf_layout *elf;
static struct elf_layout layout;
static uint32_t loaded_at;		/* where a loader put the zImage; 0: it is in a file */
static uint32_t initrd_size = 100 << 20;
static uint32_t dtb_addr;		/* given by the user, if not 0 */
static const char *dtb_variable = "DTB_ADDR=";

/* As the boot does it: the board's window, what the DTB has, a zImage or an ELF file. */
static void all(void)
{
	memset(&p, 0, sizeof p);
	p.map = &map;
	map.window = (struct ram_bank){ RAM + 0x7e00000, RAM + 0x7e20000 };
	map.resident = (struct ram_bank){ RAM + 0x7e10000, RAM + 0x7e13000 };
	place_find_ram(&map, banks, 3, "a file");
	place_reserve(&map, map.reserved_count);
	if (elf) {
		place_elf(&p, "kernel", "vmlinux", elf);
	} else {
		place_add(&p, PLACE_ZIMAGE, "kernel", "zImage", 5 << 20);
		place_inflated(&p, 0x3000, 20 << 20);
		p.parts->in_memory = loaded_at;
		p.parts->source = loaded_at;
	}

	struct place_part *dtb = place_add(&p, PLACE_DTB, "DTB", NULL, 16384);

	dtb->variable = dtb_variable;
	dtb->fixed = dtb_addr;
	dtb->at = dtb_addr;
	place_add(&p, PLACE_INITRD, "initrd", "rd.gz", initrd_size);
	place(&p);
}

/* What comes of it: the kernel's and the initrd's address, or what the message contains. */
static void expect(int line, uint32_t kernel, uint32_t initrd, const char *text)
{
	message[0] = '\0';
	if (!setjmp(refused))
		all();
	if (text ? !strstr(message, text) :
	    *message || p.parts[0].at != kernel || p.parts[2].at != initrd) {
		fprintf(stderr, "line %d: %s; kernel %x, initrd %x\n", line, message,
			p.parts[0].at, p.parts[2].at);
		exit(1);
	}
}

static void scenarios(void)
{
	expect(__LINE__, 0, 0, "the DTB (a file): no /memory node has [87e00000..87e1ffff], ");
	banks[0] = (struct ram_bank){ 0x40000000, 0x50000000 };
	banks[1] = (struct ram_bank){ RAM, RAM + 0x7e10000 };
	banks[2] = (struct ram_bank){ 0x90000000, 0xa0000000 };
	expect(__LINE__, 0, 0, "build with MEMORY= or WRAPPER_ADDR=");
	banks[1].end = RAM + 0x10000000;
	expect(__LINE__, RAM + 0x2000000, RAM + 0x8000000, NULL);
	/* Another board's: the window is not in the first 128 MiB. */
	banks[1].start = RAM - 0x1000;
	expect(__LINE__, 0, 0, "no /memory node has [87e00000..87e1ffff], ");
	/* The start of RAM is not what a decompressor rounds down to, nor Linux. */
	banks[1].start = RAM + 0x100000;
	expect(__LINE__, RAM + 0x2000000, RAM + 0x8000000, NULL);
	if (p.inflated.end != RAM + 0x200000 + (20 << 20) || map.decompressor_end != RAM + 0x8000000) {
		fprintf(stderr, "inflated to %x, zImage below %x\n", p.inflated.end,
			map.decompressor_end);
		exit(1);
	}
	banks[1].start = RAM;

	map.reserved_count = PLACE_MAX_RESERVED + 1;
	expect(__LINE__, 0, 0, "the DTB reserves more than 256 ranges of memory; ");
	/* What the wrapper has reserved in an earlier boot; then, a byte more. */
	map.reserved[0] = map.resident;
	map.reserved_count = 1;
	expect(__LINE__, RAM + 0x2000000, RAM + 0x8000000, NULL);
	map.reserved[0] = (struct ram_bank){ map.resident.start, map.resident.end + 1 };
	map.reserved_count = 1;
	expect(__LINE__, 0, 0, "the wrapper overlaps the memory that the DTB reserves: ");
	/* So many gaps that not all can be tried: it ends all the same. */
	map.reserved_count = PLACE_MAX_RESERVED;
	for (uint32_t i = 0; i < PLACE_MAX_RESERVED; i++)
		map.reserved[i] = (struct ram_bank){ RAM + 0x2000000 + i * 0x10000,
						     RAM + 0x2001000 + i * 0x10000 };
	expect(__LINE__, RAM + 0x2ff1000, RAM + 0x8000000, NULL);
	banks[1].end = RAM + 0x8000000;
	expect(__LINE__, 0, 0, "the initrd (rd.gz), 104857600 bytes, does not fit into ");
	banks[1].end = RAM + 0x10000000;
	/* The initrd fits below the wrapper only, if the kernel makes room; then, nowhere. */
	map.reserved_count = 1;
	map.reserved[0] = (struct ram_bank){ RAM + 0xa000000, RAM + 0x10000000 };
	expect(__LINE__, RAM + 0x1400000, RAM + 0x1a00000, NULL);
	map.reserved_count = 2;
	map.reserved[1] = (struct ram_bank){ RAM + 0x2000000, RAM + 0x3000000 };
	expect(__LINE__, 0, 0, ", where it must lie, beside the ");
	map.reserved_count = 0;

	layout = (struct elf_layout){ RAM + 0x100000, RAM + 0x300000, RAM + 0x108000 };
	elf = &layout;
	expect(__LINE__, RAM + 0x100000, RAM + 0x8000000, NULL);
	layout = (struct elf_layout){ RAM + 0x8208000, RAM + 0x8300000, RAM + 0x8208000 };
	expect(__LINE__, RAM + 0x8208000, RAM + 0x8300000, NULL);
	/* Nobody can set the address of an ELF file; of a DTB without a variable, nor that. */
	map.reserved_count = 1;
	map.reserved[0] = (struct ram_bank){ RAM + 0x8200000, RAM + 0x8209000 };
	expect(__LINE__, 0, 0, "the kernel (vmlinux) overlaps the memory that the DTB reserves: "
	       "[88208000..882fffff] and [88200000..88208fff]; link it elsewhere");
	map.reserved_count = 0;
	elf = NULL;
	dtb_addr = RAM + 0x10000;
	expect(__LINE__, 0, 0, "[80010000..80013fff]; set DTB_ADDR=");
	dtb_variable = NULL;
	expect(__LINE__, 0, 0, "[80010000..80013fff]; link it elsewhere");
	dtb_variable = "DTB_ADDR=";
	dtb_addr = RAM - 0x10000;
	expect(__LINE__, 0, 0, "the DTB, 16384 bytes at 7fff0000, exceeds [80000000..");
	dtb_addr = 0;

	/* A kernel in flash, below and above the RAM, is copied. */
	loaded_at = 0x04000000;
	expect(__LINE__, RAM + 0x2000000, RAM + 0x8000000, NULL);
	loaded_at = 0xff000000;
	expect(__LINE__, RAM + 0x2000000, RAM + 0x8000000, NULL);
	loaded_at = 0xffffffff;
	expect(__LINE__, RAM + 0x2000000, RAM + 0x8000000, NULL);
	loaded_at = RAM + 0x7e00000;
	expect(__LINE__, 0, 0, "the kernel (zImage) overlaps the wrapper: ");
	loaded_at = 0;

	/*
	 * The initrd fits nowhere, and the DTB into each of 253 gaps: it ends before all of
	 * these have been tried.
	 */
	banks[1].end = RAM + 0x8000000;
	initrd_size = 100 << 10;
	map.reserved_count = PLACE_MAX_RESERVED;
	for (uint32_t i = 0; i < PLACE_MAX_RESERVED - 3; i++)
		map.reserved[i] = (struct ram_bank){ RAM + 0x2000000 + i * 0x10000,
						     RAM + 0x2001000 + i * 0x10000 };
	map.reserved[253] = (struct ram_bank){ RAM + 0x1a00000, RAM + 0x2000000 };
	map.reserved[254] = (struct ram_bank){ RAM + 0x2fd0000, RAM + 0x7e00000 };
	map.reserved[255] = (struct ram_bank){ RAM + 0x7e20000, RAM + 0x8000000 };
	expect(__LINE__, 0, 0, "the initrd (rd.gz), 102400 bytes, does not fit into ");

	/* What is not there overlaps nothing. */
	place_check_window(map.window, &(struct place_part){ .source = map.window.start,
							     .in_memory = true });
	place_check_window(map.window, &(struct place_part){ .source = map.window.start,
							     .size = 1 });
	p.inflated = (struct ram_bank){ 1, 2 };
	place_inflated(&p, 0, 0);
	if (p.inflated.start != 1)
		exit(1);
}

int main(int argc, char **argv)
{
	static uint32_t placed, rejected, moved;
	static int round;

	if (argc != 2)
		return 2;
	scenarios();
	for (round = atoi(argv[1]); round > 0; round--) {
		volatile bool possible = false, found = false;
		set hard = 0, before;
		uint32_t count;

		set_up();
		window = of(map.window.start, map.window.end);
		if (setjmp(refused)) {
			rejected++;	/* the window is reserved */
			if (!is_clear()) {
				fprintf(stderr, "unclear: %s\n", message);
				return 1;
			}
			continue;
		}
		count = map.reserved_count;
		before = 0;
		for (uint32_t i = 0; i < count; i++)
			if (map.reserved[i].start < map.resident.start ||
			    map.reserved[i].end > map.resident.end)
				before |= of(map.reserved[i].start, map.reserved[i].end);
		place_reserve(&map, count);
		reserved = 0;
		for (uint32_t i = 0; i < map.reserved_count; i++)
			reserved |= of(map.reserved[i].start, map.reserved[i].end);
		if (reserved != before) {
			fprintf(stderr, "reservations are lost\n");
			return 1;
		}
		inflated = of(p.inflated.start, p.inflated.end);
		sources = 0;
		for (uint32_t i = 0; i < p.count; i++) {
			const struct place_part *part = &p.parts[i];

			if (part->size && part->in_memory)
				sources |= of(part->source, (uint64_t)part->source + part->size);
			if (part->size && part->fixed && i)
				hard |= of(part->at, (uint64_t)part->at + part->size);
		}
		possible = may_work() && brute(0, 0, hard);
		message[0] = '\0';
		if (!setjmp(refused)) {
			place(&p);
			found = true;
		}
		placed += found;
		rejected += !found;
		for (uint32_t i = 0; found && i < p.count; i++)
			moved += p.parts[i].in_memory && p.parts[i].at != p.parts[i].source;
		if (found != possible || (found ? !is_right(hard) : !is_clear())) {
			fprintf(stderr, "brute force: %s; place(): %s %s\n", possible ? "yes" : "no",
				found ? "yes" : "no", message);
			fprintf(stderr, "RAM [%x..%x) zImage %x lowmem %x window [%x..%x) inflated [%x..%x)\n",
				map.start, map.end, map.decompressor_end, map.lowmem_end,
				map.window.start, map.window.end, p.inflated.start, p.inflated.end);
			for (uint32_t i = 0; i < map.reserved_count; i++)
				fprintf(stderr, "reserved [%x..%x)\n", map.reserved[i].start,
					map.reserved[i].end);
			for (uint32_t i = 0; i < p.count; i++)
				fprintf(stderr, "%s: %x + %x, limit %x, prefer %x, %s %x, %s %x\n",
					p.parts[i].what, p.parts[i].size, p.parts[i].work,
					p.parts[i].limit, p.parts[i].prefer,
					p.parts[i].in_memory ? "lies at" : "not in memory",
					p.parts[i].source, p.parts[i].fixed ? "fixed at" : "placed at",
					p.parts[i].at);
			return 1;
		}
	}
	printf("%u placed, %u of the images moved, %u refused\n", placed, moved, rejected);
	return 0;
}
