/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines on the console: "boot-wrapper: ", text, line end. Polled, and never
 * for ever. Transient.
 */
#include <stdarg.h>

#include "board.h"
#include "lib/bytes.h"
#include "monitor.h"
#include "resident.h"
#include "lib/console.h"
#include "semihosting.h"

#define CONSOLE_PATIENCE	(1 << 20)	/* polls for one character */

static void put_character(char c)
{
	for (int i = 0; i < CONSOLE_PATIENCE; i++)
		if ((read32(console.status) & console.mask) == console.ready)
			break;
	write32(console.data, (uint8_t)c);
}

static void put_string(const char *text)
{
	while (*text)
		put_character(*text++);
}

static void put_hex(uint32_t value)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		put_character(hex_digit(value >> shift));
}

static void put_decimal(uint32_t value)
{
	static const uint32_t powers[] = {
		1000000000, 100000000, 10000000, 1000000, 100000,
		10000, 1000, 100, 10, 1,
	};
	bool started = false;

	for (unsigned i = 0; i < 10; i++) {
		char digit = '0';

		for (; value >= powers[i]; value -= powers[i])
			digit++;
		started |= digit != '0' || powers[i] == 1;
		if (started)
			put_character(digit);
	}
}

static void vsay(const char *format, va_list arguments)
{
	put_string("boot-wrapper: ");
	for (; *format; format++) {
		if (*format != '%') {
			put_character(*format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_string(va_arg(arguments, const char *));
			break;
		case 'x':
			put_hex(va_arg(arguments, uint32_t));
			break;
		case 'u':
			put_decimal(va_arg(arguments, uint32_t));
			break;
		}
	}
	put_string("\r\n");
}

void console_init(void)
{
	board_console_init();
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsay(format, arguments);
	va_end(arguments);
}

void refuse(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsay(format, arguments);
	va_end(arguments);
	semihosting_exit(1);
	cpu_stop();
}
