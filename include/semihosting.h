/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * semihosting.c: calls to a host (a debugger, a model, or QEMU). A call without a host
 * fails.
 */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdbool.h>
#include <stdint.h>

#define SEMIHOSTING_FAILED	0xffffffff

/* SYS_EXIT_EXTENDED, and the reason ADP_Stopped_ApplicationExit, for psci.c. */
#define SEMIHOSTING_EXIT	0x20
#define SEMIHOSTING_EXITED	0x20026

/* End the run with an exit status; returns if there is no host. */
void semihosting_exit(uint32_t status);

/* Print text on the host's console, as it is. */
void semihosting_print(const char *text);

/* Whether the host's console is a terminal. */
bool semihosting_has_terminal(void);

/* The host's command line, ended by NUL; false if there is none or it does not fit. */
bool semihosting_command_line(char *buffer, uint32_t size);

/* Whether semihosting_command_line() failed because the line does not fit. */
bool semihosting_line_too_long(void);

/* Open a file for reading. Returns its handle, or SEMIHOSTING_FAILED. */
uint32_t semihosting_open(const char *name);

/* The reason why semihosting_open() failed, in words. */
const char *semihosting_error(void);

/* The size of an open file, or SEMIHOSTING_FAILED. */
uint32_t semihosting_size(uint32_t handle);

/* Set the offset of the next read; false if it cannot be set. */
bool semihosting_seek(uint32_t handle, uint32_t offset);

/* Read `size` bytes to an address; returns how many have NOT been read. */
uint32_t semihosting_read(uint32_t handle, uint32_t to, uint32_t size);

#endif
