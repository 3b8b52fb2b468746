/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start another kernel from this one, for the tests: Linux's kexec_load, and
 * nothing else. A program without a C library.
 *
 *	kexec KERNEL ADDRESS [FILE ADDRESS]...
 *
 * Each file is put at its address (hexadecimal, of a page); the kernel is
 * entered at the first. One that is a DTB Linux finds among them by itself, and
 * gives the new kernel. Exit status: the error number, if it returns.
 */
#include <stddef.h>
#include <stdint.h>

#include "guest.h"

#define REBOOT_MAGIC1	0xfee1dead
#define REBOOT_MAGIC2	672274793
#define REBOOT_KEXEC	0x45584543

#define PAGE		4096
#define SEGMENTS	8

struct segment {
	const void *data;
	size_t size;
	uint32_t address;
	size_t room;
};

static uint8_t memory[32 << 20];

static uint32_t hexadecimal(const char *text)
{
	uint32_t value = 0;

	for (; *text; text++)
		value = value << 4 | ((*text & 0xf) + (*text > '9' ? 9 : 0));
	return value;
}

/* Read all of a file to `to`; returns its size. */
static size_t load(const char *path, uint8_t *to)
{
	long file = call(SYS_OPEN, (long)path, 0, 0, 0), count;
	size_t size = 0;

	if (file < 0)
		leave(-file);
	while ((count = call(SYS_READ, file, (long)(to + size),
			     memory + sizeof(memory) - to - size, 0)) > 0)
		size += count;
	if (count < 0)
		leave(-count);
	return size;
}

_Noreturn void start(long *stack)
{
	int count = 0, argument_count = stack[0];
	char **arguments = (char **)(stack + 1);
	struct segment segments[SEGMENTS];
	uint8_t *free = memory;
	long error;

	for (int i = 1; i + 1 < argument_count && count < SEGMENTS; i += 2) {
		size_t size = load(arguments[i], free);
		size_t room = (size + PAGE - 1) & ~(PAGE - 1);

		segments[count++] = (struct segment){
			free, size, hexadecimal(arguments[i + 1]), room,
		};
		free += room;
	}
	if (!count)
		leave(22);
	error = call(SYS_KEXEC_LOAD, segments[0].address, count,
		     (long)segments, 0);
	if (error)
		leave(-error);
	call(SYS_SYNC, 0, 0, 0, 0);
	leave(-call(SYS_REBOOT, (long)REBOOT_MAGIC1, REBOOT_MAGIC2,
		    REBOOT_KEXEC, 0));
}
