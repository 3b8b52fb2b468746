/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan of a boot: in which mode the kernel is entered, what it owns, how it
 * gets its other CPUs, and which memory stays reserved. plan_boot() is a pure
 * function. The wrapper carries its result out, tools/prepare predicts the boot
 * with it, and tests/host/test_plan.c compares every row of it with the matrix
 * of docs/contract.md.
 */
#ifndef PLAN_H
#define PLAN_H

/* The state that the wrapper was entered in. */
#define ENTERED_SECURE	0
#define ENTERED_HYP	1
#define ENTERED_SVC	2	/* Non-secure state, or a CPU without Secure state */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#include "boot_wrapper.h"
#include "loader/dtb.h"
#include "loader/payload.h"

/* By BW_MODE_..., as /chosen and the user spell them: "hyp". Number 0 is NULL. */
#define MODE_COUNT	5
extern const char *const mode_names[MODE_COUNT];

/* By ENTERED_..., for messages. */
extern const char *const entered_names[];

/* Room for the names of all modes, as list_modes() writes them: "hyp, svc". */
#define MODE_LIST_SIZE	48
const char *list_modes(uint32_t modes, char list[MODE_LIST_SIZE]);

/* The PSCI that the DTB has of other firmware. */
enum firmware_psci {
	FIRMWARE_NO_PSCI,
	FIRMWARE_PSCI_0_1,	/* and nothing later */
	FIRMWARE_PSCI_0_2,
};

struct plan_input {
	uint32_t entered;		/* ENTERED_... */
	bool has_hyp;			/* the CPU has the Virtualization Extensions */
	uint32_t takes;			/* BW_TAKES_...: see plan_takes() */
	const char *takes_why;		/* "by its note": for the refusal */
	uint32_t flags;			/* PAYLOAD_... */
	enum firmware_psci firmware;	/* of no importance in Secure state */
	bool board_pen;			/* the board has a flags register */
	bool board_pen_ram;		/* and memory for the pen that no kernel uses */
	bool board_secure_ram;		/* the Secure part lies in Secure RAM */
};

/* How the kernel starts the CPUs that it is not entered on. */
enum cpu_start {
	START_BY_PSCI,		/* our PSCI */
	START_BY_PEN,		/* our holding pen */
	START_BY_FIRMWARE,	/* the PSCI of the firmware below, as it is */
	START_BY_TRAP,		/* that PSCI; its calls trap to hyp_psci.S */
	START_BY_BOARD,		/* the board's own way; /cpus stays as it is */
	START_NEVER,		/* there is no way: the kernel gets one CPU */
};

/* Which part of the resident range stays reserved while the kernel runs. */
enum reserve {
	RESERVE_NOTHING,
	RESERVE_HYP_STUB,	/* the Non-secure page: Hyp stub, pen */
	RESERVE_ALL,
};

#define PLAN_WORDS	4

struct plan {
	/* NULL, or why there can be no boot: a format for `words`, all strings. */
	const char *refusal;
	const char *words[PLAN_WORDS];
	char lists[2][MODE_LIST_SIZE];	/* what `words` may point to */

	uint32_t mode;			/* BW_MODE_... */
	uint32_t boot_mode;		/* the word for r3 */
	uint32_t scr;			/* the kernel's; 0: Secure state is not ours */
	uint32_t hcr;
	enum cpu_start start;
	enum dtb_psci psci;		/* for the DTB */
	bool gathers;			/* CPUs come to the wrapper on their own */
	bool loses_present;		/* those that came cannot be given to the kernel */
	bool loses_missing;		/* those that did not come are marked as failed */
	enum reserve reserve;		/* if every CPU of the DTB came */
	enum reserve reserve_missing;	/* if one did not come */
};

/*
 * The modes to choose from: the one that the user asked for (0: none), else the
 * kernel's own (`note`, 0: it has no note). 0 if the note rules out the one
 * asked for.
 */
uint32_t plan_takes(uint32_t note, uint32_t asked);

/* If plan->refusal is set, no other field of the plan is. */
void plan_boot(const struct plan_input *input, struct plan *plan);

static inline uint32_t mode_of(uint32_t word)
{
	return (word & BW_MODE_MASK) >> BW_MODE_SHIFT;
}

#endif
#endif
