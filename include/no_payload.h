/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tools/prepare writes as layout.h, for a wrapper without a payload: see
 * payload.c and model.lds.S.
 */
#define KERNEL_END	0
#define INITRD_END	0
#define DOM0_END	0
#define PAYLOAD		.kernel_end = 0
#define PLAN
#define PAYLOAD_IMAGES
