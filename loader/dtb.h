/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Read and fix up a devicetree. dtb.c is compiled into the wrapper and into tools/prepare,
 * so that boot and build get the same result.
 */
#ifndef LOADER_DTB_H
#define LOADER_DTB_H

#include <stdbool.h>
#include <stdint.h>

#define PLATFORM_MAX_CPUS	8
#define PLATFORM_MAX_RAM	4	/* banks that stay resident */

#define DTB_MAX_RAM		16
#define DTB_MAX_DEPTH		64	/* Linux has the same limit */

/* The whole pages in [start..end), below 4 GiB. */
struct ram_bank {
	uint32_t start, end;
};

/*
 * What dtb_open() finds: RAM, and the offsets of the nodes that matter. The offset 0, which
 * is the root, means that there is no such node.
 */
struct dtb_nodes {
	int cpu[PLATFORM_MAX_CPUS];
	int cpu_count;		/* all CPUs, even if cpu[] does not hold them */
	/*
	 * All enabled RAM, sorted; banks that touch are joined. If they did not all fit,
	 * the count is larger than DTB_MAX_RAM: see dtb_check_ram().
	 */
	struct ram_bank ram[DTB_MAX_RAM];
	unsigned ram_count;
	int chosen, psci, reserved_memory, timer;
	int gic, gic_path[DTB_MAX_DEPTH], gic_depth; /* gic_path[0]: the root */
	int first;		/* the root's first child, or the root's end */
};

/* What the boot and the resident code need to know about the hardware. */
struct platform {
	uint32_t cpu_count;
	uint32_t mpidr[PLATFORM_MAX_CPUS];	/* affinity fields */
	uint32_t gicd;			/* physical; 0: there is no GIC */
	uint32_t gicc, gicr;		/* of GICv2 and of GICv3; the other is 0 */
	uint32_t timer_hz;		/* /timer clock-frequency; 0: it has none */
	/*
	 * RAM for the check of CPU_ON's entry address. If the DTB has more banks, those
	 * with the smallest gaps between them are joined. If it has none, ram_count is 0
	 * and ram[0] is all memory. Unused banks: start = end = 0.
	 */
	uint32_t ram_count;
	struct ram_bank ram[PLATFORM_MAX_RAM];
};

/* The PSCI that the DTB describes in /psci and in each CPU's enable-method. */
enum dtb_psci {
	DTB_PSCI_NONE,		/* none: both are removed */
	DTB_PSCI_OURS,
	DTB_PSCI_FIRMWARES,	/* other firmware's: both stay as they are */
};

/* The changes that dtb_mend() makes. */
struct dtb_changes {
	uint32_t boot_mode;		/* the boot-mode word, for /chosen */
	const char *bootargs;		/* NULL: leave the DTB's own */
	uint32_t initrd, initrd_end;	/* both 0: there is none */
	uint32_t reserve, reserve_end;	/* the resident range; end 0: none */
	enum dtb_psci psci;
	uint32_t absent;		/* bit n: nodes.cpu[n] is absent */
};

/*
 * Open a DTB that fdt_check_header() accepts, and find the `nodes` that the functions below
 * need. The DTB may grow to `room` bytes. Blocks out of order and a misaligned structure
 * block are corrected; the content stays the same. Returns a libfdt error, or 0.
 */
int dtb_open(void *fdt, int room, struct dtb_nodes *nodes);

/* What is said of a DTB of another board; %s is what dtb_other_board() returns. */
#define DTB_OTHER_BOARD "the DTB is for %s, and this wrapper for " BOARD_NAME " (" \
	BOARD_COMPATIBLE "); if the kernel does not start, use the DTB of this board"

/*
 * The name of the board that an opened DTB is for, if its root is not compatible with
 * `board`; else NULL, also if the DTB does not say.
 */
const char *dtb_other_board(const void *fdt, const char *board);

/*
 * Read `platform` from an opened DTB. Returns NULL, or what is wrong with the
 * DTB, in words that follow "the DTB".
 */
const char *dtb_read(const void *fdt, const struct dtb_nodes *nodes,
		     struct platform *platform);

/*
 * Check that nodes->ram is all the RAM of the DTB. A DTB without RAM is accepted. Returns
 * as dtb_read() does.
 */
const char *dtb_check_ram(const void *fdt, const struct dtb_nodes *nodes);

/*
 * Read from an opened DTB the memory that other software occupies or keeps for itself:
 * memory reservations, /reserved-memory, and all modules in /chosen, at any depth. The
 * ranges are sorted, and joined where they touch. Returns the number of ranges, or
 * room + 1 if they did not all fit.
 */
unsigned dtb_read_reserved(const void *fdt, const struct dtb_nodes *nodes,
			   struct ram_bank *ranges, unsigned room);

/*
 * Fix up an opened DTB. Afterwards `nodes` is no longer valid. Returns a libfdt error, or 0.
 */
int dtb_mend(void *fdt, const struct dtb_nodes *nodes,
	     const struct dtb_changes *changes);

#endif
