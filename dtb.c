/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Read and mend a devicetree. Compiled into the wrapper (transient) and into
 * tools/prepare, which does the same at build time.
 *
 * A pass over a whole DTB costs tens of thousands of instructions, and each
 * insertion makes the offsets behind it invalid. So the tree is walked once,
 * and then mended from its end to its beginning.
 */
#include <libfdt.h>

#include "boot_wrapper.h"
#include "platform.h"
#include "version.h"

/* The top-level nodes that matter; offset 0 (the root) stands for "none". */
struct nodes {
	int cpu[PLATFORM_MAX_CPUS];
	uint32_t mpidr[PLATFORM_MAX_CPUS];
	int cpu_count;		/* as many as there are, stored or not */
	int cpus, chosen, psci, reserved_memory, timer, gic;
};

static const char *const gic_compatible[] = {
	"arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a9-gic",
	"arm,cortex-a7-gic",
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

static bool starts_with(const char *text, const char *prefix)
{
	return memcmp(text, prefix, strlen(prefix)) == 0;
}

/* A node name, up to its unit address. */
static bool is_named(const char *name, const char *wanted)
{
	size_t length = strlen(wanted);

	return strnlen(name, length) == length && starts_with(name, wanted) &&
	       (name[length] == '\0' || name[length] == '@');
}

static void find_top_level(const void *fdt, int node, const char *name,
			   struct nodes *nodes)
{
	switch (name[0]) {
	case 'c':
		if (is_named(name, "cpus"))
			nodes->cpus = node;
		else if (is_named(name, "chosen"))
			nodes->chosen = node;
		break;
	case 'p':
		if (is_named(name, "psci"))
			nodes->psci = node;
		break;
	case 'r':
		if (is_named(name, "reserved-memory"))
			nodes->reserved_memory = node;
		break;
	case 't':
		if (is_named(name, "timer") &&
		    is_compatible(fdt, node, "arm,armv7-timer"))
			nodes->timer = node;
		break;
	}
}

static void find_cpu(const void *fdt, int node, struct nodes *nodes)
{
	const char *status = fdt_getprop(fdt, node, "status", NULL);
	int length;
	const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);

	if (status && starts_with(status, "fail"))
		return;
	if (reg && length >= 4 && nodes->cpu_count < PLATFORM_MAX_CPUS) {
		nodes->cpu[nodes->cpu_count] = node;
		/* #address-cells is 1, or 2 with the affinity in the last. */
		nodes->mpidr[nodes->cpu_count] =
			fdt32_ld(reg + length / 4 - 1);
	}
	nodes->cpu_count++;
}

static void find_nodes(const void *fdt, struct nodes *nodes)
{
	int depth = 0, top = 0, node;

	*nodes = (struct nodes){ 0 };
	for (node = fdt_next_node(fdt, 0, &depth); node > 0 && depth > 0;
	     node = fdt_next_node(fdt, node, &depth)) {
		const char *name = fdt_get_name(fdt, node, NULL);

		if (depth == 1) {
			top = node;
			find_top_level(fdt, node, name, nodes);
		} else if (depth == 2 && top == nodes->cpus &&
			   is_named(name, "cpu")) {
			find_cpu(fdt, node, nodes);
		}
		/* The customary names first: asking every node is slow. */
		if (!nodes->gic && (name[0] == 'i' || name[0] == 'g') &&
		    is_gic(fdt, node))
			nodes->gic = node;
	}
	for (unsigned i = 0; i < sizeof gic_compatible / sizeof *gic_compatible &&
	     nodes->gic <= 0; i++)
		nodes->gic = fdt_node_offset_by_compatible(fdt, -1,
							   gic_compatible[i]);
	if (nodes->gic < 0)
		nodes->gic = 0;
}

static uint64_t read_cells(const fdt32_t *cells, int count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 32 | fdt32_ld(cells++);
	return value;
}

/* Through the `ranges` of all parents: what a CPU has to access. */
static bool translate(const void *fdt, int node, uint64_t *address)
{
	for (int bus = fdt_parent_offset(fdt, node); bus > 0; ) {
		int parent = fdt_parent_offset(fdt, bus);
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
		bus = parent;
	}
	return true;
}

/* The first two entries of the GIC's `reg`: GICD and GICC. */
static const char *read_gic(const void *fdt, int node, struct platform *platform)
{
	int parent = fdt_parent_offset(fdt, node);
	int address_cells = fdt_address_cells(fdt, parent);
	int size_cells = fdt_size_cells(fdt, parent);
	int entry = address_cells + size_cells, length;
	const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);

	if (!reg || address_cells < 1 || size_cells < 0 ||
	    length < 4 * (entry + address_cells))
		return "has an interrupt controller without usable addresses";

	uint64_t gicd = read_cells(reg, address_cells);
	uint64_t gicc = read_cells(reg + entry, address_cells);

	if (!translate(fdt, node, &gicd) || !translate(fdt, node, &gicc) ||
	    gicd > UINT32_MAX || gicc > UINT32_MAX)
		return "has an interrupt controller that no CPU can address";
	platform->gicd = (uint32_t)gicd;
	platform->gicc = (uint32_t)gicc;
	return NULL;
}

const char *dtb_read(const void *fdt, struct platform *platform)
{
	struct nodes nodes;

	*platform = (struct platform){ 0 };
	find_nodes(fdt, &nodes);
	if (nodes.cpu_count == 0)
		return "has no CPU under /cpus";
	if (nodes.cpu_count > PLATFORM_MAX_CPUS)
		return "has more than 8 CPUs under /cpus";
	for (int i = 0; i < nodes.cpu_count; i++) {
		if (!nodes.cpu[i])
			return "has a CPU without reg under /cpus";
		platform->mpidr[i] = nodes.mpidr[i];
	}
	platform->cpu_count = nodes.cpu_count;

	if (nodes.timer) {
		int length;
		const fdt32_t *hz = fdt_getprop(fdt, nodes.timer,
						"clock-frequency", &length);

		if (hz && length == 4)
			platform->timer_hz = fdt32_ld(hz);
	}
	return nodes.gic ? read_gic(fdt, nodes.gic, platform) : NULL;
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
	static const char *const modes[] = {
		[BW_MODE_SECURE_MONITOR] = "secure-monitor",
		[BW_MODE_HYP] = "hyp",
		[BW_MODE_SVC] = "svc",
		[BW_MODE_SECURE_SVC] = "secure-svc",
	};
	uint32_t word = changes->boot_mode;
	const char *mode = modes[(word & BW_MODE_MASK) >> BW_MODE_SHIFT];
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
					   mode);
	if (!error)
		error = set_flag(fdt, node, "boot-wrapper,owns-hyp",
				 word & BW_OWNS_HYP);
	if (!error)
		error = set_flag(fdt, node, "boot-wrapper,owns-secure",
				 word & BW_OWNS_SECURE);
	return error;
}

static int mend_cpu(void *fdt, int node, bool psci, bool absent)
{
	int error = 0;

	if (absent)
		error = fdt_setprop_string(fdt, node, "status", "fail");
	if (!error && psci)
		error = fdt_setprop_string(fdt, node, "enable-method", "psci");
	return error;
}

/* The firmware that this property complains of is us, and we do configure. */
static int mend_timer(void *fdt, int node)
{
	return set_flag(fdt, node, "arm,cpu-registers-not-fw-configured", false);
}

/* A child of /reserved-memory that no kernel maps: the resident range. */
static int mend_reserved_memory(void *fdt, int parent,
				const struct dtb_changes *changes)
{
	int address_cells = fdt_address_cells(fdt, parent);
	int size_cells = fdt_size_cells(fdt, parent);
	fdt32_t reg[4], *cell = reg;
	char name[] = "boot-wrapper@00000000";
	int node, error;

	for (node = fdt_first_subnode(fdt, parent); node >= 0;
	     node = fdt_next_subnode(fdt, node))
		if (is_named(fdt_get_name(fdt, node, NULL), "boot-wrapper")) {
			error = fdt_del_node(fdt, node);
			if (error)
				return error;
			break;
		}

	if (address_cells < 1 || address_cells > 2 ||
	    size_cells < 1 || size_cells > 2)
		return -FDT_ERR_BADNCELLS;
	if (address_cells == 2)
		fdt32_st(cell++, 0);
	fdt32_st(cell++, changes->reserve);
	if (size_cells == 2)
		fdt32_st(cell++, 0);
	fdt32_st(cell++, changes->reserve_end - changes->reserve);

	for (int i = 0; i < 8; i++)
		name[sizeof name - 2 - i] =
			"0123456789abcdef"[changes->reserve >> 4 * i & 0xf];
	node = fdt_add_subnode(fdt, parent, name);
	if (node < 0)
		return node;
	error = fdt_setprop(fdt, node, "reg", reg, 4 * (cell - reg));
	if (!error)
		error = set_flag(fdt, node, "no-map", true);
	return error;
}

static int add_reserved_memory(void *fdt, const struct dtb_changes *changes)
{
	int node = fdt_add_subnode(fdt, 0, "reserved-memory");

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

static int mend_psci(void *fdt, int node)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
	int error;

	if (node < 0)
		return node;
	error = fdt_setprop(fdt, node, "compatible", compatible,
			    sizeof compatible);
	if (!error)
		error = fdt_setprop_string(fdt, node, "method", "smc");
	return error;
}

/* The node at `offset` is nobody's concern, or one of these. */
static int mend_node(void *fdt, int offset, const struct nodes *nodes,
		     const struct platform *platform,
		     const struct dtb_changes *changes)
{
	if (offset == nodes->chosen)
		return mend_chosen(fdt, offset, changes);
	if (offset == nodes->timer)
		return mend_timer(fdt, offset);
	if (offset == nodes->reserved_memory)
		return changes->reserve_end ?
		       mend_reserved_memory(fdt, offset, changes) : 0;
	/* PSCI 0.1 gives its functions numbers that collide with 0.2's. */
	if (offset == nodes->psci)
		return fdt_del_node(fdt, offset);
	for (uint32_t i = 0; i < platform->cpu_count; i++)
		if (offset == nodes->cpu[i])
			return mend_cpu(fdt, offset, changes->psci,
					changes->absent >> i & 1);
	return 0;
}

int dtb_mend(void *fdt, int room, const struct platform *platform,
	     const struct dtb_changes *changes)
{
	struct nodes nodes;
	int error = fdt_open_into(fdt, fdt, room);

	if (error)
		return error;
	find_nodes(fdt, &nodes);

	int offsets[PLATFORM_MAX_CPUS + 4], count = 0;

	for (uint32_t i = 0; i < platform->cpu_count; i++)
		offsets[count++] = nodes.cpu[i];
	offsets[count++] = nodes.chosen;
	offsets[count++] = nodes.timer;
	offsets[count++] = nodes.reserved_memory;
	offsets[count++] = nodes.psci;

	/* The last in the tree first, while what lies before it stays put. */
	for (int done = 0; done < count; done++) {
		int last = 0;

		for (int i = 1; i < count; i++)
			if (offsets[i] > offsets[last])
				last = i;
		if (offsets[last] > 0)
			error = mend_node(fdt, offsets[last], &nodes, platform,
					  changes);
		if (error)
			return error;
		offsets[last] = 0;
	}

	/* What was missing altogether goes to the front. */
	if (changes->psci)
		error = mend_psci(fdt, fdt_add_subnode(fdt, 0, "psci"));
	if (!error && changes->reserve_end && !nodes.reserved_memory)
		error = add_reserved_memory(fdt, changes);
	if (!error && !nodes.chosen) {
		int chosen = fdt_add_subnode(fdt, 0, "chosen");

		error = chosen < 0 ? chosen : mend_chosen(fdt, chosen, changes);
	}
	return error;
}
