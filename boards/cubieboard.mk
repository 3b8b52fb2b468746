# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/cubieboard.h; Debian's DTB has no memory node.
BOARD_QEMU	:= -M cubieboard -m 1G
BOARD_SMP	:= 1
BOARD_DTB	:= sun4i-a10-cubieboard.dtb
BOARD_MEMORY	:= 0x40000000,0x40000000
BOARD_BOOTARGS	:= console=ttyS0,115200
