/* SPDX-License-Identifier: BSD-2-Clause */
/* What machine.c has for payloads. Not for two CPUs at the same time. */
#ifndef PAYLOADS_MACHINE_H
#define PAYLOADS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_CPUS	8

/* Position-independent: everything is found relative to the PC, no GOT. */
#pragma GCC visibility push(hidden)

struct machine {
	uint32_t gicd, gicc;		/* 0: no GIC in the DTB */
	uint32_t cpu_count;
	uint32_t mpidr[MACHINE_CPUS];
	uint32_t failed;		/* bit n: mpidr[n] is not usable */
	bool psci;
	bool owns_hyp, owns_secure;	/* by /chosen */
	uint32_t reserved, reserved_end; /* of the wrapper, for good */
	const char *mode;
	const char *argument;		/* what follows it in the bootargs */
};

extern struct machine machine;

void put(const char *text);
void put_hex(uint64_t value, int digits);
void put_decimal(uint32_t value);

/* Whether there is a Generic Timer; Cortex-A9 and older have none. */
bool has_timer(void);

/* A time that is over in so many seconds; in polls if no counter runs. */
struct deadline {
	uint64_t end;
	uint32_t polls;
};

struct deadline patience(uint32_t seconds);
bool is_over(struct deadline *deadline);

uint32_t big_endian(const uint32_t *word);
bool is_text(const char *text, const char *wanted);

/* The place after `wanted` in text[0..length-1], or NULL. */
const char *after(const char *text, uint32_t length, const char *wanted);

/*
 * Fill `machine`. What follows `argument` in the bootargs is machine.argument;
 * found() is called when that or a /psci has been found.
 */
void read_dtb(const uint32_t *fdt, const char *argument, void (*found)(void));

#pragma GCC visibility pop

#endif
