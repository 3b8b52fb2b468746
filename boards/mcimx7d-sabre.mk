# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/mcimx7d-sabre.h; Debian's DTB has 2 GiB.
BOARD_QEMU	:= -M mcimx7d-sabre -m 1G
BOARD_SMP	:= 1
BOARD_SMP_QEMU10 := 2
BOARD_DTB	:= imx7d-sdb.dtb
BOARD_MEMORY	:= 0x80000000,0x40000000
BOARD_BOOTARGS	:= console=ttymxc0,115200
