/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library functions that libfdt and the wrapper call. Those of a C library load
 * and store unaligned words, which faults while the MMU is off. Compiled with
 * -fno-tree-loop-distribute-patterns, so that they do not become calls of themselves.
 * Transient.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "boot.h"

/*
 * Words, where both sides are equally far from a word's start: what dtb.c moves always is,
 * but may begin or end at any byte.
 */
#define WORDS(a, b)	((((uintptr_t)(a) ^ (uintptr_t)(b)) & 3) == 0)
#define ALIGNED(a)	(((uintptr_t)(a) & 3) == 0)

typedef uint32_t __attribute__((may_alias)) word;

static void copy_up(uint8_t *to, const uint8_t *from, size_t size)
{
	if (WORDS(to, from)) {
		for (; size && !ALIGNED(to); size--)
			*to++ = *from++;
		for (; size >= 32; size -= 32)
			asm("ldmia %1!, {r3-r6, r8-r10, r12}\n\tstmia %0!, {r3-r6, r8-r10, r12}"
			    : "+r" (to), "+r" (from) : : "r3", "r4", "r5", "r6",
			      "r8", "r9", "r10", "r12", "memory");
		for (; size >= 4; size -= 4, to += 4, from += 4)
			*(word *)to = *(const word *)from;
	}
	while (size--)
		*to++ = *from++;
}

static void copy_down(uint8_t *to, const uint8_t *from, size_t size)
{
	to += size;
	from += size;
	if (WORDS(to, from)) {
		for (; size && !ALIGNED(to); size--)
			*--to = *--from;
		for (; size >= 32; size -= 32)
			asm("ldmdb %1!, {r3-r6, r8-r10, r12}\n\tstmdb %0!, {r3-r6, r8-r10, r12}"
			    : "+r" (to), "+r" (from) : : "r3", "r4", "r5", "r6",
			      "r8", "r9", "r10", "r12", "memory");
	}
	while (size--)
		*--to = *--from;
}

void *memmove(void *to, const void *from, size_t size)
{
	if (to == from)
		return to;
	if ((uintptr_t)to - (uintptr_t)from < size)
		copy_down(to, from, size);
	else
		copy_up(to, from, size);
	return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
	copy_up(to, from, size);
	return to;
}

void *memset(void *to, int value, size_t size)
{
	for (uint8_t *p = to; size--; )
		*p++ = (uint8_t)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *p = a, *q = b;

	for (; size--; p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *where, int value, size_t size)
{
	for (const uint8_t *p = where; size--; p++)
		if (*p == (uint8_t)value)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *text)
{
	const char *p = text;

	while (*p)
		p++;
	return p - text;
}

size_t strnlen(const char *text, size_t limit)
{
	const char *end = memchr(text, 0, limit);

	return end ? (size_t)(end - text) : limit;
}

int strncmp(const char *a, const char *b, size_t limit)
{
	for (; limit && *a == *b && *a; limit--)
		a++, b++;
	return limit ? (uint8_t)*a - (uint8_t)*b : 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *text, int c)
{
	for (;; text++) {
		if (*text == (char)c)
			return (char *)text;
		if (!*text)
			return NULL;
	}
}

char *strrchr(const char *text, int c)
{
	const char *last = NULL;

	do
		if (*text == (char)c)
			last = text;
	while (*text++);
	return (char *)last;
}

/* What clang calls instead of memset and memcpy (Arm's RTABI, IHI 0043). */
void __aeabi_memclr(void *to, size_t size);
void __aeabi_memclr4(void *to, size_t size) __attribute__((alias("__aeabi_memclr")));
void __aeabi_memclr8(void *to, size_t size) __attribute__((alias("__aeabi_memclr")));
void *__aeabi_memcpy(void *, const void *, size_t) __attribute__((alias("memcpy")));
void *__aeabi_memcpy4(void *, const void *, size_t) __attribute__((alias("memcpy")));
void *__aeabi_memcpy8(void *, const void *, size_t) __attribute__((alias("memcpy")));

void __aeabi_memclr(void *to, size_t size)
{
	memset(to, 0, size);
}

/* Debian's libfdt is compiled with stack protection. */
extern uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

uintptr_t __stack_chk_guard = 0x00bad5ac;

void __stack_chk_fail(void)
{
	refuse("a function of libfdt overran its stack frame; "
	       "this is a fault in the wrapper or in the DTB's reader");
}
