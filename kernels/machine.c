/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For our own kernels: the console, the time, and what the DTB says of the
 * hardware. machine.h has the public functions.
 */
#include "machine.h"
#include "registers.h"

/* How long to wait where no counter tells the time. */
#define PATIENCE_POLLS		(1u << 26)
#define UART_POLLS		(1 << 20)

#define SYS_WRITEC		0x03	/* semihosting: one character */

struct machine machine;

/* The console. */

static uint32_t uart_read(const struct uart *uart, uint32_t address)
{
	if (uart->bytes)
		return *(volatile uint8_t *)address;
	return read32(address);
}

static void put_character(char c)
{
	const struct uart *uart = machine.uart.data ? &machine.uart : &board.uart;

	if (!uart->data) {
		semihosting(SYS_WRITEC, &c);
		return;
	}
	for (int i = 0; i < UART_POLLS; i++)
		if ((uart_read(uart, uart->status) & uart->mask) == uart->ready)
			break;
	if (uart->bytes)
		*(volatile uint8_t *)uart->data = c;
	else
		write32(uart->data, (uint8_t)c);
}

void put(const char *text)
{
	while (*text)
		put_character(*text++);
}

void put_hex(uint64_t value, int digits)
{
	if (digits > 8) {
		put_hex(value >> 32, digits - 8);
		digits = 8;
	}

	uint32_t word = value;

	while (digits--) {
		uint32_t digit = word >> 4 * digits & 0xf;

		put_character(digit < 10 ? '0' + digit : 'a' + digit - 10);
	}
}

void put_decimal(uint32_t value)
{
	/* By a product, since compilers may call a library to divide. */
	uint32_t tenth = (uint64_t)value * 0xcccccccd >> 35;

	if (tenth)
		put_decimal(tenth);
	put_character('0' + value - 10 * tenth);
}

/* Time. */

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
		      (uint64_t)(hz ? hz : board.cntfrq) * seconds;
	}
	return (struct deadline){ end, 0 };
}

bool is_over(struct deadline *deadline)
{
	return ++deadline->polls > PATIENCE_POLLS ||
	       (deadline->end && read_cp15_64(CNTPCT) > deadline->end);
}

/* Text. */

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

/* The DTB. */

#define DTB_DEPTH	10		/* nodes below are skipped */

enum { FDT_BEGIN_NODE = 1, FDT_END_NODE, FDT_PROP, FDT_NOP };

struct node {
	const char *name;
	const uint32_t *properties;	/* the first token after the name */
};

static const uint32_t *blob_end;
static const char *strings;

/* Properties come before subnodes. */
static const uint32_t *property(const struct node *node, const char *name,
				uint32_t *length)
{
	const uint32_t *token = node->properties;

	while (token < blob_end) {
		switch (big_endian(token++)) {
		case FDT_PROP:
			*length = big_endian(token);
			if (is_text(strings + big_endian(token + 1), name))
				return token + 2;
			token += 2 + (*length + 3) / 4;
			break;
		case FDT_NOP:
			break;
		default:
			return NULL;
		}
	}
	return NULL;
}

static bool has_property(const struct node *node, const char *name)
{
	uint32_t length;

	return property(node, name, &length);
}

static uint32_t word_of(const struct node *node, const char *name, uint32_t otherwise)
{
	uint32_t length;
	const uint32_t *value = property(node, name, &length);

	return value && length == 4 ? big_endian(value) : otherwise;
}

static const char *text_of(const struct node *node, const char *name)
{
	uint32_t length;
	const char *value = (const char *)property(node, name, &length);

	return value && length && !value[length - 1] ? value : NULL;
}

/* True if the list of strings `compatible` contains `part` somewhere. */
static bool is_compatible(const struct node *node, const char *part)
{
	uint32_t length;
	const char *value = (const char *)property(node, "compatible", &length);

	return value && after(value, length, part);
}

static bool is_usable(const struct node *node)
{
	const char *status = text_of(node, "status");

	return !status || is_text(status, "okay") || is_text(status, "ok");
}

static uint64_t number(const uint32_t *cells, uint32_t count)
{
	uint64_t value = 0;

	while (count--)
		value = value << 32 | big_endian(cells++);
	return value;
}

/*
 * reg[index] of path[depth], as the CPU addresses it: each bus on the way up
 * translates the address by its `ranges`. False if a CPU has no address for it
 * below 4 GiB.
 */
static bool reg_of(const struct node *path, int depth, uint32_t index,
		   uint32_t *start, uint64_t *size)
{
	uint32_t address_cells = word_of(path + depth - 1, "#address-cells", 2);
	uint32_t size_cells = word_of(path + depth - 1, "#size-cells", 1);
	uint32_t stride = address_cells + size_cells, length;
	const uint32_t *reg = property(path + depth, "reg", &length);

	if (!reg || address_cells > 2 || size_cells > 2 ||
	    length < 4 * stride * (index + 1))
		return false;
	reg += stride * index;

	uint64_t address = number(reg, address_cells);

	*size = number(reg + address_cells, size_cells);
	for (int bus = depth - 1; bus > 0; bus--) {
		const uint32_t *ranges = property(path + bus, "ranges", &length);
		uint32_t above = word_of(path + bus - 1, "#address-cells", 2);
		uint32_t below = word_of(path + bus, "#address-cells", 2);
		uint32_t sizes = word_of(path + bus, "#size-cells", 1);
		uint32_t words = length / 4;

		if (!ranges || below > 2)
			return false;
		if (!length)
			continue;
		for (;; ranges += below + above + sizes) {
			if (words < below + above + sizes)
				return false;
			words -= below + above + sizes;

			uint64_t base = number(ranges, below);
			uint64_t span = number(ranges + below + above, sizes);

			if (address >= base && address - base < span) {
				address += number(ranges + below, above) - base;
				break;
			}
		}
	}
	*start = address;
	return address == (uint32_t)address;
}

/*
 * Call visit() for each node, parents first: path[0] is the root, path[depth]
 * the node. Returns whether the structure block is complete.
 */
static bool walk(const uint32_t *fdt, void (*visit)(const struct node *path, int depth))
{
	const uint32_t *token = fdt + big_endian(fdt + 2) / 4;
	struct node path[DTB_DEPTH];
	int depth = -1;

	while (token < blob_end) {
		switch (big_endian(token++)) {
		case FDT_BEGIN_NODE: {
			const char *name = (const char *)token;
			uint32_t length = 0;

			while (name[length])
				length++;
			token += length / 4 + 1;
			if (++depth >= DTB_DEPTH)
				break;
			path[depth].name = name;
			path[depth].properties = token;
			visit(path, depth);
			break;
		}
		case FDT_END_NODE:
			depth--;
			break;
		case FDT_PROP:
			token += 2 + (big_endian(token) + 3) / 4;
			break;
		case FDT_NOP:
			break;
		case 9:				/* FDT_END */
			return depth == -1;
		default:			/* damage */
			return false;
		}
	}
	return false;
}

static const char *stdout_path, *argument_name;

/* The alias of the console if there is no stdout-path; console= may change its number. */
static char serial[] = "serial0";

static struct node aliases;
static void (*when_found)(void);

static void visit_cpu(const struct node *node, uint32_t cells)
{
	uint32_t length, n = machine.cpu_count;
	const uint32_t *reg = property(node, "reg", &length);

	if (!reg || n == MACHINE_CPUS || !cells || length < 4 * cells)
		return;
	machine.failed |= !is_usable(node) << n;
	machine.without_method |= !has_property(node, "enable-method") << n;
	machine.mpidr[machine.cpu_count++] = big_endian(reg + cells - 1);
}

/* The number of a tty, such as "AMA0" or "S4,115200": its first digit. */
static char digit_of(const char *tty)
{
	while (*tty > '9')
		tty++;
	return *tty >= '0' ? *tty : '0';
}

static void visit_chosen(const struct node *node)
{
	uint32_t length;
	const uint32_t *value;

	machine.mode = text_of(node, "boot-wrapper,boot-mode");
	value = property(node, "boot-wrapper,owns-hyp", &length);
	machine.owns_hyp = value && length == 0;
	value = property(node, "boot-wrapper,owns-secure", &length);
	machine.owns_secure = value && length == 0;
	value = property(node, "linux,initrd-start", &length);
	if (value)
		machine.initrd.start = number(value, length / 4);
	value = property(node, "linux,initrd-end", &length);
	if (value)
		machine.initrd.end = number(value, length / 4);
	stdout_path = text_of(node, "stdout-path");
	if (!stdout_path)
		stdout_path = text_of(node, "linux,stdout-path");
	value = property(node, "bootargs", &length);
	if (value) {
		const char *console = after((const char *)value, length, "console=tty");

		if (console)
			serial[6] = digit_of(console);
		machine.argument = after((const char *)value, length, argument_name);
		when_found();
	}
}

static void visit_memory(const struct node *path, int depth)
{
	const char *secure = text_of(path + depth, "secure-status");
	uint32_t start;
	uint64_t size;

	for (uint32_t i = 0; reg_of(path, depth, i, &start, &size); i++) {
		if (!size)
			continue;
		if (!is_usable(path + depth)) {
			if (secure && is_text(secure, "okay"))
				machine.secure_memory = start;
		} else if (machine.bank_count < MACHINE_BANKS) {
			struct range *bank = machine.bank + machine.bank_count++;

			bank->start = start;
			bank->end = start + size > UINT32_MAX ? 0 : start + size;
		}
	}
}

/* A wrapper below ours may have a range as well. */
static void visit_reserved(const struct node *path, int depth)
{
	uint32_t start;
	uint64_t size;

	if (after(path[depth].name, 13, "boot-wrapper@") &&
	    reg_of(path, depth, 0, &start, &size) &&
	    (!board.ours || start == board.resident_start)) {
		machine.reserved = start;
		machine.reserved_end = start + size;
	}
}

static void visit_gic(const struct node *path, int depth)
{
	uint64_t size;

	if (is_compatible(path + depth, "gic-v3")) {
		if (reg_of(path, depth, 0, &machine.gicd, &size))
			reg_of(path, depth, 1, &machine.gicr, &size);
	} else if (is_compatible(path + depth, "-gic") ||
		   is_compatible(path + depth, ",gic-") ||
		   is_compatible(path + depth, "qgic2")) {
		if (!reg_of(path, depth, 0, &machine.gicd, &size) ||
		    !reg_of(path, depth, 1, &machine.gicc, &size))
			machine.gicd = 0;
	} else if (!has_property(path + depth, "interrupts")) {
		machine.other_controller = true;
	}
}

static void visit(const struct node *path, int depth)
{
	const struct node *node = path + depth;
	const char *type;
	uint64_t size;

	if (!depth)
		return;
	type = text_of(node, "device_type");
	if (depth == 2 && is_text(path[1].name, "cpus")) {
		if (after(node->name, 4, "cpu@") || (type && is_text(type, "cpu")))
			visit_cpu(node, word_of(path + 1, "#address-cells", 2));
	} else if (depth == 2 && is_text(path[1].name, "reserved-memory")) {
		visit_reserved(path, depth);
	} else if (depth == 1 && is_text(node->name, "chosen")) {
		visit_chosen(node);
	} else if (depth == 1 && is_text(node->name, "aliases")) {
		aliases = *node;
	} else if (type && is_text(type, "memory")) {
		visit_memory(path, depth);
	} else if (is_compatible(node, "arm,psci-")) {
		const char *method = text_of(node, "method");

		machine.psci = true;
		machine.psci_by_hvc = method && is_text(method, "hvc");
		when_found();
	} else if (is_compatible(node, "arm,armv7-timer") ||
		   is_compatible(node, "arm,armv8-timer")) {
		machine.has_timer_node = true;
		machine.timer_hz = word_of(node, "clock-frequency", 0);
	} else if (has_property(node, "interrupt-controller") && !machine.gicd) {
		visit_gic(path, depth);
	} else if (is_compatible(node, "arm,pl031") && !machine.rtc) {
		reg_of(path, depth, 0, &machine.rtc, &size);
	}
}

/* What stdout-path means: the path up to a colon, or an alias of one. */
static bool is_stdout(const struct node *path, int depth)
{
	const char *wanted = stdout_path;

	for (int i = 1; i <= depth; i++) {
		const char *name = path[i].name;

		if (*wanted++ != '/')
			return false;
		while (*name && *name == *wanted)
			name++, wanted++;
		if (*name)
			return false;
	}
	return *wanted == 0 || *wanted == ':';
}

static void visit_console(const struct node *path, int depth)
{
	const struct node *node = path + depth;
	struct uart *uart = &machine.uart;
	uint32_t base;
	uint64_t size;

	if (!depth || !is_stdout(path, depth) || !reg_of(path, depth, 0, &base, &size))
		return;
	if (is_compatible(node, "arm,pl011") || is_compatible(node, "sbsa-uart")) {
		*uart = (struct uart){ base, base + 0x18, 1 << 5, 0, false };
	} else if (is_compatible(node, "fsl,imx")) {
		/* UTXD, and TXFULL of UTS */
		*uart = (struct uart){ base + 0x40, base + 0xb4, 1 << 4, 0, false };
	} else if (is_compatible(node, "bcm2835-aux-uart")) {
		*uart = (struct uart){ base + 0x40, base + 0x54, 1 << 5, 1 << 5, false };
	} else if (is_compatible(node, "8250") || is_compatible(node, "16550") ||
		   is_compatible(node, "dw-apb-uart")) {
		/* THR, and THRE of LSR */
		uint32_t shift = word_of(node, "reg-shift", 0);

		base += word_of(node, "reg-offset", 0);
		*uart = (struct uart){
			base, base + (5 << shift), 1 << 5, 1 << 5,
			word_of(node, "reg-io-width", shift == 2 ? 4 : 1) != 4,
		};
	}
}

static void find_console(const uint32_t *fdt)
{
	if (!stdout_path)
		stdout_path = serial;
	if (*stdout_path != '/') {
		char alias[16];
		uint32_t i;

		for (i = 0; i < sizeof alias - 1 && stdout_path[i] &&
			    stdout_path[i] != ':'; i++)
			alias[i] = stdout_path[i];
		alias[i] = 0;
		stdout_path = aliases.name ? text_of(&aliases, alias) : NULL;
		if (!stdout_path)
			return;
	}
	walk(fdt, visit_console);
}

void read_dtb(const uint32_t *fdt, const char *argument, void (*found)(void))
{
	blob_end = fdt + big_endian(fdt + 1) / 4;
	strings = (const char *)fdt + big_endian(fdt + 3);
	argument_name = argument;
	when_found = found;
	machine.complete = walk(fdt, visit);
	find_console(fdt);
}
