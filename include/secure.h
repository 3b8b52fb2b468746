/* SPDX-License-Identifier: BSD-2-Clause */
/* secure.c: the Secure state of the calling CPU. */
#ifndef SECURE_H
#define SECURE_H

/* Set it up; leaves SCR.NS = 0. */
void secure_init(void);

/* Take part in coherency: before cache maintenance that is broadcast. */
void join_coherency(void);

/* Write back and invalidate the data caches that only this CPU uses. */
void clean_own_dcaches(void);

#endif
