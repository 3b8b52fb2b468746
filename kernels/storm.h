/* SPDX-License-Identifier: BSD-2-Clause */
/* What storm.c and storm.S share. */
#ifndef STORM_H
#define STORM_H

/* Places to start at: so many in ARM state, and as many in Thumb state. */
#define ENTRY_COUNT	8
#define ENTRY_SIZE	16

#ifndef __ASSEMBLER__

#pragma GCC visibility push(hidden)
extern const uint8_t arm_entries[], thumb_entries[];
#pragma GCC visibility pop

#endif
#endif
