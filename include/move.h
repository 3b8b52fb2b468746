/* SPDX-License-Identifier: BSD-2-Clause */
/* move.S: which CPU is the boot CPU. */
#ifndef MOVE_H
#define MOVE_H

/* The offset from boot_cpu of a word: the address of home, once the boot CPU is there. */
#define BOOT_CPU_HERE		4

/*
 * What a CPU is that is not the boot CPU: r7 in move.S. The word in which CPUs of a kind
 * contest is so many words behind BOOT_CPU_HERE.
 */
#define CANDIDATE		1	/* it becomes the boot CPU if no other CPU does */
#define SECONDARY		2

#ifndef __ASSEMBLER__

#include <stdint.h>

/* The boot CPU's MPIDR affinity. */
extern const uint32_t boot_cpu;

#endif
#endif
