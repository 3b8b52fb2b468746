/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile DTBs for dtb.c, on the host, with sanitizers: test_dtb.py compiles
 * and runs it. Usage: dtb_fuzz FILE.dtb ROUNDS. Each round changes a few bytes
 * of a copy that ends where its memory ends, and opens, reads and mends it.
 *
 * dtb_fuzz FILE.dtb PSCI RESERVE_END mends it as the boot does, with these two
 * (decimal) in struct dtb_changes, and writes the result to stdout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "boot_wrapper.h"
#include "loader/dtb.h"
#include "random.h"

#define ROOM	8192

static int mend(char *original, size_t size, char **arguments)
{
	char *fdt = malloc(size + ROOM);
	struct dtb_nodes nodes;
	struct dtb_changes changes = {
		.boot_mode = BW_BOOT_MODE_MAGIC | BW_MODE_HYP << BW_MODE_SHIFT |
			     BW_OWNS_HYP,
		.reserve = 0x87e10000,
		.psci = atoi(arguments[0]),
		.reserve_end = strtoul(arguments[1], NULL, 10),
	};

	memcpy(fdt, original, size);
	if (dtb_open(fdt, size + ROOM, &nodes) ||
	    dtb_mend(fdt, &nodes, &changes) || fdt_pack(fdt))
		return 1;
	fwrite(fdt, 1, fdt_totalsize(fdt), stdout);
	free(fdt);
	return 0;
}

int main(int argc, char **argv)
{
	static const uint32_t words[] = {
		0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0,
	};
	static char original[1 << 20];
	unsigned opened = 0, mended = 0;
	FILE *file = argc >= 3 ? fopen(argv[1], "rb") : NULL;

	if (!file)
		return 2;
	size_t size = fread(original, 1, sizeof original, file);

	if (argc == 4)
		return mend(original, size, argv + 2);

	for (int round = atoi(argv[2]); round > 0; round--) {
		char *fdt = malloc(size + ROOM);
		struct dtb_nodes nodes;
		struct platform platform;
		struct dtb_changes changes = {
			.boot_mode = BW_BOOT_MODE_MAGIC |
				     BW_MODE_HYP << BW_MODE_SHIFT,
			.bootargs = "console=ttyAMA0", .initrd = 0x88000000,
			.initrd_end = 0x88100000, .reserve = 0x87e10000,
			.reserve_end = 0x87e13000, .psci = round % 3,
			.absent = round & 6,
		};

		memcpy(fdt, original, size);
		for (uint32_t n = 1 + next(4); n > 0; n--) {
			uint32_t at = next(8) ? next(size - 4) & ~3u : next(40) & ~3u;

			if (next(2))
				fdt32_st(fdt + at, words[next(10)]);
			else
				fdt[at + next(4)] ^= 1 << next(8);
		}
		if (!fdt_check_header(fdt) && fdt_totalsize(fdt) <= size &&
		    !dtb_open(fdt, size + ROOM, &nodes)) {
			opened++;
			if (!dtb_read(fdt, &nodes, &platform))
				mended += !dtb_mend(fdt, &nodes, &changes);
		}
		free(fdt);
	}
	printf("%u opened, %u mended\n", opened, mended);
	fclose(file);
	return !(opened && mended);
}
