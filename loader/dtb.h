/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DTB: what is read from it, and how it is mended. dtb.c is compiled into
 * the wrapper and into the build's own tool, so that both do the same.
 */
#ifndef LOADER_DTB_H
#define LOADER_DTB_H

#include <stdbool.h>
#include <stdint.h>

#define PLATFORM_MAX_CPUS	8
#define PLATFORM_MAX_RAM	4

#define DTB_MAX_DEPTH		16

/* Offsets of the nodes that matter; 0 (the root) stands for "none". */
struct dtb_nodes {
	int cpu[PLATFORM_MAX_CPUS];
	int cpu_count;		/* as many as there are, stored or not */
	int memory[PLATFORM_MAX_RAM];
	int memory_count;	/* likewise */
	int chosen, psci, reserved_memory, timer;
	int gic, gic_path[DTB_MAX_DEPTH], gic_depth; /* gic_path[0]: the root */
	int first;		/* of the root's children; 0: it has none */
};

/* Whole pages of [start..end), below 4 GiB. */
struct ram_bank {
	uint32_t start, end;
};

/* What the wrapper wants to know about the hardware. */
struct platform {
	uint32_t cpu_count;
	uint32_t mpidr[PLATFORM_MAX_CPUS];	/* affinity fields */
	uint32_t gicd, gicc;		/* GICv2, physical; 0: there is none */
	uint32_t timer_hz;		/* /timer clock-frequency; 0: not said */
	/*
	 * Of a DTB without memory nodes it is 0, and ram[0] is all that there
	 * may be. Banks that are not used: start = end = 0.
	 */
	uint32_t ram_count;
	struct ram_bank ram[PLATFORM_MAX_RAM];
};

/* Whose PSCI the DTB has: /psci, and each CPU's enable-method. */
enum dtb_psci {
	DTB_PSCI_NONE,		/* nobody's: they are removed */
	DTB_PSCI_OURS,
	DTB_PSCI_FIRMWARES,	/* other firmware's: they stay as they are */
};

/* What is to be changed. */
struct dtb_changes {
	uint32_t boot_mode;		/* the word, for /chosen */
	const char *bootargs;		/* NULL: leave the DTB's own */
	uint32_t initrd, initrd_end;	/* both 0: there is none */
	uint32_t reserve, reserve_end;	/* the resident range; end 0: none */
	enum dtb_psci psci;
	uint32_t absent;		/* bit n: nodes.cpu[n] is not there */
};

/*
 * Open a DTB that fdt_check_header() accepts for dtb_read() and dtb_mend(), and
 * find its `nodes`; `room` bytes are there for it. Its meaning stays the same.
 * Returns a libfdt error, 0 for none.
 */
int dtb_open(void *fdt, int room, struct dtb_nodes *nodes);

/*
 * Read `platform` from an opened DTB. Returns NULL, or what is wrong with the
 * DTB, in words that follow "the DTB".
 */
const char *dtb_read(const void *fdt, const struct dtb_nodes *nodes,
		     struct platform *platform);

/*
 * The part of dtb_read() that does not depend on the CPUs: `ram`, from the
 * memory nodes. No bank is no error here.
 */
const char *dtb_read_ram(const void *fdt, const struct dtb_nodes *nodes,
			 struct platform *platform);

/*
 * What other software has put into memory, or keeps for itself: memory
 * reservations, /reserved-memory, and the modules in /chosen. Returns how many
 * there are, and stores as many as there is room for.
 */
unsigned dtb_read_reserved(const void *fdt, struct ram_bank *ranges, unsigned room);

/*
 * Mend an opened DTB; `nodes` is no longer true afterwards. Returns a libfdt
 * error, 0 for none.
 */
int dtb_mend(void *fdt, const struct dtb_nodes *nodes,
	     const struct dtb_changes *changes);

#endif
