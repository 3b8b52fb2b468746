/* SPDX-License-Identifier: BSD-2-Clause */
/* What conformance.S gives our own kernels, and what it expects of them. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

/* A CPU's share of `percpu`, found by the low bits of its MPIDR. */
#define CPU_LIMIT	8
#define PERCPU_SHIFT	8
#define PERCPU_SIZE	(5 << PERCPU_SHIFT)
#define PERCPU_STATE	52
#define PERCPU_CPSR	56
#define PERCPU_HYP	60
#define PERCPU_SP	64
#define PERCPU_FAULT	68
#define PERCPU_FAULT_PC	72
#define PERCPU_SYNDROME	76
#define PERCPU_TPIDR	80
#define PERCPU_IRQ	92
#define PERCPU_FIQ	96
#define PERCPU_TAKEN_IN	100
#define PERCPU_SCRATCH	104

/* The ends of a CPU's stacks in it; the main one has the rest. */
#define FAULT_STACK_END	464
#define SVC_STACK_END	592

/* struct regs, in words of 4 bytes: r0..r12, and then these. */
#define REGS_SP		52
#define REGS_LR		56
#define REGS_CPSR	60
#define REGS_SPSR	64

/* How a CPU came in: percpu.state. ENTRY_ARM is what an encoding gives. */
#define ENTRY_THUMB	0
#define ENTRY_BOOT	1
#define ENTRY_ARM	2

/* percpu.fault: where from, and the number of the vector. */
#define FAULT_PL1	0x10
#define FAULT_HYP	0x20
#define FAULT_STUCK	0x30		/* HVC does not lead back to Hyp */

/* What an HVC from Hyp to our own table returns. */
#define HVC_ARRIVED	0x600d

/* What write_banked() and read_banked() know. */
#define BANKED_COUNT	25

#ifndef __ASSEMBLER__

#include "registers.h"

/* Position-independent: everything is found relative to the PC, no GOT. */
#pragma GCC visibility push(hidden)

struct regs {
	uint32_t r[13], sp, lr, cpsr, spsr;
};

/* percpu.command: counters to be read into the stamps. */
#define ORDER_STAMP	0x57a3b

/* Registers as the loader left them, read before any of them is written. */
struct handed_over {
	uint32_t sctlr, ttbcr, ttbr0, ttbr1, dacr, contextidr;
	uint32_t cpacr, vbar, nsacr, actlr;
	uint32_t pmcr, pmcnten, pminten, pmuseren;
	uint32_t cntkctl, cntp_ctl, cntv_ctl;
	uint32_t hsctlr, hcr, cnthctl;
	uint32_t gicd_ctlr, gicc_ctlr, gicc_pmr;
	uint32_t pending, active;		/* GICD_ISPENDR0, GICD_ISACTIVER0 */
};

struct percpu {
	uint32_t entry[13];		/* r0..r12 at the first instruction */
	uint32_t state;			/* ENTRY_... */
	uint32_t cpsr;			/* at the first instruction */
	uint32_t hyp;			/* this CPU is in Hyp mode */
	uint32_t sp;			/* where run_in_svc() returns to, or 0 */
	uint32_t fault;			/* what ended run_in_svc(), or 0 */
	uint32_t fault_pc, syndrome;	/* of that */
	uint32_t tpidr[3];		/* TPIDRURW, URO, PRW at the first instruction */

	/* Where an interrupt was taken from, or 0, and the mode that took it. */
	volatile uint32_t irq, fiq, taken_in;
	uint32_t scratch;

	/* The rest is for C alone. */
	volatile uint32_t lives;	/* how often this CPU has come */
	volatile uint32_t command;	/* from the boot CPU; 0 when done */
	volatile uint32_t result;
	uint64_t stamp, virtual_stamp;	/* its counters, at the boot CPU's order */
	struct handed_over was;
	uint8_t stacks[PERCPU_SIZE - (1 << PERCPU_SHIFT)];
} __attribute__((aligned(1 << PERCPU_SHIFT)));

_Static_assert(offsetof(struct percpu, state) == PERCPU_STATE, "percpu");
_Static_assert(offsetof(struct percpu, syndrome) == PERCPU_SYNDROME, "percpu");
_Static_assert(offsetof(struct percpu, tpidr) == PERCPU_TPIDR, "percpu");
_Static_assert(offsetof(struct percpu, scratch) == PERCPU_SCRATCH, "percpu");
_Static_assert(sizeof(struct percpu) == PERCPU_SIZE, "percpu");
_Static_assert(offsetof(struct regs, spsr) == REGS_SPSR, "regs");

struct vfp {
	uint32_t d[64] __attribute__((aligned(8)));	/* d0..d31 */
	uint32_t fpscr;
};

struct nonsecure {
	uint32_t hvbar, hsctlr, hcr, vmpidr, sctlr;
};

extern struct percpu percpu[CPU_LIMIT];
extern const uint32_t secondary_entry[], bench_woken[];
extern const uint32_t hyp_vectors[], other_hyp_vectors[], pl1_vectors[];
extern const uint32_t mon_vectors[];
extern volatile uint32_t bench_flag;

/* Of each kernel, for conformance.S. */
_Noreturn void boot_main(struct percpu *me);
_Noreturn void secondary_main(struct percpu *me);
_Noreturn void unexpected_exception(uint32_t fault, uint32_t pc,
				    uint32_t syndrome);

/* conformance.S; the comments are there. */
uint32_t own_mpidr(void);
uint32_t smc(uint32_t r0, uint32_t r1, uint32_t r2, uint32_t r3);
uint32_t hvc(uint32_t r0, uint32_t r1);
uint32_t hvc4(uint32_t r0, uint32_t r1, uint32_t r2, uint32_t r3);
void call_smc(struct regs *in, struct regs *out);
void call_hvc(struct regs *in, struct regs *out);
void call_hvc_1(struct regs *in, struct regs *out);
void call_hvc_256(struct regs *in, struct regs *out);
void call_hvc_32768(struct regs *in, struct regs *out);
uint32_t become_hyp(void);
uint32_t run_in_svc(void (*function)(void *), void *argument);
void read_nonsecure(struct nonsecure *values);
void write_banked(uint32_t seed);
void read_banked(uint32_t values[BANKED_COUNT]);
void add_vectors(uint32_t values[4]);
uint32_t vfp_features(void);
void write_vfp(const struct vfp *values, uint32_t count);
void read_vfp(struct vfp *values, uint32_t count);
void wait_unmasked(uint32_t polls);
void undefined_instruction(void);
void breakpoint(void);
uint32_t read_unaligned(const void *address);
void bench_hvc(const void *vectors);
void bench_psci(void);
void bench_cpu_on(uint32_t mpidr);

#pragma GCC visibility pop

#endif
#endif
