# SPDX-License-Identifier: BSD-2-Clause
"""Registers and memory that hold junk before reset, where hardware gives no value."""

import re

import pytest

import harness

POISON = {"EXTRA_SOURCES": "tests/poison.S", "BOOT_ENTRY": "poison"}


@pytest.mark.parametrize("method", ["psci", "pen"])
@pytest.mark.parametrize("mend", ["build", "boot"])
def test_linux(method, mend):
    image = harness.linux(f"poison-linux-{method}-{mend}", SMP=2, SMP_METHOD=method,
                          DTB_MEND=mend, **POISON)
    with harness.Guest(image, cpus=2) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert "Brought up 1 node, 2 CPUs" in guest.log
        assert guest.end("poweroff -f") == 0


@pytest.fixture(scope="module")
def poisoned():
    return harness.conformance("poison-conformance", SMP=2, **POISON)


def test_conformance(poisoned):
    text, status = harness.console(poisoned, cpus=2)
    assert "conformance: PASS" in text, text
    assert status == 0


def test_poison_is_felt(poisoned):
    """The junk is where it should be: that is what the rest of this file rests on."""
    code, names = harness.disassembly(poisoned)
    at = harness.symbols(poisoned)
    assert at["poison"] in names
    text = "\n".join(text for address, (_, text) in code.items()
                     if at["poison"] <= address < at["poison"] + 0x300)
    assert len(re.findall(r"mcrr?\s+15, [46]", text)) >= 12


# A line of the wrapper, taken out, and what notices. The address of an
# instruction is found by its text within a function; {0} by its position.
MCR = r"mcr(r)?\s+15, "
FORGOTTEN = {
    "HSCTLR": ("nonsecure_init", MCR + r"4, r\d+, cr1, cr0, \{0\}"),
    "HCR": ("nonsecure_init", MCR + r"4, r\d+, cr1, cr1, \{0\}"),
    "HDCR": ("nonsecure_init", MCR + r"4, r\d+, cr1, cr1, \{1\}"),
    "HCPTR": ("nonsecure_init", MCR + r"4, r\d+, cr1, cr1, \{2\}"),
    "HSTR": ("nonsecure_init", MCR + r"4, r\d+, cr1, cr1, \{3\}"),
    "HVBAR": ("nonsecure_init", MCR + r"4, r\d+, cr12, cr0, \{0\}"),
    "VPIDR": ("nonsecure_init", MCR + r"4, r\d+, cr0, cr0, \{0\}"),
    "VMPIDR": ("nonsecure_init", MCR + r"4, r\d+, cr0, cr0, \{5\}"),
    "VTTBR": ("nonsecure_init", MCR + r"6, r\d+, r\d+, cr2"),
    "CNTHCTL": ("nonsecure_init", MCR + r"4, r\d+, cr14, cr1, \{0\}"),
    "CNTVOFF": ("nonsecure_init", MCR + r"4, r\d+, r\d+, cr14"),
    "CNTHP_CTL": ("nonsecure_init", MCR + r"4, r\d+, cr14, cr2, \{1\}"),
    "CNTV_CTL": ("nonsecure_init", MCR + r"0, r\d+, cr14, cr3, \{1\}"),
    "CNTFRQ": ("nonsecure_init", MCR + r"0, r\d+, cr14, cr0, \{0\}"),
    "NSACR": ("nonsecure_init", MCR + r"0, r\d+, cr1, cr1, \{2\}"),
    "Non-secure SCTLR": ("nonsecure_init", MCR + r"0, r\d+, cr1, cr0, \{0\}"),
    "GICD_IGROUPR0": ("nonsecure_init", r"str\w*\s+r\d+, \[r\d+, #128\]"),
    "GICC_PMR": ("nonsecure_init", r"str\w*\s+r\d+, \[r\d+, #4\]"),
    "SPIs in GICD_IGROUPR": ("boot", r"str\w*\s+r\d+, \[r\d+, #4\]!|str\w*\s+r\d+, \[r\d+, "
                                     r"r\d+, lsl #2\]|str\w*\s+r\d+, \[r\d+, #128\]"),
    "r3": ("enter_nonsecure", r"ldr\s+r3, \[r4, #4\]"),
    "MVBAR": ("reset", MCR + r"0, r\d+, cr12, cr0, \{1\}"),
}


# What the payload itself needs in order to say anything more.
SILENT = {"HSCTLR", "MVBAR", "Non-secure SCTLR"}


def instructions(image, function, pattern):
    code, names = harness.disassembly(image)
    [start] = [address for address, name in names.items() if name == function]
    # Local labels in assembly end nothing; the next C function or 1 KiB does.
    return [address for address in sorted(code) if start <= address < start + 0x400
            and re.match(pattern, code[address][1])]


@pytest.mark.parametrize("what", FORGOTTEN)
def test_forgotten_line_is_noticed(poisoned, tmp_path, what):
    function, pattern = FORGOTTEN[what]
    found = instructions(poisoned, function, pattern)
    assert found, f"no such instruction in {function} any more"
    broken = harness.patch(poisoned, tmp_path / "t.axf", {at: harness.NOP for at in found[:1]})
    text, _ = harness.console(broken, cpus=2, timeout=8,
                              until="not ok|conformance: PASS|this CPU stops")
    noticed = "not ok" in text or "this CPU stops" in text
    assert noticed != (what in SILENT), text
    assert "conformance: PASS" not in text
