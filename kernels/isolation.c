/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hostile kernel: it reads, writes and jumps to what belongs to Secure state,
 * and calls every function of PSCI with addresses that are none of its business
 * in every argument. On a board with Secure RAM each access must end in an abort
 * and each call in the one right answer, with all other registers kept. Whether
 * anything of ours has changed only the host can see, which does so while this
 * waits: "isolation: look" on the console, before and after; a character goes on.
 *
 * The last line is "isolation: PASS ..." or "isolation: FAIL ...". Then it ends the
 * machine, by SYSTEM_OFF, or with isolation=reset or isolation=reset2 as the last
 * of the bootargs by these, again with addresses in all registers.
 */
#include "board.h"
#include "boot_wrapper.h"
#include "conformance.h"
#include "machine.h"
#include "memory_map.h"
#include "registers.h"

#define PATIENCE	10		/* seconds */

/* What any board has of it at least. */
#define SECURE_RAM_SIZE	0x40000
#define HOME_OF(address) (BOARD_SECURE_RAM + (address) - TRANSIENT_START)

#define UARTFR_RXFE	(1 << 4)	/* PL011: nothing to be read */

/* The vectors that aborts end in. */
#define PREFETCH_ABORT	3
#define DATA_ABORT	4

#define CONTEXT_ID	0x600dc0de	/* of a CPU_ON that means no harm */

struct percpu percpu[CPU_LIMIT] __attribute__((section(".percpu")));

/* isolation.S; the comments are there. */
#pragma GCC visibility push(hidden)
extern const uint32_t try_vectors[];
uint32_t try_read(uintptr_t address);
uint32_t try_write(uintptr_t address, uint32_t value);
uint32_t try_jump(uintptr_t address);
#pragma GCC visibility pop

/* The first is for what the function wants there; see call_with(). */
static const uint32_t addresses[] = {
	0,
#if BOARD_SECURE_RAM
	BOARD_SECURE_RAM,
	BOARD_SECURE_RAM | 3,
	HOME_OF(RESIDENT_NONSECURE_END),	/* the Monitor's code, */
	HOME_OF(RESIDENT_END) - 0x1000,		/* its data */
	BOARD_SECURE_RAM + SECURE_RAM_SIZE - 4,
#else
	RESIDENT_NONSECURE_END,
	RESIDENT_END - 0x1000,
	RESIDENT_END - 4,
#endif
#ifdef BOARD_SECURE_GPIO
	BOARD_SECURE_GPIO,
#endif
	RESIDENT_START,				/* the Hyp stub */
	RESIDENT_NONSECURE_END - 4,
	BOARD_UART,
	BOARD_RAM_BASE - 4,
	0xfffffffc,
	0xffffffff,
};
#define ADDRESS_COUNT	(sizeof(addresses) / sizeof(addresses[0]))

static uint32_t calls, accesses, failures, other_mpidr;
static volatile uint32_t came;		/* starts of the other CPU */
static volatile uint32_t came_with;	/* its r0 */

void unexpected_exception(uint32_t fault, uint32_t pc, uint32_t syndrome)
{
	put("isolation: FAIL: exception ");
	put_hex(fault, 2);
	put(" at ");
	put_hex(pc, 8);
	put(", syndrome ");
	put_hex(syndrome, 8);
	put("\r\n");
	for (;;)
		wfi();
}

static void fail(const char *what, uint32_t value, uint32_t got)
{
	failures++;
	put("isolation: ");
	put(what);
	put(" ");
	put_hex(value, 8);
	put(": got ");
	put_hex(got, 8);
	put("\r\n");
}

/* Let the host look at what we cannot see. */
static void look(void)
{
	put("isolation: look\r\n");
	while (read32(BOARD_UART_STATUS) & UARTFR_RXFE)
		;
	read32(BOARD_UART_DATA);
}

/* Accesses. */

static void try(const char *what, uint32_t at, uint32_t got, uint32_t wanted)
{
	accesses++;
	if (got != wanted)
		fail(what, at, got);
}

static void try_all(uint32_t at)
{
	try("read", at, try_read(at), DATA_ABORT);
	try("write", at, try_write(at, 0xbadbadba), DATA_ABORT);
	try("jump", at, try_jump(at), PREFETCH_ABORT);
}

static void try_accesses(void)
{
	uint32_t at;

	if (!BOARD_SECURE_RAM) {
		/* Reserved, but not protected: both get through. */
		for (at = RESIDENT_START; at < RESIDENT_END; at += 0x400) {
			uint32_t was = read32(at);

			try("read", at, try_read(at), 0);
			try("write", at, try_write(at, was), 0);
		}
		put("isolation: the resident range is not protected here\r\n");
		return;
	}
	for (at = BOARD_SECURE_RAM; at < BOARD_SECURE_RAM + SECURE_RAM_SIZE;
	     at += 0x1000) {
		try_all(at);
		try_all(at + 0xffc);
	}
#ifdef BOARD_SECURE_GPIO
	try_all(BOARD_SECURE_GPIO);
	try_all(BOARD_SECURE_GPIO + 0x400);
#endif
}

/* Calls. */

/* With `arguments` in r1..r3 and addresses in r4..r12; none may change. */
static uint32_t call(uint32_t function, const uint32_t arguments[3])
{
	static uint32_t next;
	struct regs in, out;

	in.r[0] = function;
	for (uint32_t i = 1; i <= 12; i++) {
		in.r[i] = i <= 3 ? arguments[i - 1] : addresses[next++];
		if (next == ADDRESS_COUNT)
			next = 0;
	}
	in.lr = addresses[1];
	in.cpsr = 0;
	call_smc(&in, &out);
	calls++;
	for (uint32_t i = 1; i <= 12; i++)
		if (in.r[i] != out.r[i])
			fail("a register changed by function", function, out.r[i]);
	if (in.sp != out.sp || in.lr != out.lr || in.cpsr != out.cpsr ||
	    in.spsr != out.spsr)
		fail("sp, lr or a status changed by function", function, 0);
	return out.r[0];
}

/* An interrupt that ends WFI; it is taken afterwards. */
static void raise_sgi(void)
{
	write32(machine.gicd + GICD_SGIR, GICD_SGIR_SELF | 1);
	dsb();
}

static void take_sgi(void)
{
	uint32_t taken = read32(machine.gicc + GICC_IAR);

	if ((taken & GIC_ID_MASK) < GIC_SPECIAL)
		write32(machine.gicc + GICC_EOIR, taken);
}

/* Until the other CPU is off again. */
static void wait_for_off(uint32_t starts, uint32_t context_id)
{
	struct deadline deadline = patience(PATIENCE);

	while ((came != starts || smc(PSCI_AFFINITY_INFO, other_mpidr, 0, 0) !=
		PSCI_AFFINITY_OFF) && !is_over(&deadline))
		;
	if (came != starts)
		fail("starts of the other CPU, not", starts, came);
	if (came_with != context_id)
		fail("context_id of the other CPU, not", context_id, came_with);
}

/*
 * Call a function with the addresses of these numbers in r1..r3, number 0 being
 * an argument that is all right. One right answer there is to each.
 */
static void call_with(uint32_t function, const uint32_t numbers[3])
{
	uint32_t a[3], wanted = SMCCC_UNKNOWN, got, starts = came;

	for (int i = 0; i < 3; i++)
		a[i] = addresses[numbers[i]];
	switch (function) {
	case PSCI_VERSION:
		wanted = 0x00010001;
		break;
	case PSCI_CPU_SUSPEND:
		wanted = numbers[0] ? PSCI_INVALID_PARAMETERS : PSCI_SUCCESS;
		break;
	case PSCI_CPU_ON:
		if (!numbers[0])
			a[0] = other_mpidr;
		if (!numbers[1])
			a[1] = (uintptr_t)secondary_entry;
		if (!numbers[2])
			a[2] = CONTEXT_ID;
		wanted = numbers[0] ? PSCI_INVALID_PARAMETERS :
			 numbers[1] ? PSCI_INVALID_ADDRESS : PSCI_SUCCESS;
		break;
	case PSCI_AFFINITY_INFO:
		wanted = numbers[0] || numbers[1] ? PSCI_INVALID_PARAMETERS :
			 PSCI_AFFINITY_OFF;
		if (!numbers[0])
			a[0] = other_mpidr;
		break;
	case PSCI_MIGRATE_INFO_TYPE:
		wanted = PSCI_NO_MIGRATION;
		break;
	case PSCI_FEATURES:
		if (!numbers[0])
			a[0] = PSCI_VERSION;
		wanted = numbers[0] ? PSCI_NOT_SUPPORTED : PSCI_SUCCESS;
		break;
	case PSCI_SYSTEM_RESET2:
		if (!BOARD_RESET_KEEPS_RAM)
			break;
		if (!numbers[0])	/* that is for the end */
			return;
		wanted = PSCI_INVALID_PARAMETERS;
		break;
	case SMCCC_VERSION:
		wanted = 0x00010002;
		break;
	case SMCCC_ARCH_FEATURES:
		wanted = numbers[0] ? SMCCC_NOT_SUPPORTED : SMCCC_SUCCESS;
		if (!numbers[0])
			a[0] = SMCCC_VERSION;
		break;
	case SMCCC_ARCH_WORKAROUND_1:
	case SMCCC_ARCH_WORKAROUND_3:
		wanted = SMCCC_SUCCESS;
		break;
	}
	if (function == PSCI_CPU_SUSPEND)
		raise_sgi();
	got = call(function, a);
	if (function == PSCI_CPU_SUSPEND)
		take_sgi();
	if (function == PSCI_CPU_ON && got == PSCI_SUCCESS)
		wait_for_off(starts + 1, a[2]);
	if (got == wanted)
		return;
	fail("function", function, got);
	for (int i = 0; i < 3; i++)
		fail("  with the argument", a[i], got);
}

static void call_all(uint32_t function)
{
	uint32_t n[3];

	for (n[0] = 0; n[0] < ADDRESS_COUNT; n[0]++)
		for (n[1] = 0; n[1] < ADDRESS_COUNT; n[1]++)
			for (n[2] = 0; n[2] < ADDRESS_COUNT; n[2]++)
				call_with(function, n);
}

static void try_calls(void)
{
	uint32_t number;

	for (number = 0; number < 32; number++) {
		uint32_t function = PSCI_VERSION + number;

		/* The other CPU makes one of these; the end is one of those. */
		if (function == PSCI_CPU_OFF || function == PSCI_SYSTEM_OFF ||
		    function == PSCI_SYSTEM_RESET)
			continue;
		call_all(function);
	}
	call_all(SMCCC_VERSION);
	call_all(SMCCC_ARCH_FEATURES);
	call_all(SMCCC_ARCH_WORKAROUND_1);
	call_all(SMCCC_ARCH_WORKAROUND_3);
	call_all(SMC_SET_VECTORS);
	call_all(PSCI_CPU_ON | 0x40000000);	/* with 64-bit arguments */
}

/* Turned on to turn itself off, which takes no arguments either. */
void secondary_main(struct percpu *me)
{
	uint32_t hostile[3] = { addresses[1], addresses[2], addresses[3] };

	came_with = me->entry[0];
	came++;
	call(PSCI_CPU_OFF, hostile);
	fail("CPU_OFF returns to CPU", read_cp15(MPIDR), 0);
	for (;;)
		wfi();
}

static void found_nothing(void)
{
}

void boot_main(struct percpu *me)
{
	/* As the last CPU_ON to succeed will leave it. */
	static const uint32_t first[3] = { 0, 0, ADDRESS_COUNT - 1 };
	uint32_t last[3] = { addresses[1], addresses[2], addresses[3] };
	uint32_t function = PSCI_SYSTEM_OFF;

	if (me->hyp)
		write_cp15(HVBAR, try_vectors);
	else
		write_cp15(VBAR, try_vectors);
	isb();
	read_dtb((const uint32_t *)me->entry[2], "isolation=", found_nothing);
	if (machine.cpu_count != 2 || !machine.psci || !machine.gicd)
		fail("2 CPUs, PSCI and a GIC wanted; CPUs", 2, machine.cpu_count);
	other_mpidr = machine.mpidr[1];
	write32(machine.gicd + GICD_ISENABLER, SGIS);

	put(me->hyp ? "isolation: in Hyp mode\r\n" : "isolation: in SVC mode\r\n");
	call_with(PSCI_CPU_ON, first);
	look();
	try_accesses();
	try_calls();
	look();

	put(failures ? "isolation: FAIL " : "isolation: PASS ");
	put_decimal(accesses);
	put(" accesses, ");
	put_decimal(calls);
	put(" calls\r\n");
	if (machine.argument && is_text(machine.argument, "reset"))
		function = PSCI_SYSTEM_RESET;
	if (machine.argument && is_text(machine.argument, "reset2")) {
		function = PSCI_SYSTEM_RESET2;
		last[0] = PSCI_SYSTEM_WARM_RESET;
	}
	call(function, last);
	for (;;)
		wfi();
}
