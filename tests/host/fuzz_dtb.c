/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: any DTB, through what the boot does with one. The first byte
 * chooses what is fixed up, the rest is the DTB.
 */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "boot_wrapper.h"
#include "loader/dtb.h"

#define ROOM	8192
#define RANGES	8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Sorted, apart, and whole pages. */
static void check_ranges(const struct ram_bank *ranges, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (ranges[i].start >= ranges[i].end || ranges[i].start % 4096 ||
		    ranges[i].end % 4096 ||
		    (i && ranges[i - 1].end >= ranges[i].start))
			abort();
}

/*
 * What was fixed up can be opened and read again. It says the same, if no CPU and no
 * /psci, in which anything may be, has been taken away.
 */
static void check_result(void *fdt, int room, const struct platform *before,
			 bool same)
{
	struct platform platform;
	struct dtb_nodes nodes;
	int length;

	if (fdt_check_header(fdt) || dtb_open(fdt, room, &nodes))
		abort();
	if (same && (dtb_read(fdt, &nodes, &platform) ||
		     memcmp(&platform, before, sizeof platform)))
		abort();
	if (!nodes.chosen ||
	    !fdt_getprop(fdt, nodes.chosen, "boot-wrapper,version", &length))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ram_bank ranges[RANGES];
	struct platform platform;
	struct dtb_nodes nodes;

	if (size < 1 + sizeof(struct fdt_header))
		return 0;

	uint8_t flags = *data++;
	struct dtb_changes changes = {
		.boot_mode = BW_BOOT_MODE_MAGIC | BW_MODE_HYP << BW_MODE_SHIFT,
		.bootargs = flags & 1 ? "console=ttyAMA0" : NULL,
		.initrd = 0x88000000, .initrd_end = flags & 2 ? 0x88100000 : 0,
		.reserve = 0x87e10000,
		.reserve_end = flags & 4 ? 0x87e13000 : 0,
		.psci = (flags >> 3) % 3, .absent = flags >> 5 & 2,
	};
	int room = --size + ROOM;
	char *fdt = malloc(room);

	memset(fdt, 0, room);
	memcpy(fdt, data, size);
	if (!fdt_check_header(fdt) && fdt_totalsize(fdt) <= size &&
	    !dtb_open(fdt, room, &nodes)) {
		unsigned count = dtb_read_reserved(fdt, &nodes, ranges, RANGES);

		bool had_psci = nodes.psci;

		check_ranges(ranges, count > RANGES ? RANGES : count);
		check_ranges(nodes.ram, nodes.ram_count > DTB_MAX_RAM ?
			     DTB_MAX_RAM : nodes.ram_count);
		if (!dtb_read(fdt, &nodes, &platform) &&
		    !dtb_mend(fdt, &nodes, &changes))
			check_result(fdt, room, &platform,
				     !changes.absent && !had_psci);
	}
	free(fdt);
	return 0;
}
