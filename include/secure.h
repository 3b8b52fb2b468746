/* SPDX-License-Identifier: BSD-2-Clause */
/* secure.c: what CPU_OFF does to the data caches of the calling CPU. */
#ifndef SECURE_H
#define SECURE_H

/* Write back and invalidate the data caches that only this CPU uses. */
void clean_own_dcaches(void);

#endif
