/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a hypervisor learns what else is in memory (Xen, docs/misc/arm/
 * device-tree/booting.txt): nodes below /chosen. multiboot.c is compiled into
 * the wrapper and into tools/prepare.
 */
#ifndef MULTIBOOT_H
#define MULTIBOOT_H

#include <stdint.h>

#define MULTIBOOT_KERNEL	"multiboot,kernel"
#define MULTIBOOT_RAMDISK	"multiboot,ramdisk"

struct multiboot_module {
	const char *kind;	/* compatible, before "multiboot,module"; NULL: none */
	uint32_t at, size;	/* size 0: there is none */
};

/*
 * Describe modules, in place of all that the DTB has of their kinds. The tree
 * lists them in this order. Command lines: NULL leaves the DTB's own. Returns a
 * libfdt error, 0 for none.
 */
int multiboot_describe(void *fdt, const struct multiboot_module *modules,
		       unsigned count, const char *xen_bootargs,
		       const char *dom0_bootargs);

#endif
