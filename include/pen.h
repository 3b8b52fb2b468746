/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pen.S: the holding pen, from `pen` to `pen_end`. CPUs that the kernel does not get enter
 * it at pen_dead_end, CPUs that the DTB does not list at pen_park. boot.c sets pen_gicc to
 * the address of GICC; a CPU that arrives writes its MPIDR to pen_arrived.
 */
#ifndef PEN_H
#define PEN_H

#include <stdint.h>

extern const uint32_t pen[], pen_dead_end[], pen_park[], pen_end[];
extern uint32_t pen_gicc, pen_arrived;

#endif
