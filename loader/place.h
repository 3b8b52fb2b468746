/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decide where each part of a payload goes. place.c is compiled into the wrapper and into
 * tools/prepare, so that boot and build make the same decisions and refuse in the same
 * words. It reads only its arguments, and reports what is wrong by refuse().
 */
#ifndef LOADER_PLACE_H
#define LOADER_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "loader/dtb.h"
#include "loader/formats.h"

#define PLACE_MAX_RESERVED	256
#define PLACE_MAX_PARTS		10

/* The memory of a board, as far as payloads may use it. */
struct place_map {
	uint32_t start, end;		/* the bank of RAM that the wrapper is in */
	uint32_t decompressor_end;	/* decompressors use RAM only below this */
	uint32_t lowmem_end;		/* Linux finds DTB and initrd only below this */
	struct ram_bank window;		/* the wrapper's own memory */
	struct ram_bank resident;	/* in the window; a DTB may already reserve it */
	uint32_t reserved_count;
	struct ram_bank reserved[PLACE_MAX_RESERVED];	/* by the DTB */
};

/* The kind of a part, which determines where it may lie. */
enum place_role {
	PLACE_ZIMAGE,			/* this and the next three: started by the wrapper */
	PLACE_XEN,
	PLACE_RAW,
	PLACE_ELF,			/* fixed: at the addresses that it is linked to */
	PLACE_ELF_FILE,			/* lies in memory, and is loaded from there */
	PLACE_DTB,
	PLACE_INITRD,
	PLACE_MODULE,			/* of a hypervisor, which sees all RAM */
};

/* One image that needs a place. */
struct place_part {
	const char *what;		/* "initrd": for messages */
	const char *from;		/* "host file rd.gz": for messages; NULL: not shown */
	const char *variable;		/* "INITRD_ADDR=": sets its address; NULL: none */
	uint32_t size;			/* bytes; 0: the part does not exist */
	uint32_t work;			/* bytes that must be free after it */
	uint32_t prefer;		/* addresses from here on are tried first */
	uint32_t limit;			/* it must end at or below this */
	uint32_t align;			/* required of a fixed part, and of one that stays */
	bool in_memory;			/* it lies at `source`, and stays there if it may */
	bool fixed;			/* it must go to `at` */
	uint32_t source;
	uint32_t at;			/* the result */
};

/* All parts that need a place. parts[0] is what the wrapper starts. */
struct placement {
	const struct place_map *map;
	struct ram_bank inflated;	/* what a PLACE_ZIMAGE inflates to; end 0: not known */
	uint32_t count;
	struct place_part parts[PLACE_MAX_PARTS];
};

/*
 * Find the bank of RAM that has the window in its first 128 MiB, and set the members of
 * `map` that follow from it. The caller has set `window` and `resident`. `from` names the
 * DTB in messages.
 */
void place_find_ram(struct place_map *map, const struct ram_bank *banks,
		    uint32_t count, const char *from);

/*
 * Use the `count` ranges that dtb_read_reserved() has stored in map->reserved[] as
 * reservations. Refuse a reservation in the window.
 */
void place_reserve(struct place_map *map, uint32_t count);

/* Add a part, which may go anywhere. The caller may then set in_memory or fixed. */
struct place_part *place_add(struct placement *placement, enum place_role role,
			     const char *what, const char *from, uint32_t size);

/* Add an ELF file's content as parts[0], at the addresses to which it is linked. */
void place_elf(struct placement *placement, const char *what, const char *from,
	       const struct elf_layout *layout);

/*
 * Record that parts[0], a zImage, inflates to [start..end), counted from the start of RAM.
 * If `end` is 0, the zImage does not say what it inflates to.
 */
void place_inflated(struct placement *placement, uint32_t start, uint32_t end);

/* Refuse a part in memory that overlaps the window: the wrapper has overwritten it. */
void place_check_window(struct ram_bank window, const struct place_part *part);

/*
 * Place all parts, or refuse:
 *
 *  - No part overlaps another part, the window, or reserved memory. But a part that a
 *    loader has put into reserved memory may stay there.
 *  - A part in memory stays if it may. Every other part that is not fixed goes to pages
 *    where no image lies now. So parts can be moved in any order, but fixed ones come last.
 *  - Only parts[0] itself may lie where it inflates to. If it lies below the end of that
 *    memory, it first moves itself to that end, and no part may lie there either.
 *  - A placement that exists is found, unless that takes more than PLACE_MAX_STEPS
 *    attempts.
 */
#define PLACE_MAX_STEPS		10000
void place(struct placement *placement);

#endif
