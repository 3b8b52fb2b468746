/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of report.h for transient code: move.S and boot_vectors.S. Each resident
 * file has a copy of its own. Position-independent.
 */
#include "lib/report.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.text

	.global	report_lr, report_hex, report_string, report_mode
	report_routines
