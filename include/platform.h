/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DTB: what is read from it, and how it is mended. dtb.c is compiled into
 * the wrapper and into the build's own tool, so that both do the same.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#define PLATFORM_MAX_CPUS	8

#define DTB_MAX_DEPTH		16

/* Offsets of the nodes that matter; 0 (the root) stands for "none". */
struct dtb_nodes {
	int cpu[PLATFORM_MAX_CPUS];
	int cpu_count;		/* as many as there are, stored or not */
	int chosen, psci, reserved_memory, timer;
	int gic, gic_path[DTB_MAX_DEPTH], gic_depth; /* gic_path[0]: the root */
	int first;		/* of the root's children; 0: it has none */
};

/* What the wrapper wants to know about the hardware. */
struct platform {
	uint32_t cpu_count;
	uint32_t mpidr[PLATFORM_MAX_CPUS];	/* affinity fields */
	uint32_t gicd, gicc;		/* GICv2, physical; 0: there is none */
	uint32_t timer_hz;		/* /timer clock-frequency; 0: not said */
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
 * Mend an opened DTB; `nodes` is no longer true afterwards. Returns a libfdt
 * error, 0 for none.
 */
int dtb_mend(void *fdt, const struct dtb_nodes *nodes,
	     const struct dtb_changes *changes);

#endif
