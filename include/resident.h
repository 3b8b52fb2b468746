/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stays behind after hand-over (monitor.S, psci.c, secure.c, kernel_state.c,
 * hyp_psci.S) and the data that the boot CPU leaves there for it.
 *
 * All of it is accessed with the MMU off, in Secure state or in Hyp mode, so as
 * Strongly-ordered memory: uncached, in program order, aligned.
 */
#ifndef RESIDENT_H
#define RESIDENT_H

#define MAX_CPUS	8

/* struct cpu and the stack below it, together; calls need less than 100 bytes. */
#define CPU_AREA_SIZE	160
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

/* unlisted_cpu, while no CPU has left word. */
#define UNLISTED_NONE	0xffffffff

/* Four words that tell how to write to any UART; see struct console. */
#define CONSOLE_DATA	0
#define CONSOLE_STATUS	4
#define CONSOLE_MASK	8
#define CONSOLE_READY	12

/* GICv2 (ARM IHI 0048), offsets from GICD and GICC. */
#define GICD_CTLR		0x000
#define GICD_TYPER		0x004
#define GICD_IGROUPR		0x080
#define GICD_SGIR		0xf00
#define GICD_SGIR_ALL_OTHERS	(1 << 24)	/* SGI 0, in Group 0 */
#define GICC_CTLR		0x000
#define GICC_PMR		0x004
#define GIC_ENABLE_GRP0		(1 << 0)
#define GIC_ENABLE_GRP1		(1 << 1)

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
	uint32_t cntfrq;	/* Hz; 0 when there is no Generic Timer */
	uint32_t psci;		/* whether SMC answers PSCI calls */
	uint32_t gicd;		/* 0 when there is no GIC */
	uint32_t gicc;
	uint32_t gic_groups;	/* what each GICD_IGROUPR gets */
	uint32_t hvbar;		/* the trampoline, or hyp_psci_vectors */
	uint32_t hcr;		/* 0, or HCR_TSC for these */
};

_Static_assert(offsetof(struct resident, spsr) == RESIDENT_SPSR, "monitor.S");
_Static_assert(offsetof(struct resident, boot_mode) == RESIDENT_WORD, "monitor.S");
_Static_assert(offsetof(struct resident, cpu_count) == RESIDENT_CPU_COUNT, "monitor.S");
_Static_assert(sizeof(struct cpu_area) == CPU_AREA_SIZE, "monitor.S");
_Static_assert(offsetof(struct cpu, state) == CPU_STATE, "monitor.S");
_Static_assert(offsetof(struct cpu, index) == CPU_INDEX, "monitor.S");
_Static_assert(offsetof(struct bakery, choosing) == BAKERY_CHOOSING, "monitor.S");
_Static_assert(offsetof(struct bakery, ticket) == BAKERY_TICKET, "monitor.S");
_Static_assert(MAX_CPUS == 8, "psci.c: lock() looks at two words");
_Static_assert(offsetof(struct console, ready) == CONSOLE_READY, "lib/report.h");

extern struct resident resident;
extern struct cpu_area cpus[MAX_CPUS];
extern struct bakery bakery;
extern const struct console console;

/* The RAM that the DTB has; the build initialises it where it knows the DTB. */
extern struct ram_bank ram_banks[PLATFORM_MAX_RAM];

/* monitor.S, hyp_stub.S, pen.S: vector tables, and words that boot.c fills. */
extern const uint32_t monitor_vectors[], pl1_vectors[], hyp_stub_vectors[];
extern struct console hyp_stub_console;
extern const uint32_t pen[], pen_dead_end[], pen_park[], pen_end[];
extern uint32_t pen_gicc, pen_arrived;

/*
 * monitor.S. Secondary CPUs wait for cpu_table_ready, when cpus[] has their
 * MPIDRs. One that is not among them leaves its own in unlisted_cpu, and goes
 * to cpu_park for good.
 */
extern volatile uint32_t cpu_table_ready, unlisted_cpu, cpu_park;

/*
 * monitor.S. Go to `entry` (bit 0: Thumb) in the mode of resident.spsr, with
 * r0..r2 as given and resident.boot_mode in r3.
 */
_Noreturn void enter_kernel(uint32_t r0, uint32_t r1, uint32_t r2,
			    uint32_t entry, struct cpu *me);

/* monitor.S. Empty this CPU's stack and wait in cpu_wait(). */
_Noreturn void cpu_restart(struct cpu *me);

/* psci.c. Be OFF until CPU_ON, then enter the kernel. */
_Noreturn void cpu_wait(struct cpu *me);

/*
 * psci.c. Turn `target`, which has come out of reset, on at `entry` (bit 0:
 * Thumb); `me` is the calling CPU. A PSCI status.
 */
int32_t turn_on(struct cpu *target, uint32_t entry, uint32_t context_id,
		struct cpu *me);

/* psci.c, for monitor.S: an SMC's r0..r3, and the struct cpu of its caller. */
uint32_t psci_smc(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3,
		  struct cpu *me);

/* hyp_psci.S, and psci.c for it: other firmware's PSCI. */
extern const uint32_t hyp_psci_vectors[], hyp_psci_start[];
uint32_t hyp_psci_smc(uint32_t r0, uint32_t r1, uint32_t r2, uint32_t r3);
uint32_t hyp_psci(uint32_t function, uint32_t a1, uint32_t a2, uint32_t a3,
		  struct cpu *me);
_Noreturn void hyp_psci_started(struct cpu *me);

/* secure.c. The Secure state of the calling CPU; leaves SCR.NS = 0. */
void secure_init(void);
void join_coherency(void);
void clean_own_dcaches(void);

/* kernel_state.c. Make the world of the calling CPU fit for the kernel. */
void kernel_state_init(void);

#endif
#endif
