/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_state.c: set up the registers that a kernel finds on the calling CPU. */
#ifndef KERNEL_STATE_H
#define KERNEL_STATE_H

/* Set up these registers. Leaves SCR as the kernel finds it. */
void kernel_state_init(void);

#endif
