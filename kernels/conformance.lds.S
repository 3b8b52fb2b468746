/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flat image whose size is known to its header, stacks included. It runs
 * wherever it is put; the address is only where it is put by default, so that
 * symbols fit.
 */
#include "memory_map.h"

OUTPUT_ARCH(arm)
ENTRY(start)

/* Not writable by name only: some linkers complain of what is, and runs. */
PHDRS
{
	image PT_LOAD FLAGS(5);
}

SECTIONS
{
	.image KERNEL_DEFAULT_ADDR : {
		image_start = .;
		KEEP(*(.head))
		*(.text .text.*)
		*(.rodata .rodata.*)
		*(.data .data.*)
		*(.bss .bss.*)
		. = ALIGN(256);
		*(.percpu)
		image_end = .;
	} :image
	image_size = ABSOLUTE(image_end - image_start);

	/DISCARD/ : {
		*(.note.* .comment .ARM.exidx* .ARM.extab* .eh_frame*)
		*(.interp .dynsym .dynstr .hash .gnu.hash .dynamic)
	}
}
