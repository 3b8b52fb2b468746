/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of the modes that a kernel can be started in. Compiled into the
 * wrapper (transient) and into tools/prepare.
 */
#include "modes.h"

const char *const mode_names[MODE_COUNT] = {
	[BW_MODE_SECURE_MONITOR] = "secure-monitor",
	[BW_MODE_HYP] = "hyp",
	[BW_MODE_SVC] = "svc",
	[BW_MODE_SECURE_SVC] = "secure-svc",
};

const char *list_modes(uint32_t modes, char list[MODE_LIST_SIZE])
{
	char *end = list;

	for (uint32_t mode = 1; mode < MODE_COUNT; mode++) {
		if (!(modes >> mode & 1))
			continue;
		if (end != list) {
			*end++ = ',';
			*end++ = ' ';
		}
		for (const char *name = mode_names[mode]; *name; name++)
			*end++ = *name;
	}
	*end = '\0';
	return list;
}
