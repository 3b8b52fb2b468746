# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/NAME.h. Copy this file to boards/NAME.mk; remove the # of what you
# need, and the rest.
BOARD_QEMU	:= -M machine -m 1G
# The CPUs of the machine; the default is 2.
#BOARD_SMP	:= 4
# As many as QEMU 10 has, if those are more: only for the tests.
#BOARD_SMP_QEMU10 := 4
# QEMU options for the serial ports before the console, if there are any.
#BOARD_SERIAL	:= -serial null
# The board's file among Debian's DTBs, in build/deps/dtbs. Without it, give DTB= to make.
#BOARD_DTB	:= board.dtb
# The RAM, where the DTB has none or the wrong one: address,size[,address,size].
#BOARD_MEMORY	:= 0x80000000,0x40000000
# For a Raspberry Pi: its firmware takes armstub7.bin.
#BOARD_ARMSTUB	:= yes
# The kernel's name of the console: ttyAMA0 for a PL011, ttyS0 for a 16550, ttymxc0 for i.MX.
BOARD_BOOTARGS	:= console=ttyAMA0,115200
