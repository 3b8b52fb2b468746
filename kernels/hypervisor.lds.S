/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypervisor payload: an ELF file that goes where it is linked, with the
 * note that tells the wrapper which mode it takes.
 */
#include "memory_map.h"

OUTPUT_ARCH(arm)
ENTRY(start)

/* Not writable by name only: some linkers complain of what is, and runs. */
PHDRS
{
	image PT_LOAD FLAGS(5);
	note PT_NOTE FLAGS(4);
}

SECTIONS
{
	.image KERNEL_DEFAULT_ADDR : {
		*(.text .text.*)
		*(.hyp_stub)
		*(.rodata .rodata.*)
		*(.data .data.*)
	} :image
	.note : {
		KEEP(*(.note.ARMBOOT))
	} :image :note
	.bss : {
		*(.bss .bss.*)
	} :image

	/DISCARD/ : {
		*(.note.* .comment .ARM.exidx* .ARM.extab* .eh_frame*)
		*(.interp .dynsym .dynstr .hash .gnu.hash .dynamic)
	}
}
