/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_state.c: the registers of the calling CPU that a kernel finds set. */
#ifndef KERNEL_STATE_H
#define KERNEL_STATE_H

/* Set them up; leaves SCR as the kernel finds it. */
void kernel_state_init(void);

#endif
