/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Read and mend a devicetree. Compiled into the wrapper (transient) and into
 * tools/prepare, which does the same at build time.
 *
 * libfdt takes some 100,000 instructions for one look through all of a DTB,
 * and each insertion makes the offsets behind it invalid. So find_nodes() goes
 * through the structure block once, itself, and dtb_mend() then lets libfdt mend
 * the nodes that it found, from the tree's end to its beginning.
 */
#include <string.h>

#include <libfdt.h>

#include "boot_wrapper.h"
#include "plan.h"
#include "loader/dtb.h"
#include "version.h"

static const char *const gic_compatible[] = {
	"arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a9-gic",
	"arm,cortex-a7-gic", "arm,pl390",
};

static bool is_compatible(const void *fdt, int node, const char *compatible)
{
	return fdt_node_check_compatible(fdt, node, compatible) == 0;
}

static bool is_gic(const void *fdt, int node)
{
	for (unsigned i = 0; i < sizeof gic_compatible / sizeof *gic_compatible; i++)
		if (is_compatible(fdt, node, gic_compatible[i]))
			return true;
	return false;
}

/* Names in a checked structure block end, so no byte behind one is read. */
static bool starts_with(const char *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != *prefix++)
			return false;
	return true;
}

/* A node name, up to its unit address. */
static bool is_named(const char *name, const char *wanted)
{
	if (!starts_with(name, wanted))
		return false;
	char end = name[strlen(wanted)];

	return end == '\0' || end == '@';
}

/* Of a node in a structure block that find_nodes() has looked at. */
static const char *node_name(const void *fdt, int node)
{
	return (const char *)fdt + fdt_off_dt_struct(fdt) + node + 4;
}

/* An aligned big-endian word; libfdt's own load is made of bytes. */
static uint32_t be32(const fdt32_t *word)
{
	return fdt32_to_cpu(*word);
}

/* Names are filled up to whole words: the word with a NUL in it is the last. */
static bool has_nul(uint32_t word)
{
	return (word - 0x01010101) & ~word & 0x80808080;
}

/*
 * A property of such a node, as fdt_getprop() has it, in a tenth of its time;
 * what it is given of `names`, the strings block, may be damaged.
 */
static const void *property(const void *fdt, int node, const char *wanted,
			    int *length)
{
	const char *names = (const char *)fdt + fdt_off_dt_strings(fdt);
	uint32_t room = fdt_size_dt_strings(fdt), size = strlen(wanted) + 1;
	const fdt32_t *word = (const fdt32_t *)node_name(fdt, node);

	while (!has_nul(*word++))
		;
	for (;; word++) {
		if (be32(word) == FDT_NOP)
			continue;
		if (be32(word) != FDT_PROP)
			return NULL;

		uint32_t name = be32(word + 2);

		*length = be32(word + 1);
		word += 3;
		if (room >= size && name <= room - size &&
		    names[name] == *wanted && !memcmp(names + name, wanted, size))
			return word;
		word += (*length + 3) / 4 - 1;
	}
}

/* Memory that the firmware keeps to itself is not okay (QEMU's Secure RAM). */
static void find_memory(const void *fdt, int node, struct dtb_nodes *nodes)
{
	int length;
	const char *status = property(fdt, node, "status", &length);
	const char *type = property(fdt, node, "device_type", &length);

	if (!type || length != sizeof "memory" ||
	    memcmp(type, "memory", length) ||
	    (status && !starts_with(status, "ok")))
		return;
	if (nodes->memory_count < PLATFORM_MAX_RAM)
		nodes->memory[nodes->memory_count] = node;
	nodes->memory_count++;
}

static void find_cpu(const void *fdt, int node, struct dtb_nodes *nodes)
{
	int length;
	const char *status = property(fdt, node, "status", &length);

	if (status && starts_with(status, "fail"))
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
		else if (is_named(name, "memory"))
			find_memory(fdt, node, nodes);
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

/* By whatever name, and slowly: the GIC, by what it is compatible with. */
static void find_gic(const void *fdt, struct dtb_nodes *nodes)
{
	int node = -1;

	for (unsigned i = 0; i < sizeof gic_compatible / sizeof *gic_compatible &&
	     node < 0; i++)
		node = fdt_node_offset_by_compatible(fdt, -1, gic_compatible[i]);
	if (node <= 0)
		return;
	nodes->gic = node;
	nodes->gic_depth = fdt_node_depth(fdt, node);
	for (int i = 0; i <= nodes->gic_depth; i++)
		nodes->gic_path[i] = fdt_supernode_atdepth_offset(fdt, node, i,
								  NULL);
}

/*
 * The one look through the structure block: find the nodes that matter, and
 * move all property names by `shift` bytes in the strings block. A node counts
 * when it ends, so that its properties have moved. False if the block is
 * damaged; no byte outside it is touched.
 */
static bool find_nodes(void *fdt, struct dtb_nodes *nodes, uint32_t shift)
{
	char *block = (char *)fdt + fdt_off_dt_struct(fdt);
	uint32_t size = fdt_size_dt_struct(fdt), at = 0, length;
	int path[DTB_MAX_DEPTH], depth = -1;

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
			at += 4;
			if (depth < 0)
				return false;
			if (depth == 0)
				return true;
			find_node(fdt, path, depth--, nodes);
			break;
		case FDT_PROP:
			if (size - at < 12)
				return false;
			length = be32(word + 1);
			if (length > size - at - 12)
				return false;
			word[2] = cpu_to_fdt32(be32(word + 2) + shift);
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
 * libfdt looks for the name of each new property from the start of the strings
 * block, byte by byte. Put those that mending adds there. Returns their size
 * (a multiple of 4: words move faster), by which all other names have moved.
 */
static uint32_t add_names(void *fdt)
{
	static const char names[172] __attribute__((aligned(4))) =
		"reg\0" "no-map\0" "enable-method\0" "compatible\0" "bootargs\0"
		"linux,initrd-start\0" "linux,initrd-end\0"
		"boot-wrapper,version\0" "boot-wrapper,boot-mode\0"
		"boot-wrapper,owns-hyp\0" "boot-wrapper,owns-secure";
	char *strings = (char *)fdt + fdt_off_dt_strings(fdt);
	uint32_t size = fdt_size_dt_strings(fdt);

	if (fdt_totalsize(fdt) - fdt_off_dt_strings(fdt) < size + sizeof names)
		return 0;
	memmove(strings + sizeof names, strings, size);
	memcpy(strings, names, sizeof names);
	fdt_set_size_dt_strings(fdt, size + sizeof names);
	return sizeof names;
}

int dtb_open(void *fdt, int room, struct dtb_nodes *nodes)
{
	int error = fdt_open_into(fdt, fdt, room);

	if (error)
		return error;
	if (fdt_off_dt_struct(fdt) % 4)
		return -FDT_ERR_ALIGNMENT;
	if (!find_nodes(fdt, nodes, add_names(fdt)))
		return -FDT_ERR_BADSTRUCTURE;
	if (!nodes->gic)
		find_gic(fdt, nodes);
	return 0;
}

static uint64_t read_cells(const fdt32_t *cells, int count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 32 | fdt32_ld(cells++);
	return value;
}

/* Through the `ranges` of all parents: what a CPU has to access. */
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
		const fdt32_t *ranges = fdt_getprop(fdt, bus, "ranges", &length);

		if (!ranges || child_cells < 1 || size_cells < 1 ||
		    parent_cells < 1)
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

/* The first two entries of the GIC's `reg`: GICD and GICC. */
static const char *read_gic(const void *fdt, const struct dtb_nodes *nodes,
			    struct platform *platform)
{
	int parent = nodes->gic_path[nodes->gic_depth - 1];
	int address_cells = fdt_address_cells(fdt, parent);
	int size_cells = fdt_size_cells(fdt, parent);
	int entry = address_cells + size_cells, length;
	const fdt32_t *reg = fdt_getprop(fdt, nodes->gic, "reg", &length);

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
	platform->gicc = (uint32_t)gicc;
	return NULL;
}

/* Whole pages, as far as 32-bit addresses go. */
#define RAM_LIMIT	0xfffff000

/* One of the root's properties, in one cell; 0 if it is damaged. */
static uint32_t root_cells(const void *fdt, const char *name, uint32_t absent)
{
	int length;
	const fdt32_t *value = property(fdt, 0, name, &length);

	return !value ? absent : length == 4 ? be32(value) : 0;
}

const char *dtb_read_ram(const void *fdt, const struct dtb_nodes *nodes,
			 struct platform *platform)
{
	const uint64_t limit = RAM_LIMIT, page = 0xfff;
	uint32_t address_cells = root_cells(fdt, "#address-cells", 2);
	uint32_t size_cells = root_cells(fdt, "#size-cells", 1);

	platform->ram_count = 0;
	if (address_cells < 1 || address_cells > 2 ||
	    size_cells < 1 || size_cells > 2)
		return "has a root whose #address-cells or #size-cells is "
		       "neither 1 nor 2";
	if (nodes->memory_count > PLATFORM_MAX_RAM)
		return "has more than 4 memory nodes";
	for (int i = 0; i < nodes->memory_count; i++) {
		int entry = address_cells + size_cells, length;
		const fdt32_t *reg = property(fdt, nodes->memory[i], "reg",
					      &length);

		for (; reg && length >= 4 * entry; length -= 4 * entry, reg += entry) {
			uint64_t start = read_cells(reg, address_cells);
			uint64_t size = read_cells(reg + address_cells,
						   size_cells);

			if (start >= limit)
				continue;
			uint64_t end = size > limit - start ? limit :
				       (start + size) & ~page;

			start = (start + page) & ~page;
			if (start >= end)
				continue;
			if (platform->ram_count == PLATFORM_MAX_RAM)
				return "has more than 4 banks of RAM";
			platform->ram[platform->ram_count++] =
				(struct ram_bank){ start, end };
		}
	}
	return NULL;
}

/* Whole pages that hold it, as far as 32-bit addresses go; 1 if there are any. */
static unsigned add_range(uint64_t start, uint64_t size, struct ram_bank *ranges,
			  unsigned count, unsigned room)
{
	const uint64_t limit = RAM_LIMIT, page = 0xfff;

	if (start >= limit || !size)
		return 0;
	if (count < room)
		ranges[count] = (struct ram_bank){
			start & ~page, size > limit - start ? limit :
			(start + size + page) & ~page };
	return 1;
}

unsigned dtb_read_reserved(const void *fdt, struct ram_bank *ranges, unsigned room)
{
	static const char *const parents[] = { "/reserved-memory", "/chosen" };
	uint64_t start, size;
	unsigned count = 0;

	for (int n = fdt_num_mem_rsv(fdt); n-- > 0;)
		if (!fdt_get_mem_rsv(fdt, n, &start, &size))
			count += add_range(start, size, ranges, count, room);
	for (unsigned i = 0; i < sizeof parents / sizeof *parents; i++) {
		int parent = fdt_path_offset(fdt, parents[i]), node;
		int address_cells = fdt_address_cells(fdt, parent);
		int size_cells = fdt_size_cells(fdt, parent);
		int entry = address_cells + size_cells, length;

		if (parent < 0 || address_cells < 1 || size_cells < 1)
			continue;
		fdt_for_each_subnode(node, fdt, parent) {
			const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);

			for (; reg && length >= 4 * entry;
			     length -= 4 * entry, reg += entry)
				count += add_range(read_cells(reg, address_cells),
						   read_cells(reg + address_cells,
							      size_cells),
						   ranges, count, room);
		}
	}
	return count;
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
		value = fdt_getprop(fdt, nodes->cpu[i], "reg", &length);
		/* #address-cells is 1, or 2 with the affinity in the last. */
		if (!value || (length != 4 && length != 8))
			return "has a CPU without reg under /cpus";
		platform->mpidr[i] = fdt32_ld(value + length / 4 - 1);
	}
	platform->cpu_count = nodes->cpu_count;

	if (nodes->timer) {
		value = fdt_getprop(fdt, nodes->timer, "clock-frequency",
				    &length);
		if (value && length == 4)
			platform->timer_hz = fdt32_ld(value);
	}
	const char *wrong = dtb_read_ram(fdt, nodes, platform);

	if (platform->ram_count == 0)
		platform->ram[0].end = RAM_LIMIT;
	if (wrong || !nodes->gic)
		return wrong;
	return read_gic(fdt, nodes, platform);
}

/* Set or delete an empty property. */
static int set_flag(void *fdt, int node, const char *name, bool value)
{
	if (value)
		return fdt_setprop(fdt, node, name, NULL, 0);
	int error = fdt_delprop(fdt, node, name);

	return error == -FDT_ERR_NOTFOUND ? 0 : error;
}

static int mend_chosen(void *fdt, int node, const struct dtb_changes *changes)
{
	uint32_t word = changes->boot_mode;
	int error = 0;

	if (changes->bootargs)
		error = fdt_setprop_string(fdt, node, "bootargs",
					   changes->bootargs);
	if (!error && changes->initrd_end) {
		error = fdt_setprop_u32(fdt, node, "linux,initrd-start",
					changes->initrd);
		if (!error)
			error = fdt_setprop_u32(fdt, node, "linux,initrd-end",
						changes->initrd_end);
	} else if (!error) {
		error = set_flag(fdt, node, "linux,initrd-start", false);
		if (!error)
			error = set_flag(fdt, node, "linux,initrd-end", false);
	}
	if (!error)
		error = fdt_setprop_string(fdt, node, "boot-wrapper,version",
					   VERSION);
	if (!error)
		error = fdt_setprop_string(fdt, node, "boot-wrapper,boot-mode",
					   mode_names[mode_of(word)]);
	if (!error)
		error = set_flag(fdt, node, "boot-wrapper,owns-hyp",
				 word & BW_OWNS_HYP);
	if (!error)
		error = set_flag(fdt, node, "boot-wrapper,owns-secure",
				 word & BW_OWNS_SECURE);
	return error;
}

static int mend_cpu(void *fdt, int node, enum dtb_psci psci, bool absent)
{
	int error = 0;

	if (absent)
		error = fdt_setprop_string(fdt, node, "status", "fail");
	if (error || psci == DTB_PSCI_FIRMWARES)
		return error;
	if (psci == DTB_PSCI_OURS)
		return fdt_setprop_string(fdt, node, "enable-method", "psci");

	const char *method = fdt_getprop(fdt, node, "enable-method", NULL);

	if (method && is_named(method, "psci"))
		return fdt_delprop(fdt, node, "enable-method");
	return 0;
}

/* The firmware that this property complains of is us, and we do configure. */
static int mend_timer(void *fdt, int node)
{
	return set_flag(fdt, node, "arm,cpu-registers-not-fw-configured", false);
}

/* A child of /reserved-memory that no kernel maps: the resident range, if any. */
static int mend_reserved_memory(void *fdt, int parent,
				const struct dtb_changes *changes)
{
	int address_cells = fdt_address_cells(fdt, parent);
	int size_cells = fdt_size_cells(fdt, parent);
	fdt32_t reg[4], *cell = reg;
	char name[] = "boot-wrapper@00000000";
	int node, error;

	/* Ours; another one may belong to a wrapper below us. */
	for (int i = 0; i < 8; i++)
		name[sizeof name - 2 - i] =
			"0123456789abcdef"[changes->reserve >> 4 * i & 0xf];
	for (node = fdt_first_subnode(fdt, parent); node >= 0;
	     node = fdt_next_subnode(fdt, node))
		if (is_named(node_name(fdt, node), name)) {
			error = fdt_del_node(fdt, node);
			if (error)
				return error;
			break;
		}

	if (!changes->reserve_end)
		return 0;
	if (address_cells < 1 || address_cells > 2 ||
	    size_cells < 1 || size_cells > 2)
		return -FDT_ERR_BADNCELLS;
	if (address_cells == 2)
		fdt32_st(cell++, 0);
	fdt32_st(cell++, changes->reserve);
	if (size_cells == 2)
		fdt32_st(cell++, 0);
	fdt32_st(cell++, changes->reserve_end - changes->reserve);

	node = fdt_add_subnode(fdt, parent, name);
	if (node < 0)
		return node;
	error = fdt_setprop(fdt, node, "reg", reg, 4 * (cell - reg));
	if (!error)
		error = set_flag(fdt, node, "no-map", true);
	return error;
}

/*
 * Add a node that find_nodes() has not found at the root. fdt_add_subnode()
 * would look for it through the whole tree: hide that from it meanwhile,
 * behind the end of the root.
 */
static int add_top_level(void *fdt, const char *name, int first)
{
	int was = fdt_size_dt_struct(fdt);
	char *tag = (char *)fdt + fdt_off_dt_struct(fdt) + first;

	if (!first)
		return fdt_add_subnode(fdt, 0, name);

	uint32_t hidden = fdt32_ld((fdt32_t *)tag);

	fdt32_st(tag, FDT_END_NODE);
	int node = fdt_add_subnode(fdt, 0, name);

	tag += fdt_size_dt_struct(fdt) - was;
	fdt32_st(tag, hidden);
	return node;
}

static int add_reserved_memory(void *fdt, const struct dtb_changes *changes,
			       int first)
{
	int node = add_top_level(fdt, "reserved-memory", first);

	if (node < 0)
		return node;
	int error = fdt_setprop_u32(fdt, node, "#address-cells",
				    fdt_address_cells(fdt, 0));
	if (!error)
		error = fdt_setprop_u32(fdt, node, "#size-cells",
					fdt_size_cells(fdt, 0));
	if (!error)
		error = set_flag(fdt, node, "ranges", true);
	return error ? error : mend_reserved_memory(fdt, node, changes);
}

/*
 * A DTB that had a node of PSCI 0.1 may be for a kernel that knows no other. That
 * has no numbers of its own for its functions: it is told those of PSCI 0.2.
 */
static int mend_psci(void *fdt, int node, bool psci_0_1)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2\0arm,psci";
	int error, size = psci_0_1 ? sizeof compatible :
				     sizeof compatible - sizeof "arm,psci";

	if (node < 0)
		return node;
	error = fdt_setprop(fdt, node, "compatible", compatible, size);
	if (!error)
		error = fdt_setprop_string(fdt, node, "method", "smc");
	if (error || !psci_0_1)
		return error;
	error = fdt_setprop_u32(fdt, node, "cpu_suspend", PSCI_CPU_SUSPEND);
	if (!error)
		error = fdt_setprop_u32(fdt, node, "cpu_off", PSCI_CPU_OFF);
	if (!error)
		error = fdt_setprop_u32(fdt, node, "cpu_on", PSCI_CPU_ON);
	return error;
}

/* The node at `offset` is nobody's concern, or one of these. */
static int mend_node(void *fdt, int offset, const struct dtb_nodes *nodes,
		     const struct dtb_changes *changes)
{
	if (offset == nodes->chosen)
		return mend_chosen(fdt, offset, changes);
	if (offset == nodes->timer)
		return mend_timer(fdt, offset);
	if (offset == nodes->reserved_memory)
		return mend_reserved_memory(fdt, offset, changes);
	/* PSCI 0.1 gives its functions any numbers, which may be others' in 0.2. */
	if (offset == nodes->psci)
		return changes->psci == DTB_PSCI_FIRMWARES ? 0 :
		       fdt_del_node(fdt, offset);
	for (int i = 0; i < nodes->cpu_count; i++)
		if (offset == nodes->cpu[i])
			return mend_cpu(fdt, offset, changes->psci,
					changes->absent >> i & 1);
	return 0;
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

	/* The last in the tree first, while what lies before it stays put. */
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

	/* What was missing altogether goes to the front. */
	if (changes->psci == DTB_PSCI_OURS)
		error = mend_psci(fdt, add_top_level(fdt, "psci", nodes->first),
				  psci_0_1);
	if (!error && changes->reserve_end && !nodes->reserved_memory)
		error = add_reserved_memory(fdt, changes, nodes->first);
	if (!error && !nodes->chosen) {
		int chosen = add_top_level(fdt, "chosen", nodes->first);

		error = chosen < 0 ? chosen : mend_chosen(fdt, chosen, changes);
	}
	return error;
}
