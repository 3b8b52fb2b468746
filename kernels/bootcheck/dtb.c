/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootcheck, the DTB: its place, its form, and whether it describes the hardware
 * that there is. machine.c has read it.
 */
#include "bootcheck.h"

#define DTB_LIMIT	0x200000	/* what Linux maps of it */

static struct range range(uint32_t start, uint32_t end)
{
	return (struct range){ start, end };
}

static bool overlap(struct range a, struct range b)
{
	return a.start < b.end && b.start < a.end;
}

static bool in_ram(struct range range)
{
	for (uint32_t i = 0; i < machine.bank_count; i++)
		if (range.start >= machine.bank[i].start &&
		    range.end - 1 <= machine.bank[i].end - 1)
			return true;
	return false;
}

static void check_place(const uint32_t *fdt, struct range dtb, struct range image)
{
	check(dtb_size, big_endian(fdt + 1) <= DTB_LIMIT, big_endian(fdt + 1));
	check(dtb_in_ram, in_ram(dtb), dtb.start);
	check(image_in_ram, in_ram(image), image.start);
	check(dtb_apart, !overlap(dtb, image), dtb.start);
	if (machine.initrd.end) {
		struct range initrd = machine.initrd;

		check(initrd_range, initrd.start < initrd.end, initrd.end);
		check(initrd_in_ram, in_ram(initrd), initrd.start);
		check(initrd_apart, !overlap(initrd, image) && !overlap(initrd, dtb),
		      initrd.start);
	} else {
		skip(initrd_range, "the DTB has no initrd");
	}
	if (machine.reserved) {
		struct range resident = range(machine.reserved, machine.reserved_end);

		check(resident_in_ram, in_ram(resident), resident.start);
		check(resident_apart, !overlap(resident, image) &&
		      !overlap(resident, dtb), resident.start);
	}
}

/* The last word of a bank and the first are there, and can be written. */
static void try_word(void *argument)
{
	uint32_t *result = argument, address = *result;
	uint32_t was = read32(address);

	write32(address, ~was);
	dsb();
	*result = read32(address) == ~was;
	write32(address, was);
}

static void check_banks(struct range dtb, struct range image)
{
	check(memory_node, machine.bank_count, 0);
	for (uint32_t i = 0; i < machine.bank_count; i++) {
		struct range bank = machine.bank[i];
		uint32_t ends[] = { bank.start, bank.end - 4 };

		for (uint32_t k = 0; k < 2; k++) {
			struct range word = range(ends[k], ends[k] + 4);
			uint32_t result = ends[k];

			if (overlap(word, dtb) || overlap(word, image) ||
			    overlap(word, machine.initrd))
				continue;
			of(ends[k]);
			if (svc_works(memory_there, try_word, &result))
				check(memory_there, result == 1, result);
		}
		for (uint32_t k = 0; k < i; k++)
			check(memory_apart, !overlap(bank, machine.bank[k]),
			      bank.start);
	}
}

static void check_cpus(void)
{
	bool own = false, twice = false;

	for (uint32_t i = 0; i < machine.cpu_count; i++) {
		own |= machine.mpidr[i] == own_mpidr();
		for (uint32_t k = 0; k < i; k++)
			twice |= machine.mpidr[i] == machine.mpidr[k];
	}
	check(cpus_own, own, own_mpidr());
	check(cpus_unique, !twice, machine.cpu_count);
	if (machine.cpu_count > 1 && machine.psci)
		check_is(cpus_method, machine.without_method, 0);
	else
		skip(cpus_method, "one CPU, or no PSCI");
}

void check_dtb(const uint32_t *fdt)
{
	uint32_t at = (uintptr_t)fdt, size;

	scope = "DTB: ";
	if (at & 3 || big_endian(fdt) != 0xd00dfeed)
		return;			/* entry_r2_dtb reports that */
	size = big_endian(fdt + 1);

	struct range dtb = range(at, at + size);
	struct range image = range((uintptr_t)image_start, (uintptr_t)image_end);

	check(dtb_version, big_endian(fdt + 5) >= 16 && big_endian(fdt + 6) <= 17,
	      big_endian(fdt + 5));
	check(dtb_complete, machine.complete, size);
	check(dtb_offsets, big_endian(fdt + 2) + big_endian(fdt + 9) <= size &&
	      big_endian(fdt + 3) + big_endian(fdt + 8) <= size, size);
	check_place(fdt, dtb, image);
	check_banks(dtb, image);
	check_cpus();
	if (!machine.gicd && machine.other_controller)
		skip(gic_node, "another interrupt controller in the DTB");
	else
		check(gic_node, machine.gicd, 0);
	if (has_timer())
		check(timer_node, machine.has_timer_node, 0);
	check(stdout_node, machine.uart.data, 0);
}
