/* SPDX-License-Identifier: BSD-2-Clause */
#define VERSION	"0.1.0"
