/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The facts that a board's header, boards/NAME.h, tells the wrapper, with a
 * default for each fact that most boards do not need. The header says only what
 * a DTB cannot say; boards/NAME.mk tells the Makefile how QEMU runs the board.
 * docs/porting.md walks through both.
 *
 * Required:
 *   BOARD_NAME		string for the banner
 *   BOARD_RAM_BASE	physical address at which the RAM for kernels starts
 *   BOARD_UART		base address of the console UART; then include the header
 *			of its kind from boards/uart/, or define the four words
 *			BOARD_UART_DATA, _STATUS, _MASK and _READY of struct console
 *
 * Optional, with the default:
 *   BOARD_WRAPPER	BOARD_RAM_BASE + 126 MiB: the wrapper's address. It must lie
 *			above everything that a kernel decompresses to, and less
 *			than 128 MiB above the base
 *   BOARD_SECURE_RAM	0, none: memory that only Secure state can access, at least
 *			256 KiB. A wrapper in Secure state moves there
 *   BOARD_COMPATIBLE	"", any: what the compatible property of a DTB's root contains,
 *			best the SoC; the wrapper reports a DTB that lacks it
 *   BOARD_BOOT_CPU	MPIDR affinity of the CPU that runs boot(): by default that of
 *			CPU 0 in cluster 0, or, if there is none, in another cluster
 *   BOARD_PEN		0, none: flags register of the holding pen
 *   BOARD_PEN_RAM	0, none: memory for the pen that no DTB gives to kernels
 *   BOARD_FW_CFG	0, none: base address of QEMU's fw_cfg device
 *   BOARD_GIC_V3	0: set to 1 if the board may have a GICv3, whose code takes
 *			about 250 resident bytes
 *   BOARD_RESET_KEEPS_RAM 0: set to 1 if board_system_reset() leaves RAM intact,
 *			so that it can serve PSCI SYSTEM_RESET2
 *   BOARD_CNTFRQ	0, unknown: frequency of the system counter in Hz, used when
 *			neither the DTB nor the next two know it
 *   BOARD_CNTFRQ_AT_RESET	62500000, QEMU's: the value of CNTFRQ at reset that can
 *			be believed, since CNTFRQ is UNKNOWN at reset on hardware;
 *			CNTFRQ_ANY: every value can
 *   BOARD_SYSTEM_COUNTER	0, none: control frame of the system counter, CNTControlBase.
 *			If it answers, the wrapper enables the counter, and
 *			CNTFID0 has the frequency
 *
 * Optional functions. A header that has one defines a macro of the same name
 * (`#define board_init board_init`). The default does nothing. They run with the
 * MMU off, and in Secure state unless the table says otherwise.
 *   board_console_init()	transient, once, in any state: sets up the UART
 *   board_trustzone_init()	transient, once, after board_init(): opens DRAM and
 *			devices to Non-secure state (TZASC, TZPC, CSU)
 *   board_init()	transient, once: whatever else Secure state must set up
 *   board_release(mpidr, entry)	transient, for each secondary CPU: releases a CPU
 *			that the board holds in reset; the CPU starts at `entry`
 *   board_clear_pen()	transient, once, in any state: clears the flags register
 *   board_cpu_init	transient, each CPU at reset, in Secure state: instructions,
 *			separated by `;`, for what must come before DRAM or caches
 *			are used, such as the latencies of the L2 cache. Without a
 *			stack, at any address; they may clobber r3, r5, r6, r8 to r12,
 *			LR and the flags
 *   board_system_off(), board_system_reset()	resident. They may return; the
 *			board then turns off or resets shortly afterwards
 */
#ifndef BOARD_H
#define BOARD_H

/* True where a board's functions can be compiled: C code for the target. */
#if defined(__arm__) && !defined(__ASSEMBLER__)
#define BOARD_C			1
#include "arm.h"
#else
#define BOARD_C			0
#endif

#include BOARD_HEADER

#ifndef BOARD_NAME
#error "the board's header does not define BOARD_NAME; define it as a string for the banner"
#endif
#ifndef BOARD_RAM_BASE
#error "the board's header does not define BOARD_RAM_BASE; define it as the address at which RAM starts"
#endif
#ifndef BOARD_UART
#error "the board's header does not define BOARD_UART; define it as the base address of the console UART"
#endif
#if !defined(BOARD_UART_DATA) || !defined(BOARD_UART_STATUS) || \
	!defined(BOARD_UART_MASK) || !defined(BOARD_UART_READY)
#error "the board's header does not describe its UART; include boards/uart/pl011.h, ns16550.h or imx.h after BOARD_UART, or define BOARD_UART_DATA, _STATUS, _MASK and _READY"
#endif

#ifndef BOARD_COMPATIBLE
#define BOARD_COMPATIBLE	""
#endif
#ifndef BOARD_WRAPPER
#define BOARD_WRAPPER		(BOARD_RAM_BASE + 0x07e00000)
#endif
#ifndef BOARD_SECURE_RAM
#define BOARD_SECURE_RAM	0
#endif
#ifndef BOARD_PEN
#define BOARD_PEN		0
#endif
#ifndef BOARD_PEN_RAM
#define BOARD_PEN_RAM		0
#endif
#ifndef BOARD_GIC_V3
#define BOARD_GIC_V3		0
#endif
#ifndef BOARD_FW_CFG
#define BOARD_FW_CFG		0
#endif
#ifndef BOARD_RESET_KEEPS_RAM
#define BOARD_RESET_KEEPS_RAM	0
#endif
#ifndef BOARD_CNTFRQ
#define BOARD_CNTFRQ		0
#endif
#ifndef BOARD_CNTFRQ_AT_RESET
#define BOARD_CNTFRQ_AT_RESET	62500000
#endif
#define CNTFRQ_ANY		0xffffffff
#ifndef BOARD_SYSTEM_COUNTER
#define BOARD_SYSTEM_COUNTER	0
#endif

/* WRAPPER_ADDR= of the build overrides the board's address. */
#ifdef WRAPPER_ADDR
#undef BOARD_WRAPPER
#define BOARD_WRAPPER		WRAPPER_ADDR
#endif

#if BOARD_WRAPPER & 0xfff
#error "the wrapper's address is not a multiple of 4096; correct BOARD_WRAPPER or WRAPPER_ADDR="
#endif
#if BOARD_WRAPPER - BOARD_RAM_BASE >= 0x08000000
#error "the wrapper's address is not in the first 128 MiB of RAM; correct BOARD_WRAPPER, BOARD_RAM_BASE or WRAPPER_ADDR="
#endif
#if BOARD_SECURE_RAM & 0xfff
#error "BOARD_SECURE_RAM is not a multiple of 4096; correct the board's header"
#endif
#if BOARD_PEN_RAM && !BOARD_PEN
#error "BOARD_PEN_RAM is set, but BOARD_PEN is not; define the flags register or omit both"
#endif
#if BOARD_UART_READY & ~BOARD_UART_MASK
#error "BOARD_UART_READY has bits outside BOARD_UART_MASK; correct the board's header"
#endif

#ifndef board_cpu_init
#define board_cpu_init
#endif

#if BOARD_C

#ifndef board_console_init
static inline void board_console_init(void)
{
}
#endif

#ifndef board_init
static inline void board_init(void)
{
}
#endif

#ifndef board_trustzone_init
static inline void board_trustzone_init(void)
{
}
#endif

#ifndef board_release
static inline void board_release(uint32_t mpidr, uint32_t entry)
{
	(void)mpidr;
	(void)entry;
}
#endif

#ifndef board_clear_pen
#if BOARD_PEN
#error "BOARD_PEN is set, but board_clear_pen() is missing; define a function that clears the flags register"
#endif
static inline void board_clear_pen(void)
{
}
#endif

#ifndef board_system_off
static inline void board_system_off(void)
{
}
#endif

#ifndef board_system_reset
#if BOARD_RESET_KEEPS_RAM
#error "BOARD_RESET_KEEPS_RAM is set, but board_system_reset() is missing; define it"
#endif
static inline void board_system_reset(void)
{
}
#endif

#endif
#endif
