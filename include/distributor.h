/* SPDX-License-Identifier: BSD-2-Clause */
/* distributor.c: the part of the interrupt controller that all CPUs share. Transient. */
#ifndef DISTRIBUTOR_H
#define DISTRIBUTOR_H

struct platform;

/*
 * Set up the distributor for the kernel's state, and find each CPU's redistributor on
 * GICv3. Once, on the boot CPU, when cpus[] and the GIC's part of `resident` are filled.
 */
void distributor_init(const struct platform *platform);

#endif
