/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a board must say, in boards/NAME.h: only what its DTB cannot.
 *
 * For C, assembly and the linker script:
 *   BOARD_NAME		a string, for the banner
 *   BOARD_RAM_BASE	where the RAM starts that kernels run in
 *   BOARD_WRAPPER	where the wrapper lies in it: above everything that a
 *			kernel decompresses to, below 128 MiB from the base
 *   BOARD_SECURE_RAM	memory that only Secure state can access, for the wrapper
 *			when it is in Secure state; 256 KiB or more. 0: none
 *   BOARD_BOOT_CPU	MPIDR affinity of the CPU that does the work
 *   BOARD_UART_*	the console: base, and the words of struct console
 *   BOARD_PEN		flags register that SMP_METHOD=pen listens to; 0: none
 *   BOARD_PEN_RAM	memory for the pen that no DTB gives to kernels; 0: none
 *   BOARD_FW_CFG	QEMU's fw_cfg device; 0: none
 *   BOARD_RESET_KEEPS_RAM 1: board_system_reset() leaves what is in the RAM, so
 *			that it will do for PSCI SYSTEM_RESET2 too. Else 0
 *   BOARD_CNTFRQ	Hz, for a CNTFRQ that is 0 and a DTB that is silent
 * For C, called with the MMU off, in Secure state if not said otherwise:
 *   board_console_init()	once, transient, in any state: the UART
 *   board_init()	once, transient: system counter, TrustZone
 *   board_clear_pen()	once, transient, in any state: the flags register
 *   board_system_off(), board_system_reset()	resident; may return, and then
 *			the board takes effect a little later
 * and boards/NAME.mk tells the Makefile how QEMU runs it.
 */
#ifndef BOARD_H
#define BOARD_H

#if defined(__arm__) && !defined(__ASSEMBLER__)
#include "arm.h"
#endif
#include BOARD_HEADER

/* Another place than the board's, by WRAPPER_ADDR= of the build. */
#ifdef WRAPPER_ADDR
#undef BOARD_WRAPPER
#define BOARD_WRAPPER		WRAPPER_ADDR
#endif
#endif
