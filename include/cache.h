/* SPDX-License-Identifier: BSD-2-Clause */
/* cache.S: data cache maintenance by set and way, on the calling CPU. */
#ifndef CACHE_H
#define CACHE_H

/* Write back and invalidate the levels up to Unification, Inner Shareable. */
void clean_inner_dcaches(void);

#endif
