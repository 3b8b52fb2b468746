# SPDX-License-Identifier: BSD-2-Clause
"""The interrupt controller: GICv3, one that is neither v2 nor v3, and CPUs that sleep."""

import pathlib
import re
import subprocess

import pytest

import harness
from harness import inputs

V3 = "secure=on,virtualization=on,gic-version=3"


@pytest.mark.parametrize("cpus", [2, 8])
def test_gic_v3(cpus):
    """With a GICv3: what the wrapper promises, on each CPU, twice."""
    variables, options = harness.virt_machine(V3, cpus)
    image = harness.conformance(f"gic-v3-{cpus}", **variables, SMP=cpus)
    text, status = harness.console(image, timeout=300, **options)
    assert "conformance: PASS" in text and status == 0, text[-3000:]


def test_gic_v3_linux():
    """Linux has all CPUs in Hyp mode, and turns one off and on."""
    variables, options = harness.virt_machine(V3, 4)
    image = harness.linux("gic-v3-linux", **variables, SMP=4)
    with harness.Guest(image, timeout=300, **options) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert "boot-wrapper: 4 CPUs" in guest.log
        for _ in range(3):
            guest.run("echo 0 >/sys/devices/system/cpu/cpu2/online")
            guest.run("echo 1 >/sys/devices/system/cpu/cpu2/online")
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-3"
        assert guest.end("poweroff -f") == 0


def with_controller(tmp_path, compatible):
    """The board's DTB, with another interrupt controller than its GICv2."""
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", harness.DTB], check=True,
                          capture_output=True, text=True).stdout
    text, count = re.subn('compatible = "arm,cortex-a15-gic[^;]*;', f"compatible = {compatible};",
                          text)
    assert count == 1
    path = tmp_path / "t.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", path], check=True, text=True,
                   input=text)
    return path


@pytest.mark.parametrize("compatible, name", [
    ('"arm,gic-v5"', "arm,gic-v5"),
    ('"acme,gic-9000", "acme,gic"', "acme,gic-9000"),
    ('"acme,intc"', "acme,intc"),
])
def test_unknown_controller_is_refused(tmp_path, compatible, name):
    """By its name, in one line."""
    done = harness.run_make("gic-unknown", "all", KERNEL=harness.VMLINUZ, SMP=1, BOOTARGS="",
                            DTB=with_controller(tmp_path, compatible))
    lines = [line for line in done.stderr.splitlines() if line.startswith("boot-wrapper: ")]
    assert done.returncode != 0 and len(lines) == 1, done.stderr
    assert f"is not supported, {name} (neither GICv2 nor GICv3)" in lines[0]


@pytest.mark.parametrize("machine, node, reg, absent", [
    (None, "/interrupt-controller@2c001000", "0 0x2c000000 0 0x1000 0 0x2c002000 0 0x2000",
     0x2c000000),
    (None, "/interrupt-controller@2c001000", "0 0x2c001000 0 0x1000 0 0x2c000100 0 0x100",
     0x2c000100),
    (V3, "/intc@8000000", "0 0x08000000 0 0x10000 0 0x08020000 0 0x100000", 0x08020000),
    (V3, "/intc@8000000", "0 0x08000000 0 0x10000 0 0x09020000 0 0x100000", 0x09020000),
    (V3, "/intc@8000000", "0 0x09030000 0 0x10000 0 0x080a0000 0 0x100000", 0x09030000),
    (V3, "/intc@8000000", "0 0x08040000 0 0x10000 0 0x080a0000 0 0x100000", 0x08040000),
], ids=["GICD", "GICC", "GICR that aborts", "GICR", "GICD of v3", "GICD of v3 that aborts"])
def test_gic_that_does_not_answer(tmp_path, machine, node, reg, absent):
    """The DTB has a GIC where the machine has none: one line that says so."""
    variables, options = ({"DTB": harness.DTB}, {})
    if machine:
        variables, options = harness.virt_machine(machine, 1)
    variables["DTB"] = inputs.dtb_with(tmp_path / "other.dtb", node, "reg", reg, kind="x",
                                       dtb=pathlib.Path(variables["DTB"]))
    image = harness.linux(f"gic-absent-{absent:x}", **variables, SMP=1)
    text, status = harness.console(image, **options)
    assert f"boot-wrapper: no GIC answers at {absent:08x}, where the DTB has one; use" in text
    assert status == 1 and "entering the kernel" not in text


def test_controller_that_needs_nothing(tmp_path):
    """A board without a GIC, whose controller has no Secure side."""
    done = harness.run_make("gic-harmless", "all", KERNEL=harness.VMLINUZ, SMP=1, BOOTARGS="",
                            DTB=with_controller(tmp_path, '"brcm,bcm2836-l1-intc"'))
    assert done.returncode == 0, done.stderr


def test_gic_v3_on_a_board_without(tmp_path):
    """GICv3 takes resident bytes that only boards spend which may have one."""
    image = harness.build("gic-v3-board", "all", KERNEL=harness.VMLINUZ, SMP=1, BOOTARGS="",
                          DTB=with_controller(tmp_path, '"arm,gic-v3"')) / "linux-system.axf"
    text, status = harness.console(image)
    assert "boot-wrapper: the DTB has a GICv3" in text and status == 1, text
