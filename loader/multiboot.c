/* SPDX-License-Identifier: BSD-2-Clause */
/* Describe modules for a hypervisor in the DTB's /chosen. Transient. */
#include <libfdt.h>

#include "lib/bytes.h"
#include "loader/multiboot.h"

static int delete_kind(void *fdt, int chosen, const char *kind)
{
	int node = fdt_first_subnode(fdt, chosen);

	while (node >= 0) {
		if (fdt_node_check_compatible(fdt, node, kind)) {
			node = fdt_next_subnode(fdt, node);
			continue;
		}
		int error = fdt_del_node(fdt, node);

		if (error)
			return error;
		node = fdt_first_subnode(fdt, chosen);
	}
	return node == -FDT_ERR_NOTFOUND ? 0 : node;
}

/* fdt_add_subnode() puts the node in front of the others. */
static int add_module(void *fdt, int chosen, const struct multiboot_module *module)
{
	char name[] = "module@00000000", *digit = name + 7;
	int node, error = 0;

	/* No leading zeros: devicetree specification 2.2.1. */
	for (int shift = 28; shift >= 0; shift -= 4)
		if (module->at >> shift || !shift)
			*digit++ = hex_digit(module->at >> shift);
	*digit = '\0';
	node = fdt_add_subnode(fdt, chosen, name);
	if (node < 0)
		return node;
	if (module->kind)
		error = fdt_setprop_string(fdt, node, "compatible", module->kind);
	if (!error)
		error = fdt_appendprop_string(fdt, node, "compatible",
					      "multiboot,module");
	return error ? error : fdt_appendprop_addrrange(fdt, chosen, node, "reg",
							module->at, module->size);
}

static int set_if_absent(void *fdt, int node, const char *name, uint32_t value)
{
	return fdt_getprop(fdt, node, name, NULL) ? 0 :
	       fdt_setprop_u32(fdt, node, name, value);
}

int multiboot_describe(void *fdt, const struct multiboot_module *modules,
		       unsigned count, const char *xen_bootargs,
		       const char *dom0_bootargs)
{
	int chosen = fdt_path_offset(fdt, "/chosen"), error;

	if (chosen == -FDT_ERR_NOTFOUND)
		chosen = fdt_add_subnode(fdt, 0, "chosen");
	if (chosen < 0)
		return chosen;
	/* Modules that are there already have the root's cells, then. */
	error = set_if_absent(fdt, chosen, "#address-cells",
			      fdt_address_cells(fdt, 0));
	if (!error)
		error = set_if_absent(fdt, chosen, "#size-cells",
				      fdt_size_cells(fdt, 0));
	if (!error && xen_bootargs)
		error = fdt_setprop_string(fdt, chosen, "xen,xen-bootargs",
					   xen_bootargs);
	if (!error && dom0_bootargs)
		error = fdt_setprop_string(fdt, chosen, "xen,dom0-bootargs",
					   dom0_bootargs);
	for (unsigned i = 0; !error && i < count; i++)
		if (modules[i].kind)
			error = delete_kind(fdt, chosen, modules[i].kind);
	for (unsigned i = count; !error && i-- > 0;)
		if (modules[i].size)
			error = add_module(fdt, chosen, &modules[i]);
	return error;
}
