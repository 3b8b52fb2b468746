/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Print the whole table of plan.c, one line for each input: test_plan.py
 * compiles, runs and checks it. Without the inputs that no CPU can have, Hyp
 * mode entered on a CPU that has none.
 */
#include <stdio.h>

#include "plan.h"

static void print_row(const struct plan_input *in)
{
	struct plan plan;

	plan_boot(in, &plan);
	printf("entered=%u hyp=%d takes=%u flags=%u firmware=%u pen=%d pen_ram=%d "
	       "secure_ram=%d", in->entered, in->has_hyp, in->takes, in->flags,
	       in->firmware, in->board_pen, in->board_pen_ram,
	       in->board_secure_ram);
	if (plan.refusal) {
		printf(" refusal=");
		printf(plan.refusal, plan.words[0], plan.words[1], plan.words[2],
		       plan.words[3]);
	} else {
		printf(" mode=%u word=%x scr=%x hcr=%x start=%u psci=%u gathers=%d "
		       "loses_present=%d loses_missing=%d reserve=%u "
		       "reserve_missing=%u", plan.mode, plan.boot_mode, plan.scr,
		       plan.hcr, plan.start, plan.psci, plan.gathers,
		       plan.loses_present, plan.loses_missing, plan.reserve,
		       plan.reserve_missing);
	}
	putchar('\n');
}

int main(void)
{
	for (unsigned n = 0; n < 3 * 2 * 16 * 8 * 3 * 8; n++) {
		struct plan_input in = {
			.entered = n % 3,
			.has_hyp = n / 3 % 2,
			.takes = (n / 6 % 16) << 1,
			.takes_why = "why",
			.flags = (n / 96 % 8) << 1,
			.firmware = n / 768 % 3,
			.board_pen = n / 2304 & 1,
			.board_pen_ram = n / 2304 & 2,
			.board_secure_ram = n / 2304 & 4,
		};

		if (in.has_hyp || in.entered != ENTERED_HYP)
			print_row(&in);
	}
	for (uint32_t note = 0; note < 32; note += 2)
		for (uint32_t asked = 0; asked < MODE_COUNT; asked++)
			printf("note=%u asked=%u takes=%u\n", note, asked,
			       plan_takes(note, asked));
	return 0;
}
