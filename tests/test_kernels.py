# SPDX-License-Identifier: BSD-2-Clause
"""The kernels and Xens of several Debian releases, from reset to a shell: see "make
check-kernels". What a run finds is the table of docs/kernels.md; with KERNELS_TABLE=write in
the environment the tests write it."""

import re

import pytest

import harness
from harness import tables
from harness.qemu import firmware

KERNELS = harness.DEPS / "kernels"
PAGE = harness.TOP / "docs" / "kernels.md"
COLUMNS = ("kernel", "version", "vexpress-a15", "virt")

pytestmark = pytest.mark.skipif(not (KERNELS / ".complete").exists(),
                                reason="not fetched; run \"make deps-kernels\"")


def packages():
    """[(release, file, version)] of what is there."""
    try:
        lines = (KERNELS / "packages.txt").read_text().splitlines()
    except OSError:
        return []
    return [(release, file, version) for release, file, _, version in map(str.split, lines)]


LINUX = [package for package in packages() if package[1] != "xen"]
XEN = [package for package in packages() if package[1] == "xen"]


def up(guest):
    """A shell, with both CPUs; one is turned off and on."""
    assert "CPU: All CPU(s) started in HYP mode." in guest.log
    assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-1"
    path = "/sys/devices/system/cpu/cpu1/online"
    assert guest.run(f"echo 0 >{path}; echo 1 >{path}; cat {path}").strip() == "1"
    assert guest.end("poweroff -f") == 0
    return "Hyp mode, 2 CPUs, hotplug"


def check_row(release, file, version, **found):
    tables.check_row(PAGE, COLUMNS, f"{release} {file}", "KERNELS_TABLE",
                     version=re.sub(r"-\d.*|\+.*", "", version), **found)


@pytest.mark.parametrize("release, file, version", LINUX)
def test_linked(release, file, version):
    """Linked with the wrapper, on vexpress-a15, with Debian 12's DTB."""
    image = harness.linux(f"kernel-{release}-{file}", KERNEL=KERNELS / "root" / release / file, SMP=2)
    with harness.Guest(image, cpus=2, timeout=180) as guest:
        check_row(release, file, version, **{"vexpress-a15": up(guest)})


@pytest.mark.parametrize("release, file, version", LINUX)
def test_firmware(release, file, version):
    """Behind the wrapper as virt's firmware, with QEMU's DTB."""
    directory = harness.build("kernels-virt", "wrapper", BOARD="virt")
    with harness.Guest(command=firmware(directory, kernel=KERNELS / "root" / release / file),
                       timeout=180) as guest:
        check_row(release, file, version, virt=up(guest))


@pytest.mark.parametrize("release, file, version", XEN)
def test_xen(release, file, version):
    """Xen, with the kernel of the same release as dom0's."""
    root = KERNELS / "root" / release
    image = harness.xen(f"xen-{release}", XEN=root / file, KERNEL=root / "armmp-lpae")
    with harness.Guest(image, cpus=2, timeout=240) as guest:
        assert "(XEN) Brought up 2 CPUs" in guest.log
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-1"
    check_row(release, file, version, **{"vexpress-a15": "dom0, 2 CPUs"})
