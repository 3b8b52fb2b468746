/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the calling CPU needs because of its core and revision: cores.c, transient.
 */
#ifndef CORES_H
#define CORES_H

#include <stdint.h>

/*
 * Apply cores.def to the calling CPU: in Secure state, before maintenance of
 * caches, TLBs and branch predictors. For boot.S: it uses no stack, no memory,
 * and can run at any address.
 */
void core_init(void);

/* "Cortex-A15"; NULL if there is no table for this core. */
const char *core_name(uint32_t midr);

#endif
