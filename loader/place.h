/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where each part of a payload goes. place.c is compiled into the wrapper and into
 * tools/prepare, so that boot and build decide alike and refuse in the same words.
 * It reads nothing but its arguments; what is wrong it says by refuse().
 */
#ifndef LOADER_PLACE_H
#define LOADER_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "loader/dtb.h"
#include "loader/formats.h"

#define PLACE_MAX_RESERVED	256
#define PLACE_MAX_PARTS		10

/* The memory of a machine, as far as payloads may use it. */
struct place_map {
	uint32_t start, end;		/* the bank of RAM that the wrapper is in */
	uint32_t decompressor_end;	/* decompressors see no RAM above this */
	uint32_t lowmem_end;		/* Linux sees DTB and initrd below this only */
	struct ram_bank window;		/* the wrapper's own memory */
	struct ram_bank resident;	/* in the window: a DTB may reserve it already */
	uint32_t reserved_count;
	struct ram_bank reserved[PLACE_MAX_RESERVED];	/* by the DTB */
};

/* What a part is, which says where it may lie. */
enum place_role {
	PLACE_ZIMAGE,			/* started by the wrapper, and so are the next three */
	PLACE_XEN,
	PLACE_RAW,
	PLACE_ELF,			/* fixed: at the addresses that it is linked to */
	PLACE_ELF_FILE,			/* it is in memory, and loaded from there */
	PLACE_DTB,
	PLACE_INITRD,
	PLACE_MODULE,			/* of a hypervisor, which sees all RAM */
};

/* One image that must lie somewhere. */
struct place_part {
	const char *what;		/* "initrd": for messages */
	const char *from;		/* "host file rd.gz": for messages; NULL: not shown */
	const char *variable;		/* "INITRD_ADDR=": what sets its address; NULL: none */
	uint32_t size;			/* bytes; 0: there is no such part */
	uint32_t work;			/* bytes that must be free behind it */
	uint32_t prefer;		/* the lowest address that is tried first */
	uint32_t limit;			/* the end of where it must lie */
	uint32_t align;			/* of a fixed part, and of one that may stay */
	bool in_memory;			/* it lies at `source`; it stays there if it may */
	bool fixed;			/* it must go to `at` */
	uint32_t source;
	uint32_t at;			/* the result */
};

/* What is to be placed. parts[0] is what the wrapper starts. */
struct placement {
	const struct place_map *map;
	struct ram_bank inflated;	/* what it inflates to, if it is PLACE_ZIMAGE; end 0: nothing */
	uint32_t count;
	struct place_part parts[PLACE_MAX_PARTS];
};

/*
 * Find the bank of RAM that has the window in its first 128 MiB; the rest of `map`
 * but `window`, `resident` and the reservations follows from that. `from` names the DTB.
 */
void place_find_ram(struct place_map *map, const struct ram_bank *banks,
		    uint32_t count, const char *from);

/*
 * Take map->reserved[], `count` ranges as dtb_read_reserved() has them, and refuse a
 * reservation in the window.
 */
void place_reserve(struct place_map *map, uint32_t count);

/* Add a part: anywhere, until the caller says that it is in memory, or fixed. */
struct place_part *place_add(struct placement *placement, enum place_role role,
			     const char *what, const char *from, uint32_t size);

/* Add an ELF file's content as parts[0], at the addresses that it is linked to. */
void place_elf(struct placement *placement, const char *what, const char *from,
	       const struct elf_layout *layout);

/*
 * parts[0], a zImage, inflates to [start..end), counted from the start of RAM; end 0: it
 * does not say.
 */
void place_inflated(struct placement *placement, uint32_t start, uint32_t end);

/* Refuse a part in memory that overlaps the window: it is overwritten already. */
void place_check_window(struct ram_bank window, const struct place_part *part);

/*
 * Place all parts, or refuse:
 *
 *  - No two parts overlap, nor does one overlap the window or what is reserved; but
 *    a part that a loader has put into reserved memory may stay there.
 *  - A part that is in memory stays if it may. Each other part goes to pages that no
 *    image lies in yet, so that parts can be moved in any order, fixed ones last.
 *  - Nothing but parts[0] itself lies where it inflates to. If it lies below the end
 *    of that, it first moves itself to there: nothing may lie in that place either.
 *  - If the parts can be placed, they are, unless that takes more than
 *    PLACE_MAX_STEPS attempts.
 */
#define PLACE_MAX_STEPS		10000
void place(struct placement *placement);

#endif
