# SPDX-License-Identifier: BSD-2-Clause
"""Where things are: the tree, the build directory, Debian's files, the boards' DTBs."""

import os
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tools"))      # the package "bw"
BUILD = (TOP / os.environ.get("O", "build")).resolve()
DEPS = (TOP / os.environ.get("DEPS", BUILD / "deps")).resolve()
BOARD = "vexpress-a15"
DTB = DEPS / "dtbs" / "vexpress-v2p-ca15-tc1.dtb"
A9_DTB = DEPS / "dtbs" / "vexpress-v2p-ca9.dtb"
VMLINUZ = DEPS / "vmlinuz"
XEN = DEPS / "xen"
U_BOOT = pathlib.Path("/usr/lib/u-boot/qemu_arm/u-boot.bin")     # Debian's u-boot-qemu
PACK = TOP / "tools" / "bw-pack"
MACHINE = "vexpress-a15,secure=on,virtualization=on"
VIRT_SECURE = "virt,secure=on,virtualization=on"
