/* SPDX-License-Identifier: BSD-2-Clause */
/* What tools/prepare writes, for a wrapper without a payload. */
#define KERNEL_ADDR	0
#define KERNEL_END	0
#define KERNEL_ENTRY	0
#define DTB_ADDR	0
#define DTB_END		0
#define INITRD_ADDR	0
#define INITRD_END	0
#define DOM0_ADDR	0
#define DOM0_END	0
#define RAM_END		0
#define PAYLOAD_FLAGS	0
#define TAKES		0
#define TAKES_WHY	""
#define PREPARED	0
#define RESERVED_END	0
#define BOOTARGS	0
#define BOOTARGS_TEXT	""
#define CPU_COUNT	0
#define CPU_MPIDRS	0, 0, 0, 0, 0, 0, 0, 0
#define GICD_ADDR	0
#define GICC_ADDR	0
#define TIMER_HZ	0
#define RAM_COUNT	0
#define RAM_BANKS	0, 0, 0, 0, 0, 0, 0, 0
#define KERNEL_DATA
#define DTB_DATA
#define INITRD_DATA
#define DOM0_DATA
