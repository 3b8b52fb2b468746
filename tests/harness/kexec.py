# SPDX-License-Identifier: BSD-2-Clause
"""From kernel to kernel by Linux's kexec, with the same kernel, DTB and initramfs."""

import os
import re

from .builds import VMLINUZ
from .programs import initramfs, program
from .qemu import PROMPT

INITRD_SIZE = 16 << 20

AGAIN = f"""#!/bin/sh
# The next kernel gets this one's DTB and, packed anew, its initramfs, both where
# they were; what is a link but this one, /init makes anew.
cell() {{ hexdump -v -e '4/1 "%02x"' "/proc/device-tree/chosen/$1"; }}
(find . -xdev ! -type l; echo ./bin/sh) | cpio -o -H newc >/dev/initrd || exit
truncate -s {INITRD_SIZE} /dev/initrd
/bin/kexec /kernel $1 /dev/initrd "$(cell linux,initrd-start)" /sys/firmware/fdt $2
echo "kexec: FAIL, error $?"
"""


def initrd():
    """The usual initramfs and what it takes to start the kernel from there again."""
    path = initramfs("kexec", {"bin/kexec": program("kexec"), "bin/again": AGAIN.encode(),
                               "kernel": VMLINUZ.read_bytes()})
    os.truncate(path, INITRD_SIZE)
    return path


def places(guest):
    """Where kernel and DTB were, by the wrapper's banner."""
    return [re.search(rf"\[(\w+)\.\.\w+\] {what}", guest.log)[1] for what in ("kernel", "DTB")]


def again(guest, where):
    """Start the kernel again, and wait for its shell; guest.log is then of this boot only."""
    guest.log = ""
    guest.child.send(f"again {' '.join(where)}\n")
    guest.wait(r"Booting Linux on physical CPU 0x|kexec: FAIL[^\n]*\n")
    assert "kexec: FAIL" not in guest.log, guest.log
    guest.wait(r"boot-wrapper-initramfs: ready, \d+ CPUs? online")
    guest.wait(PROMPT)
    assert "boot-wrapper: version" not in guest.log
