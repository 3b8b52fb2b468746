# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/vexpress-a9.h, and what a kernel for it needs.
BOARD_QEMU	:= -M vexpress-a9,secure=on -m 1G -audiodev none,id=none -global pl041.audiodev=none
# How tools/bw-run loads a kernel: the wrapper reads it from the host.
BOARD_SOURCE	:= semihosting
BOARD_DTB	:= vexpress-v2p-ca9.dtb
BOARD_BOOTARGS	:= console=ttyAMA0,115200
