# SPDX-License-Identifier: BSD-2-Clause
"""PSCI for long: a short form of each test here always, the long one by `make soak`.

SOAK_CYCLES in the environment makes it the long one. SEED sets what is random; what
failed says which it was.
"""

import os
import re

import pytest

import harness
from test_modes import virt_machine

SEED = int(os.environ.get("SEED", "1"))
SOAK = int(os.environ.get("SOAK_CYCLES", "0"))


def board(name, cpus):
    """(build variables, QEMU options) for that many CPUs."""
    if name == "virt":
        variables, options = virt_machine("secure=on,virtualization=on", cpus)
        return {**variables, "SMP": cpus}, options
    return {"SMP": cpus, "DTB": harness.DTB}, {"cpus": cpus}


@pytest.mark.parametrize("name, cpus, calls, long", [
    ("vexpress-a15", 2, 300000, 10000000),
    ("vexpress-a15", 4, 300000, 10000000),
    ("virt", 8, 100000, 2000000),
])
def test_storm(name, cpus, calls, long):
    """All CPUs call PSCI at random: payloads/storm.c knows what must come back."""
    calls = long if SOAK else calls
    variables, options = board(name, cpus)
    kernel = harness.payload(name, file="storm.bin")
    image = harness.build(f"storm-{cpus}", "all", **variables, KERNEL=kernel,
                          BOOTARGS=f"console=ttyAMA0 storm={calls},{SEED}") / "linux-system.axf"
    text, status = harness.console(image, timeout=4 * 3600 if SOAK else 240, **options)
    assert "storm: FAIL" not in text, text[-3000:]
    result = re.search(r"^storm: PASS (\d+) calls, (\d+) starts, (\d+) CPUs$", text, re.M)
    assert result, text[-3000:]
    assert int(result[1]) >= calls and int(result[3]) == cpus
    assert int(result[2]) >= calls // 500
    assert "unexpected" not in text and status == 0
