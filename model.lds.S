/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where each part lives. Preprocessed with the board's header and with the
 * addresses that tools/prepare chose (layout.h), for boot-wrapper.elf and for
 * linux-system.axf alike.
 */
#include "memory_map.h"
#include LAYOUT_HEADER

OUTPUT_ARCH(arm)
ENTRY(BOOT_ENTRY)

/* A segment for each part, since linkers differ in what they put together. */
PHDRS
{
	boot PT_LOAD FLAGS(5);
	boot_data PT_LOAD FLAGS(6);
	resident_nonsecure PT_LOAD FLAGS(5);
	resident_secure PT_LOAD FLAGS(5);
	resident_data PT_LOAD FLAGS(6);
#if KERNEL_END
	kernel PT_LOAD FLAGS(6);
	dtb PT_LOAD FLAGS(6);
#endif
#if INITRD_END
	initrd PT_LOAD FLAGS(6);
#endif
#if DOM0_END
	dom0 PT_LOAD FLAGS(6);
#endif
}

SECTIONS
{
	/* Transient: a kernel may overwrite this. reset is the first word. */
	.boot TRANSIENT_START : {
		*(.boot)
		*(.text .text.*)
		boot_text_end = .;
		*(.rodata .rodata.*)
	} :boot
	.boot_data ALIGN(4096) : {
		*(.data .data.* .data.rel.ro .data.rel.ro.*)
		*(.got .got.plt)
		*(.payload)
	} :boot_data
	.boot_stack (NOLOAD) : {
		boot_stack_start = .;
		*(.boot_stack)
	} :boot_data
	ASSERT(. <= TRANSIENT_END, "the transient part exceeds its 64 KiB")

	/* Resident: reserved in the DTB for as long as the machine runs. */
	resident_start = RESIDENT_START;
	.resident_nonsecure RESIDENT_START : {
		*(.hyp_stub)
		*(.pen)
	} :resident_nonsecure
	ASSERT(. <= RESIDENT_NONSECURE_END, "the Hyp stub exceeds its page")

	.resident_secure RESIDENT_NONSECURE_END : {
		*(.resident.monitor)
		*(.resident.hyp_psci)
		*(.resident.text .resident.text.*)
		resident_text_end = .;
		*(.resident.rodata .resident.rodata.*)
	} :resident_secure
	.resident_data ALIGN(4096) : {
		*(.resident.data .resident.data.*)
	} :resident_data
	.resident_noinit (NOLOAD) : {
		resident_noinit_start = .;
		*(.resident.noinit)
	} :resident_data
	ASSERT(. <= RESIDENT_END, "the Monitor exceeds its pages")
	resident_end = RESIDENT_END;

	/* The payload. */
#if KERNEL_END
	.kernel KERNEL_ADDR : {
		KEEP(*(.kernel))
	} :kernel
	.dtb DTB_ADDR : {
		KEEP(*(.dtb))
	} :dtb
#endif
#if INITRD_END
	.initrd INITRD_ADDR : {
		KEEP(*(.initrd))
	} :initrd
#endif
#if DOM0_END
	.dom0 DOM0_ADDR : {
		KEEP(*(.dom0))
	} :dom0
#endif

	/* Nothing sets memory to zero at reset, so nothing may count on it. */
	.bss : {
		*(.bss .bss.* COMMON .resident.bss .resident.bss.*)
	}
	ASSERT(SIZEOF(.bss) == 0, "zero-initialised data; nothing clears it")

	/DISCARD/ : {
		*(.note.* .comment .ARM.exidx* .ARM.extab* .eh_frame*)
		*(.interp .dynsym .dynstr .hash .gnu.hash .dynamic)
	}
}

#define OVERLAP(start_a, end_a, start_b, end_b) \
	((start_a) < (end_b) && (start_b) < (end_a))

#if DOM0_END
ASSERT(!OVERLAP(KERNEL_ADDR, KERNEL_END, TRANSIENT_START, RESIDENT_END),
       "Xen overlaps the wrapper; set XEN_ADDR=")
ASSERT(!OVERLAP(DOM0_ADDR, DOM0_END, TRANSIENT_START, RESIDENT_END),
       "the kernel of dom0 overlaps the wrapper; set KERNEL_ADDR=")
ASSERT(!OVERLAP(DOM0_ADDR, DOM0_END, DTB_ADDR, DTB_END),
       "the kernel of dom0 overlaps the DTB; set KERNEL_ADDR= or DTB_ADDR=")
ASSERT(!OVERLAP(DOM0_ADDR, DOM0_END, INITRD_ADDR, INITRD_END),
       "the kernel of dom0 overlaps the initrd; set KERNEL_ADDR= or INITRD_ADDR=")
#else
ASSERT(!OVERLAP(KERNEL_ADDR, KERNEL_END, TRANSIENT_START, RESIDENT_END),
       "the kernel overlaps the wrapper; set KERNEL_ADDR=")
#endif
ASSERT(!OVERLAP(DTB_ADDR, DTB_END, TRANSIENT_START, RESIDENT_END),
       "the DTB overlaps the wrapper; set DTB_ADDR=")
ASSERT(!OVERLAP(INITRD_ADDR, INITRD_END, TRANSIENT_START, RESIDENT_END),
       "the initrd overlaps the wrapper; set INITRD_ADDR=")
ASSERT(!OVERLAP(KERNEL_ADDR, KERNEL_END, DTB_ADDR, DTB_END),
       "the kernel overlaps the DTB; set DTB_ADDR=")
ASSERT(!OVERLAP(KERNEL_ADDR, KERNEL_END, INITRD_ADDR, INITRD_END),
       "the kernel overlaps the initrd; set INITRD_ADDR=")
ASSERT(!OVERLAP(DTB_ADDR, DTB_END, INITRD_ADDR, INITRD_END),
       "the DTB overlaps the initrd; set DTB_ADDR= or INITRD_ADDR=")
