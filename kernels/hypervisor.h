/* SPDX-License-Identifier: BSD-2-Clause */
/* What hypervisor.c and hypervisor.S share. */
#ifndef HYPERVISOR_H
#define HYPERVISOR_H

/* A CPU's share of `percpu`, found by the low bits of its MPIDR. */
#define CPU_LIMIT	8
#define CPU_SHIFT	14
#define CPU_SIZE	(1 << CPU_SHIFT)

/* The ends of a CPU's stacks in it; below them are its other fields. */
#define HYP_STACK_END	(CPU_SIZE - 1024)
#define SVC_STACK_END	CPU_SIZE

/* struct guest, after r0..r12 and LR_usr, and struct pl1 */
#define GUEST_HYP_SP	56
#define GUEST_PC	60
#define GUEST_CPSR	64
#define PL1_SP		0
#define PL1_LR		4
#define PL1_SPSR	8
#define PL1_SCTLR	12
#define PL1_VBAR	16

/* The numbers of the guest's HVCs; n of the last is that of a vector. */
#define GUEST_HELLO	1
#define GUEST_SURVIVES	2
#define GUEST_VECTOR(n)	(16 + (n))

#ifndef __ASSEMBLER__

#include "registers.h"

/* The state of PL1 that kernel and guest do not share: one has it at a time. */
struct pl1 {
	uint32_t sp_svc, lr_svc, spsr_svc, sctlr, vbar;
};

struct guest {
	uint32_t r[13], lr_usr;
	uint32_t hyp_sp;		/* our own sp, while the guest runs */
	uint32_t pc, cpsr;
	struct pl1 pl1;
	uint32_t hsr, hdfar, hpfar;	/* why it stopped, and at what */
};

struct percpu {
	uint64_t level2[512];		/* stage 2: of 2 MiB each */
	uint64_t level3[512];		/* stage 2: of 4 KiB each */
	uint32_t memory[1024];		/* the guest's own page */
	uint64_t level1[4];		/* stage 2: of 1 GiB each */
	struct guest guest;
	volatile uint32_t rounds;	/* how often it has got through */
} __attribute__((aligned(CPU_SIZE)));

_Static_assert(sizeof(struct percpu) == CPU_SIZE, "percpu");
_Static_assert(offsetof(struct percpu, rounds) < HYP_STACK_END - 1024, "stacks");
_Static_assert(offsetof(struct guest, hyp_sp) == GUEST_HYP_SP, "guest");
_Static_assert(offsetof(struct guest, cpsr) == GUEST_CPSR, "guest");
_Static_assert(offsetof(struct pl1, vbar) == PL1_VBAR, "pl1");

extern struct percpu percpu[CPU_LIMIT];

/* hypervisor.S; the comments are there. */
extern const uint32_t hyp_vectors[], guest_vectors[], kernel_vectors[];
extern const uint32_t guest_image[], guest_entry[], guest_image_end[];
extern const uint32_t secondary_start[];
uint32_t hvc(uint32_t r0, uint32_t r1);
uint32_t smc(uint32_t r0, uint32_t r1, uint32_t r2, uint32_t r3);
void switch_pl1(struct pl1 *save, const struct pl1 *load);
void enter_guest(struct guest *guest);

/* hypervisor.c, for hypervisor.S. */
_Noreturn void boot_main(struct percpu *me, uint32_t boot_mode);
_Noreturn void secondary_main(struct percpu *me, uint32_t boot_mode);
_Noreturn void unexpected(struct percpu *me, uint32_t vector, uint32_t pc,
			  uint32_t mode);

#endif
#endif
