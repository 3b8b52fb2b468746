/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transient side: what runs once, on the boot CPU, before hand-over.
 */
#ifndef BOOT_H
#define BOOT_H

/* Of the boot CPU. */
#define BOOT_STACK_SIZE	8192

/* The state that boot.S found itself in. */
#define ENTERED_SECURE	0
#define ENTERED_HYP	1
#define ENTERED_SVC	2		/* Non-secure, or there is no other */

#include "loader/payload.h"

#ifndef __ASSEMBLER__

#include "arm.h"
#include "memory_map.h"
#include "modes.h"

/*
 * How much of the resident range must be reserved for as long as the kernel
 * runs: [RESIDENT_START..result); nothing if 0. `word` is the boot-mode word,
 * `secure`: we were entered in Secure state, `alone`: no CPU can wait there.
 *
 * The Secure part has nothing more to do once SMC is UNDEFINED (which takes
 * SCR.SCD, and so Hyp mode) or the kernel is in Secure state, and has a Monitor
 * of its own. Nor has the trampoline, if the kernel is in Hyp mode, except to
 * report what goes wrong before it has vectors of its own: SMC=none does without.
 */
static inline uint32_t reserved_end(uint32_t word, bool secure, bool alone,
				    uint32_t flags)
{
	bool frugal = flags & PAYLOAD_SMC_NONE && alone;

	if (secure && !BOARD_SECURE_RAM && !(frugal && (word & BW_OWNS_HYP ||
				   mode_is_secure(mode_of(word)))))
		return RESIDENT_END;
	if (frugal && (mode_of(word) == BW_MODE_HYP || !(word & BW_OWNS_HYP)))
		return 0;
	return RESIDENT_NONSECURE_END;
}

/* boot.S. The image's first byte, and where that was before it moved. */
extern const uint32_t start[], loaded_at;

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
