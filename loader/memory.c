/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Find payloads that a loader or a debugger has put into memory: behind the wrapper's
 * image, in a table, at the board's documented addresses. Transient.
 */
#include <string.h>

#include <libfdt.h>

#include "boot.h"
#include "loader/memory.h"
#include "loader/options.h"

/* The most padding between two payloads: tools align them to pages. */
#define MAX_PADDING	4096
#define PAGE		4096

static const uint8_t *bytes(uint32_t at)
{
	return (const uint8_t *)(uintptr_t)at;
}

/* Read a table. formats.h describes it. */
static void read_table(struct sources *sources, uint32_t at, const char *from)
{
	struct payload_table table;
	struct table_entry entries[TABLE_MAX_ENTRIES];

	memcpy(&table, bytes(at), sizeof table);
	if (table.count > TABLE_MAX_ENTRIES ||
	    table.crc != crc32(bytes(at) + sizeof table,
			       table.count * sizeof *entries))
		refuse("the table at %x (%s) is damaged; make it again with "
		       "tools/bw-pack", at, from);
	memcpy(entries, bytes(at) + sizeof table, table.count * sizeof *entries);
	for (unsigned i = 0; i < table.count; i++) {
		const struct table_entry *entry = &entries[i];
		uint32_t where = at + entry->offset;
		const char *text = (const char *)bytes(where);

		if (!may_read(where))
			refuse("the table at %x (%s) names %x, where there is no "
			       "memory; make it again with tools/bw-pack", at,
			       from, where);
		switch (entry->kind) {
		case TABLE_KERNEL:
			add_image(&sources->kernel, "kernel", from, where, entry->size);
			break;
		case TABLE_DTB:
			add_image(&sources->dtb, "DTB", from, where, entry->size);
			break;
		case TABLE_INITRD:
			add_image(&sources->initrd, "initrd", from, where, entry->size);
			break;
		case TABLE_XEN:
			add_image(&sources->xen, "Xen image", from, where, entry->size);
			break;
		case TABLE_BOOTARGS:
			sources->bootargs = keep_bootargs(scratch()->bootargs,
							  text, entry->size);
			break;
		case TABLE_XEN_BOOTARGS:
			sources->xen_bootargs = keep_bootargs(
				scratch()->xen_bootargs, text, entry->size);
			break;
		case TABLE_OPTIONS:
			set_options(sources, text, entry->size);
			break;
		default:
			refuse("the table at %x (%s) has an entry of kind %u; "
			       "use the tools/bw-pack of this wrapper", at, from,
			       entry->kind);
		}
	}
}

/* Add an image, of the kind that its header shows. Returns the address where it ends. */
static uint32_t add_by_content(struct sources *sources, uint32_t at,
			       const char *from)
{
	const uint8_t *header = bytes(at);
	enum format format = recognise(header);
	bool is_kernel = format == FORMAT_LINUX || format == FORMAT_XEN ||
			 format == FORMAT_ELF ||
			 (format == FORMAT_UIMAGE &&
			  uimage_type(header) == UIMAGE_KERNEL);

	if (is_kernel)
		add_image(&sources->kernel, "kernel", from, at, 0);
	else if (format == FORMAT_DTB || (format == FORMAT_UIMAGE &&
					  uimage_type(header) == UIMAGE_DTB))
		add_image(&sources->dtb, "DTB", from, at, 0);
	else
		add_image(&sources->initrd, "initrd", from, at, 0);
	return at + own_size(at);
}

void find_appended(struct sources *sources, uint32_t loaded_at)
{
	static const char from[] = "behind the image";
	uint32_t at = loaded_at + WINDOW_SIZE, padding = 0;

	while (padding < MAX_PADDING &&
	       ((padding && at % PAGE <= PAGE - FORMAT_HEADER_SIZE) ||
		may_read(at))) {
		switch (recognise(bytes(at))) {
		case FORMAT_TABLE:
			read_table(sources, at, from);
			return;
		case FORMAT_UNKNOWN:
			/* At home, what follows the image is the wrapper's scratch memory. */
			if (*bytes(at)) {
				if (at - SCRATCH_START >= SCRATCH_END - SCRATCH_START)
					sources->unknown = at;
				return;
			}
			at++;
			padding++;
			break;
		default:
			at = add_by_content(sources, at, from);
			padding = 0;
		}
	}
}

void find_table(struct sources *sources)
{
	if (recognise(bytes(TABLE_ADDR)) == FORMAT_TABLE)
		read_table(sources, TABLE_ADDR, "the table");
}

void find_preloaded(struct sources *sources)
{
	static const char from[] = "preloaded";
	static const uint32_t addresses[] = {
		KERNEL_DEFAULT_ADDR, DTB_DEFAULT_ADDR, INITRD_DEFAULT_ADDR,
	};

	if (sources->kernel.size)
		return;
	for (unsigned i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		enum format format = may_read(addresses[i]) ?
				     recognise(bytes(addresses[i])) :
				     FORMAT_UNKNOWN;

		/* An initrd without a header may be the one that DTB or bootargs name. */
		if (format == FORMAT_UNKNOWN || format == FORMAT_TABLE ||
		    format == FORMAT_RAMDISK ||
		    (format == FORMAT_UIMAGE && sources->initrd.size &&
		     uimage_type(bytes(addresses[i])) != UIMAGE_KERNEL) ||
		    (format == FORMAT_DTB && sources->dtb.size))
			continue;
		add_by_content(sources, addresses[i], from);
		if (!sources->kernel.size)
			return;
	}
}

static bool is_dtb(uint32_t at)
{
	return recognise(bytes(at)) == FORMAT_DTB;
}

/*
 * By Linux's boot protocol, r0 is 0 and r2 is the address of the DTB. After reset both can
 * hold any value, so r2 is used only if it looks like the address of a DTB.
 */
bool loader_dtb(const struct entry *entry, uint32_t *at)
{
	uint32_t r2 = entry->r2;

	*at = r2;
	if (entry->r0 == 0 && r2 % 4 == 0 &&
	    r2 - BOARD_RAM_BASE < LOWMEM_SIZE && may_read(r2) && is_dtb(r2) &&
	    !fdt_check_header((void *)(uintptr_t)r2))
		return true;
	*at = BOARD_RAM_BASE;
	return is_dtb(BOARD_RAM_BASE);
}
