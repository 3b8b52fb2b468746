/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the wrapper's parts lie, from the board's BOARD_WRAPPER on: for the
 * linker script, which checks that each part fits, and for tools/prepare.
 */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#include "board.h"

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

/* The DTB, in the 1 MiB section that the wrapper is in, and room to grow. */
#define DTB_DEFAULT_ADDR	(BOARD_WRAPPER + 0x20000)

/* What lies above the first 128 MiB no decompressor reaches. */
#define INITRD_DEFAULT_ADDR	(BOARD_RAM_BASE + 0x08000000)

/* A zImage here need not move out of its own way. */
#define KERNEL_DEFAULT_ADDR	(BOARD_RAM_BASE + 0x02000000)

#endif
