/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transient side: what runs once, on the boot CPU, before hand-over.
 */
#ifndef BOOT_H
#define BOOT_H

/* Of the boot CPU. */
#define BOOT_STACK_SIZE	8192

#include "plan.h"

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#include "memory_map.h"
#include "lib/console.h"
#include "loader/payload.h"

/* boot.S. The image's first byte, and where that was before it moved. */
extern const uint32_t image_start[], loaded_at;

/* boot.S. Whether there is memory, or anything else that answers a load. */
bool readable(uint32_t address);

/* r0 to r2 as they were at our entry. */
extern const uint32_t loader_registers[];

/* boot.c, for boot.S: `entered` is ENTERED_... */
_Noreturn void boot(uint32_t entered);

#endif
#endif
