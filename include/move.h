/* SPDX-License-Identifier: BSD-2-Clause */
/* move.S: which CPU is the boot CPU. */
#ifndef MOVE_H
#define MOVE_H

/* Offsets of the words behind boot_cpu. */
#define BOOT_CPU_HERE		4
#define BOOT_CPU_CONTEST	8

#ifndef __ASSEMBLER__

#include <stdint.h>

/* The boot CPU's MPIDR affinity. */
extern const uint32_t boot_cpu;

#endif
#endif
