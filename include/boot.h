/* SPDX-License-Identifier: BSD-2-Clause */
/* boot.S and boot.c: from reset, or from other firmware, to the kernel. */
#ifndef BOOT_H
#define BOOT_H

#include "plan.h"

/* Set in aborts_at_entry[] beside a CPU's MPIDR affinity. */
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

/* How the boot CPU was entered. boot.S pushes r0..r2 and r4..r6. */
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
 * For boot.S. aborts_at_entry[], indexed by Aff0, has the affinity and ABORT_AT_ENTRY of
 * each CPU that had an asynchronous abort pending at entry; other elements are 0. If there
 * is such a CPU, abort_at_entry is not 0.
 */
extern volatile uint32_t abort_at_entry, aborts_at_entry[MAX_CPUS];

/* For boot.S. */
_Noreturn void boot(const struct entry *entry);

#endif
#endif
