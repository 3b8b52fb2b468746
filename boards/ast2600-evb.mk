# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/ast2600-evb.h; Debian's DTB has the machine's 2 GiB.
BOARD_QEMU	:= -M ast2600-evb -m 1G
BOARD_SMP	:= 2
BOARD_DTB	:= aspeed-ast2600-evb.dtb
BOARD_MEMORY	:= 0x80000000,0x40000000
BOARD_BOOTARGS	:= console=ttyS4,115200
