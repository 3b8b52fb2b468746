/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Set up the calling CPU according to its core and revision, by the table in
 * cores.def: core_init(). And the name of a core: core_name(). Transient.
 *
 * core_init() runs once on each CPU, at reset. CPU_ON need not repeat it: CPU_OFF
 * keeps the power on, and of all these bits Non-secure state can write ACTLR.SMP
 * only (NSACR.NS_SMP), which CPU_OFF sets again.
 *
 * A CPU has no stack when it calls core_init(), and may not be where the code was
 * linked for. So the table becomes code instead of data: conditions and constants.
 * The compiler rejects this file if it needs a stack (see the Makefile), and
 * tests/test_cores.py looks for addresses.
 */
#include <stddef.h>

#include "arm.h"
#include "cores.h"

/*
 * CPUs share the registers of an L2 cache, which may be written only before it is
 * in use: the second CPU finds the bits set.
 */
#define SET_BITS(register, bits) do {						\
	uint32_t value = read_cp15(register);					\
	if ((value & (bits)) != (bits)) {					\
		write_cp15(register, value | (bits));				\
		isb();								\
	}									\
} while (0)

void core_init(void)
{
	uint32_t midr = read_cp15(MIDR);
	uint32_t revision = (midr >> 16 & 0xf0) | (midr & 0xf);

	switch (midr & MIDR_PART_MASK) {
	default:
#define CORE(core, name)							\
		break;								\
	case MIDR_##core:
#define SET(core, first, last, revidr, register, bits, why, what, source)	\
		if (revision - (first) <= (last) - (first) &&			\
		    !((revidr) != 0 && read_cp15(REVIDR) & (revidr)))		\
			SET_BITS(register, bits);
#include "cores.def"
	}
}

const char *core_name(uint32_t midr)
{
	switch (midr & MIDR_PART_MASK) {
#define CORE(core, name)							\
	case MIDR_##core:							\
		return name;
#define SET(...)
#include "cores.def"
	}
	return NULL;
}
