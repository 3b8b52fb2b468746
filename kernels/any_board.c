/* SPDX-License-Identifier: BSD-2-Clause */
/* No facts of any board: see machine.h. All that is known comes from the DTB. */
#include "machine.h"

const struct board_facts board;

void board_off(void)
{
}
