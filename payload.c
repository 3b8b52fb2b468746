/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The payload descriptor, and the images that it describes. The header is
 * layout.h, which tools/prepare writes: it has initialisers by name, so that a
 * member which does not exist here does not compile. PLAN is empty unless the build has
 * fixed up the DTB. For a wrapper without a
 * payload the header is include/no_payload.h.
 */
#include "plan.h"
#include LAYOUT_HEADER

static const struct plan plan __attribute__((unused)) = { PLAN };

struct payload payload __attribute__((section(".payload"))) = { PAYLOAD };

/* `size` bytes of a file, in the linker script's section for them. */
#define IMAGE(section, path, skip, size) \
	asm(".pushsection " section ", \"a\"\n\t" \
	    ".incbin \"" path "\", " skip ", " size "\n\t.popsection")

PAYLOAD_IMAGES
