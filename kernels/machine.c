/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For payloads: the console, the time, and what the DTB says of the machine.
 */
#include "board.h"
#include "machine.h"
#include "memory_map.h"
#include "registers.h"

/* How long to wait where no counter tells the time. */
#define PATIENCE_POLLS		(1u << 26)
#define UART_POLLS		(1 << 20)

struct machine machine;

/* The console. */

static void put_character(char c)
{
	for (int i = 0; i < UART_POLLS; i++)
		if ((read32(BOARD_UART_STATUS) & BOARD_UART_MASK) ==
		    BOARD_UART_READY)
			break;
	write32(BOARD_UART_DATA, (uint8_t)c);
}

void put(const char *text)
{
	while (*text)
		put_character(*text++);
}

void put_hex(uint64_t value, int digits)
{
	while (digits--) {
		uint32_t digit = value >> 4 * digits & 0xf;

		put_character(digit < 10 ? '0' + digit : 'a' + digit - 10);
	}
}

void put_decimal(uint32_t value)
{
	if (value >= 10)
		put_decimal(value / 10);
	put_character('0' + value % 10);
}

/* Time. */

/* Cortex-A9 and older have no Generic Timer. */
bool has_timer(void)
{
	return read_cp15(ID_PFR1) & ID_PFR1_GENTIMER;
}

struct deadline patience(uint32_t seconds)
{
	uint64_t end = 0;

	if (has_timer()) {
		uint32_t hz = read_cp15(CNTFRQ);

		end = read_cp15_64(CNTPCT) +
		      (uint64_t)(hz ? hz : BOARD_CNTFRQ) * seconds;
	}
	return (struct deadline){ end, 0 };
}

bool is_over(struct deadline *deadline)
{
	return ++deadline->polls > PATIENCE_POLLS ||
	       (deadline->end && read_cp15_64(CNTPCT) > deadline->end);
}

/* The DTB. */

uint32_t big_endian(const uint32_t *word)
{
	return __builtin_bswap32(*word);
}

bool is_text(const char *text, const char *wanted)
{
	while (*text && *text == *wanted)
		text++, wanted++;
	return *text == *wanted;
}

const char *after(const char *text, uint32_t length, const char *wanted)
{
	for (; length; length--, text++) {
		uint32_t i = 0;

		while (i < length && wanted[i] && text[i] == wanted[i])
			i++;
		if (!wanted[i])
			return text + i;
	}
	return NULL;
}

/*
 * Walk the structure block once. Nodes at the top level and CPUs are all that
 * is looked at; the root has one or two cells for an address, and for a size.
 */
void read_dtb(const uint32_t *fdt, const char *argument, void (*found)(void))
{
	const uint32_t *end = fdt + big_endian(fdt + 1) / 4;
	const uint32_t *token = fdt + big_endian(fdt + 2) / 4;
	const char *strings = (const char *)fdt + big_endian(fdt + 3);
	enum { OTHER, CPUS, CHOSEN, RESERVED } parent = OTHER;
	bool ours = false;
	/* Of the node; `top` and `gic` of the one at the top level around it. */
	const uint32_t *reg = NULL, *top = NULL;
	bool gic = false, usable = true;
	uint32_t address_cells = 2, size_cells = 1;
	int depth = 0;

	while (token < end) {
		uint32_t length;
		const char *name;

		switch (big_endian(token++)) {
		case 1:				/* FDT_BEGIN_NODE */
			name = (const char *)token;
			for (length = 0; name[length]; length++)
				;
			token += length / 4 + 1;
			reg = NULL;
			usable = true;
			ours = after(name, length, "boot-wrapper@");
			if (++depth != 2)
				break;
			top = NULL;
			gic = false;
			parent = is_text(name, "cpus") ? CPUS :
				 is_text(name, "chosen") ? CHOSEN :
				 is_text(name, "reserved-memory") ? RESERVED :
				 OTHER;
			if (is_text(name, "psci")) {
				machine.psci = true;
				found();
			}
			break;
		case 2:				/* FDT_END_NODE */
			if (depth == 2 && gic && top) {
				machine.gicd = big_endian(top + address_cells - 1);
				machine.gicc = big_endian(top + size_cells +
							  2 * address_cells - 1);
			}
			/* A wrapper below ours may have a range, too. */
			if (depth == 3 && parent == RESERVED && ours && reg &&
			    big_endian(reg + address_cells - 1) == RESIDENT_START) {
				machine.reserved = big_endian(reg + address_cells - 1);
				machine.reserved_end = machine.reserved +
					big_endian(reg + address_cells +
						   size_cells - 1);
			}
			if (depth == 3 && parent == CPUS && reg &&
			    machine.cpu_count < MACHINE_CPUS) {
				machine.failed |= !usable << machine.cpu_count;
				machine.mpidr[machine.cpu_count++] = big_endian(reg);
			}
			depth--;
			reg = NULL;
			break;
		case 3:				/* FDT_PROP */
			length = big_endian(token);
			name = strings + big_endian(token + 1);
			token += 2;
			if (depth > 2 && parent != CPUS && parent != RESERVED)
				;
			else if (depth == 1 && is_text(name, "#address-cells"))
				address_cells = big_endian(token);
			else if (depth == 1 && is_text(name, "#size-cells"))
				size_cells = big_endian(token);
			else if (depth == 2 && is_text(name, "compatible"))
				gic = after((const char *)token, length, "-gic") ||
				      after((const char *)token, length, ",gic-");
			else if (depth == 2 && parent == CHOSEN &&
				 is_text(name, "bootargs")) {
				machine.argument = after((const char *)token,
							 length, argument);
				found();
			} else if (depth == 2 && parent == CHOSEN &&
				   is_text(name, "boot-wrapper,boot-mode"))
				machine.mode = (const char *)token;
			else if (depth == 2 && parent == CHOSEN &&
				 is_text(name, "boot-wrapper,owns-hyp"))
				machine.owns_hyp = length == 0;
			else if (depth == 2 && parent == CHOSEN &&
				 is_text(name, "boot-wrapper,owns-secure"))
				machine.owns_secure = length == 0;
			else if (is_text(name, "reg")) {
				reg = token;
				if (depth == 2)
					top = reg;
			} else if (is_text(name, "status"))
				usable = is_text((const char *)token, "okay") ||
					 is_text((const char *)token, "ok");
			token += (length + 3) / 4;
			break;
		case 4:				/* FDT_NOP */
			break;
		default:			/* FDT_END, or damage */
			return;
		}
	}
}
