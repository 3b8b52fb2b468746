/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turn CPUs off and on again, at random, while all of them are busy. For the tests;
 * a program without a C library, because a shell would take longer than Linux does.
 *
 *	hotplug CYCLES SEED
 *
 * A cycle is one CPU off and on again; others may be turned off and on meanwhile. The
 * same SEED gives the same order. As many processes as there are CPUs compute what is
 * known, and sleep a little. The last line is "hotplug: PASS ..." or "hotplug: FAIL
 * ..."; before it there is one every 100 cycles.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest.h"

#define O_WRONLY	1
#define WNOHANG		1
#define SIGKILL		9

#define CPUS		8
#define NAP		10000000	/* nanoseconds */
#define PROGRESS	100		/* cycles from one line to the next */

static uint32_t data[16384];
static long loads[CPUS];
static uint32_t cpu_count, seed;

/* Without a library there is no division: shifts and subtractions. */
static uint32_t divide(uint32_t value, uint32_t by, uint32_t *rest)
{
	uint32_t result = 0;

	for (int bit = 31; bit >= 0; bit--)
		if (value >> bit >= by) {
			value -= by << bit;
			result |= 1u << bit;
		}
	*rest = value;
	return result;
}

/* A line made of a text, a number, and a text. */
static void say(const char *text, uint32_t number, const char *more)
{
	char line[160], digits[10];
	uint32_t size = 0, count = 0, digit;

	while (*text)
		line[size++] = *text++;
	do {
		number = divide(number, 10, &digit);
		digits[count++] = '0' + digit;
	} while (number);
	while (count)
		line[size++] = digits[--count];
	while (*more)
		line[size++] = *more++;
	line[size++] = '\n';
	call(SYS_WRITE, 1, (long)line, size, 0);
}

static _Noreturn void finish(const char *text, uint32_t number, const char *more)
{
	for (uint32_t i = 0; i < cpu_count; i++)
		call(SYS_KILL, loads[i], SIGKILL, 0, 0);
	say(text, number, more);
	leave(0);
}

static uint32_t number_of(const char *text)
{
	uint32_t value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + *text - '0';
	return value;
}

/* A linear congruential generator: its upper bits are the good ones. */
static uint32_t random_below(uint32_t limit)
{
	uint32_t rest;

	seed = (seed * 1103515245 + 12345) & 0x7fffffff;
	divide(seed >> 12, limit, &rest);
	return rest;
}

/* Read or write a CPU's `online`: a digit. Negative if there is none. */
static long online(uint32_t cpu, char *digit, bool set)
{
	char path[] = "/sys/devices/system/cpu/cpu0/online";
	long file, result;

	path[27] += cpu;
	file = call(SYS_OPEN, (long)path, set ? O_WRONLY : 0, 0, 0);
	if (file < 0)
		return file;
	result = call(set ? SYS_WRITE : SYS_READ, file, (long)digit, 1, 0);
	call(SYS_CLOSE, file, 0, 0, 0);
	return result - 1;
}

static uint32_t sum(void)
{
	uint32_t a = 1;

	for (uint32_t i = 0; i < sizeof(data) / sizeof(data[0]); i++)
		a = (a ^ data[i]) * 0x01000193;
	return a;
}

/* It leaves the CPU idle at times, so that WFI is among what CPUs do. */
static _Noreturn void load(uint32_t right)
{
	long nap[2] = { 0, NAP };

	while (sum() == right)
		call(SYS_NANOSLEEP, (long)nap, 0, 0, 0);
	leave(1);
}

static void start_loads(void)
{
	uint32_t right;

	for (uint32_t i = 0; i < sizeof(data) / sizeof(data[0]); i++)
		data[i] = i * 0x9e3779b9;
	right = sum();
	for (uint32_t i = 0; i < cpu_count; i++) {
		loads[i] = call(SYS_FORK, 0, 0, 0, 0);
		if (!loads[i])
			load(right);
	}
}

/* Turn a CPU off or on, and see that it is. */
static void turn(uint32_t cpu, char state)
{
	char is = '?';
	long error = online(cpu, &state, true);

	if (error || online(cpu, &is, false) || is != state)
		finish("hotplug: FAIL: cpu", cpu, state == '1' ?
		       " does not come on" : " does not go off");
}

_Noreturn void start(long *stack)
{
	char **arguments = (char **)(stack + 1);
	uint32_t cycles = 1, begun = 0, done = 0;
	uint32_t hot[CPUS], hot_count = 0, rest;
	char state[CPUS];

	if (stack[0] == 3) {
		cycles = number_of(arguments[1]);
		seed = number_of(arguments[2]);
	}

	/* CPUs that Linux lets go of; each is on. */
	for (cpu_count = 0; cpu_count < CPUS; cpu_count++) {
		char path[] = "/sys/devices/system/cpu/cpu0/topology/core_id";
		long file;

		path[27] += cpu_count;
		file = call(SYS_OPEN, (long)path, 0, 0, 0);
		if (file < 0)
			break;
		call(SYS_CLOSE, file, 0, 0, 0);
		if (!online(cpu_count, state + cpu_count, false))
			hot[hot_count++] = cpu_count;
	}
	say("hotplug: turns off and on CPUs, this many: ", hot_count, "");
	if (!hot_count)
		finish("hotplug: FAIL: CPUs that can be turned off: ", 0, "");
	start_loads();
	while (done < cycles) {
		uint32_t cpu = hot[random_below(hot_count)];

		if (begun == cycles && state[cpu] == '1')
			continue;
		state[cpu] ^= '0' ^ '1';
		turn(cpu, state[cpu]);
		if (state[cpu] == '0') {
			begun++;
			continue;
		}
		divide(++done, PROGRESS, &rest);
		if (!rest)
			say("hotplug: ", done, " cycles done");
	}
	for (uint32_t i = 0; i < cpu_count; i++)
		if (call(SYS_WAIT4, loads[i], 0, WNOHANG, 0))
			finish("hotplug: FAIL: computed something wrong: load ", i, "");
	finish("hotplug: PASS, ", done, " cycles");
}
