/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stays behind after hand-over (monitor.S, psci.c, gic.c, secure.c,
 * kernel_state.c, hyp_psci.S) and the data that the boot CPU leaves there for it.
 *
 * All of it is accessed with the MMU off, in Secure state or in Hyp mode, so as
 * Strongly-ordered memory: uncached, in program order, aligned.
 */
#ifndef RESIDENT_H
#define RESIDENT_H

#define MAX_CPUS	8

/* struct cpu and the stack below it, together; tests/test_disassembly.py has the bound. */
#define CPU_AREA_SIZE	120
#define CPU_STACK_SIZE	(CPU_AREA_SIZE - 24)

/* Fields of struct cpu, for monitor.S. */
#define CPU_MPIDR	0
#define CPU_STATE	4
#define CPU_INDEX	16

/* Fields of struct bakery, for monitor.S. */
#define BAKERY_CHOOSING	0
#define BAKERY_TICKET	MAX_CPUS

/* enum cpu_state, beyond PSCI's numbers for AFFINITY_INFO. */
#define CPU_STATE_ABSENT	3

/* The first fields of struct resident, for monitor.S. */
#define RESIDENT_SPSR	0
#define RESIDENT_WORD	4
#define RESIDENT_CPU_COUNT 8
#define RESIDENT_GICC	16

/* unlisted_cpu, while no CPU has left word. */
#define UNLISTED_NONE	0xffffffff

/* Four words that tell how to write to any UART; see struct console. */
#define CONSOLE_DATA	0
#define CONSOLE_STATUS	4
#define CONSOLE_MASK	8
#define CONSOLE_READY	12

#ifndef __ASSEMBLER__

#include "arm.h"
#include "boot_wrapper.h"
#include "loader/dtb.h"

/*
 * A UART by its addresses: a character may be stored at `data` once the word
 * at `status`, masked by `mask`, equals `ready`. No console when data is 0.
 */
struct console {
	uint32_t data;
	uint32_t status;
	uint32_t mask;
	uint32_t ready;
};

/* struct cpu.state: PSCI's numbers, as AFFINITY_INFO has them, and one more. */
enum cpu_state {
	CPU_ON = PSCI_AFFINITY_ON,
	CPU_OFF = PSCI_AFFINITY_OFF,
	CPU_ON_PENDING = PSCI_AFFINITY_ON_PENDING,
	CPU_ABSENT = CPU_STATE_ABSENT,	/* has never come out of reset */
	CPU_FAULTED = PSCI_DISABLED,	/* an exception in our own code */
};

/*
 * One CPU. Its Monitor stack lies directly below it and is empty whenever the
 * CPU is outside Secure state, so that sp_mon then *is* its struct cpu.
 */
struct cpu {
	uint32_t mpidr;			/* affinity fields only; MPIDR_NONE */
	volatile uint32_t state;	/* enum cpu_state */
	volatile uint32_t entry;	/* given to CPU_ON */
	volatile uint32_t context_id;	/* given to CPU_ON */
	uint32_t index;			/* in cpus[] */
	uint32_t gic;			/* GICv2: its bit of GICD_SGIR; GICv3: GICR */
};

struct cpu_area {
	uint8_t stack[CPU_STACK_SIZE] __attribute__((aligned(8)));
	struct cpu cpu;
};

/* A byte of each CPU; one load of a word looks at those of four. */
union byte_of_each_cpu {
	volatile uint8_t of[MAX_CPUS];
	volatile uint32_t four[MAX_CPUS / 4];
};

/* The lock of psci.c; all 0 while nobody has it or wants it. */
struct bakery {
	union byte_of_each_cpu choosing, ticket;
};

/* What the boot CPU found out and chose, the same for every CPU. */
struct resident {
	uint32_t spsr;		/* of the mode that kernels are entered in */
	uint32_t boot_mode;	/* the word for r3 */
	uint32_t cpu_count;
	uint32_t scr;		/* the kernel's; 0: Secure state is not ours */
	uint32_t gicc;		/* 0 when there is no GIC */
	uint32_t cntfrq;	/* Hz; 0 when there is no Generic Timer */
	uint32_t psci;		/* whether SMC answers PSCI calls */
	uint32_t gicd;		/* 0 also when Secure state is not ours */
	uint32_t gic_v3;	/* GICv3: gicc is 0 */
	uint32_t gic_groups;	/* what each GICD_IGROUPR gets */
	uint32_t hvbar;		/* the trampoline, or hyp_psci_vectors */
	uint32_t hcr;		/* 0, or HCR_TSC for these */
};

/* Assembly reads these structures by the constants above. */
#define ASSERT_OFFSET(type, member, constant) \
	_Static_assert(offsetof(type, member) == constant, #constant)
ASSERT_OFFSET(struct resident, spsr, RESIDENT_SPSR);
ASSERT_OFFSET(struct resident, boot_mode, RESIDENT_WORD);
ASSERT_OFFSET(struct resident, cpu_count, RESIDENT_CPU_COUNT);
ASSERT_OFFSET(struct resident, gicc, RESIDENT_GICC);
ASSERT_OFFSET(struct cpu_area, cpu, CPU_STACK_SIZE);
ASSERT_OFFSET(struct cpu, mpidr, CPU_MPIDR);
ASSERT_OFFSET(struct cpu, state, CPU_STATE);
ASSERT_OFFSET(struct cpu, index, CPU_INDEX);
ASSERT_OFFSET(struct bakery, choosing, BAKERY_CHOOSING);
ASSERT_OFFSET(struct bakery, ticket, BAKERY_TICKET);
ASSERT_OFFSET(struct console, data, CONSOLE_DATA);
ASSERT_OFFSET(struct console, status, CONSOLE_STATUS);
ASSERT_OFFSET(struct console, mask, CONSOLE_MASK);
ASSERT_OFFSET(struct console, ready, CONSOLE_READY);
_Static_assert(sizeof(struct cpu_area) == CPU_AREA_SIZE, "CPU_AREA_SIZE");
_Static_assert(MAX_CPUS == 8, "psci.c: lock() looks at two words");

extern const struct console console;
extern struct resident resident;
extern struct cpu_area cpus[MAX_CPUS];
extern struct ram_bank ram_banks[PLATFORM_MAX_RAM];	/* as the DTB has them */
extern struct bakery bakery;

/*
 * Secondary CPUs wait until cpu_table_ready is 1: cpus[] has their MPIDRs then.
 * A CPU that is not among them stores its own in unlisted_cpu and goes to
 * cpu_park for good.
 */
extern volatile uint32_t cpu_table_ready, unlisted_cpu;
extern void (*volatile cpu_park)(void);

/*
 * What the boot CPU calls when it has reported an unexpected exception. NULL
 * after hand-over, when the routine is not there any more.
 */
extern void (*volatile on_unexpected)(void);

#endif
#endif
