/* SPDX-License-Identifier: BSD-2-Clause */
/* What the build links: layout.h, and files as they will lie in memory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prepare.h"
#include "output.h"

/* Write a string literal, for the C compiler or for the assembler. */
static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	fputc('"', out);
}

static void check_text(const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\t')
			fail("\"%s\": has a control character; command lines "
			     "and file names are one line of text", text);
}

/* Write an assembler string inside a C string: each quote and backslash is escaped twice. */
static void write_data(FILE *out, const char *section, const char *path,
		       const struct file *file)
{
	size_t skip = path == file->path ? file->skip : 0;
	char *escaped, *to;

	if (!file->size)
		return;
	check_text(path);
	escaped = to = malloc(2 * strlen(path) + 1);
	if (!escaped)
		fail("no memory for a file name");
	for (; *path; path++) {
		if (*path == '"' || *path == '\\')
			*to++ = '\\';
		*to++ = *path;
	}
	*to = '\0';
	fprintf(out, " \\\n\tIMAGE(\".%s\", ", section);
	write_string(out, escaped);
	fprintf(out, ", \"%zu\", \"%zu\");", skip, file->size);
	free(escaped);
}

/* Write the addresses of a file, for the linker script. */
static void write_place(FILE *out, const char *name, const struct file *file)
{
	fprintf(out, "#define %s_ADDR %#x\n", name, file->size ? file->at : 0);
	fprintf(out, "#define %s_END %#zx\n", name, file->size ? file->at + file->size : 0);
}

/* Write one member of struct payload, struct platform, or struct plan. */
static void write_word(FILE *out, const char *member, uint32_t value)
{
	fprintf(out, " \\\n\t.%s = %#x,", member, value);
}

static void write_text(FILE *out, const char *member, const char *text)
{
	if (!text)
		return;
	check_text(text);
	fprintf(out, " \\\n\t.%s = ", member);
	write_string(out, text);
	fputc(',', out);
}

static void write_banks(FILE *out, const struct platform *platform)
{
	for (unsigned i = 0; i < PLATFORM_MAX_RAM; i++)
		fprintf(out, " { .start = %#x, .end = %#x },",
			platform->ram[i].start, platform->ram[i].end);
}

/* Write the plan for a start from reset. It has no refusal, so these members suffice. */
static void write_plan(FILE *out)
{
	fprintf(out, "#define PLAN");
	if (planned) {
		write_word(out, "mode", plan.mode);
		write_word(out, "boot_mode", plan.boot_mode);
		write_word(out, "scr", plan.scr);
		write_word(out, "hcr", plan.hcr);
		write_word(out, "start", plan.start);
		write_word(out, "psci", plan.psci);
		write_word(out, "gathers", plan.gathers);
		write_word(out, "loses_present", plan.loses_present);
		write_word(out, "loses_missing", plan.loses_missing);
		write_word(out, "reserve", plan.reserve);
		write_word(out, "reserve_missing", plan.reserve_missing);
	}
	fputc('\n', out);
}

void write_layout(const struct platform *platform)
{
	FILE *out = fopen(options.layout, "w");
	const struct file *started = &options.kernel, *dtb = &options.dtb;
	const struct file *initrd = &options.initrd, *dom0 = &options.dom0;

	if (!out)
		fail("%s: %s", options.layout, strerror(errno));
	fprintf(out, "/* Written by tools/prepare, for payload.c and model.lds.S. */\n");
	write_place(out, "KERNEL", started);
	write_place(out, "DTB", dtb);
	write_place(out, "INITRD", initrd);
	write_place(out, "DOM0", dom0);

	write_plan(out);
	fprintf(out, "#define PAYLOAD");
	write_word(out, "kernel", started->at);
	write_word(out, "kernel_end", started->at + started->size);
	write_word(out, "entry", kernel.is_elf ? kernel.entry : started->at);
	write_word(out, "dtb", dtb->at);
	write_word(out, "dtb_end", dtb->at + dtb->size);
	if (initrd->size) {
		write_word(out, "initrd", initrd->at);
		write_word(out, "initrd_end", initrd->at + initrd->size);
	}
	if (dom0->size) {
		write_word(out, "dom0", dom0->at);
		write_word(out, "dom0_end", dom0->at + dom0->size);
	}
	write_word(out, "ram_end", map.end);
	write_word(out, "flags", flags());
	write_word(out, "takes", takes());
	write_text(out, "takes_why", takes_why());
	if (planned)
		fprintf(out, " \\\n\t.plan = &plan,");
	fprintf(out, " \\\n\t.platform = {");
	write_word(out, "cpu_count", platform->cpu_count);
	fprintf(out, " \\\n\t.mpidr = {");
	for (unsigned i = 0; i < PLATFORM_MAX_CPUS; i++)
		fprintf(out, " %#x,", platform->mpidr[i]);
	fprintf(out, " },");
	write_word(out, "gicd", platform->gicd);
	write_word(out, "gicc", platform->gicc);
	write_word(out, "gicr", platform->gicr);
	write_word(out, "timer_hz", platform->timer_hz);
	write_word(out, "ram_count", platform->ram_count);
	fprintf(out, " \\\n\t.ram = {");
	write_banks(out, platform);
	fprintf(out, " } }\n#define PAYLOAD_IMAGES");
	write_data(out, "kernel", kernel.is_elf ? options.output_kernel : started->path, started);
	write_data(out, "dtb", options.output_dtb, dtb);
	write_data(out, "initrd", initrd->path, initrd);
	write_data(out, "dom0", dom0->path, dom0);
	fputc('\n', out);
	if (fclose(out))
		fail("%s: %s", options.layout, strerror(errno));
}

void write_image(const char *path, const void *data, size_t size)
{
	FILE *out = fopen(path, "wb");

	if (!out || fwrite(data, 1, size, out) != size || fclose(out))
		fail("%s: %s", path, strerror(errno));
}
