# SPDX-License-Identifier: BSD-2-Clause
"""The conformance payload checks on every CPU what the contract promises."""

import array
import re

import pytest

import harness
from harness.inputs import edited_dtb
from harness.verdicts import verdict


@pytest.mark.parametrize("mend", ["build", "boot"])
@pytest.mark.parametrize("method", ["psci", "pen"])
@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_conformance(cpus, method, mend):
    image = harness.conformance(f"conformance-{cpus}-{method}-{mend}", SMP=cpus,
                                SMP_METHOD=method, DTB_MEND=mend)
    text, status = harness.console(image, cpus=cpus)
    passed, failed = verdict(text)
    assert not failed
    assert passed > 50 * cpus * (1 if method == "psci" else 0.5)
    for cpu in range(cpus):
        assert f"cpu{cpu} " in text
    assert "conformance: PASS" in text
    assert status == 0


@pytest.mark.parametrize("toolchain", harness.TOOLCHAINS)
def test_toolchains(toolchain):
    image = harness.conformance(f"conformance-{toolchain}", SMP=2, DTB_MEND="boot",
                                **harness.TOOLCHAINS[toolchain])
    text, status = harness.console(image, cpus=2)
    assert not verdict(text)[1] and status == 0


@pytest.mark.parametrize("method", ["psci", "pen"])
def test_in_svc_mode(method):
    """Without the Virtualization Extensions, what the contract promises for SVC mode holds."""
    image = harness.conformance(f"conformance-2-{method}-build", SMP=2, SMP_METHOD=method)
    text, status = harness.console(image, cpus=2, machine="vexpress-a15,secure=on,"
                                                          "virtualization=off")
    assert not verdict(text)[1] and status == 0


def test_single_threaded_emulator():
    """CPUs that take turns in one thread: the boot CPU must let the secondary CPUs run."""
    image = harness.conformance("conformance-2-psci-build", SMP=2)
    text, status = harness.console(image, cpus=2, extra=["-accel", "tcg,thread=single"])
    assert "2 CPUs, Cortex-A15" in text
    assert not verdict(text)[1] and status == 0


def in_clusters(image, output):
    """The image with CPU n of QEMU's one cluster seen as CPU 0 of cluster n, by the wrapper
    as by the payload: each MPIDR that is masked is shifted instead."""
    data = image.read_bytes()
    words = array.array("I", data[:len(data) & ~3])
    for i, word in enumerate(words[:-8]):
        if word & 0xFFFF0FFF == 0xEE100FB0:                     # mrc p15, 0, rN, c0, c0, 5
            n = word >> 12 & 0xF
            for k in range(i + 1, i + 9):
                if words[k] == 0xE3C004FF | n << 16 | n << 12:  # bic rN, rN, #0xff000000
                    words[k] = 0xE1A00400 | n << 12 | n         # lsl rN, rN, #8
    halves = array.array("H", words.tobytes())                  # the same in Thumb state
    found = 0
    for i, half in enumerate(halves[:-16]):
        if half == 0xEE10 and halves[i + 1] & 0x0FFF == 0x0FB0:
            n = halves[i + 1] >> 12
            for k in range(i + 2, i + 12):
                if halves[k] == 0xF020 | n and halves[k + 1] == 0x407F | n << 8:
                    halves[k], halves[k + 1] = 0xEA4F, 0x2000 | n << 8 | n
                    found += 1
    assert found, "boot() masks MPIDR otherwise"
    output.write_bytes(halves.tobytes() + data[len(data) & ~3:])
    return output


def cluster_dtb(tmp_path):
    """The DTB of the board, with CPU 1 in a cluster of its own."""
    return edited_dtb(tmp_path, lambda s: s.replace("reg = <0x01>;", "reg = <0x100>;", 1))


# Else CPU 0 of cluster 1 would become the boot CPU if the host runs it long before the other.
BOOT_CPU = harness.defines(f"../boards/{harness.BOARD}.h", 0)


@pytest.mark.parametrize("mend", ["build", "boot"])
def test_two_clusters(tmp_path, mend):
    image = harness.conformance(f"conformance-clusters-{mend}", SMP=2, DTB=cluster_dtb(tmp_path),
                                DTB_MEND=mend, **BOOT_CPU)
    text, status = harness.console(in_clusters(image, tmp_path / "image.axf"), cpus=2)
    assert not verdict(text)[1] and status == 0, text
    assert re.search("^ok .* a cluster of which no CPU is on is off", text, re.M), text
    assert "cpu4 life 2 " in text           # as the payload names it, two clusters of four


def test_linux_in_two_clusters(tmp_path):
    """Linux turns CPU 0x100 off and on, and asks AFFINITY_INFO for its state."""
    image = harness.linux("clusters", SMP=2, DTB=cluster_dtb(tmp_path), BOOTARGS="console=ttyAMA0",
                          **BOOT_CPU)
    with harness.Guest(in_clusters(image, tmp_path / "image.axf"), cpus=2) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        cpu1 = "/sys/devices/system/cpu/cpu1/online"
        for _ in range(3):
            assert guest.run(f"echo 0 >{cpu1}; echo 1 >{cpu1}; cat {cpu1}").strip() == "1"
        assert "may not have shut down" not in guest.log
        assert guest.end("poweroff -f") == 0
