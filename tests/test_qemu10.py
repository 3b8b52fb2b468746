# SPDX-License-Identifier: BSD-2-Clause
"""What QEMU 10 can show and Debian 12's QEMU cannot: see "make check-qemu10"."""

import re
import subprocess

import pytest

import harness
from bw import boards
from harness.qemu import firmware, on_board

VERSION = subprocess.run(["qemu-system-arm", "--version"], capture_output=True, text=True,
                         check=False).stdout
MAJOR = int((re.search(r"version (\d+)", VERSION) or [0, 0])[1])
LPAE = harness.DEPS / "qemu" / "vmlinuz-lpae"

pytestmark = pytest.mark.skipif(MAJOR < 10, reason="an older QEMU; run \"make check-qemu10\"")


@pytest.mark.parametrize("name", [name for name in boards.names()
                                  if boards.Board(name).cpus_qemu10 > boards.Board(name).cpus])
def test_more_cpus(name):
    """CPUs that an older QEMU does not model start, and can be turned off and on."""
    board = boards.Board(name)
    cpus = board.cpus_qemu10
    image = harness.linux(f"qemu10-{name}", BOARD=name, DTB=harness.DEPS / "dtbs" / board.dtb,
                          SMP=cpus, BOOTARGS=board.bootargs)
    with harness.Guest(command=on_board(board, cpus, "-kernel", image), timeout=180) as guest:
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == f"0-{cpus - 1}"
        path = "/sys/devices/system/cpu/cpu1/online"
        assert guest.run(f"echo 0 >{path}; echo 1 >{path}; cat {path}").strip() == "1"
        assert guest.end("poweroff -f") == 0


def test_more_than_4_gib():
    """6 GiB, for a kernel with LPAE: all of it is the kernel's, and Hyp mode, too."""
    directory = harness.build("qemu10-virt", "wrapper", BOARD="virt")
    with harness.Guest(command=firmware(directory, kernel=LPAE, memory="6G"), timeout=180) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert int(re.search(r"MemTotal: +(\d+) kB", guest.run("cat /proc/meminfo"))[1]) > 5 << 20
        assert guest.end("poweroff -f") == 0
