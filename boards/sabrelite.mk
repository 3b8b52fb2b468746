# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/sabrelite.h; its console is the second UART.
BOARD_QEMU	:= -M sabrelite -m 1G
BOARD_SMP	:= 4
BOARD_SERIAL	:= -serial null
BOARD_DTB	:= imx6q-sabrelite.dtb
BOARD_BOOTARGS	:= console=ttymxc1,115200
# Debian's Linux can stop after CPU hotplug on this machine of QEMU, while all CPUs are idle;
# it does not on vexpress-a9, which has the same core and GIC. The cause is not known.
BOARD_HOTPLUG	:= no
