/* SPDX-License-Identifier: BSD-2-Clause */
/* hyp_stub.S: its vector table, and the console on which it reports exceptions. */
#ifndef HYP_STUB_H
#define HYP_STUB_H

#include <stdint.h>

#include "resident.h"

extern const uint32_t hyp_stub_vectors[];
extern struct console hyp_stub_console;

#endif
