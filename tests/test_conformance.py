# SPDX-License-Identifier: BSD-2-Clause
"""The conformance payload: what the contract promises, checked on every CPU."""

import re

import pytest

import harness


def verdict(text):
    """(passed, failed lines) of a complete TAP run."""
    checks = re.findall(r"^(not ok|ok) \d+ - .*$", text, re.M)
    failed = [line.strip() for line in text.splitlines() if line.startswith("not ok")]
    plan = re.search(r"^1\.\.(\d+)\r?$", text, re.M)
    assert plan and int(plan[1]) == len(checks), text
    return len(checks) - len(failed), failed


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
    """Without the Virtualization Extensions: the PL1 half of the promises."""
    image = harness.conformance(f"conformance-2-{method}-build", SMP=2, SMP_METHOD=method)
    text, status = harness.console(image, cpus=2, machine="vexpress-a15,secure=on,"
                                                          "virtualization=off")
    assert not verdict(text)[1] and status == 0


def test_single_threaded_emulator():
    """CPUs that take turns: the boot CPU must let the others come."""
    image = harness.conformance("conformance-2-psci-build", SMP=2)
    text, status = harness.console(image, cpus=2, extra=["-accel", "tcg,thread=single"])
    assert "2 CPUs, Cortex-A15" in text
    assert not verdict(text)[1] and status == 0
