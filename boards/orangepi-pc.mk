# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/orangepi-pc.h; Debian's DTB has no memory node.
BOARD_QEMU	:= -M orangepi-pc -m 1G
BOARD_SMP	:= 4
BOARD_DTB	:= sun8i-h3-orangepi-pc.dtb
BOARD_MEMORY	:= 0x40000000,0x40000000
BOARD_BOOTARGS	:= console=ttyS0,115200
