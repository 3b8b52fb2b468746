/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For our own kernels: the console, the time, and what the DTB says of the
 * hardware. One CPU at a time may call these functions.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_CPUS	8
#define MACHINE_BANKS	8

/* Position-independent: everything is found relative to the PC, no GOT. */
#pragma GCC visibility push(hidden)

/*
 * A UART that is polled: (status & mask) == ready when there is room. A UART at
 * address 0 is the semihosting console.
 */
struct uart {
	uint32_t data, status, mask, ready;
	bool bytes;			/* registers are accessed as bytes */
};

/*
 * What no DTB says. this_board.c has it for the board of the build, so that a
 * kernel can check what the wrapper does there; any_board.c has nothing.
 */
struct board_facts {
	bool ours;			/* this wrapper must be the loader */
	bool reset_keeps_ram;
	uint32_t ram_base, secure_ram;
	uint32_t pen;			/* the flags register of the pen */
	uint32_t cntfrq;
	uint32_t transient_start;	/* the wrapper's own memory map */
	uint32_t resident_start, resident_nonsecure_end, resident_end;
	struct uart uart;
};

extern const struct board_facts board;
void board_off(void);

struct range {
	uint32_t start, end;		/* end is the last byte's address + 1; 0: 4 GiB */
};

struct machine {
	uint32_t gicd, gicc;		/* 0: no GIC in the DTB */
	uint32_t gicr;			/* GICv3: the first redistributor */
	bool other_controller;		/* an interrupt controller that is not a GIC */
	uint32_t cpu_count;
	uint32_t mpidr[MACHINE_CPUS];
	uint32_t failed;		/* bit n: mpidr[n] is not usable */
	uint32_t without_method;	/* bit n: mpidr[n] has no enable-method */
	bool psci;			/* PSCI 0.2 or later */
	bool psci_by_hvc;
	bool has_timer_node;
	bool owns_hyp, owns_secure;	/* by /chosen */
	bool complete;			/* the structure block ends as it should */
	uint32_t timer_hz;		/* /timer clock-frequency, or 0 */
	uint32_t rtc;			/* a PL031, which counts seconds, or 0 */
	uint32_t secure_memory;		/* RAM of Secure state only, or 0 */
	uint32_t reserved, reserved_end; /* the wrapper's resident range */
	uint32_t bank_count;
	struct range bank[MACHINE_BANKS]; /* RAM below 4 GiB */
	struct range initrd;
	const char *mode;
	const char *argument;		/* what follows it in the bootargs */
	struct uart uart;		/* the console, if the DTB names one of a known kind */
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

/* conformance.S: a semihosting call; ~0 if no host takes it. */
uint32_t semihosting(uint32_t operation, const void *argument);

#pragma GCC visibility pop

#endif
