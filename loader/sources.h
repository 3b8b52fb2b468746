/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a payload that was not linked with the wrapper comes from. Transient.
 *
 *   loader/load.c	the story: find it, place it, fill struct payload
 *   semihosting.c	files of the host, named on its command line
 *   loader/memory.c	behind the image, in a table, at documented addresses
 *   loader/fw_cfg.c	QEMU's fw_cfg device
 *   loader/options.c	what can be said about it, in whatever place
 */
#ifndef SOURCES_H
#define SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "loader/formats.h"
#include "memory_map.h"

/* One image, found but perhaps not read yet. */
struct image {
	const char *what;		/* "kernel": for messages */
	const char *from;		/* "host file vmlinuz": for messages */
	uint32_t size;			/* bytes; 0: there is none */
	uint32_t at;			/* its address; 0: it must be read */
	/* Read a part of it to an address; what fails is refused. */
	void (*read)(const struct image *image, uint32_t offset, uint32_t to,
		     uint32_t size);
	uint32_t handle;		/* read()'s own */
	uint32_t skip;			/* a header in front of what is read */
	const char *kind;		/* of a module: see multiboot.h */
};

#define PAGE		4096
#define MAX_MODULES	4		/* beside kernel and initrd */

struct sources {
	struct image kernel, dtb, initrd, xen;	/* with Xen, dom0's kernel */
	struct image modules[MAX_MODULES];
	uint32_t module_count;
	const char *bootargs, *xen_bootargs;	/* NULL: the DTB's own */
	bool no_initrd;			/* not even the DTB's */
	uint32_t mode;			/* asked for; 0: none */
	uint32_t flags;			/* PAYLOAD_... of boot.h */
};

/* Kernels take 1024 or 2048 bytes; with its NUL. */
#define BOOTARGS_SIZE		2048
#define COMMAND_LINE_SIZE	4096

/*
 * Non-secure memory that is nobody's until hand-over, between the wrapper and
 * the DTB: what devices and hosts are to read and write, and what is large. A
 * debugger may put a table in its last page: TABLE_ADDR.
 */
#define SCRATCH_START		WINDOW_END
#define SCRATCH_END		TABLE_ADDR

struct scratch {
	char command_line[COMMAND_LINE_SIZE];
	char bootargs[BOOTARGS_SIZE], xen_bootargs[BOOTARGS_SIZE];
	struct elf_header elf;
	struct elf_segment segments[ELF_MAX_SEGMENTS];
	uint8_t notes[4096];
	uint32_t dma[4] __attribute__((aligned(16)));
};

_Static_assert(sizeof(struct scratch) <= SCRATCH_END - SCRATCH_START,
	       "no room for struct scratch");

static inline struct scratch *scratch(void)
{
	return (struct scratch *)SCRATCH_START;
}

/* load.c. Find a payload and fill `payload`, or refuse(). */
void load_payload(void);

/* The sources proper: each adds what it has and what is not there yet. */
void find_semihosting(struct sources *sources);
void find_appended(struct sources *sources);
void find_fw_cfg(struct sources *sources);
void find_table(struct sources *sources);
void find_preloaded(struct sources *sources);

/* memory.c. An image in memory; refuses a second one of its kind. */
void add_image(struct image *image, const char *what, const char *from,
	       uint32_t at, uint32_t size);

/* memory.c. The DTB that a loader passed in r2, or that lies where RAM starts. */
uint32_t loader_dtb(void);

/*
 * options.c. One option, without what marks it as one: value is NULL if there
 * is none. False if there is no such option; a wrong value is refused. `given`
 * is how the user wrote it.
 */
bool set_option(struct sources *sources, const char *given, const char *name,
		uint32_t name_size, const char *value, uint32_t value_size);

/* options.c. All "name=value" of a text, the names with this prefix before them. */
void set_options(struct sources *sources, const char *text, uint32_t size,
		 const char *prefix);

/* options.c. Keep a command line: copied to one of scratch()'s buffers. */
const char *keep_bootargs(char *buffer, const char *text, uint32_t size);

#endif
