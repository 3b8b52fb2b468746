/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The data that the boot CPU leaves for the code that stays resident after hand-over:
 * monitor.S, psci.c, gic.c, secure.c, kernel_state.c, hyp_psci.S.
 *
 * The MMU is off, in Secure state and in Hyp mode. So all of it is accessed as
 * Strongly-ordered memory: uncached, in program order, aligned.
 */
#ifndef RESIDENT_H
#define RESIDENT_H

#define MAX_CPUS	8

/*
 * The size of struct cpu together with the stack below it. tests/test_disassembly.py
 * checks that the stack suffices.
 */
#define CPU_AREA_SIZE	120
#define CPU_STACK_SIZE	(CPU_AREA_SIZE - 24)

/* Offsets of fields of struct cpu, for monitor.S. */
#define CPU_MPIDR	0
#define CPU_STATE	4
#define CPU_INDEX	16

/* Offsets of fields of struct bakery, for monitor.S. */
#define BAKERY_CHOOSING	0
#define BAKERY_TICKET	MAX_CPUS

/* The value of enum cpu_state that AFFINITY_INFO does not define. */
#define CPU_STATE_ABSENT	3

/* Offsets of fields of struct resident, for monitor.S. */
#define RESIDENT_SPSR	0
#define RESIDENT_WORD	4
#define RESIDENT_CPU_COUNT 8
#define RESIDENT_GICC	16

/* The value of unlisted_cpu until a CPU that the DTB does not list stores its MPIDR. */
#define UNLISTED_NONE	0xffffffff

/* Offsets of the four words of struct console. */
#define CONSOLE_DATA	0
#define CONSOLE_STATUS	4
#define CONSOLE_MASK	8
#define CONSOLE_READY	12

#ifndef __ASSEMBLER__

#include "arm.h"
#include "boot_wrapper.h"
#include "loader/dtb.h"

/*
 * How to write to a UART: a character may be stored at `data` once the word at `status`,
 * masked by `mask`, equals `ready`. If `data` is 0, there is no console.
 */
struct console {
	uint32_t data;
	uint32_t status;
	uint32_t mask;
	uint32_t ready;
};

/* struct cpu.state: the values that AFFINITY_INFO returns, and CPU_ABSENT. */
enum cpu_state {
	CPU_ON = PSCI_AFFINITY_ON,
	CPU_OFF = PSCI_AFFINITY_OFF,
	CPU_ON_PENDING = PSCI_AFFINITY_ON_PENDING,
	CPU_ABSENT = CPU_STATE_ABSENT,	/* has not come out of reset */
	CPU_FAULTED = PSCI_DISABLED,	/* took an exception in the wrapper's own code */
};

/*
 * One CPU. Its Monitor stack lies directly below. The stack is empty whenever the CPU is
 * outside Secure state, so sp_mon is then the address of struct cpu.
 */
struct cpu {
	uint32_t mpidr;			/* affinity fields only, or MPIDR_NONE */
	volatile uint32_t state;	/* enum cpu_state */
	volatile uint32_t entry;	/* passed to CPU_ON */
	volatile uint32_t context_id;	/* passed to CPU_ON */
	uint32_t index;			/* this CPU is cpus[index] */
	uint32_t gic;			/* GICv2: the CPU's bit in GICD_SGIR; GICv3: its GICR */
};

struct cpu_area {
	uint8_t stack[CPU_STACK_SIZE] __attribute__((aligned(8)));
	struct cpu cpu;
};

/* One byte for each CPU; a load of one word reads the bytes of four CPUs. */
union byte_of_each_cpu {
	volatile uint8_t of[MAX_CPUS];
	volatile uint32_t four[MAX_CPUS / 4];
};

/* The lock of psci.c; all 0 while the lock is free and no CPU waits for it. */
struct bakery {
	union byte_of_each_cpu choosing, ticket;
};

/* What the boot CPU has detected and chosen; the same for every CPU. */
struct resident {
	uint32_t spsr;		/* of the mode that kernels are entered in */
	uint32_t boot_mode;	/* the boot-mode word, for r3 */
	uint32_t cpu_count;
	uint32_t scr;		/* the kernel's; 0: Secure state is other firmware's */
	uint32_t gicc;		/* 0 if there is no GIC */
	uint32_t cntfrq;	/* Hz; 0 if there is no Generic Timer */
	uint32_t psci;		/* whether SMC answers PSCI calls */
	uint32_t gicd;		/* 0 also if Secure state is other firmware's */
	uint32_t gic_v3;	/* nonzero for GICv3, where gicc is 0 */
	uint32_t gic_groups;	/* the value of each GICD_IGROUPR */
	uint32_t pmu;		/* whether the kernel finds the Performance Monitors off */
	uint32_t hvbar;		/* hyp_stub_vectors or hyp_psci_vectors */
	uint32_t hcr;		/* 0, or HCR_TSC with hyp_psci_vectors */
};

/* Assembly accesses these structures by the offsets above. */
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
extern struct ram_bank ram_banks[PLATFORM_MAX_RAM];	/* from the DTB */
extern struct bakery bakery;

/*
 * Secondary CPUs wait until cpu_table_ready is 1: from then on cpus[] has the MPIDRs that
 * the DTB lists. A CPU that is not among them stores its own MPIDR in unlisted_cpu and
 * goes to cpu_park for good.
 */
extern volatile uint32_t cpu_table_ready, unlisted_cpu;
extern void (*volatile cpu_park)(void);

/*
 * The routine that a CPU calls after it has reported an unexpected exception. NULL after
 * hand-over, since the kernel may overwrite the routine.
 */
extern void (*volatile on_unexpected)(void);

#endif
#endif
