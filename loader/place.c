/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decide where each part of a payload goes: see place.h. Transient.
 *
 * Each range of memory that must not be used is a claim. The parts without a fixed address
 * are placed in the order of their limits (the addresses at which they must end), each at
 * the start of a gap between claims. If a later part finds no gap, an earlier one tries its
 * next gap. This finds a placement if there is one, because the parts in a gap can always be
 * rearranged into that order, without holes, from the start of the gap.
 */
#include <stddef.h>

#include "lib/console.h"
#include "loader/place.h"
#include "memory_map.h"

/* The alignment that kernels require. All parts are placed at such addresses. */
#define PAGE		4096

/* A decompressor's bss, stack and heap, after the zImage. */
#define WORK_SPACE	0x100000

/* A decompressor takes its own address, rounded down to this, as the start of RAM. */
#define DECOMPRESSOR_SIZE (DECOMPRESSOR_END - BOARD_RAM_BASE)

#define MAX_CLAIMS	(2 * PLACE_MAX_PARTS + 5)

/* Memory in use, and its name, part->what and suffix: "the kernel's work space". */
struct claim {
	uint32_t start, end;
	const struct place_part *part;
	const char *suffix;
	bool source;		/* where an image lies now: it may be moved away */
};

/* A part in a message: "the initrd (host file rd.gz)". */
#define NAME		"the %s%s%s%s"
#define NAME_OF(part)	(part)->what, (part)->from ? " (" : "", \
			(part)->from ? (part)->from : "", (part)->from ? ")" : ""

struct search {
	struct placement *placement;
	uint32_t steps;		/* attempts that remain */
	struct place_part *order[PLACE_MAX_PARTS];	/* sorted by their limits */
	struct claim claims[MAX_CLAIMS];
	uint32_t count;
	bool first_stays;	/* parts[0] lies where it may stay */
	/* The first part that found no gap, and a claim that is in its way. */
	const struct place_part *failed;
	struct claim obstacle;
	const struct claim *ignored;	/* used to find the obstacle */
	bool fits_alone;
	uint32_t unplaced_count;	/* number of claims before parts are placed */
};

static const struct place_part wrapper = {
	.what = "wrapper", .variable = "WRAPPER_ADDR=", .fixed = true,
};
static const struct place_part reservation = { .what = "memory that the DTB reserves" };

static bool overlap(uint32_t start, uint32_t end, uint32_t other_start, uint32_t other_end)
{
	return start < end && start < other_end && other_start < end;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* start + size, but at most `limit`. */
static uint32_t end_of(uint32_t start, uint32_t size, uint32_t limit)
{
	return start >= limit || size > limit - start ? limit : start + size;
}

void place_find_ram(struct place_map *map, const struct ram_bank *banks,
		    uint32_t count, const char *from)
{
	const struct ram_bank *window = &map->window;

	for (; count--; banks++) {
		uint32_t block = banks->start & -(uint32_t)DECOMPRESSOR_SIZE;

		if (banks->start > window->start || banks->end < window->end ||
		    window->end - block > DECOMPRESSOR_SIZE)
			continue;
		map->start = banks->start;
		map->end = banks->end;
		map->decompressor_end = end_of(block, DECOMPRESSOR_SIZE, map->end);
		map->lowmem_end = end_of(map->start, LOWMEM_SIZE, map->end);
		return;
	}
	refuse("the DTB (%s): no /memory node has [%x..%x], where the wrapper lies on this "
	       "board, in its first 128 MiB; use the DTB of this board, or build with "
	       "MEMORY= or WRAPPER_ADDR=", from, window->start, window->end - 1);
}

static const char *variable_of(const struct claim *claim)
{
	return claim->part->fixed ? claim->part->variable : NULL;
}

/* Refuse two claims that exclude each other; if one is a source, it is `a`. */
static _Noreturn void refuse_overlap(const struct claim *a, const struct claim *b)
{
	const char *first = variable_of(a), *second = variable_of(b);
	const char *remedy = "set ";

	if (!first) {
		first = second;
		second = NULL;
	}
	/* The user can load this image elsewhere. */
	if (a->source) {
		remedy = b->source ? "load them apart" : "load it elsewhere";
		first = second = NULL;
	} else if (!first) {
		remedy = a->part->fixed || b->part->fixed ? "link it elsewhere" :
			 "use a smaller one";
	}
	refuse(NAME "%s overlaps " NAME "%s: [%x..%x] and [%x..%x]; %s%s%s%s",
	       NAME_OF(a->part), a->suffix, NAME_OF(b->part), b->suffix,
	       a->start, a->end - 1, b->start, b->end - 1, remedy, first ? first : "",
	       second ? " or " : "", second ? second : "");
}

void place_check_window(struct ram_bank window, const struct place_part *part)
{
	uint32_t end = end_of(part->source, part->size, UINT32_MAX);

	if (part->size && part->in_memory &&
	    overlap(part->source, end, window.start, window.end))
		refuse_overlap(&(struct claim){ part->source, end, part, "", true },
			       &(struct claim){ window.start, window.end, &wrapper, "",
						false });
}

/* The first reservation that overlaps a range. */
static const struct ram_bank *reserved_in(const struct place_map *map, uint32_t start,
					  uint32_t end)
{
	for (uint32_t i = 0; i < map->reserved_count; i++)
		if (overlap(start, end, map->reserved[i].start, map->reserved[i].end))
			return &map->reserved[i];
	return NULL;
}

static void check_reserved(const struct place_map *map, const struct claim *claim)
{
	const struct ram_bank *range = reserved_in(map, claim->start, claim->end);

	if (range)
		refuse_overlap(claim, &(struct claim){ range->start, range->end,
						       &reservation, "", false });
}

void place_reserve(struct place_map *map, uint32_t count)
{
	uint32_t kept = 0;

	if (count > PLACE_MAX_RESERVED)
		refuse("the DTB reserves more than %u ranges of memory; use one with fewer "
		       "reservations", PLACE_MAX_RESERVED);
	/*
	 * A DTB that was fixed up before already reserves the resident range. Ignore that:
	 * the range will be reserved again.
	 */
	for (uint32_t i = 0; i < count; i++)
		if (map->reserved[i].start < map->resident.start ||
		    map->reserved[i].end > map->resident.end)
			map->reserved[kept++] = map->reserved[i];
	map->reserved_count = kept;
	check_reserved(map, &(struct claim){ map->window.start, map->window.end, &wrapper,
					     "", false });
}

struct place_part *place_add(struct placement *p, enum place_role role, const char *what,
			     const char *from, uint32_t size)
{
	const struct place_map *map = p->map;
	struct place_part *part = &p->parts[p->count++];

	*part = (struct place_part){
		.what = what, .from = from, .size = size, .align = 1,
		.prefer = INITRD_DEFAULT_ADDR, .limit = map->lowmem_end,
	};
	switch (role) {
	case PLACE_ZIMAGE:
	case PLACE_XEN:
	case PLACE_RAW:
		part->prefer = KERNEL_DEFAULT_ADDR;
		part->limit = role == PLACE_ZIMAGE ? map->decompressor_end : map->end;
		part->align = PAGE;
		part->work = WORK_SPACE;
		break;
	case PLACE_ELF:
		part->fixed = true;
		/* fall through */
	case PLACE_ELF_FILE:
	case PLACE_MODULE:
		part->limit = map->end;
		break;
	case PLACE_DTB:
		part->prefer = DTB_DEFAULT_ADDR;
		part->align = 8;
		break;
	default:		/* PLACE_INITRD */
		break;
	}
	return part;
}

void place_elf(struct placement *p, const char *what, const char *from,
	       const struct elf_layout *layout)
{
	place_add(p, PLACE_ELF, what, from, layout->end - layout->start)->at = layout->start;
}

/* Linux assumes that RAM starts at a multiple of this. */
#define LINUX_RAM_ALIGN	0x200000

void place_inflated(struct placement *p, uint32_t start, uint32_t end)
{
	uint32_t ram = p->map->start, skipped = -ram % LINUX_RAM_ALIGN;

	if (!end)
		return;
	p->inflated.start = end_of(ram, start, p->map->end);
	p->inflated.end = end_of(ram, end_of(skipped, end, UINT32_MAX), UINT32_MAX);
}

static void claim(struct search *s, uint32_t start, uint32_t end,
		  const struct place_part *part, const char *suffix, bool source)
{
	if (start < end)
		s->claims[s->count++] = (struct claim){ start, end, part, suffix, source };
}

/* A claim that overlaps a range; with `sources`, also one where an image lies now. */
static const struct claim *claimed(const struct search *s, uint32_t start, uint32_t end,
				   bool sources)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (&s->claims[i] != s->ignored && (sources || !s->claims[i].source) &&
		    overlap(start, end, s->claims[i].start, s->claims[i].end))
			return &s->claims[i];
	return NULL;
}

/* The number of bytes that a part needs; on overflow, more than any gap has. */
static uint32_t need_of(const struct place_part *part)
{
	return end_of(part->size, part->work, UINT32_MAX);
}

/* Where parts[0] moves itself if it lies below the end of what it inflates to. */
static struct ram_bank copy_of(const struct search *s, uint32_t at)
{
	uint32_t end = s->placement->inflated.end;

	if (at >= end)
		return (struct ram_bank){ 0, 0 };
	return (struct ram_bank){ end, end_of(end, need_of(s->placement->parts), UINT32_MAX) };
}

/*
 * Claim all memory that a part uses at an address. A message names the earliest claim that
 * overlaps.
 */
static void claim_part(struct search *s, const struct place_part *part, uint32_t at)
{
	const struct ram_bank *inflated = &s->placement->inflated;
	struct ram_bank copy = copy_of(s, at);

	claim(s, at, at + part->size, part, "", false);
	claim(s, at + part->size, at + need_of(part), part, "'s work space", false);
	if (part != s->placement->parts)
		return;
	claim(s, inflated->start, inflated->end, part, " once inflated", false);
	claim(s, copy.start, copy.end, part, " while it inflates", false);
}

/* Whether the memory to which parts[0] moves itself is RAM, unclaimed and not reserved. */
static bool inflates_well(const struct search *s, uint32_t at)
{
	struct ram_bank copy = copy_of(s, at);

	return copy.end <= s->placement->map->end &&
	       !claimed(s, copy.start, copy.end, false) &&
	       !reserved_in(s->placement->map, copy.start, copy.end);
}

static bool may_stay(const struct search *s, const struct place_part *part)
{
	const struct place_map *map = s->placement->map;
	uint32_t at = part->source, need = need_of(part);

	return part->in_memory && !(at & (part->align - 1)) && at >= map->start &&
	       at < part->limit && need <= part->limit - at &&
	       !claimed(s, at, at + need, false) &&
	       !reserved_in(map, at + part->size, at + need) &&
	       (part != s->placement->parts || inflates_well(s, at));
}

/* Round up to the start of a page; the last page if there is none above. */
static uint32_t page_at(uint32_t address)
{
	return address > -(uint32_t)PAGE ? -(uint32_t)PAGE :
	       (address + PAGE - 1) & -(uint32_t)PAGE;
}

/* Find the lowest page from *at on where a part fits; returns false if there is none. */
static bool find_gap(struct search *s, const struct place_part *part, uint32_t *at)
{
	uint32_t need = page_at(need_of(part));

	while (s->steps && *at < part->limit && need <= part->limit - *at) {
		const struct claim *in_the_way = claimed(s, *at, *at + need, true);
		const struct ram_bank *range = reserved_in(s->placement->map, *at,
							   *at + need);
		s->steps--;
		if (!in_the_way && !range)
			return true;
		*at = page_at(in_the_way ? in_the_way->end : range->end);
	}
	return false;
}

/* The page after the next claim or reservation, where the next gap may start. */
static uint32_t next_gap(const struct search *s, uint32_t at)
{
	const struct place_map *map = s->placement->map;
	uint32_t start = UINT32_MAX, end = UINT32_MAX;

	for (uint32_t i = 0; i < s->count; i++)
		if (s->claims[i].start >= at && s->claims[i].start < start) {
			start = s->claims[i].start;
			end = s->claims[i].end;
		}
	for (uint32_t i = 0; i < map->reserved_count; i++)
		if (map->reserved[i].start >= at && map->reserved[i].start < start) {
			start = map->reserved[i].start;
			end = map->reserved[i].end;
		}
	return page_at(end);
}

/*
 * Where parts[0] takes the least memory from other parts, below the end of what it inflates
 * to: at the start of that range if it fits there, otherwise just below the first claim
 * after that start.
 */
static uint32_t in_its_own_way(const struct search *s, const struct place_part *part)
{
	const struct place_map *map = s->placement->map;
	uint32_t at = s->placement->inflated.start & -(uint32_t)PAGE;
	uint32_t end = part->limit, need = page_at(need_of(part));

	for (uint32_t i = 0; i < s->count; i++)
		if (s->claims[i].start >= at && s->claims[i].start < end)
			end = s->claims[i].start;
	for (uint32_t i = 0; i < map->reserved_count; i++)
		if (map->reserved[i].start >= at && map->reserved[i].start < end)
			end = map->reserved[i].start;
	if (end > at && need <= end - at)
		return at;
	return need <= end ? (end - need) & -(uint32_t)PAGE : 0;
}

/*
 * Whether a part has a gap. If it has none, the obstacle is a claim without which it would
 * have one.
 */
static bool has_gap(struct search *s, const struct place_part *part)
{
	uint32_t start = s->placement->map->start, at = start;

	s->steps = PLACE_MAX_STEPS;
	if (find_gap(s, part, &at))
		return true;
	for (uint32_t i = 0; i < s->count && !s->obstacle.part; i++) {
		at = start;
		s->ignored = &s->claims[i];
		if (find_gap(s, part, &at))
			s->obstacle = s->claims[i];
	}
	s->ignored = NULL;
	return false;
}

/*
 * Remember for the message which claim blocks a part: one that does so with no other part
 * placed, or else one that does so with the placed parts. If no single claim does, take the
 * largest claim or reservation where the part could lie.
 */
static void note_failure(struct search *s, const struct place_part *part)
{
	const struct place_map *map = s->placement->map;
	uint32_t largest = 0, count = s->count;

	s->failed = part;
	s->count = s->unplaced_count;
	s->fits_alone = has_gap(s, part);
	s->count = count;
	if (s->fits_alone)
		has_gap(s, part);
	if (s->obstacle.part)
		return;
	for (uint32_t i = 0; i < s->count + map->reserved_count; i++) {
		struct claim c = { 0, 0, &reservation, "", false };

		if (i < s->count) {
			c = s->claims[i];
		} else {
			c.start = map->reserved[i - s->count].start;
			c.end = map->reserved[i - s->count].end;
		}

		uint32_t start = c.start < map->start ? map->start : c.start;
		uint32_t end = least(c.end, part->limit);

		if (start < end && end - start > largest) {
			largest = end - start;
			s->obstacle = c;
		}
	}
}

/* Place the parts from order[i] on. */
static bool place_from(struct search *s, uint32_t i)
{
	struct placement *p = s->placement;
	struct place_part *part = s->order[i];
	uint32_t count = s->count, before = UINT32_MAX;

	if (i == p->count)
		return true;
	if (!part->size || part->fixed || (part == p->parts && s->first_stays))
		return place_from(s, i + 1);
	if (part != p->parts && may_stay(s, part)) {
		/* Moving it would gain nothing: other parts avoid the place where it lies now. */
		part->at = part->source;
		claim_part(s, part, part->at);
		if (place_from(s, i + 1))
			return true;
		s->count = count;
		return false;
	}

	uint32_t inflated = page_at(p->inflated.end);
	uint32_t prefer = part->prefer > p->map->start ? page_at(part->prefer) : p->map->start;
	/*
	 * Try in this order: the preferred place, one above what parts[0] inflates to,
	 * in_its_own_way(), and any other.
	 */
	const uint32_t starts[] = {
		prefer > inflated ? prefer : inflated, inflated,
		part == p->parts && inflated ? in_its_own_way(s, part) : inflated,
		p->map->start,
	};

	for (unsigned n = 0; n < 4; before = least(before, starts[n++])) {
		uint32_t at = starts[n] < p->map->start ? p->map->start : starts[n];

		for (; find_gap(s, part, &at) && at < before; at = next_gap(s, at)) {
			if (part == p->parts && !inflates_well(s, at))
				continue;
			part->at = at;
			claim_part(s, part, at);
			if (place_from(s, i + 1))
				return true;
			s->count = count;
		}
	}
	if (!s->failed)
		note_failure(s, part);
	s->count = count;
	return false;
}

static void check_in_ram(const struct place_map *map, const struct claim *claim)
{
	if (claim->end > map->end)
		refuse(NAME "%s, [%x..%x], exceeds the RAM, [%x..%x]; use a smaller one, or give "
		       "the machine more memory", NAME_OF(claim->part), claim->suffix,
		       claim->start, claim->end - 1, map->start, map->end - 1);
}

/* Refuse parts[0] if the memory to which it moves itself is not free. */
static void check_inflating(const struct search *s)
{
	struct ram_bank copy = copy_of(s, s->placement->inflated.end - 1);
	struct claim c = { copy.start, copy.end, s->placement->parts, " while it inflates",
			   false };
	const struct claim *in_the_way = claimed(s, copy.start, copy.end, false);

	if (in_the_way)
		refuse_overlap(&c, in_the_way);
	check_reserved(s->placement->map, &c);
	check_in_ram(s->placement->map, &c);
}

static _Noreturn void refuse_failed(const struct search *s)
{
	const struct place_part *part = s->failed;
	const struct claim *c = &s->obstacle;
	uint32_t start = s->placement->map->start;
	bool blocked = c->part && need_of(part) <= part->limit - start;
	const char *remedy = blocked && c->part == &wrapper ? ", or build with WRAPPER_ADDR=" :
			     part->limit == s->placement->map->end ?
			     ", or give the machine more memory" : "";

	if (!blocked)
		refuse(NAME ", %u bytes, does not fit into [%x..%x], where it must lie; use a "
		       "smaller one%s", NAME_OF(part), part->size, start, part->limit - 1,
		       remedy);
	refuse(NAME ", %u bytes, does not fit into [%x..%x], where it must lie, beside " NAME
	       "%s, [%x..%x]; use a smaller one%s", NAME_OF(part), part->size, start,
	       part->limit - 1, NAME_OF(c->part), c->suffix, c->start, c->end - 1, remedy);
}

/* Check a part whose address comes from an ELF file, or from `variable`. */
static void check_fixed(const struct place_map *map, const struct place_part *part)
{
	const char *set = part->variable ? "set " : "link it elsewhere";
	const char *variable = part->variable ? part->variable : "";

	if (part->at & (part->align - 1))
		refuse(NAME " at %x is not at a multiple of %u, where kernels need it; %s%s",
		       NAME_OF(part), part->at, part->align, set, variable);
	if (part->at < map->start || part->at >= part->limit ||
	    need_of(part) > part->limit - part->at)
		refuse(NAME ", %u bytes at %x, exceeds [%x..%x], where it must lie; %s%s",
		       NAME_OF(part), part->size, part->at, map->start, part->limit - 1,
		       set, variable);
}

/* An image in memory must be in RAM to its end, and apart from every other image. */
static void check_source(const struct search *s, const struct place_part *part)
{
	const struct place_map *map = s->placement->map;
	uint32_t end = end_of(part->source, part->size, UINT32_MAX);
	struct claim c = { part->source, end, part, "", true };

	place_check_window(map->window, part);
	if (part->source >= map->start && part->source < map->end &&
	    part->size > map->end - part->source)
		refuse(NAME ", %u bytes at %x, exceeds the RAM, [%x..%x]; use a smaller one, "
		       "or give the machine more memory", NAME_OF(part), part->size,
		       part->source, map->start, map->end - 1);
	for (uint32_t i = 0; i < s->count; i++)
		if (s->claims[i].source && overlap(c.start, c.end, s->claims[i].start,
						   s->claims[i].end))
			refuse_overlap(&s->claims[i], &c);
}

/* Claim a fixed part. Refuse it if another part claims that memory, or it is reserved. */
static void claim_fixed(struct search *s, const struct place_part *part)
{
	const struct place_map *map = s->placement->map;
	uint32_t count = s->count;

	claim_part(s, part, part->at);
	for (uint32_t i = count; i < s->count; i++) {
		const struct claim *c = &s->claims[i];

		/* What parts[0] inflates to may overlap parts[0] itself. */
		for (uint32_t k = 0; k < count; k++)
			if (!s->claims[k].source &&
			    overlap(c->start, c->end, s->claims[k].start, s->claims[k].end))
				refuse_overlap(c, &s->claims[k]);
		if (!(part->in_memory && part->source == part->at && i == count))
			check_reserved(map, c);
		check_in_ram(map, c);
	}
}

void place(struct placement *placement)
{
	const struct place_map *map = placement->map;
	const struct ram_bank *inflated = &placement->inflated;
	struct search search = { .placement = placement, .steps = PLACE_MAX_STEPS };
	struct search *s = &search;
	uint32_t count;
	struct claim runs = { inflated->start, inflated->end, placement->parts,
			      " once inflated", false };

	claim(s, map->window.start, map->window.end, &wrapper, "", false);
	for (uint32_t i = 0; i < placement->count; i++) {
		struct place_part *part = &placement->parts[i];
		uint32_t k = i;

		for (; k && s->order[k - 1]->limit > part->limit; k--)
			s->order[k] = s->order[k - 1];
		s->order[k] = part;

		if (part->size && part->fixed)
			check_fixed(map, part);
		if (part->size && part->in_memory) {
			check_source(s, part);
			claim(s, part->source, part->source + part->size, part, "", true);
		}
	}
	check_in_ram(map, &runs);
	for (uint32_t i = 1; i < placement->count; i++)
		if (placement->parts[i].size && placement->parts[i].fixed)
			claim_fixed(s, &placement->parts[i]);
	if (inflated->end) {
		const struct claim *in_the_way = claimed(s, inflated->start, inflated->end,
							 false);

		if (in_the_way)
			refuse_overlap(&runs, in_the_way);
		check_reserved(map, &runs);
	}
	if (placement->parts->fixed)
		claim_fixed(s, placement->parts);
	/*
	 * If parts[0] stays, it claims more than the memory it lies in, so try staying before
	 * any other part is placed. Otherwise its turn is by its limit.
	 */
	count = s->unplaced_count = s->count;
	if (!placement->parts->fixed && may_stay(s, placement->parts)) {
		s->first_stays = true;
		placement->parts->at = placement->parts->source;
		claim_part(s, placement->parts, placement->parts->at);
		if (place_from(s, 0))
			return;
		s->first_stays = false;
		s->count = count;
	}
	if (place_from(s, 0))
		return;
	if (s->failed == placement->parts && inflated->end && s->fits_alone)
		check_inflating(s);
	refuse_failed(s);
}
