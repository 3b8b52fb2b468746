/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that is entered in SVC mode and brings a hypervisor as a module.
 * On every CPU it takes Hyp mode through the trampoline, runs a small guest
 * under stage-2 translation, and gives Hyp mode back to a trampoline of its
 * own. docs/tutorial.md walks through it.
 *
 * The MMU stays off, in kernel and guest, so that all data is
 * Strongly-ordered: uncached, in program order, aligned, and no exclusives.
 */
#include <stdarg.h>

#include "board.h"
#include "boot_wrapper.h"
#include "hyp_stub.h"
#include "hypervisor.h"
#include "resident.h"

/* This is about the way from SVC mode to Hyp mode, so Hyp mode will not do. */
BW_NOTE(BW_TAKES_SVC);

/* Where the guest has its page, wherever that is in fact. */
#define GUEST_IPA	0x40201000
#define GUEST_ANSWER	0x600d0013

#define NONSENSE	0x12345678	/* to a trampoline */
#define ROUNDS		100
#define PATIENCE	30		/* seconds */

struct percpu percpu[CPU_LIMIT];

static volatile bool psci, quiet, together, over;

/* The console: %x is a number, in hexadecimal. */

static void put_character(char c)
{
	while ((read32(BOARD_UART_STATUS) & BOARD_UART_MASK) != BOARD_UART_READY)
		;
	write32(BOARD_UART_DATA, (uint8_t)c);
}

static void put_hex(uint32_t value)
{
	if (value >> 4)
		put_hex(value >> 4);
	put_character("0123456789abcdef"[value & 0xf]);
}

static void put(const char *format, va_list arguments)
{
	for (; *format; format++) {
		if (*format == '%' && *++format == 'x')
			put_hex(va_arg(arguments, uint32_t));
		else
			put_character(*format);
	}
}

static void say(const char *format, ...)
{
	va_list arguments;

	if (quiet)
		return;
	va_start(arguments, format);
	put("hypervisor: ", arguments);
	put(format, arguments);
	put("\r\n", arguments);
	va_end(arguments);
}

/* The machine's end; tried once, since SMC may be what does not work. */
static _Noreturn void power_off(void)
{
	if (psci && !over) {
		over = true;
		smc(PSCI_SYSTEM_OFF, 0, 0, 0);
	}
	for (;;)
		wfi();
}

#define fail(me, format, ...) do {					\
	quiet = over;							\
	say("FAIL: CPU %x: " format, (me) - percpu, ##__VA_ARGS__);	\
	power_off();							\
} while (0)

/* From hypervisor.S, in the mode that the exception was taken to. */
void unexpected(struct percpu *me, uint32_t vector, uint32_t pc, uint32_t mode)
{
	if (mode == PSR_HYP)
		fail(me, "unexpected exception to Hyp mode, vector %x, PC %x, "
		     "HSR %x, HDFAR %x, HIFAR %x, HPFAR %x", vector, pc,
		     read_cp15(HSR), read_cp15(HDFAR), read_cp15(HIFAR),
		     read_cp15(HPFAR));
	fail(me, "unexpected exception to mode %x, vector %x, LR %x, DFSR %x, "
	     "DFAR %x, IFSR %x, IFAR %x", mode, vector, pc, read_cp15(DFSR),
	     read_cp15(DFAR), read_cp15(IFSR), read_cp15(IFAR));
}

/* The hypervisor module: functions that the kernel calls in Hyp mode. */

/* Nothing that this CPU has cached of any guest's tables or code survives. */
static void forget_guests(struct percpu *me)
{
	(void)me;
	dsb();
	write_cp15(TLBIALLNSNH, 0);
	write_cp15(ICIALLU, 0);
	write_cp15(BPIALL, 0);
	dsb();
	isb();
}

/* Let the guest run until it traps, and keep why. */
static void run_guest(struct percpu *me)
{
	struct guest *guest = &me->guest;
	uint64_t vmid = me - percpu + 1;
	uint32_t vtcr = read_cp15(VTCR);
	struct pl1 kernel;

	write_cp15(VTCR, VTCR_RES1 | 1 << VTCR_SL0_SHIFT | 0 << VTCR_T0SZ_SHIFT);
	write_cp15_64(VTTBR, vmid << VTTBR_VMID_SHIFT | (uintptr_t)me->level1);
	isb();
	write_cp15(HCR, HCR_VM | HCR_TSC);
	write_cp15(HVBAR, guest_vectors);
	switch_pl1(&kernel, &guest->pl1);
	isb();

	enter_guest(guest);

	guest->hsr = read_cp15(HSR);
	guest->hdfar = read_cp15(HDFAR);
	guest->hpfar = read_cp15(HPFAR);
	switch_pl1(&guest->pl1, &kernel);
	write_cp15(HVBAR, hyp_vectors);
	write_cp15(HCR, 0);
	isb();
	write_cp15_64(VTTBR, 0);
	write_cp15(VTCR, vtcr);
	isb();
}

/* What the contract promises of registers that we have had our hands on. */
static void check_hyp_mode(struct percpu *me)
{
	if (read_cp15(HCR) || read_cp15_64(VTTBR))
		fail(me, "HCR %x, VTTBR %x after the guest, not 0",
		     read_cp15(HCR), (uint32_t)read_cp15_64(VTTBR));
}

static void give_hyp_mode_back(struct percpu *me)
{
	forget_guests(me);
	write_cp15(HVBAR, hyp_stub_vectors);
	isb();
}

/* The kernel, in SVC mode. */

static void call_hyp(struct percpu *me, void (*function)(struct percpu *))
{
	uint32_t result = hvc((uintptr_t)function, (uintptr_t)me);

	if (result)
		fail(me, "HVC to call %x returns %x", (uintptr_t)function, result);
}

static void take_hyp_mode(struct percpu *me)
{
	uint32_t result = hvc(HVC_SET_VECTORS, (uintptr_t)hyp_vectors);

	if (result)
		fail(me, "HVC_SET_VECTORS returns %x", result);
	call_hyp(me, check_hyp_mode);
}

/* The guest's page, the stage-2 tables that lead to it, and its registers. */
static void make_guest(struct percpu *me)
{
	struct guest *guest = &me->guest;

	for (int i = 0; guest_image + i < guest_image_end; i++)
		me->memory[i] = guest_image[i];
	me->level1[GUEST_IPA >> 30] = (uintptr_t)me->level2 | S2_TABLE;
	me->level2[GUEST_IPA >> 21 & 511] = (uintptr_t)me->level3 | S2_TABLE;
	me->level3[GUEST_IPA >> 12 & 511] = (uintptr_t)me->memory | S2_PAGE |
		S2_NONCACHEABLE | S2_READ_WRITE | S2_AF;
	call_hyp(me, forget_guests);

	guest->pc = GUEST_IPA + 4 * (guest_entry - guest_image);
	guest->cpsr = PSR_AIF | PSR_SVC;
	guest->pl1.sp_svc = GUEST_IPA + sizeof me->memory;
	guest->pl1.spsr_svc = guest->cpsr;
	guest->pl1.sctlr = SCTLR_KERNEL;
	guest->pl1.vbar = GUEST_IPA;
}

/* Enter the guest; it must stop for an exception class, an HVC for a number. */
static void enter(struct percpu *me, uint32_t class, uint32_t number)
{
	struct guest *guest = &me->guest;

	call_hyp(me, run_guest);
	if (guest->hsr >> HSR_EC_SHIFT == class &&
	    (class != HSR_EC_HVC || (guest->hsr & HSR_HVC_MASK) == number))
		return;
	fail(me, "the guest stops at PC %x, HSR %x, HDFAR %x, HPFAR %x",
	     guest->pc, guest->hsr, guest->hdfar, guest->hpfar);
}

static void use_guest(struct percpu *me)
{
	struct guest *guest = &me->guest;
	uint32_t *top = me->memory + 1023;

	*top = 0;
	enter(me, HSR_EC_HVC, GUEST_HELLO);
	say("CPU %x: guest at PA %x calls: HVC #%x, r0 %x, its own address",
	    me - percpu, (uintptr_t)me->memory, guest->hsr & HSR_HVC_MASK,
	    guest->r[0]);
	if (guest->r[0] != GUEST_IPA || guest->r[1] != SCTLR_KERNEL ||
	    guest->r[2] != GUEST_IPA)
		fail(me, "the guest sees SCTLR %x, VBAR %x", guest->r[1],
		     guest->r[2]);

	guest->r[0] = GUEST_ANSWER;
	enter(me, HSR_EC_DATA_ABORT, 0);
	say("CPU %x: PA %x holds %x, which the guest stored at %x", me - percpu,
	    (uintptr_t)top, *top, guest->pl1.sp_svc);
	if (*top != GUEST_ANSWER)
		fail(me, "the guest has not stored %x", GUEST_ANSWER);

	say("CPU %x: guest ends: EC %x, HSR %x, HDFAR %x, HPFAR %x", me - percpu,
	    guest->hsr >> HSR_EC_SHIFT, guest->hsr, guest->hdfar,
	    guest->hpfar);
	if ((guest->hsr & HSR_DFSC_MASK) != HSR_DFSC_TRANSLATION ||
	    !(guest->hsr & HSR_WNR) || guest->hdfar != BOARD_UART_DATA ||
	    guest->hpfar << HPFAR_SHIFT != (BOARD_UART_DATA & ~4095u))
		fail(me, "it was to store to %x", BOARD_UART_DATA);
}

static void demonstrate(struct percpu *me)
{
	uint32_t sctlr = read_cp15(SCTLR), spsr = read_spsr(), result;

	take_hyp_mode(me);
	say("CPU %x: took Hyp mode by HVC_SET_VECTORS", me - percpu);
	make_guest(me);
	use_guest(me);
	if (read_cp15(SCTLR) != sctlr || read_spsr() != spsr ||
	    read_cp15(VBAR) != (uintptr_t)kernel_vectors)
		fail(me, "SCTLR %x, SPSR %x, VBAR %x are not the kernel's",
		     read_cp15(SCTLR), read_spsr(), read_cp15(VBAR));

	call_hyp(me, give_hyp_mode_back);
	result = hvc(NONSENSE, 0);
	if (result != HVC_STUB_ERR)
		fail(me, "our trampoline answers %x to nonsense", result);
	take_hyp_mode(me);
	call_hyp(me, give_hyp_mode_back);
	say("CPU %x: gave Hyp mode back; our own trampoline sets HVBAR, and "
	    "answers %x to nonsense", me - percpu, result);
	me->rounds++;
}

static void demonstrate_often(struct percpu *me)
{
	for (int i = 0; i < ROUNDS; i++)
		demonstrate(me);
}

static void begin(struct percpu *me, uint32_t boot_mode)
{
	if ((boot_mode & BW_BOOT_MODE_MAGIC_MASK) != BW_BOOT_MODE_MAGIC)
		fail(me, "boot-mode word %x: boot-wrapper has not started this",
		     boot_mode);
	psci = true;
	if ((boot_mode & BW_MODE_MASK) != BW_MODE_SVC << BW_MODE_SHIFT)
		fail(me, "boot-mode word %x: not in Non-secure SVC mode",
		     boot_mode);
	if (!(boot_mode & BW_OWNS_HYP))
		fail(me, "boot-mode word %x: Hyp mode is not ours", boot_mode);
	say("CPU %x: boot-mode word %x: SVC mode, and Hyp mode is ours",
	    me - percpu, boot_mode);

	/* Alignment checks on: Strongly-ordered memory demands it anyway. */
	write_cp15(SCTLR, SCTLR_KERNEL | SCTLR_A);
	write_cp15(VBAR, kernel_vectors);
	isb();
}

void secondary_main(struct percpu *me, uint32_t boot_mode)
{
	begin(me, boot_mode);
	demonstrate(me);
	while (!together)
		wfe();
	demonstrate_often(me);
	for (;;)
		wfi();
}

static void wait_for(struct percpu *cpu, uint32_t rounds)
{
	uint64_t end = read_cp15_64(CNTPCT) +
		       (uint64_t)PATIENCE * read_cp15(CNTFRQ);

	while (cpu->rounds < rounds) {
		yield();
		if (read_cp15_64(CNTPCT) > end)
			fail(cpu, "does not get through");
	}
}

void boot_main(struct percpu *me, uint32_t boot_mode)
{
	uint32_t count = 1;

	begin(me, boot_mode);
	hyp_stub_console = (struct console){
		.data = BOARD_UART_DATA,
		.status = BOARD_UART_STATUS,
		.mask = BOARD_UART_MASK,
		.ready = BOARD_UART_READY,
	};
	demonstrate(me);

	for (uint32_t n = 0; n < CPU_LIMIT; n++) {
		if (percpu + n == me ||
		    smc(PSCI_AFFINITY_INFO, n, 0, 0) != PSCI_AFFINITY_OFF)
			continue;
		if (smc(PSCI_CPU_ON, n, (uintptr_t)secondary_start, 0))
			fail(percpu + n, "cannot be turned on");
		wait_for(percpu + n, 1);
		count++;
	}

	quiet = true;
	together = true;
	sev();
	demonstrate_often(me);
	for (uint32_t n = 0; n < CPU_LIMIT; n++)
		if (percpu[n].rounds)
			wait_for(percpu + n, 1 + ROUNDS);
	quiet = false;
	say("%x CPUs have done that at the same time", count);
	say("PASS");
	power_off();
}
