# SPDX-License-Identifier: BSD-2-Clause
# How QEMU runs boards/vexpress-a15.h, and what a kernel for it needs.
BOARD_QEMU	:= -M vexpress-a15,secure=on,virtualization=on -m 1G -audiodev none,id=none -global pl041.audiodev=none
# How tools/bw-run loads a kernel: the wrapper reads it from the host.
BOARD_SOURCE	:= semihosting
BOARD_DTB	:= vexpress-v2p-ca15-tc1.dtb
BOARD_BOOTARGS	:= console=ttyAMA0,115200
BOARD_XEN_BOOTARGS	:= console=dtuart dtuart=serial0 dom0_mem=512M
BOARD_DOM0_BOOTARGS	:= console=hvc0
# For "make bench-clock", which boots it with so many CPUs.
BOARD_CLOCK_CPUS	:= 1 2 4
BOARD_EARLYCON	:= pl011,0x1c090000
