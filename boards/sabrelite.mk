# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/sabrelite.h; its console is the second UART.
BOARD_QEMU	:= -M sabrelite -m 1G
BOARD_SMP	:= 4
BOARD_SERIAL	:= -serial null
BOARD_DTB	:= imx6q-sabrelite.dtb
BOARD_BOOTARGS	:= console=ttymxc1,115200
