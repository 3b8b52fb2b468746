/* SPDX-License-Identifier: BSD-2-Clause */
/* move.S: which CPU is the boot CPU. */
#ifndef MOVE_H
#define MOVE_H

/* The offset of the word behind boot_cpu that is the address of home once that CPU is there. */
#define BOOT_CPU_HERE		4

#ifndef __ASSEMBLER__

#include <stdint.h>

/* The boot CPU's MPIDR affinity. */
extern const uint32_t boot_cpu;

#endif
#endif
