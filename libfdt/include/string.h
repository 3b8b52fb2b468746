/* SPDX-License-Identifier: BSD-2-Clause */
/* What <libfdt.h> wants of a C library, where there is none: string.c. */
#ifndef STRING_H
#define STRING_H

#include <stddef.h>

void *memmove(void *to, const void *from, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memchr(const void *where, int value, size_t size);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t limit);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t limit);
char *strchr(const char *text, int c);
char *strrchr(const char *text, int c);

#endif
