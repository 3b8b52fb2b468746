/* SPDX-License-Identifier: BSD-2-Clause */
/* probe.S: loads that may abort. */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether there is memory, or a device, that answers a load. */
bool readable(uint32_t address);

/* Take an asynchronous abort that is pending; false if there was one. */
bool take_pending_abort(void);

#endif
