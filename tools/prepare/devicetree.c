/* SPDX-License-Identifier: BSD-2-Clause */
/* The DTB: what the user changes in it, what it says of the memory, and its fix-up. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "prepare.h"
#include "devicetree.h"
#include "files.h"
#include "loader/formats.h"
#include "loader/multiboot.h"

#define DTB_SLACK	4096		/* what two fix-ups of a DTB may add */

static void dtb_error(int error)
{
	if (error < 0)
		fail("DTB=%s: cannot be fixed up: %s; check it with dtc",
		     options.dtb.path, fdt_strerror(error));
}

/* Refuse for the reason that dtb_read() or dtb_check_ram() returns. */
static void dtb_wrong(const char *wrong)
{
	if (wrong)
		fail("DTB=%s: %s; use a DTB of this board", options.dtb.path,
		     wrong);
}

void load_dtb(void)
{
	struct file *file = &options.dtb;
	int error;

	load(file);
	unwrap(file, "DTB", UIMAGE_DTB);
	error = file->size < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED :
		fdt_check_header(file->data);
	/* libfdt's fdt_check_full() cannot check older versions. */
	if (!error && fdt_version(file->data) < 16)
		error = -FDT_ERR_BADVERSION;
	if (!error)
		error = fdt_check_full(file->data, file->size);
	if (error)
		fail("DTB=%s: not a valid DTB: %s; make one with dtc", file->path,
		     fdt_strerror(error));

	/* Take options from the DTB's own bootargs. Without options, these stay the same. */
	const char *text = fdt_getprop(file->data, fdt_path_offset(file->data, "/chosen"),
				       "bootargs", &error);
	const char *rest = text && error > 0 && !text[error - 1] ? text : NULL;

	if (options.bootargs || options.dom0.path || !rest)
		return;
	take_bootargs(&rest);
	if (strcmp(rest, text))
		options.bootargs = rest;
}

/* Read "BASE,SIZE", where a size may end with K, M or G. Returns what follows it. */
static const char *memory_range(const char *text, uint64_t range[2])
{
	for (int i = 0; i < 2; i++) {
		static const char units[] = "KMG";
		const char *unit;
		char *end;

		errno = 0;
		range[i] = strtoull(text, &end, 0);
		if (end == text || errno || *text == '-')
			return NULL;
		unit = i && *end ? strchr(units, *end & ~0x20) : NULL;
		if (unit) {
			range[i] <<= 10 * (unit - units + 1);
			end++;
		}
		text = end;
		if (i == 0 && *text++ != ',')
			return NULL;
	}
	return range[1] && (!*text || *text == ',') ? text : NULL;
}

/* libfdt's own function for this refuses a range that starts at 0. */
static void append_range(void *fdt, int node, const uint64_t range[2])
{
	int cells[2] = { fdt_address_cells(fdt, 0), fdt_size_cells(fdt, 0) };

	for (int i = 0; i < 2; i++) {
		if (cells[i] != 2 && range[i] > UINT32_MAX)
			fail("MEMORY=%s: the DTB has no 64-bit addresses; use one whose root "
			     "has #address-cells and #size-cells of 2", options.memory);
		dtb_error(cells[i] == 2 ?
			  fdt_appendprop_u64(fdt, node, "reg", range[i]) :
			  fdt_appendprop_u32(fdt, node, "reg", (uint32_t)range[i]));
	}
}

/* MEMORY=: replace all enabled memory nodes of the DTB. */
void set_memory(void)
{
	int room = options.dtb.size + 64 + 8 * strlen(options.memory), node;
	void *fdt = calloc(1, room);
	const char *rest = options.memory;
	uint64_t range[2], first;
	char name[32];

	if (!fdt)
		fail("no memory for the DTB");
	dtb_error(fdt_open_into(options.dtb.data, fdt, room));
	for (node = fdt_first_subnode(fdt, 0); node >= 0;) {
		const char *type = fdt_getprop(fdt, node, "device_type", NULL);
		const char *status = fdt_getprop(fdt, node, "status", NULL);

		if (type && !strcmp(type, "memory") &&
		    (!status || !strncmp(status, "ok", 2))) {
			dtb_error(fdt_del_node(fdt, node));
			node = fdt_first_subnode(fdt, 0);
		} else {
			node = fdt_next_subnode(fdt, node);
		}
	}
	if (!memory_range(rest, range))
		rest = NULL;
	first = range[0];
	snprintf(name, sizeof name, "memory@%llx", (unsigned long long)first);
	node = rest ? fdt_add_subnode(fdt, 0, name) : 0;
	dtb_error(node);
	if (rest)
		dtb_error(fdt_setprop_string(fdt, node, "device_type", "memory"));
	while (rest && *rest) {
		rest = memory_range(rest + (*rest == ','), range);
		if (rest)
			append_range(fdt, node, range);
	}
	if (!rest)
		fail("MEMORY=%s: not BASE,SIZE[,BASE,SIZE ...]; set it like "
		     "MEMORY=0x80000000,1G", options.memory);
	options.dtb.data = fdt;
	options.dtb.size = fdt_totalsize(fdt);
}

/* Read RAM and reservations from the DTB. */
void read_map(void)
{
	size_t room = options.dtb.size + DTB_SLACK;
	void *fdt = malloc(room);
	struct dtb_nodes nodes;

	if (!fdt)
		fail("no memory for the DTB");
	memcpy(fdt, options.dtb.data, options.dtb.size);
	dtb_error(dtb_open(fdt, room, &nodes));

	const char *other = dtb_other_board(fdt, BOARD_COMPATIBLE);

	if (other)
		fprintf(stderr, "boot-wrapper: " DTB_OTHER_BOARD "\n", other);
	dtb_wrong(dtb_check_ram(fdt, &nodes));
	map.window = (struct ram_bank){ TRANSIENT_START, WINDOW_END };
	map.resident = (struct ram_bank){ RESIDENT_START, RESIDENT_END };
	place_find_ram(&map, nodes.ram, nodes.ram_count, options.dtb.from);
	place_reserve(&map, dtb_read_reserved(fdt, &nodes, map.reserved,
					      PLACE_MAX_RESERVED));
	free(fdt);
}

/* The offset of the n-th CPU node, or a libfdt error. */
static int cpu_node(const void *fdt, int n)
{
	int cpus = fdt_path_offset(fdt, "/cpus"), node;

	if (cpus < 0)
		return cpus;
	fdt_for_each_subnode(node, fdt, cpus) {
		const char *type = fdt_getprop(fdt, node, "device_type", NULL);

		if (type && !strcmp(type, "cpu") && n-- == 0)
			return node;
	}
	return -FDT_ERR_NOTFOUND;
}

static void add_item(int items[256], int *count, int item)
{
	if (*count == 256)
		fail("DTB=%s: a CPU node has more than 256 properties or nodes; "
		     "leave SMP= out", options.dtb.path);
	items[(*count)++] = item;
}

/*
 * Copy properties and subnodes. libfdt adds a new node or property in front of all others,
 * so the last one is copied first. A second copy of a node must not have its phandles.
 */
static void copy_node(const void *from_fdt, int from, void *fdt, int to,
		      bool phandles)
{
	int items[256], count = 0, item, length;

	fdt_for_each_property_offset(item, from_fdt, from)
		add_item(items, &count, item);
	while (count--) {
		const char *key;
		const void *value = fdt_getprop_by_offset(from_fdt, items[count],
							  &key, &length);

		if (phandles || strcmp(key, "phandle"))
			dtb_error(fdt_setprop(fdt, to, key, value, length));
	}
	count = 0;
	fdt_for_each_subnode(item, from_fdt, from)
		add_item(items, &count, item);
	while (count-- > 0) {
		int node = fdt_add_subnode(fdt, to, fdt_get_name(from_fdt,
						items[count], NULL));

		dtb_error(node);
		copy_node(from_fdt, items[count], fdt, node, phandles);
	}
}

/*
 * SMP=: set the number of CPU nodes. Nodes that the DTB lacks are copies of its last one,
 * with the next affinity numbers. To keep their order, all CPU nodes are then removed and
 * added again.
 */
static void set_cpu_count(void *fdt)
{
	int wanted = options.cpus, count = 0, node;

	while ((node = cpu_node(fdt, wanted)) >= 0)
		dtb_error(fdt_del_node(fdt, node));
	while (cpu_node(fdt, count) >= 0)
		count++;
	if (!count)
		fail("DTB=%s: no CPU under /cpus to make others like; "
		     "use a DTB of this board", options.dtb.path);
	if (count == wanted)
		return;

	int size = fdt_totalsize(fdt);
	void *was = malloc(size);

	if (!was)
		fail("no memory for the DTB");
	memcpy(was, fdt, size);
	while ((node = cpu_node(fdt, 0)) >= 0)
		dtb_error(fdt_del_node(fdt, node));
	for (int i = wanted - 1; i >= 0; i--) {
		int like = cpu_node(was, i < count ? i : count - 1), length;
		const fdt32_t *reg = fdt_getprop(was, like, "reg", &length);
		char name[32];

		if (!reg || (length != 4 && length != 8))
			fail("DTB=%s: a CPU without reg; use a DTB of this "
			     "board", options.dtb.path);

		fdt32_t cells[2];
		fdt32_t *last = &cells[length / 4 - 1];
		uint32_t number;

		memcpy(cells, reg, length);
		number = fdt32_ld(last) + (i < count ? 0 : i - count + 1);
		fdt32_st(last, number);
		snprintf(name, sizeof name, "cpu@%x", number);
		node = fdt_add_subnode(fdt, fdt_path_offset(fdt, "/cpus"), name);
		dtb_error(node);
		copy_node(was, like, fdt, node, i < count);
		dtb_error(fdt_setprop(fdt, node, "reg", cells, length));
	}
	free(was);
}

/* Whether a CPU has Hyp mode. The cores listed here lack the Virtualization Extensions. */
static bool has_hyp(const void *fdt, int cpu)
{
	static const char *const without[] = {
		"arm,cortex-a5", "arm,cortex-a8", "arm,cortex-a9",
	};

	for (unsigned i = 0; i < sizeof without / sizeof *without; i++)
		if (!fdt_node_check_compatible(fdt, cpu, without[i]))
			return false;
	return true;
}

/* Xen also reads linux,initrd-start, and sees that this is the same ramdisk. */
static void describe_modules(void *fdt)
{
	const struct multiboot_module modules[] = {
		{ MULTIBOOT_KERNEL, options.dom0.at, options.dom0.size },
		{ MULTIBOOT_RAMDISK, options.initrd.at, options.initrd.size },
	};

	dtb_error(multiboot_describe(fdt, modules, 2, options.xen_bootargs,
				     options.dom0_bootargs));
}

/* Into the DTB, whoever fixes up the rest, so that their length costs the wrapper nothing. */
static void set_bootargs(void *fdt)
{
	int node = fdt_path_offset(fdt, "/chosen");

	if (!options.bootargs)
		return;
	if (node == -FDT_ERR_NOTFOUND)
		node = fdt_add_subnode(fdt, 0, "chosen");
	dtb_error(node);
	dtb_error(fdt_setprop_string(fdt, node, "bootargs", options.bootargs));
}

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

/*
 * Whether a CPU is started by a method other than PSCI. The build's fix-up would replace the
 * method, but a boot after other firmware needs it.
 */
static bool has_other_method(const void *fdt, const struct dtb_nodes *nodes)
{
	for (int i = 0; i < nodes->cpu_count; i++) {
		const char *method = fdt_getprop(fdt, nodes->cpu[i],
						 "enable-method", NULL);

		if (method && strcmp(method, "psci"))
			return true;
	}
	return false;
}

/*
 * Predict the boot from reset, and fix up the DTB for it. Three cases are left to the boot:
 * a DTB with a PSCI node, which may be that of firmware that starts the wrapper; a DTB with
 * another method to start CPUs; and a boot that would be refused on the DTB's CPUs, since
 * the board may have other CPUs.
 */
static bool fix_up(void *fdt, const struct dtb_nodes *nodes)
{
	struct plan_input input = {
		.entered = ENTERED_SECURE,
		.has_hyp = has_hyp(fdt, nodes->cpu[0]),
		.takes = takes(),
		.takes_why = takes_why(),
		.flags = flags(),
		.board_pen = BOARD_PEN,
		.board_pen_ram = BOARD_PEN_RAM,
		.board_secure_ram = BOARD_SECURE_RAM,
	};
	static const uint32_t reserve_ends[] = {
		0, RESIDENT_NONSECURE_END, RESIDENT_END,
	};
	plan_boot(&input, &plan);
	if (!options.mend || nodes->psci || plan.refusal ||
	    has_other_method(fdt, nodes))
		return false;

	struct dtb_changes changes = {
		.boot_mode = plan.boot_mode,
		.initrd = options.initrd.size ? options.initrd.at : 0,
		.initrd_end = options.initrd.size ?
			      options.initrd.at + options.initrd.size : 0,
		.reserve = RESIDENT_START,
		.reserve_end = reserve_ends[plan.reserve],
		.psci = plan.psci,
	};

	dtb_error(dtb_mend(fdt, nodes, &changes));
	planned = true;
	return true;
}

/* What fixing up the DTB may add to it, in the build and again during the boot. */
size_t dtb_slack(void)
{
	return DTB_SLACK + length(options.bootargs) + length(options.xen_bootargs) +
	       length(options.dom0_bootargs);
}

/* Make the DTB with all changes of the build, and zeros behind it. */
void *make_dtb(struct platform *platform)
{
	const struct file *dtb = &options.dtb;
	/* A CPU node that is added may be as large as the whole DTB. */
	size_t room = (1 + options.cpus) * fdt_totalsize(dtb->data) + 2 * dtb_slack() + 8;
	void *fdt = calloc(1, room), *unmended = malloc(room);
	struct dtb_nodes nodes;

	if (!fdt || !unmended)
		fail("no memory for the DTB");
	dtb_error(fdt_open_into(dtb->data, fdt, room));
	if (options.cpus)
		set_cpu_count(fdt);
	if (options.dom0.path)
		describe_modules(fdt);
	set_bootargs(fdt);
	memcpy(unmended, fdt, room);
	dtb_error(dtb_open(fdt, room, &nodes));
	dtb_wrong(dtb_read(fdt, &nodes, platform));
	if (!fix_up(fdt, &nodes)) {
		free(fdt);
		fdt = unmended;
	} else {
		free(unmended);
	}
	dtb_error(fdt_pack(fdt));
	memset((char *)fdt + fdt_totalsize(fdt), 0, room - fdt_totalsize(fdt));
	return fdt;
}
