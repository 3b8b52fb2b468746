# SPDX-License-Identifier: BSD-2-Clause
"""Boots with junk in registers and memory that have no defined value at reset."""

import re

import pytest

import harness
from harness import without
from harness.poison import FORGOTTEN, POISON

@pytest.mark.parametrize("method", ["psci", "pen"])
@pytest.mark.parametrize("mend", ["build", "boot"])
def test_linux(method, mend):
    image = harness.linux(f"poison-linux-{method}-{mend}", SMP=2, SMP_METHOD=method,
                          DTB_MEND=mend, **POISON)
    with harness.Guest(image, cpus=2) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert "Brought up 1 node, 2 CPUs" in guest.log
        # The poison hides QEMU's frequency: the board's own figure is left.
        assert "cp15 timer(s) running at 24.00MHz" in guest.log
        assert guest.end("poweroff -f") == 0


@pytest.fixture(scope="module")
def poisoned():
    return harness.conformance("poison-conformance", SMP=2, **POISON)


def test_conformance(poisoned):
    text, status = harness.console(poisoned, cpus=2)
    assert "conformance: PASS" in text, text
    assert status == 0


@pytest.mark.parametrize("settings", [{"MODE": "svc"}, {"MODE": "secure-svc"},
                                      {"MODE": "secure-monitor"}, {"SMC": "none"},
                                      {"GRANT": "secure"}], ids=lambda s: "=".join(*s.items()))
def test_conformance_in_other_modes(settings):
    image = harness.conformance("poison-modes", SMP=2, **POISON, **settings)
    text, status = harness.console(image, cpus=2)
    assert "conformance: PASS" in text and status == 0, text


def test_poison_is_felt(poisoned):
    """The image writes junk at reset; the other tests of this file rely on it."""
    code, names = harness.disassembly(poisoned)
    at = harness.symbols(poisoned)
    assert at["poison"] in names
    text = "\n".join(text for address, (_, text) in code.items()
                     if at["poison"] <= address < at["poison"] + 0x300)
    assert len(re.findall(r"mcrr?\s+15, [46]", text)) >= 12


# If one of these lines is missing, the payload cannot report anything.
SILENT = {"HSCTLR", "MVBAR"}


@pytest.mark.parametrize("what", FORGOTTEN)
def test_forgotten_line_is_noticed(poisoned, tmp_path, what):
    function, pattern = FORGOTTEN[what]
    changes = without(poisoned, function, pattern)
    assert changes, f"no such instruction in {function} any more"
    broken = harness.patch(poisoned, tmp_path / "t.axf", changes)
    text, _ = harness.console(broken, cpus=2, timeout=2 if what in SILENT else 8,
                              until="not ok|conformance: PASS|this CPU stops")
    noticed = "not ok" in text or "this CPU stops" in text
    assert noticed != (what in SILENT), text
    assert "conformance: PASS" not in text
