/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of tools/prepare share: the user's options, and what has been found. */
#ifndef PREPARE_H
#define PREPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/payload.h"
#include "boot_wrapper.h"
#include "loader/choice.h"
#include "loader/place.h"
#include "memory_map.h"
#include "plan.h"

#define MIB		(1024 * 1024)

struct file {
	const char *name;		/* the variable that specifies it */
	const char *variable;		/* the variable that sets its address */
	const char *path;
	const char *from;		/* "KERNEL=path": for messages */
	uint8_t *data;			/* the content, without what is skipped */
	size_t size;
	size_t skip;			/* bytes of a header in front of it */
	bool fixed;			/* `at` is set by the user */
	uint32_t at;
};

/* With Xen, `kernel` is Xen, which the wrapper starts, and `dom0` is KERNEL=. */
struct options {
	struct file kernel, dtb, initrd, xen, dom0;
	const char *bootargs, *layout, *output_dtb, *output_kernel;
	const char *xen_bootargs, *dom0_bootargs, *memory;
	bool raw, mend;
	struct choice choice;
	uint32_t mode;			/* requested; 0: none */
	unsigned cpus;			/* 0: as in the DTB */
};
extern struct options options;

/* What the kernel's own format specifies. */
struct kernel {
	bool is_elf;
	uint32_t entry;			/* ELF: bit 0 for Thumb */
	uint32_t modes;			/* the modes in its note; 0: it has no note */
};
extern struct kernel kernel;

/*
 * The plan of a start from reset, if the build has fixed up the DTB for it. If the
 * boot turns out otherwise, the wrapper makes a plan and fixes up the DTB again.
 */
extern struct plan plan;
extern bool planned;

extern struct place_map map;
extern struct placement placement;

/* Print one line, with boot-wrapper's prefix, and end with status 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The members of struct payload of these names, by the options and the kernel's note. */
uint32_t flags(void);
uint32_t takes(void);
const char *takes_why(void);

/* Take the wrapper's options out of the bootargs, and set them. NULL stays NULL. */
void take_bootargs(const char **bootargs);

#endif
