// SPDX-License-Identifier: BSD-2-Clause
/*
 * cores.c, secure.c and kernel_state.c on the host, against a mock of the system
 * control coprocessor that records every access in order.
 *
 *   mock_cp15 init		for each core and revision: what core_init() writes
 *   mock_cp15 off MIDR	what clean_own_dcaches() does
 *   mock_cp15 kernel MIDR	what kernel_state_init() does, of a CPU with Hyp mode
 *   mock_cp15 table	cores.def as a table in Markdown
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arm.h"
#include "boot_wrapper.h"
#include "cache.h"
#include "resident.h"

struct resident resident;

#define MAX_REGISTERS	64

static struct mock {
	const char *operands;
	uint32_t value;
} mock[MAX_REGISTERS];

static const struct {
	const char *operands, *name;
} names[] = {
#define NAME(reg)	{ ARM_OPERANDS(reg(%0)), #reg }
	NAME(MIDR), NAME(REVIDR), NAME(CLIDR), NAME(CSSELR), NAME(CCSIDR),
	NAME(SCTLR), NAME(ACTLR), NAME(NSACR), NAME(SCR), NAME(DCCISW),
	NAME(L2ACTLR_A8), NAME(L2ACTLR_A15), NAME(ACTLR2_A15), NAME(DIAGNOSTIC),
	NAME(FEATURE_A12), NAME(ICIALLU), NAME(BPIALL), NAME(TLBIALL),
	NAME(TLBIALLH), NAME(TLBIALLNSNH), NAME(HACR), NAME(HCR), NAME(HSCTLR),
};

static const char *name_of(const char *operands)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(operands, names[i].operands))
			return names[i].name;
	return operands;
}

static uint32_t *value_of(const char *operands)
{
	struct mock *at = mock;

	while (at->operands && strcmp(at->operands, operands))
		if (++at == mock + MAX_REGISTERS)
			abort();
	at->operands = operands;
	return &at->value;
}

uint32_t host_read_cp15(const char *operands)
{
	return *value_of(operands);
}

void host_write_cp15(const char *operands, uint32_t value)
{
	*value_of(operands) = value;
	printf(" %s=%x", name_of(operands), value);
}

void host_instruction(const char *name)
{
	printf(" %s", name);
}

/* gic.c; it accesses memory, and for GICv3 registers that have no part here. */
void gic_open_to_kernel(void)
{
}

/* cache.S; test_cache.py executes it. */
void clean_inner_dcaches(void)
{
	host_instruction("clean_inner_dcaches");
}

#include "cores.c"
#include "secure.c"
#include "kernel_state.c"

#define SET_MOCK(reg, is)	(*value_of(ARM_OPERANDS(reg(%0))) = (is))

static void start_cpu(uint32_t midr)
{
	memset(mock, 0, sizeof mock);
	SET_MOCK(MIDR, midr);
	SET_MOCK(ID_PFR1, ID_PFR1_SECURITY | ID_PFR1_VIRT);
	/* Two levels of data cache, both this CPU's own: 2 ways of 2 sets each. */
	SET_MOCK(CLIDR, 2 << 24 | 2 << 21 | 3 << 3 | 3);
	SET_MOCK(CCSIDR, 1 << 13 | 1 << 3 | 2);
}

static void init_once(uint32_t midr, uint32_t revidr)
{
	start_cpu(midr);
	SET_MOCK(REVIDR, revidr);
	printf("%08x %x:", midr, revidr);
	core_init();
	printf(" again:");
	core_init();
	printf("\n");
}

static void init_all(void)
{
	static const uint32_t parts[] = {
		MIDR_CORTEX_A5, MIDR_CORTEX_A7, MIDR_CORTEX_A8, MIDR_CORTEX_A9,
		MIDR_CORTEX_A12, MIDR_CORTEX_A15, MIDR_CORTEX_A17,
		/* None of them: Qualcomm's, Marvell's, Cortex-R5 and A53, part 0xc0a. */
		0x5100d050, 0x5600f580, 0x4100c150, 0x4100d030, 0x4100c0a0,
	};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		for (uint32_t rp = 0; rp < 0x100; rp++)
			for (uint32_t bit = 0; bit <= 32; bit++)
				init_once(parts[i] | 0xf0000 | (rp & 0xf0) << 16 |
					  (rp & 0xf), bit < 32 ? 1u << bit : 0);
}


static void revision(const char *before, unsigned int revision)
{
	printf("%sr%up%u", before, revision >> 4, revision & 15);
}

static void row(const char *name, unsigned int first, unsigned int last,
		uint32_t revidr, const char *reg, uint32_t bits, const char *why,
		const char *what, const char *source)
{
	const char *comma = "";

	printf("| %s | ", name + strlen("Cortex-"));
	if (first == 0 && last == 0xff)
		printf("all");
	else if (last == 0xff)
		revision("from ", first);
	else if (first == 0 && (last & 15) == 15)
		revision("before ", (last & 0xf0) + 0x10);
	else if (first == 0)
		revision("up to ", last);
	else if ((first & 15) == 0 && last == (first | 15))
		printf("r%u", first >> 4);
	else if (first == last)
		revision("", first);
	else {
		revision("", first);
		revision(" to ", last);
	}
	if (revidr)
		printf(", if REVIDR bit %u is 0", (unsigned int)__builtin_ctz(revidr));
	printf(" | %s ", reg);
	for (int bit = 0; bit < 32; bit++)
		if (bits >> bit & 1) {
			printf("%s%d", comma, bit);
			comma = ", ";
		}
	printf(" | %s | %s | %s |\n", why, what, source);
}

static void print_table(void)
{
	printf("| core | revisions | register, bits set | why | what | source |\n"
	       "|---|---|---|---|---|---|\n");
#define CORE(core, name)
#define SET(core, first, last, revidr, register, bits, why, what, source)	\
	row(core_name(MIDR_##core), first, last, revidr,			\
	    strtok((char[]){ #register }, "_"), bits, why, what, source);
#include "cores.def"
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc > 2)
		start_cpu(strtoul(argv[2], NULL, 16));
	if (!strcmp(what, "init"))
		init_all();
	else if (!strcmp(what, "table"))
		print_table();
	else if (!strcmp(what, "off") && argc > 2)
		clean_own_dcaches();
	else if (!strcmp(what, "kernel") && argc > 2) {
		resident.scr = SCR_NS | SCR_HCE | SCR_FW | SCR_AW;
		resident.boot_mode = BW_OWNS_HYP;
		kernel_state_init();
	} else {
		fprintf(stderr, "usage: mock_cp15 init | table | off MIDR | kernel MIDR\n");
		return 2;
	}
	return 0;
}
