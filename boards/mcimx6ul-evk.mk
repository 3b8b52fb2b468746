# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/mcimx6ul-evk.h.
BOARD_QEMU	:= -M mcimx6ul-evk -m 512M
BOARD_SMP	:= 1
BOARD_DTB	:= imx6ul-14x14-evk.dtb
BOARD_BOOTARGS	:= console=ttymxc0,115200
