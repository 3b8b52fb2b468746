# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/virt.h; its DTB is what QEMU itself makes for it.
BOARD_QEMU	:= -M virt,secure=on,virtualization=on -cpu cortex-a15 -m 1G
BOARD_BOOTARGS	:= console=ttyAMA0
# How tools/bw-run loads a kernel: the wrapper is QEMU's firmware.
BOARD_SOURCE	:= firmware
BOARD_XEN_BOOTARGS	:= console=dtuart dom0_mem=512M
BOARD_DOM0_BOOTARGS	:= console=hvc0
BOARD_SECURE_LINK	:= 1
# For "make bench-clock", which boots it with so many CPUs.
BOARD_CLOCK_CPUS	:= 1 2 4 8
BOARD_EARLYCON	:= pl011,0x09000000
