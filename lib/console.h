/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c: lines on the console, "boot-wrapper: " and a text. Formats: %s, %u
 * (decimal), %x (8 hex digits). tools/prepare has a refuse() of its own.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

/* Initialise the UART. Position-independent, for move.S. */
void console_init(void);

void say(const char *format, ...);

/* Say what is wrong and what to do, and end: exit status 1 where there is a host, else stop. */
_Noreturn void refuse(const char *format, ...);

#endif
