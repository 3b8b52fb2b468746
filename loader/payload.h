/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The payload descriptor: what is started, where its parts lie, and how. The build
 * initialises it (payload.c), or loader/load.c fills it during the boot.
 */
#ifndef LOADER_PAYLOAD_H
#define LOADER_PAYLOAD_H

/* Kernels take 1024 or 2048 bytes of bootargs, with the NUL at the end. */
#define BOOTARGS_SIZE		2048
#define BOOTARGS_LINUX		1024	/* COMMAND_LINE_SIZE of 32-bit ARM */
#define BOOTARGS_ARE_LONG	"the bootargs have %u characters, of which Linux takes 1023; " \
				"shorten them if the kernel is Linux"

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "loader/dtb.h"

/* PAYLOAD_QUIET and so on, which options set: see options.def. */
enum {
#define FLAG(name)	PAYLOAD_##name##_BIT,
#include "loader/options.def"
};
enum {
#define FLAG(name)	PAYLOAD_##name = 1 << PAYLOAD_##name##_BIT,
#include "loader/options.def"
};

struct plan;

/* All addresses are physical, and "_end" is the byte after the last one. */
struct payload {
	uint32_t kernel, kernel_end;	/* both 0: there is none */
	uint32_t entry;			/* bit 0: in Thumb state */
	uint32_t dtb, dtb_end;		/* with the room that it may grow into */
	uint32_t initrd, initrd_end;	/* both 0: there is none */
	uint32_t dom0, dom0_end;	/* its kernel; both 0: no Xen */
	uint32_t ram_end;		/* of the bank that all these lie in */
	uint32_t flags;			/* PAYLOAD_... */
	uint32_t takes;			/* BW_TAKES_...: the modes to choose from */
	const char *takes_why;		/* "by its note", "by MODE=", ... */
	/*
	 * The plan of a start from reset, on a CPU that has Hyp mode if the plan's
	 * kernel owns it: the build has fixed up the DTB for it, and `platform` is
	 * what the DTB says. NULL: the build has not.
	 */
	const struct plan *plan;
	const char *bootargs;		/* NULL: leave the DTB's own, which the build may have set */
	struct platform platform;
};

extern struct payload payload;

#endif
#endif
