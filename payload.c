/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The payload descriptor, and the images that it describes. The header is
 * layout.h, which tools/prepare writes: it has initialisers by name, so that a
 * member which does not exist here does not compile. For a wrapper without a
 * payload the header is include/no_payload.h.
 */
#include "loader/payload.h"
#include LAYOUT_HEADER

struct payload payload __attribute__((section(".payload"))) = { PAYLOAD };

/* `size` bytes of a file, in the linker script's section for them. */
#define IMAGE(section, path, skip, size) \
	asm(".pushsection " section ", \"a\"\n\t" \
	    ".incbin \"" path "\", " skip ", " size "\n\t.popsection")

PAYLOAD_IMAGES
