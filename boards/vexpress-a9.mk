# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/vexpress-a9.h, and what a kernel for it needs.
BOARD_QEMU	:= -M vexpress-a9,secure=on -m 1G
BOARD_DTB	:= vexpress-v2p-ca9.dtb
BOARD_BOOTARGS	:= console=ttyAMA0,115200
