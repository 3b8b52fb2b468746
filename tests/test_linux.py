# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kernel boots from reset to userspace, and its CPUs go off and on."""

import re
import subprocess

import pytest

import harness
from harness.verdicts import ALARMS, own_lines

@pytest.mark.parametrize("mend", ["build", "boot"])
@pytest.mark.parametrize("method", ["psci", "pen"])
@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_boot(cpus, method, mend):
    image = harness.linux(f"linux-{cpus}-{method}-{mend}", SMP=cpus, SMP_METHOD=method,
                          DTB_MEND=mend)
    with harness.Guest(image, cpus=cpus) as guest:
        log = guest.log
        assert "CPU: All CPU(s) started in HYP mode." in log
        assert f"Brought up 1 node, {cpus} CPU" in log
        assert "cp15 timer(s) running at 62.50MHz (phys)" in log
        assert ("psci: PSCIv1.1 detected in firmware." in log) == (method == "psci")
        assert ("psci: SMC Calling Convention v1.2" in log) == (method == "psci")
        assert not ALARMS.search(log), "the kernel complains"
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == \
            (f"0-{cpus - 1}" if cpus > 1 else "0")
        # VFP works in userspace: busybox is linked for hard-float.
        assert "neon" in guest.run("grep -m1 Features /proc/cpuinfo")

        chosen = guest.run("cd /proc/device-tree/chosen; ls; cat boot-wrapper,boot-mode; cd /")
        assert "hyp\0" in chosen or chosen.rstrip().endswith("hyp")
        assert "boot-wrapper,owns-hyp" in chosen
        assert "boot-wrapper,owns-secure" not in chosen

        banner = own_lines(log)
        assert any(re.search(rf"{cpus} CPUs?, Cortex-A15", line) for line in banner)
        for what in ("kernel", "DTB", "initrd", "resident"):
            assert any(re.search(rf"\[[0-9a-f]{{8}}\.\.[0-9a-f]{{8}}\] {what}", line)
                       for line in banner), what
        assert any("Non-secure Hyp mode; it owns Hyp mode, but not Secure state" in line
                   for line in banner)
        assert not ALARMS.search("\n".join(banner))
        assert guest.end("poweroff -f") == 0
        assert "Power down" in guest.log


def test_resident_range_is_no_ram(image):
    """Linux leaves the resident range alone: it is not System RAM."""
    with harness.Guest(image, cpus=2) as guest:
        iomem = guest.run("cat /proc/iomem")
    ram = [[int(x, 16) for x in match] for match in
           re.findall(r"([0-9a-f]{8})-([0-9a-f]{8}) : System RAM", iomem)]
    at = harness.symbols(image)
    assert ram
    for start, end in ram:
        assert end < at["resident_start"] or start >= at["resident_end"]


def test_hotplug(image):
    with harness.Guest(image, cpus=2) as guest:
        for _ in range(10):
            assert guest.run("echo 0 >/sys/devices/system/cpu/cpu1/online;"
                             "cat /sys/devices/system/cpu/online").strip() == "0"
            assert guest.run("echo 1 >/sys/devices/system/cpu/cpu1/online;"
                             "cat /sys/devices/system/cpu/online").strip() == "0-1"
        assert not ALARMS.search(guest.log)
        assert guest.run("dmesg | grep -c 'CPU1 killed'").strip() == "10"


def test_hotplug_of_four_in_memory_that_was_used():
    """The Monitor still works after Linux has filled all of its memory."""
    image = harness.linux("linux-4-psci-build", SMP=4)
    with harness.Guest(image, cpus=4) as guest:
        guest.run("mount -t tmpfs -o size=95% none /tmp;"
                  "dd if=/dev/zero bs=1M of=/tmp/fill 2>/dev/null; rm /tmp/fill")
        for cpu in (3, 1, 2):
            guest.run(f"echo 0 >/sys/devices/system/cpu/cpu{cpu}/online")
        for cpu in (2, 3, 1):
            guest.run(f"echo 1 >/sys/devices/system/cpu/cpu{cpu}/online")
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-3"
        assert not ALARMS.search(guest.log)


@pytest.mark.parametrize("method", ["psci", "pen"])
def test_reboot(method):
    """`reboot` resets the board, and the wrapper boots Linux again."""
    image = harness.linux(f"linux-2-{method}-build", SMP=2, SMP_METHOD=method)
    with harness.Guest(image, cpus=2, reboot=True) as guest:
        guest.child.send("reboot -f\n")
        guest.wait("boot-wrapper: version")
        guest.wait("All CPU\\(s\\) started in HYP mode")
        guest.wait(harness.PROMPT)
        assert guest.end("poweroff -f") == 0


def test_reboot_ends_qemu(image):
    with harness.Guest(image, cpus=2) as guest:
        assert guest.end("reboot -f") == 0


def test_without_virtualization(image):
    """A CPU without Hyp mode: the wrapper enters SVC mode and corrects the DTB of the build."""
    machine = "vexpress-a15,secure=on,virtualization=off"
    with harness.Guest(image, cpus=2, machine=machine) as guest:
        assert "Non-secure SVC mode; it owns neither" in guest.log
        assert "CPU: All CPU(s) started in SVC mode." in guest.log
        chosen = guest.run("cd /proc/device-tree/chosen; ls; cat boot-wrapper,boot-mode; cd /")
        assert "svc" in chosen and "boot-wrapper,owns-hyp" not in chosen
        assert guest.end("poweroff -f") == 0


@pytest.mark.parametrize("stdin, expected", [
    ("", "reboot: Power down"),
    ("echo sum=$((40+2))\n", "sum=42"),
    ("reboot -f\n", "reboot: Restarting system"),
])
def test_make_run(stdin, expected):
    """`make run` in a pipe types its input, and ends QEMU at the end of the input."""
    done = subprocess.run(["make", "-C", harness.TOP, "run", f"O={harness.CHECK}/run",
                           f"DEPS={harness.DEPS}"], input=stdin, capture_output=True,
                          text=True, timeout=120 * harness.PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "CPU: All CPU(s) started in HYP mode." in done.stdout
    assert expected in done.stdout
