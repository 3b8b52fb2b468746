/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The modes that a kernel can be started in, BW_MODE_... of boot_wrapper.h, and
 * sets of them, BW_TAKES_... For the wrapper and for the build's own tool, so
 * that both choose the same.
 */
#ifndef MODES_H
#define MODES_H

#include <stdbool.h>
#include <stdint.h>

#include "boot_wrapper.h"

/* By number, as /chosen has it: "hyp". Number 0 is NULL. */
#define MODE_COUNT	5
extern const char *const mode_names[MODE_COUNT];

/* Room for the names of all modes, as list_modes() writes them: "hyp, svc". */
#define MODE_LIST_SIZE	48
const char *list_modes(uint32_t modes, char list[MODE_LIST_SIZE]);

static inline uint32_t mode_of(uint32_t word)
{
	return (word & BW_MODE_MASK) >> BW_MODE_SHIFT;
}

static inline bool mode_is_secure(uint32_t mode)
{
	return mode == BW_MODE_SECURE_SVC || mode == BW_MODE_SECURE_MONITOR;
}

/* What a CPU can give that comes from reset; `hyp`: it has Hyp mode. */
static inline uint32_t modes_from_reset(bool hyp)
{
	return BW_TAKES_SECURE_MONITOR | BW_TAKES_SECURE_SVC | BW_TAKES_SVC |
	       (hyp ? BW_TAKES_HYP : 0);
}

/* The one to prefer among `modes`; 0 when there is none. */
static inline uint32_t choose_mode(uint32_t modes)
{
	return modes & BW_TAKES_HYP ? BW_MODE_HYP :
	       modes & BW_TAKES_SVC ? BW_MODE_SVC :
	       modes & BW_TAKES_SECURE_SVC ? BW_MODE_SECURE_SVC :
	       modes & BW_TAKES_SECURE_MONITOR ? BW_MODE_SECURE_MONITOR : 0;
}

/*
 * The boot-mode word for it; `hyp`: Hyp mode is ours to give; `grant`: and so
 * is Secure state, for a kernel outside it.
 */
static inline uint32_t boot_mode_word(uint32_t mode, bool hyp, bool grant)
{
	return BW_BOOT_MODE_MAGIC | mode << BW_MODE_SHIFT |
	       (hyp ? BW_OWNS_HYP : 0) |
	       (grant || mode_is_secure(mode) ? BW_OWNS_SECURE : 0);
}

#endif
