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

#include "arm.h"
#include "memory_map.h"
#include "loader/payload.h"

/* boot.S. The image's first byte, and where that was before it moved. */
extern const uint32_t image_start[], loaded_at;

/* boot.S. Whether there is memory, or anything else that answers a load. */
bool readable(uint32_t address);

/* r0 to r2 as they were at our entry. */
extern const uint32_t loader_registers[];

/*
 * boot.S, for monitor.S: what to call on the boot CPU when an exception that
 * nobody expected has been reported; NULL after hand-over.
 */
extern void (*volatile on_unexpected)(void);

/* boot.c, for boot.S: `entered` is ENTERED_... */
_Noreturn void boot(uint32_t entered);

/* console.c: formats %s, %u (decimal), %x (8 hex digits); ends the line. */
void say(const char *format, ...);

/* Say why, and give up: exit status 1 where there is a host, else stop. */
_Noreturn void refuse(const char *format, ...);

/* monitor.S */
_Noreturn void cpu_stop(void);

#endif
#endif
