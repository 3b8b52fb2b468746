/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transient side: what runs once, on the boot CPU, before hand-over.
 */
#ifndef BOOT_H
#define BOOT_H

/* Of the boot CPU. */
#define BOOT_STACK_SIZE	8192

#define PAYLOAD_QUIET		(1 << 0)	/* print errors only */
#define PAYLOAD_PEN		(1 << 1)	/* SMP_METHOD=pen */
#define PAYLOAD_GRANT_SECURE	(1 << 2)	/* GRANT=secure */

/* The state that boot.S found itself in. */
#define ENTERED_SECURE	0
#define ENTERED_HYP	1
#define ENTERED_SVC	2		/* Non-secure, or there is no other */

#ifndef __ASSEMBLER__

#include "arm.h"
#include "platform.h"

/*
 * What the build knows about the payload. tools/prepare.c writes it, payload.S
 * places it; all addresses are physical, and "_end" is the byte after.
 */
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
	 * Non-zero: the DTB has been mended at build time for a start with
	 * this boot-mode word, and `platform` is what stands in it.
	 */
	uint32_t prepared;
	const char *bootargs;		/* NULL: leave the DTB's own */
	struct platform platform;
};

extern const struct payload payload;

/* boot.c, for boot.S: `entered` is ENTERED_... */
_Noreturn void boot(uint32_t entered);

/* console.c: formats %s, %u (decimal), %x (8 hex digits); ends the line. */
void say(const char *format, ...);

/* Say why, and give up: exit status 1 where there is a host, else stop. */
_Noreturn void refuse(const char *format, ...);

/* semihosting.c: returns if no host listens. */
void semihosting_exit(uint32_t status);

/* monitor.S */
_Noreturn void cpu_stop(void);

#endif
#endif
