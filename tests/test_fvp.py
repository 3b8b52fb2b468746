# SPDX-License-Identifier: BSD-2-Clause
"""ARM's VE models (FVP), as far as QEMU's vexpress-a15 can stand in: what docs/boards.md says."""

import subprocess

import harness


def test_devicetree_of_tf_a(tmp_path):
    """Linux, with a devicetree as TF-A has it for FVP_VE_Cortex-A7x1: Hyp mode, PSCI."""
    dtb = tmp_path / "fvp-ve-a7.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", dtb,
                    harness.TOP / "tests" / "guest" / "fvp-ve-a7.dts"], check=True)
    image = harness.linux("fvp", DTB=dtb, SMP=1)
    with harness.Guest(image, cpus=1, extra=("-m", "2G")) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert "psci: PSCIv1.1 detected in firmware." in guest.log
        assert guest.end("poweroff -f") == 0


def test_devicetree_of_linux_on_one_cpu():
    """Linux's of the V2P-CA15 has two CPUs, and FVP_VE_Cortex-A15x1 one: SMP=1 removes one."""
    with harness.Guest(harness.linux("fvp-a15", SMP=1), cpus=1) as guest:
        assert "boot-wrapper: 1 CPU, " in guest.log
        assert "did not come out of reset" not in guest.log
