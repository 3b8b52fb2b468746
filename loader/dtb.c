/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Read and fix up a devicetree: dtb_open(), dtb_read(), dtb_check_ram(),
 * dtb_read_reserved(), dtb_mend(). Compiled into the wrapper (transient) and into
 * tools/prepare, so that boot and build get the same result.
 *
 * libfdt takes some 100,000 instructions to walk a DTB once, and it walks at each look-up.
 * So find_nodes() walks the structure block only once, and checks it. The functions below
 * it read the checked block word by word. libfdt opens the DTB, and does what is rare.
 */
#include <stddef.h>
#include <string.h>

#include <libfdt.h>

#include "boot_wrapper.h"
#include "lib/bytes.h"
#include "plan.h"
#include "loader/dtb.h"
#include "version.h"

/* The names of the properties that dtb_mend() sets; see add_names(). */
static const struct names {
	char address_cells[sizeof "#address-cells"];
	char size_cells[sizeof "#size-cells"];
	char ranges[sizeof "ranges"];
	char reg[sizeof "reg"];
	char no_map[sizeof "no-map"];
	char status[sizeof "status"];
	char enable_method[sizeof "enable-method"];
	char compatible[sizeof "compatible"];
	char method[sizeof "method"];
	char cpu_suspend[sizeof "cpu_suspend"];
	char cpu_off[sizeof "cpu_off"];
	char cpu_on[sizeof "cpu_on"];
	char bootargs[sizeof "bootargs"];
	char initrd_start[sizeof "linux,initrd-start"];
	char initrd_end[sizeof "linux,initrd-end"];
	char version[sizeof "boot-wrapper,version"];
	char boot_mode[sizeof "boot-wrapper,boot-mode"];
	char owns_hyp[sizeof "boot-wrapper,owns-hyp"];
	char owns_secure[sizeof "boot-wrapper,owns-secure"];
} __attribute__((aligned(4))) names = {
	"#address-cells", "#size-cells", "ranges", "reg", "no-map", "status",
	"enable-method", "compatible", "method", "cpu_suspend", "cpu_off",
	"cpu_on", "bootargs", "linux,initrd-start", "linux,initrd-end",
	"boot-wrapper,version", "boot-wrapper,boot-mode",
	"boot-wrapper,owns-hyp", "boot-wrapper,owns-secure",
};

#define NAME(member)	offsetof(struct names, member)
#define TEXT(name)	((const char *)&names + (name))

static const char *const gic_compatible[] = {
	"arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a9-gic",
	"arm,cortex-a7-gic", "arm,gic-v3", "arm,pl390", "arm,cortex-a5-gic",
	"qcom,msm-qgic2", "qcom,msm-8660-qgic",
};

/* One instruction for an aligned word; libfdt swaps byte by byte. */
static inline fdt32_t to_be32(uint32_t value)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? value :
	       __builtin_bswap32(value);
}

static inline uint32_t be32(const fdt32_t *word)
{
	return to_be32(*word);
}

/* Names in a checked structure block end with a NUL: no byte behind a name is read. */
static bool starts_with(const char *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != *prefix++)
			return false;
	return true;
}

/* Compare a node's name up to its unit address. */
static bool is_named(const char *name, const char *wanted)
{
	if (!starts_with(name, wanted))
		return false;
	char end = name[strlen(wanted)];

	return end == '\0' || end == '@';
}

/* The node must be in a structure block that find_nodes() has checked. */
static const char *node_name(const void *fdt, int node)
{
	const struct fdt_header *header = fdt;

	return (const char *)fdt + be32(&header->off_dt_struct) + node + 4;
}

/* A name is padded to whole words. Its last word is the one that has a NUL. */
static bool has_nul(uint32_t word)
{
	return (word - 0x01010101) & ~word & 0x80808080;
}

static uint32_t padded(uint32_t size)
{
	return (size + 3) & ~3u;
}

/* The word behind the node's name, where its first property is or would be. */
static fdt32_t *first_property(const void *fdt, int node)
{
	fdt32_t *word = (fdt32_t *)node_name(fdt, node);

	while (!has_nul(*word++))
		;
	return word;
}

/*
 * Find a property of a node in a checked block, as fdt_getprop() does, in a tenth of the
 * time. The strings block may be unchecked, but add_names() has made it longer than any
 * name. If `wanted` is NULL, return the word behind the last property.
 */
static fdt32_t *property(const void *fdt, int node, const char *wanted,
			 int *length)
{
	const struct fdt_header *header = fdt;
	const char *strings = (const char *)fdt + be32(&header->off_dt_strings);
	uint32_t room = be32(&header->size_dt_strings);
	uint32_t size = wanted ? strlen(wanted) + 1 : 0;
	fdt32_t *word = first_property(fdt, node);

	for (;; word++) {
		if (be32(word) == FDT_NOP)
			continue;
		if (be32(word) != FDT_PROP)
			return wanted ? NULL : word;

		uint32_t name = be32(word + 2);

		*length = be32(word + 1);
		word += 3;
		if (size && name <= room - size &&
		    strings[name] == *wanted &&
		    !memcmp(strings + name, wanted, size))
			return word;
		word += (int)padded(*length) / 4 - 1;
	}
}

static bool is_compatible(const void *fdt, int node, const char *compatible)
{
	int length;
	const fdt32_t *list = property(fdt, node, "compatible", &length);

	return list && fdt_stringlist_contains((const char *)list, length,
					       compatible);
}

const char *dtb_other_board(const void *fdt, const char *board)
{
	int length;
	const char *list = (const char *)property(fdt, 0, "compatible", &length);

	if (!list || !length || list[length - 1] || !*board || is_compatible(fdt, 0, board))
		return NULL;
	return list;
}

static bool is_gic(const void *fdt, int node)
{
	for (unsigned i = 0; i < sizeof gic_compatible / sizeof *gic_compatible; i++)
		if (is_compatible(fdt, node, gic_compatible[i]))
			return true;
	return false;
}

/* By Linux's rule, a node is available if its status is "ok", "okay", or absent. */
static bool is_available(const void *fdt, int node)
{
	int length;
	const fdt32_t *status = property(fdt, node, "status", &length);

	return !status || (length == 3 && !memcmp(status, "ok", 3)) ||
	       (length == 5 && !memcmp(status, "okay", 5));
}

/* How many cells an address and a size take in `reg` of a node's children. */
struct cells {
	uint32_t address, size;
};

/* Linux's default for the root. Here the other nodes inherit from their parents. */
#define DEFAULT_CELLS	((struct cells){ 1, 1 })

static struct cells read_cell_counts(const void *fdt, int node,
				     struct cells inherited)
{
	int length;
	const fdt32_t *value = property(fdt, node, "#address-cells", &length);

	if (value)
		inherited.address = length == 4 ? be32(value) : 0;
	value = property(fdt, node, "#size-cells", &length);
	if (value)
		inherited.size = length == 4 ? be32(value) : 0;
	return inherited;
}

static bool are_usable(struct cells cells)
{
	return cells.address - 1 < 2 && cells.size - 1 < 2;
}

/* The last page is not used, so that the end of a range fits into 32 bits. */
#define RAM_LIMIT	0xfffff000u
#define PAGE_MASK	0xfffull

/*
 * Insert a range, keep the ranges sorted, and join those that touch. Returns the new count.
 * If a range does not fit, the count is room + 1, and stays so.
 */
static unsigned insert_range(struct ram_bank *ranges, unsigned count,
			     unsigned room, uint32_t start, uint32_t end)
{
	unsigned first = 0, next;

	if (count > room)
		return count;
	while (first < count && ranges[first].end < start)
		first++;
	for (next = first; next < count && ranges[next].start <= end; next++) {
		if (ranges[next].start < start)
			start = ranges[next].start;
		if (ranges[next].end > end)
			end = ranges[next].end;
	}
	if (next == first && count == room)
		return room + 1;
	memmove(ranges + first + 1, ranges + next,
		(count - next) * sizeof *ranges);
	ranges[first] = (struct ram_bank){ start, end };
	return count + 1 - (next - first);
}

static uint64_t read_cells(const fdt32_t *cells, int count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 32 | be32(cells++);
	return value;
}

/*
 * Insert the ranges of a property, as far as 32-bit addresses reach. Each is rounded to
 * whole pages, `outward` or inward.
 */
static unsigned read_ranges(const void *fdt, int node, const char *name,
			    struct cells cells, bool outward,
			    struct ram_bank *ranges, unsigned count,
			    unsigned room)
{
	int entry = cells.address + cells.size, length;
	const fdt32_t *reg = property(fdt, node, name, &length);

	if (!reg || !are_usable(cells))
		return count;
	for (; length >= 4 * entry; length -= 4 * entry, reg += entry) {
		uint64_t start = read_cells(reg, cells.address);
		uint64_t size = read_cells(reg + cells.address, cells.size);
		uint64_t end;

		if (start >= RAM_LIMIT || !size)
			continue;
		end = size > RAM_LIMIT - start ? RAM_LIMIT : start + size;
		if (outward)
			end += PAGE_MASK;
		else
			start += PAGE_MASK;
		start &= ~PAGE_MASK;
		end &= ~PAGE_MASK;
		if (start < end)
			count = insert_range(ranges, count, room, start, end);
	}
	return count;
}

/*
 * Linux recognises memory by its type, not by its name. Firmware disables the nodes of
 * memory that it keeps for itself (QEMU: Secure RAM).
 */
static void find_memory(const void *fdt, int node, struct cells root,
			struct dtb_nodes *nodes)
{
	int length;
	const fdt32_t *type = property(fdt, node, "device_type", &length);
	const char *name = "linux,usable-memory";

	if (!type || length != sizeof "memory" ||
	    memcmp(type, "memory", length) || !is_available(fdt, node))
		return;
	if (!property(fdt, node, name, &length))
		name = "reg";
	nodes->ram_count = read_ranges(fdt, node, name, root, false, nodes->ram,
				       nodes->ram_count, DTB_MAX_RAM);
}

static void find_cpu(const void *fdt, int node, struct dtb_nodes *nodes)
{
	int length;
	const fdt32_t *status = property(fdt, node, "status", &length);

	if (status && starts_with((const char *)status, "fail"))
		return;
	if (nodes->cpu_count < PLATFORM_MAX_CPUS)
		nodes->cpu[nodes->cpu_count] = node;
	nodes->cpu_count++;
}

/* `path` leads to the node: path[0] is the root, path[depth] the node. */
static void find_node(const void *fdt, const int *path, int depth,
		      struct dtb_nodes *nodes)
{
	int node = path[depth];
	const char *name = node_name(fdt, node);

	if (depth == 1) {
		if (!nodes->first)
			nodes->first = node;
		if (is_named(name, "chosen"))
			nodes->chosen = node;
		else if (is_named(name, "psci"))
			nodes->psci = node;
		else if (is_named(name, "reserved-memory"))
			nodes->reserved_memory = node;
		else if (is_named(name, "timer") &&
			 is_compatible(fdt, node, "arm,armv7-timer"))
			nodes->timer = node;
	}
	if (depth == 2 && is_named(name, "cpu") &&
	    is_named(node_name(fdt, path[1]), "cpus"))
		find_cpu(fdt, node, nodes);
	if (!nodes->gic && (starts_with(name, "interrupt-controller") ||
			    starts_with(name, "intc") ||
			    starts_with(name, "gic")) && is_gic(fdt, node)) {
		nodes->gic = node;
		nodes->gic_depth = depth;
		for (int i = 0; i <= depth; i++)
			nodes->gic_path[i] = path[i];
	}
}

/* As fdt_next_node(), but not behind the root's end, where find_nodes() checks nothing. */
static int next_node(const void *fdt, int node, int *depth)
{
	node = fdt_next_node(fdt, node, depth);
	return *depth < 0 ? -FDT_ERR_NOTFOUND : node;
}

/* Find a GIC of any name by its compatible property. This is slow. */
static void find_gic(const void *fdt, struct dtb_nodes *nodes)
{
	int depth = 0;

	for (int node = 0; node >= 0; node = next_node(fdt, node, &depth)) {
		nodes->gic_path[depth] = node;
		if (node && is_gic(fdt, node)) {
			nodes->gic = node;
			nodes->gic_depth = depth;
			return;
		}
	}
}

/*
 * Walk the structure block once: check it, find the nodes that matter, and move all property
 * names by `shift` bytes in the strings block. A node is read where it ends, since the names
 * of its properties have been moved by then. Returns false if the block is damaged. Accesses
 * only bytes of the block.
 */
static bool find_nodes(void *fdt, struct dtb_nodes *nodes, uint32_t shift)
{
	char *block = (char *)fdt + fdt_off_dt_struct(fdt);
	uint32_t size = fdt_size_dt_struct(fdt), at = 0, length;
	const uint32_t memo = to_be32(0x6d656d6f);
	int path[DTB_MAX_DEPTH], depth = -1;
	struct cells root = DEFAULT_CELLS;
	bool is_memory = false;

	*nodes = (struct dtb_nodes){ 0 };
	while (at + 4 <= size) {
		fdt32_t *word = (fdt32_t *)(block + at);

		switch (be32(word)) {
		case FDT_BEGIN_NODE:
			if (++depth == DTB_MAX_DEPTH)
				return false;
			path[depth] = at;
			do {
				at += 4;
				if (at + 4 > size)
					return false;
			} while (!has_nul(*(fdt32_t *)(block + at)));
			at += 4;
			break;
		case FDT_END_NODE:
			if (depth < 0)
				return false;
			if (depth == 0) {
				/* Where a new child of the root goes. */
				if (!nodes->first)
					nodes->first = at;
				return true;
			}
			if (is_memory && depth == 1) {
				/* The names of the root's properties have been moved. */
				root = read_cell_counts(fdt, 0, DEFAULT_CELLS);
				find_memory(fdt, path[1], root, nodes);
				is_memory = false;
			}
			find_node(fdt, path, depth--, nodes);
			at += 4;
			break;
		case FDT_PROP:
			if (depth < 0 || size - at < 12)
				return false;
			length = be32(word + 1);
			if (length > size - at - 12)
				return false;
			/* This may be device_type: find_memory() checks. */
			if (length == sizeof "memory" && depth == 1 &&
			    word[3] == memo)
				is_memory = true;
			word[2] = to_be32(be32(word + 2) + shift);
			at += (12 + length + 3) & ~3u;
			break;
		case FDT_NOP:
			at += 4;
			break;
		default:
			return false;
		}
	}
	return false;
}

/*
 * Insert the names of all properties that dtb_mend() may add at the start of the strings
 * block, so that NAME() is the offset of a name. All other names move by sizeof names. That
 * is a number of whole words, because these move faster.
 */
static bool add_names(void *fdt)
{
	char *strings = (char *)fdt + fdt_off_dt_strings(fdt);
	uint32_t size = fdt_size_dt_strings(fdt);

	if (fdt_totalsize(fdt) - fdt_off_dt_strings(fdt) < size + sizeof names)
		return false;
	memmove(strings + sizeof names, strings, size);
	memcpy(strings, &names, sizeof names);
	fdt_set_size_dt_strings(fdt, size + sizeof names);
	return true;
}

/*
 * Correct or refuse three faults that libfdt does not check, although it would write there:
 * a list of reservations without an end; a structure block that is not aligned; and a total
 * size behind which libfdt cannot put the blocks in order.
 */
static int normalise(char *fdt, uint32_t room)
{
	uint32_t structure = fdt_off_dt_struct(fdt), skew = -structure % 4;
	uint32_t total = fdt_totalsize(fdt);

	if (fdt_off_mem_rsvmap(fdt) % 4)
		return -FDT_ERR_ALIGNMENT;
	if (total > room || skew > room - total)
		return -FDT_ERR_NOSPACE;
	if (skew && fdt_off_dt_strings(fdt) > structure &&
	    fdt_off_mem_rsvmap(fdt) < structure) {
		memmove(fdt + structure + skew, fdt + structure,
			total - structure);
		fdt_set_off_dt_struct(fdt, structure + skew);
		fdt_set_off_dt_strings(fdt, fdt_off_dt_strings(fdt) + skew);
		total += skew;
	}
	total = (total + 7) & ~7u;
	fdt_set_totalsize(fdt, total > room ? room & ~7u : total);
	if (fdt_num_mem_rsv(fdt) < 0)
		return -FDT_ERR_TRUNCATED;
	return fdt_check_header(fdt) ? -FDT_ERR_NOSPACE : 0;
}

int dtb_open(void *fdt, int room, struct dtb_nodes *nodes)
{
	int error = normalise(fdt, room);

	if (!error)
		error = fdt_open_into(fdt, fdt, room);
	if (error)
		return error;
	if (!add_names(fdt))
		return -FDT_ERR_NOSPACE;
	if (!find_nodes(fdt, nodes, sizeof names))
		return -FDT_ERR_BADSTRUCTURE;
	if (!nodes->gic)
		find_gic(fdt, nodes);
	return 0;
}

/*
 * Translate an address by the `ranges` of all parents to the one that a CPU accesses. The
 * caller has checked the #address-cells of the last bus.
 */
static bool translate(const void *fdt, const int *path, int depth,
		      uint64_t *address)
{
	for (; depth > 1; depth--) {
		int bus = path[depth - 1], parent = path[depth - 2];
		int child_cells = fdt_address_cells(fdt, bus);
		int size_cells = fdt_size_cells(fdt, bus);
		int parent_cells = fdt_address_cells(fdt, parent);
		int entry = child_cells + parent_cells + size_cells;
		int length;
		const fdt32_t *ranges = property(fdt, bus, "ranges", &length);

		if (!ranges || size_cells < 1 || parent_cells < 1)
			return false;
		bool found = length == 0;

		for (; !found && length >= 4 * entry;
		     length -= 4 * entry, ranges += entry) {
			uint64_t child = read_cells(ranges, child_cells);
			uint64_t size = read_cells(ranges + child_cells +
						   parent_cells, size_cells);

			if (*address < child || *address - child >= size)
				continue;
			*address = *address - child +
				   read_cells(ranges + child_cells,
					      parent_cells);
			found = true;
		}
		if (!found)
			return false;
	}
	return true;
}

/*
 * Interrupt controllers that are not GICs and are known to need no set-up in Secure state.
 * A board that has one of these has no GIC.
 */
static const char *const harmless_compatible[] = {
	"brcm,bcm2836-l1-intc", "brcm,bcm2836-armctrl-ic", "brcm,bcm2835-armctrl-ic",
	"allwinner,sun4i-a10-ic",
	"arm,pl190-vic", "arm,pl192-vic", "arm,versatile-vic", "ti,am33xx-intc",
	"ti,omap2-intc", "ti,omap3-intc",
};

static bool calls_itself_gic(const char *name)
{
	for (; *name; name++)
		if (starts_with(name, ",gic") || starts_with(name, "-gic"))
			return true;
	return false;
}

/*
 * If there is no known GIC, look for a controller on which the kernel's interrupts depend,
 * and which may need set-up in Secure state. This is the root's interrupt parent, or a node
 * that calls itself a GIC. Returns NULL, or a text with the controller's name.
 */
static const char *refuse_controller(const void *fdt)
{
	static char text[160] = "has an interrupt controller that is not supported, ";
	const size_t begin = sizeof "has an interrupt controller that is not supported, " - 1;
	static const char end[] = " (neither GICv2 nor GICv3)";
	int length, node, depth = 0, parent = -1;
	const fdt32_t *phandle = property(fdt, 0, "interrupt-parent", &length);
	const char *name;

	if (phandle && length == 4)
		parent = fdt_node_offset_by_phandle(fdt, be32(phandle));
	for (node = 0; node >= 0; node = next_node(fdt, node, &depth)) {
		name = (const char *)property(fdt, node, "compatible", &length);
		if (!name || !property(fdt, node, "interrupt-controller", &(int){ 0 }) ||
		    memchr(name, 0, length) == NULL)
			continue;
		if (node == parent || calls_itself_gic(name))
			break;
	}
	if (node < 0)
		return NULL;
	for (unsigned i = 0; i < sizeof harmless_compatible / sizeof *harmless_compatible; i++)
		if (is_compatible(fdt, node, harmless_compatible[i]))
			return NULL;

	size_t size = strlen(name);

	if (size > sizeof text - begin - sizeof end)
		size = sizeof text - begin - sizeof end;
	memcpy(text + begin, name, size);
	memcpy(text + begin + size, end, sizeof end);
	return text;
}

/* Read the first two entries of the GIC's `reg`: GICD, and GICC or (GICv3) GICR. */
static const char *read_gic(const void *fdt, const struct dtb_nodes *nodes,
			    struct platform *platform)
{
	int parent = nodes->gic_path[nodes->gic_depth - 1];
	int address_cells = fdt_address_cells(fdt, parent);
	int size_cells = fdt_size_cells(fdt, parent);
	int entry = address_cells + size_cells, length;
	const fdt32_t *reg = property(fdt, nodes->gic, "reg", &length);

	if (!reg || address_cells < 1 || size_cells < 0 ||
	    length < 4 * (entry + address_cells))
		return "has an interrupt controller without usable addresses";

	uint64_t gicd = read_cells(reg, address_cells);
	uint64_t gicc = read_cells(reg + entry, address_cells);

	if (!translate(fdt, nodes->gic_path, nodes->gic_depth, &gicd) ||
	    !translate(fdt, nodes->gic_path, nodes->gic_depth, &gicc) ||
	    gicd > UINT32_MAX || gicc > UINT32_MAX)
		return "has an interrupt controller that no CPU can address";
	platform->gicd = (uint32_t)gicd;
	if (is_compatible(fdt, nodes->gic, "arm,gic-v3"))
		platform->gicr = (uint32_t)gicc;
	else
		platform->gicc = (uint32_t)gicc;
	return NULL;
}

const char *dtb_check_ram(const void *fdt, const struct dtb_nodes *nodes)
{
	if (!are_usable(read_cell_counts(fdt, 0, DEFAULT_CELLS)))
		return "has a root whose #address-cells or #size-cells is "
		       "neither 1 nor 2";
	if (nodes->ram_count > DTB_MAX_RAM)
		return "has more than 16 banks of RAM that do not touch";
	return NULL;
}

/* Choose the banks of RAM that stay resident, where there is room for few. */
static void keep_ram(const struct dtb_nodes *nodes, struct platform *platform)
{
	struct ram_bank banks[DTB_MAX_RAM];
	unsigned count = nodes->ram_count;

	memcpy(banks, nodes->ram, sizeof banks);
	while (count > PLATFORM_MAX_RAM) {
		unsigned at = 1;

		/* Join the two with the smallest gap between them. */
		for (unsigned i = 2; i < count; i++)
			if (banks[i].start - banks[i - 1].end <
			    banks[at].start - banks[at - 1].end)
				at = i;
		banks[at - 1].end = banks[at].end;
		count--;
		memmove(banks + at, banks + at + 1,
			(count - at) * sizeof *banks);
	}
	memcpy(platform->ram, banks, count * sizeof *banks);
	platform->ram_count = count;
}

/* Insert the ranges of all nodes below `parent`, at any depth. */
static unsigned read_below(const void *fdt, int parent, struct ram_bank *ranges,
			   unsigned count, unsigned room)
{
	struct cells cells[DTB_MAX_DEPTH];
	int depth = 0, node = parent;

	if (!parent)
		return count;
	cells[0] = read_cell_counts(fdt, parent,
				    read_cell_counts(fdt, 0, DEFAULT_CELLS));
	while ((node = next_node(fdt, node, &depth)) >= 0) {
		cells[depth] = read_cell_counts(fdt, node, cells[depth - 1]);
		if (is_available(fdt, node))
			count = read_ranges(fdt, node, "reg", cells[depth - 1],
					    true, ranges, count, room);
	}
	return count;
}

unsigned dtb_read_reserved(const void *fdt, const struct dtb_nodes *nodes,
			   struct ram_bank *ranges, unsigned room)
{
	uint64_t start, size;
	unsigned count = 0;

	for (int n = fdt_num_mem_rsv(fdt); n-- > 0;) {
		fdt_get_mem_rsv(fdt, n, &start, &size);

		uint64_t end = start + size;

		if (start >= RAM_LIMIT)
			continue;
		if (end < start || end > RAM_LIMIT)
			end = RAM_LIMIT;
		count = insert_range(ranges, count, room, start & ~PAGE_MASK,
				     (end + PAGE_MASK) & ~PAGE_MASK);
	}
	count = read_below(fdt, nodes->reserved_memory, ranges, count, room);
	return read_below(fdt, nodes->chosen, ranges, count, room);
}

const char *dtb_read(const void *fdt, const struct dtb_nodes *nodes,
		     struct platform *platform)
{
	const fdt32_t *value;
	int length;

	*platform = (struct platform){ 0 };
	if (nodes->cpu_count == 0)
		return "has no CPU under /cpus";
	if (nodes->cpu_count > PLATFORM_MAX_CPUS)
		return "has more than 8 CPUs under /cpus";
	for (int i = 0; i < nodes->cpu_count; i++) {
		value = property(fdt, nodes->cpu[i], "reg", &length);
		/* #address-cells is 1, or 2 with the affinity in the last cell. */
		if (!value || (length != 4 && length != 8))
			return "has a CPU without reg under /cpus";
		platform->mpidr[i] = be32(value + length / 4 - 1);
	}
	platform->cpu_count = nodes->cpu_count;

	if (nodes->timer) {
		value = property(fdt, nodes->timer, "clock-frequency", &length);
		if (value && length == 4)
			platform->timer_hz = be32(value);
	}
	const char *wrong = dtb_check_ram(fdt, nodes);

	if (wrong)
		return wrong;
	keep_ram(nodes, platform);
	if (platform->ram_count == 0)
		platform->ram[0].end = RAM_LIMIT;
	return nodes->gic ? read_gic(fdt, nodes, platform) : refuse_controller(fdt);
}

/* Open a gap of `by` bytes in the structure block, or close one (by < 0). */
static int resize(void *fdt, void *at, int by)
{
	char *end = (char *)fdt + fdt_off_dt_strings(fdt) +
		    fdt_size_dt_strings(fdt);
	char *from = (char *)at + (by < 0 ? -by : 0);

	if (by > (char *)fdt + fdt_totalsize(fdt) - end)
		return -FDT_ERR_NOSPACE;
	memmove((char *)at + (by < 0 ? 0 : by), from, end - from);
	fdt_set_off_dt_strings(fdt, fdt_off_dt_strings(fdt) + by);
	fdt_set_size_dt_struct(fdt, fdt_size_dt_struct(fdt) + by);
	return 0;
}

/* Delete a property of a node, if the node has it. Closing a gap cannot fail. */
static void delete(void *fdt, int node, const char *name)
{
	int size;
	fdt32_t *value = property(fdt, node, name, &size);

	if (value)
		resize(fdt, value - 3, -(12 + (int)padded(size)));
}

/* Delete a node with all that is in it. */
static void delete_node(void *fdt, int node)
{
	int end = node, depth = 0;

	/* The block has been checked: this ends behind the node's end. */
	while (depth >= 0)
		end = fdt_next_node(fdt, end, &depth);
	resize(fdt, (char *)node_name(fdt, node) - 4, node - end);
}

/* Set a property of a node. If an earlier call has returned an error, return that. */
static int set(int error, void *fdt, int node, size_t name, const void *content,
	       uint32_t size)
{
	int was;
	fdt32_t *value = property(fdt, node, TEXT(name), &was);

	if (!error && (!value || padded(was) != padded(size))) {
		delete(fdt, node, TEXT(name));
		value = first_property(fdt, node) + 3;
		error = resize(fdt, value - 3, 12 + padded(size));
		if (!error) {
			value[-3] = to_be32(FDT_PROP);
			value[-1] = to_be32(name);
		}
	}
	if (error)
		return error;
	value[-2] = to_be32(size);
	if (size % 4)
		value[size / 4] = 0;
	memcpy(value, content, size);
	return 0;
}

static int set_string(int error, void *fdt, int node, size_t name,
		      const char *text)
{
	return set(error, fdt, node, name, text, strlen(text) + 1);
}

static int set_word(int error, void *fdt, int node, size_t name, uint32_t value)
{
	fdt32_t word = to_be32(value);

	return set(error, fdt, node, name, &word, sizeof word);
}

/* Set or delete an empty property. */
static int set_flag(int error, void *fdt, int node, size_t name, bool value)
{
	if (value)
		return set(error, fdt, node, name, "", 0);
	if (!error)
		delete(fdt, node, TEXT(name));
	return error;
}

/* Add a node without properties at the offset `at`. Returns that, or a libfdt error. */
static int add_node(void *fdt, int at, const char *name)
{
	uint32_t size = padded(strlen(name) + 1);
	fdt32_t *word = (fdt32_t *)(node_name(fdt, at) - 4);
	int error = resize(fdt, word, 8 + size);

	if (error)
		return error;
	*word++ = to_be32(FDT_BEGIN_NODE);
	word[size / 4 - 1] = 0;
	memcpy(word, name, strlen(name));
	word[size / 4] = to_be32(FDT_END_NODE);
	return at;
}

static int mend_chosen(void *fdt, int node, const struct dtb_changes *changes)
{
	uint32_t word = changes->boot_mode;
	int error = 0;

	if (node < 0)
		return node;
	if (changes->bootargs)
		error = set_string(error, fdt, node, NAME(bootargs),
				   changes->bootargs);
	if (changes->initrd_end) {
		error = set_word(error, fdt, node, NAME(initrd_start),
				 changes->initrd);
		error = set_word(error, fdt, node, NAME(initrd_end),
				 changes->initrd_end);
	} else {
		error = set_flag(error, fdt, node, NAME(initrd_start), false);
		error = set_flag(error, fdt, node, NAME(initrd_end), false);
	}
	error = set_string(error, fdt, node, NAME(version), VERSION);
	error = set_string(error, fdt, node, NAME(boot_mode),
			   mode_names[mode_of(word)]);
	error = set_flag(error, fdt, node, NAME(owns_hyp), word & BW_OWNS_HYP);
	return set_flag(error, fdt, node, NAME(owns_secure),
			word & BW_OWNS_SECURE);
}

static int mend_cpu(void *fdt, int node, enum dtb_psci psci, bool absent)
{
	int error = 0, length;

	if (absent)
		error = set_string(error, fdt, node, NAME(status), "fail");
	if (error || psci == DTB_PSCI_FIRMWARES)
		return error;
	if (psci == DTB_PSCI_OURS)
		return set_string(error, fdt, node, NAME(enable_method), "psci");

	const fdt32_t *method = property(fdt, node, "enable-method", &length);

	if (method && is_named((const char *)method, "psci"))
		delete(fdt, node, "enable-method");
	return 0;
}

/* This property says that firmware has not configured the timer. The wrapper has. */
static void mend_timer(void *fdt, int node)
{
	delete(fdt, node, "arm,cpu-registers-not-fw-configured");
}

static fdt32_t *write_cells(fdt32_t *cell, uint32_t count, uint64_t value)
{
	if (count == 2)
		*cell++ = to_be32(value >> 32);
	*cell++ = to_be32((uint32_t)value);
	return cell;
}

/*
 * Rewrite a property of addresses and sizes with other numbers of cells. An entry whose
 * numbers do not fit is dropped, since the root cannot address what it describes.
 */
static int convert(void *fdt, int node, const char *name, struct cells from,
		   struct cells to)
{
	int entry = from.address + from.size, length;
	fdt32_t *to_cell, *value = property(fdt, node, name, &length), *cell;

	if (!value)
		return 0;

	/* New entries are written in front of the old ones, in place. */
	int count = 0, grow, error = 0;

	while (4 * entry * (count + 1) <= length)
		count++;
	grow = 4 * count * (int)(to.address + to.size - entry);
	if (grow > 0)
		error = resize(fdt, value, grow);
	if (error)
		return error;
	to_cell = value;
	cell = grow > 0 ? value + grow / 4 : value;
	fdt32_t *end = cell + padded(length) / 4;

	for (; count--; cell += entry) {
		uint64_t start = read_cells(cell, from.address);
		uint64_t size = read_cells(cell + from.address, from.size);

		if ((to.address == 1 && start >> 32) ||
		    (to.size == 1 && size >> 32))
			continue;
		if (from.address)
			to_cell = write_cells(to_cell, to.address, start);
		to_cell = write_cells(to_cell, to.size, size);
	}
	value[-2] = to_be32(4 * (to_cell - value));
	return resize(fdt, to_cell, -4 * (end - to_cell));
}

/*
 * Linux ignores a /reserved-memory, with what the wrapper adds to it, unless the node has
 * the root's numbers of cells and `ranges`. Give it both.
 */
static int adopt_root_cells(void *fdt, int parent, struct cells root)
{
	struct cells own = read_cell_counts(fdt, parent, root);
	int node, error = 0, length;

	if (own.address != root.address || own.size != root.size)
		fdt_for_each_subnode(node, fdt, parent) {
			error = convert(fdt, node, "reg", own, root);
			if (!error)
				error = convert(fdt, node, "alloc-ranges", own,
						root);
			if (!error)
				error = convert(fdt, node, "size",
						(struct cells){ 0, own.size },
						(struct cells){ 0, root.size });
			if (error)
				return error;
		}
	error = set_word(error, fdt, parent, NAME(address_cells), root.address);
	error = set_word(error, fdt, parent, NAME(size_cells), root.size);
	if (!property(fdt, parent, "ranges", &length))
		error = set_flag(error, fdt, parent, NAME(ranges), true);
	return error;
}

/* Reserve the resident range, if any, as a child of /reserved-memory that is not mapped. */
static int mend_reserved_memory(void *fdt, int parent,
				const struct dtb_changes *changes)
{
	struct cells root = read_cell_counts(fdt, 0, DEFAULT_CELLS);
	char name[] = "boot-wrapper@00000000";
	fdt32_t reg[4], *cell = reg;
	int node, error, length;

	if (parent < 0)
		return parent;
	/* A child with another address may belong to a wrapper that ran before this one. */
	for (int i = 0; i < 8; i++)
		name[sizeof name - 2 - i] =
			hex_digit(changes->reserve >> 4 * i);
	fdt_for_each_subnode(node, fdt, parent)
		if (is_named(node_name(fdt, node), name)) {
			delete_node(fdt, node);
			break;
		}
	if (!changes->reserve_end)
		return 0;
	if (!are_usable(root))
		return -FDT_ERR_BADNCELLS;
	/* Linux ignores a node with such numbers of cells, so use a memory reservation. */
	if (!are_usable(read_cell_counts(fdt, parent, root)))
		return fdt_add_mem_rsv(fdt, changes->reserve,
				       changes->reserve_end - changes->reserve);
	error = adopt_root_cells(fdt, parent, root);
	if (error)
		return error;

	cell = write_cells(cell, root.address, changes->reserve);
	cell = write_cells(cell, root.size,
			   changes->reserve_end - changes->reserve);
	node = (char *)property(fdt, parent, NULL, &length) - (char *)fdt -
	       fdt_off_dt_struct(fdt);
	node = add_node(fdt, node, name);
	if (node < 0)
		return node;
	error = set(0, fdt, node, NAME(reg), reg, 4 * (cell - reg));
	return set_flag(error, fdt, node, NAME(no_map), true);
}

/*
 * If the DTB had a node of PSCI 0.1, its kernel may know no later version. Such a kernel
 * takes the function numbers from the node.
 */
static int mend_psci(void *fdt, int node, bool psci_0_1)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2\0arm,psci";
	int error;

	if (node < 0)
		return node;
	error = set(0, fdt, node, NAME(compatible), compatible,
		    psci_0_1 ? sizeof compatible :
			       sizeof compatible - sizeof "arm,psci");
	error = set_string(error, fdt, node, NAME(method), "smc");
	if (!psci_0_1)
		return error;
	error = set_word(error, fdt, node, NAME(cpu_suspend), PSCI_CPU_SUSPEND);
	error = set_word(error, fdt, node, NAME(cpu_off), PSCI_CPU_OFF);
	return set_word(error, fdt, node, NAME(cpu_on), PSCI_CPU_ON);
}

/* Fix up the node at `offset`, which is one of `nodes`. */
static int mend_node(void *fdt, int offset, const struct dtb_nodes *nodes,
		     const struct dtb_changes *changes)
{
	if (offset == nodes->chosen)
		return mend_chosen(fdt, offset, changes);
	if (offset == nodes->reserved_memory)
		return mend_reserved_memory(fdt, offset, changes);
	if (offset == nodes->timer) {
		mend_timer(fdt, offset);
		return 0;
	}
	if (offset == nodes->psci) {
		/* Delete it: if it is of PSCI 0.1, its function numbers may collide. */
		if (changes->psci != DTB_PSCI_FIRMWARES)
			delete_node(fdt, offset);
		return 0;
	}

	int cpu = 0;

	while (offset != nodes->cpu[cpu])
		cpu++;
	return mend_cpu(fdt, offset, changes->psci, changes->absent >> cpu & 1);
}

int dtb_mend(void *fdt, const struct dtb_nodes *nodes,
	     const struct dtb_changes *changes)
{
	int offsets[PLATFORM_MAX_CPUS + 4], count = 0, error = 0;
	bool psci_0_1 = nodes->psci && is_compatible(fdt, nodes->psci, "arm,psci");

	for (int i = 0; i < nodes->cpu_count; i++)
		offsets[count++] = nodes->cpu[i];
	offsets[count++] = nodes->chosen;
	offsets[count++] = nodes->timer;
	offsets[count++] = nodes->reserved_memory;
	offsets[count++] = nodes->psci;

	/* Begin with the last node of the tree, since the nodes before it do not move. */
	for (int done = 0; done < count; done++) {
		int last = 0;

		for (int i = 1; i < count; i++)
			if (offsets[i] > offsets[last])
				last = i;
		if (offsets[last] > 0)
			error = mend_node(fdt, offsets[last], nodes, changes);
		if (error)
			return error;
		offsets[last] = 0;
	}

	/* Add the nodes that the DTB lacks, at its front. */
	if (changes->psci == DTB_PSCI_OURS)
		error = mend_psci(fdt, add_node(fdt, nodes->first, "psci"),
				  psci_0_1);
	if (!error && changes->reserve_end && !nodes->reserved_memory)
		error = mend_reserved_memory(fdt, add_node(fdt, nodes->first,
						"reserved-memory"), changes);
	if (!error && !nodes->chosen)
		error = mend_chosen(fdt, add_node(fdt, nodes->first, "chosen"),
				    changes);
	return error;
}
