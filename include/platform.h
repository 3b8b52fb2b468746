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

/* What the wrapper wants to know about the hardware. */
struct platform {
	uint32_t cpu_count;
	uint32_t mpidr[PLATFORM_MAX_CPUS];	/* affinity fields */
	uint32_t gicd, gicc;		/* GICv2, physical; 0: there is none */
	uint32_t timer_hz;		/* /timer clock-frequency; 0: not said */
};

/* What is to be changed. */
struct dtb_changes {
	uint32_t boot_mode;		/* the word, for /chosen */
	const char *bootargs;		/* NULL: leave the DTB's own */
	uint32_t initrd, initrd_end;	/* both 0: there is none */
	uint32_t reserve, reserve_end;	/* the resident range */
	bool psci;			/* /psci and enable-method */
	uint32_t absent;		/* bit n: platform.mpidr[n] is not there */
};

/*
 * Read `platform` from a DTB that fdt_check_header() accepts. Returns NULL, or
 * what is wrong with the DTB, in words that follow "the DTB".
 */
const char *dtb_read(const void *fdt, struct platform *platform);

/*
 * Mend the DTB at `fdt` in place; `room` bytes are there for it. Returns a
 * libfdt error, 0 for none. Doing it again with other changes is possible.
 */
int dtb_mend(void *fdt, int room, const struct platform *platform,
	     const struct dtb_changes *changes);

#endif
