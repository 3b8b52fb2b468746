/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The images that a payload consists of, and what the sources have found of it.
 *
 *   loader/load.c	find it, place it (place.c), move it, fill struct payload
 *   loader/host.c	a semihosting host's files, named on its command line
 *   loader/memory.c	behind the wrapper, in a table, at documented addresses
 *   loader/fw_cfg.c	QEMU's fw_cfg device
 *   loader/options.c	a user's options, in whatever source
 */
#ifndef LOADER_IMAGE_H
#define LOADER_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "loader/choice.h"
#include "loader/formats.h"
#include "loader/payload.h"
#include "loader/place.h"
#include "memory_map.h"

/* One image, found but perhaps not read yet. */
struct image {
	const char *what;		/* "kernel": for messages */
	const char *from;		/* "host file vmlinuz": for messages */
	uint32_t size;			/* bytes; 0: there is none */
	uint32_t at;			/* its address, once it is in memory */
	bool in_memory;			/* else read() must bring it there */
	/* Read a part of the image to an address, or refuse(). */
	void (*read)(const struct image *image, uint32_t offset, uint32_t to,
		     uint32_t size);
	uint32_t handle;		/* for read() */
	uint32_t skip;			/* bytes of a header in front of the content */
	const char *kind;		/* of a module: see multiboot.h */
};

#define MAX_MODULES	4		/* besides kernel and initrd */

struct sources {
	struct image kernel, dtb, initrd, xen;	/* with Xen, kernel is dom0's */
	struct image modules[MAX_MODULES];
	uint32_t module_count;
	const char *bootargs, *xen_bootargs;	/* NULL: the DTB's own */
	bool no_initrd;			/* ignore the DTB's initrd as well */
	uint32_t unknown;		/* where data behind the wrapper is not recognised */
	struct choice choice;		/* of the options */
};

#define COMMAND_LINE_SIZE	4096

/*
 * Non-secure memory between the wrapper and the DTB that is free until hand-over:
 * for large buffers, and for those that devices and hosts read and write, which
 * Secure RAM is not for. A debugger may put a table in its last page: TABLE_ADDR.
 */
#define SCRATCH_START		WINDOW_END
#define SCRATCH_END		TABLE_ADDR

struct scratch {
	char command_line[COMMAND_LINE_SIZE];
	char bootargs[BOOTARGS_SIZE], xen_bootargs[BOOTARGS_SIZE];
	struct elf_header elf;
	struct elf_segment segments[ELF_MAX_SEGMENTS];
	uint8_t notes[4096];
	struct place_map map;
	uint32_t dma[4] __attribute__((aligned(16)));
};

_Static_assert(sizeof(struct scratch) <= SCRATCH_END - SCRATCH_START,
	       "no room for struct scratch");

static inline struct scratch *scratch(void)
{
	return (struct scratch *)SCRATCH_START;
}

/* Refuse what lies where an image to be started should, if cannot_start() names it. */
void refuse_named(const char *what, const char *from, uint32_t at);

/* Add an image that lies in memory; refuse a second one of its kind. Size 0: its own. */
void add_image(struct image *image, const char *what, const char *from,
	       uint32_t at, uint32_t size);

/* The size that an image in memory has by its own header; 0: it has none. */
uint32_t own_size(uint32_t at);

/* Whether an image's header can be read at this address, which may be anything. */
bool may_read(uint32_t at);

/* Copy a part of an image to Non-secure memory, wherever the image is. */
void read_part(const struct image *image, uint32_t offset, void *to, uint32_t size);

/* Recognise an image. Leaves its first bytes, filled up with zeros, in scratch()->notes. */
enum format format_of(const struct image *image);

/* Skip the header of a uImage that must be read; add_image() does so for others. */
void unwrap(struct image *image);

/* Say what is behind the first `size` bytes of an image, unless it is padding. */
void say_rest(const struct image *image, uint32_t size);

/* Move or read an image to an address. */
void bring(struct image *image, uint32_t to);

#endif
