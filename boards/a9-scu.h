/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Snoop Control Unit of the Cortex-A9 MPCore at BOARD_SCU (its TRM, 2.2).
 */
#if BOARD_C
#define board_init board_init
static inline void board_init(void)
{
	/* Invalidate all ways of all CPUs, then enable: kernels with PSCI do not. */
	write32(BOARD_SCU + 0x0c, 0xffff);
	write32(BOARD_SCU + 0x00, 1 << 0);
	/* Allow Non-secure access to it and to all private and global timers. */
	write32(BOARD_SCU + 0x54, 0xfff);
}
#endif
