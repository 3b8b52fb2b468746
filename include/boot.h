/* SPDX-License-Identifier: BSD-2-Clause */
/* boot.S and boot.c: from reset, or from other firmware, to the kernel. */
#ifndef BOOT_H
#define BOOT_H

#include "plan.h"

/* aborts_at_entry[], beside a CPU's MPIDR affinity. */
#define ABORT_AT_ENTRY		(1 << 31)

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#include "memory_map.h"
#include "resident.h"
#include "lib/console.h"
#include "loader/payload.h"

/* The image's first byte. */
extern const uint32_t image_start[];

/* How the boot CPU was entered. boot.S pushes it: r0..r2, r4..r6. */
struct entry {
	uint32_t r0, r1, r2;		/* as the loader passed them */
	uint32_t state;			/* ENTERED_... */
	uint32_t loaded_at;		/* where the image was before it moved */
	uint32_t home;			/* where it is now */
};

ASSERT_OFFSET(struct entry, r2, 2 * 4);
ASSERT_OFFSET(struct entry, state, 3 * 4);
ASSERT_OFFSET(struct entry, loaded_at, 4 * 4);
_Static_assert(sizeof(struct entry) == 6 * 4, "boot.S pushes six words");

/*
 * For boot.S: by Aff0, the CPUs that had an asynchronous abort pending at entry, as
 * their affinity with ABORT_AT_ENTRY; else 0. abort_at_entry: whether there is one.
 */
extern volatile uint32_t abort_at_entry, aborts_at_entry[MAX_CPUS];

/* For boot.S. */
_Noreturn void boot(const struct entry *entry);

#endif
#endif
