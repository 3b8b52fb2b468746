/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The watchdog of NXP's i.MX6 and i.MX7 at IMX_WDOG (IMX6DQRM chapter 70), with
 * 16-bit registers: writing WCR with SRS = 0 resets the system.
 */
#if BOARD_C
#define board_system_reset board_system_reset
static inline void board_system_reset(void)
{
	*(volatile uint16_t *)IMX_WDOG = 1 << 2;
}

#ifdef IMX_SNVS
/* The power controller at IMX_SNVS; LPCR: DP_EN and TOP turn the system off. */
#define board_system_off board_system_off
static inline void board_system_off(void)
{
	write32(IMX_SNVS + 0x38, 1 << 6 | 1 << 5 | 1 << 0);
}
#endif
#endif
