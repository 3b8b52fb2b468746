/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pen.S: the holding pen, from `pen` to `pen_end`, its entry for CPUs that the
 * kernel does not get, and its words. boot.c fills pen_gicc, and a CPU writes its
 * MPIDR to pen_arrived.
 */
#ifndef PEN_H
#define PEN_H

#include <stdint.h>

extern const uint32_t pen[], pen_dead_end[], pen_park[], pen_end[];
extern uint32_t pen_gicc, pen_arrived;

#endif
