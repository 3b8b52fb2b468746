/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The semihosting call (Arm, "Semihosting for AArch32 and AArch64"): a debugger, a model,
 * or QEMU takes SVC 0x123456 in ARM state as a request. This file has the requests that
 * the wrapper makes; loader/host.c finds payloads with them.
 *
 * Without a host the call is an SVC exception, and monitor.S or boot_vectors.S returns -1.
 * The call overwrites LR_svc and SPSR_svc, which are unused in Monitor mode. Transient.
 */
#include <stddef.h>

#include "semihosting.h"

#define SYS_OPEN		0x01
#define SYS_WRITE0		0x04
#define SYS_READ		0x06
#define SYS_ISTTY		0x09
#define SYS_SEEK		0x0a
#define SYS_FLEN		0x0c
#define SYS_ERRNO		0x13
#define SYS_GET_CMDLINE		0x15

#define OPEN_READ_BINARY	1
#define OPEN_WRITE		4

/* SYS_ERRNO returns a number of the host's C library. These are the same in all. */
#define ENOENT			2
#define E2BIG			7
#define EACCES			13
#define EISDIR			21

/* This file is self-contained, so it does not use strlen(). */
static uint32_t length_of(const char *text)
{
	const char *end = text;

	while (*end)
		end++;
	return end - text;
}

static uint32_t call(uint32_t operation, const void *argument)
{
	register uint32_t r0 asm("r0") = operation;
	register const void *r1 asm("r1") = argument;

	asm volatile("svc 0x123456" : "+r" (r0) : "r" (r1) : "lr", "memory");
	return r0;
}

void semihosting_exit(uint32_t status)
{
	uint32_t block[2] = { SEMIHOSTING_EXITED, status };

	call(SEMIHOSTING_EXIT, block);
}

void semihosting_print(const char *text)
{
	call(SYS_WRITE0, text);
}

static uint32_t open_file(const char *name, uint32_t mode)
{
	uint32_t block[3] = { (uintptr_t)name, mode, length_of(name) };

	return call(SYS_OPEN, block);
}

bool semihosting_has_terminal(void)
{
	uint32_t console = open_file(":tt", OPEN_WRITE);

	return console != SEMIHOSTING_FAILED && call(SYS_ISTTY, &console) == 1;
}

bool semihosting_command_line(char *buffer, uint32_t size)
{
	uint32_t block[2] = { (uintptr_t)buffer, size };

	if (call(SYS_GET_CMDLINE, block))
		return false;
	buffer[size - 1] = '\0';
	return true;
}

bool semihosting_line_too_long(void)
{
	return call(SYS_ERRNO, NULL) == E2BIG;
}

uint32_t semihosting_open(const char *name)
{
	return open_file(name, OPEN_READ_BINARY);
}

const char *semihosting_error(void)
{
	switch (call(SYS_ERRNO, NULL)) {
	case ENOENT:
		return "no such file";
	case EACCES:
		return "permission denied";
	case EISDIR:
		return "is a directory";
	}
	return "the host cannot read it";
}

uint32_t semihosting_size(uint32_t handle)
{
	return call(SYS_FLEN, &handle);
}

bool semihosting_seek(uint32_t handle, uint32_t offset)
{
	uint32_t block[2] = { handle, offset };

	return call(SYS_SEEK, block) != SEMIHOSTING_FAILED;
}

uint32_t semihosting_read(uint32_t handle, uint32_t to, uint32_t size)
{
	uint32_t block[3] = { handle, to, size };

	return call(SYS_READ, block);
}
