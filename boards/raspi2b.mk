# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/raspi2b.h. It has 1 GiB, but the last 64 MiB are VideoCore's.
BOARD_QEMU	:= -M raspi2b -m 1G
BOARD_SMP	:= 4
BOARD_DTB	:= bcm2836-rpi-2-b.dtb
BOARD_MEMORY	:= 0,0x3c000000
BOARD_BOOTARGS	:= console=ttyAMA0,115200
# Its firmware takes armstub7.bin.
BOARD_ARMSTUB	:= yes
