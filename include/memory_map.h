/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the wrapper's parts lie, from the board's BOARD_WRAPPER on: for the
 * linker script, which checks that each part fits, and for tools/prepare.
 */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#include "board.h"

/*
 * Where a CPU that is in Secure state has Secure RAM to go, all of this but the
 * Non-secure page lies there instead, linked a second time.
 */

#define BOOT_STACK_SIZE		8192	/* of the boot CPU */

/* Transient code, data, and the boot CPU's stack. */
#define TRANSIENT_START		BOARD_WRAPPER
#define TRANSIENT_END		(BOARD_WRAPPER + 0x10000)

/*
 * Resident; whole pages of 4 KiB, the smallest that a kernel can leave alone:
 * one of Non-secure code, one of Secure code, one of Secure data.
 */
#define RESIDENT_START		(BOARD_WRAPPER + 0x10000)
#define RESIDENT_NONSECURE_END	(BOARD_WRAPPER + 0x11000)
#define RESIDENT_END		(BOARD_WRAPPER + 0x13000)

/* The image: all that a loader must load, with the second link behind it. */
#define IMAGE_SIZE		0x13000
#if BOARD_SECURE_RAM
#define WINDOW_SIZE		(2 * IMAGE_SIZE)
#define DTB_OFFSET		0x40000
#else
#define WINDOW_SIZE		IMAGE_SIZE
#define DTB_OFFSET		0x20000
#endif
#define WINDOW_END		(BOARD_WRAPPER + WINDOW_SIZE)

/* The DTB, in the 1 MiB section that the wrapper is in, and room to grow. */
#define DTB_DEFAULT_ADDR	(BOARD_WRAPPER + DTB_OFFSET)

/* Where a debugger may have put a table of payloads: the page before it. */
#define TABLE_ADDR		(DTB_DEFAULT_ADDR - 0x1000)
#define DTB_DEFAULT_END		(BOARD_WRAPPER + 0x100000)

/*
 * A word in the gap before it, from home: where CPUs that have not moved there
 * say hello to the boot CPU, and it answers with the address of home.
 */
#define RENDEZVOUS_OFFSET	(DTB_OFFSET - 16)
#define RENDEZVOUS_HELLO	0x4f4c4c48	/* "HLLO" */

/* As much RAM as a 32-bit Linux maps for itself: DTB and initrd lie in it. */
#define LOWMEM_SIZE		0x2f800000

/* What lies above the first 128 MiB no decompressor reaches. */
#define INITRD_DEFAULT_ADDR	(BOARD_RAM_BASE + 0x08000000)
#define DECOMPRESSOR_END	INITRD_DEFAULT_ADDR

/* A zImage here need not move out of its own way. */
#define KERNEL_DEFAULT_ADDR	(BOARD_RAM_BASE + 0x02000000)

#endif
