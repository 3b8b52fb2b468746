/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where each part lives. Preprocessed with the board's header and with the
 * addresses that tools/prepare chose (layout.h), and checked, for boot-wrapper.elf and for
 * linux-system.axf alike.
 *
 * With SECURE_LINK the same objects are linked for Secure RAM, all but the
 * Non-secure page; what comes of it, one block of IMAGE_SIZE bytes, is then part
 * of the link for ordinary RAM, behind it, and boot.S chooses.
 */
#include "memory_map.h"
#include LAYOUT_HEADER

#if SECURE_LINK
#define HOME		BOARD_SECURE_RAM
#else
#define HOME		TRANSIENT_START
#endif
#define IN_IMAGE(address) AT(HOME + (address) - TRANSIENT_START)

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
#if !SECURE_LINK
#if BOARD_SECURE_RAM
	secure_link PT_LOAD FLAGS(5);
#endif
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
#endif
}

SECTIONS
{
	/* Transient: a kernel may overwrite this. start is the first word. */
	.boot HOME : IN_IMAGE(TRANSIENT_START) {
		*(.boot)
		*(.move)
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
		. += BOOT_STACK_SIZE;
		. = ALIGN(8);
		boot_stack_end = .;
	} :boot_data
	ASSERT(. <= HOME + RESIDENT_START - TRANSIENT_START, "the transient part exceeds its 64 KiB")

	/* Resident: reserved in the DTB for as long as the machine runs. */
	resident_start = RESIDENT_START;
	.resident_nonsecure RESIDENT_START : IN_IMAGE(RESIDENT_START) {
		*(.hyp_stub)
		*(.pen)
		*(.resident.hyp_psci)
	} :resident_nonsecure
	resident_nonsecure_load = LOADADDR(.resident_nonsecure);
	resident_nonsecure_size = SIZEOF(.resident_nonsecure);
	ASSERT(. <= RESIDENT_NONSECURE_END, "the Hyp stub exceeds its page")

	.resident_secure HOME + RESIDENT_NONSECURE_END - TRANSIENT_START : IN_IMAGE(RESIDENT_NONSECURE_END) {
		*(.resident.monitor)
		*(.resident.text .resident.text.*)
		resident_text_end = .;
		*(.resident.rodata .resident.rodata.*)
	} :resident_secure
	.resident_data ALIGN(4096) : IN_IMAGE(RESIDENT_END - 4096) {
		*(.resident.data .resident.data.*)
	} :resident_data
	.resident_noinit (NOLOAD) : {
		resident_noinit_start = .;
		*(.resident.noinit)
	} :resident_data
	ASSERT(. <= HOME + IMAGE_SIZE, "the Monitor exceeds its pages")
#if SECURE_LINK
	resident_end = RESIDENT_NONSECURE_END;
#else
	resident_end = RESIDENT_END;
#endif

	/* What boot.S moves, by offsets from start. */
	image_start = HOME;
	image_size = WINDOW_SIZE;
	secure_image_offset = IMAGE_SIZE;
	console_offset = console - HOME;
	boot_cpu_offset = boot_cpu - HOME;
#if !SECURE_LINK
#if BOARD_SECURE_RAM
	.secure_link HOME + IMAGE_SIZE : {
		KEEP(*(.secure_link))
	} :secure_link
	ASSERT(SIZEOF(.secure_link) == IMAGE_SIZE, "the link for Secure RAM has another size")
#endif

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

#endif

	/* Nothing sets memory to zero at reset, so nothing may count on it. */
	.bss : {
		*(.bss .bss.* COMMON .resident.bss .resident.bss.*)
	}
	ASSERT(SIZEOF(.bss) == 0, "zero-initialised data; nothing clears it")

	/DISCARD/ : {
		*(.note.* .comment .ARM.exidx* .ARM.extab* .eh_frame*)
#if SECURE_LINK
		*(.kernel .dtb .initrd .dom0)
#endif
		*(.interp .dynsym .dynstr .hash .gnu.hash .dynamic)
	}
}
