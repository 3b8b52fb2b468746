# SPDX-License-Identifier: BSD-2-Clause
"""Registers and memory that hold junk before reset, where hardware gives no value."""

import re

import pytest
from elftools.elf.elffile import ELFFile

import harness

POISON = {"EXTRA_SOURCES": "tests/guest/poison.S", "BOOT_ENTRY": "poison"}


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
    """The junk is where it should be: that is what the rest of this file rests on."""
    code, names = harness.disassembly(poisoned)
    at = harness.symbols(poisoned)
    assert at["poison"] in names
    text = "\n".join(text for address, (_, text) in code.items()
                     if at["poison"] <= address < at["poison"] + 0x300)
    assert len(re.findall(r"mcrr?\s+15, [46]", text)) >= 12


# A line of the wrapper, taken out, and what notices: a function, and the text of
# its instructions there (a compiler may have made more than one of the line).
R = r"(?:r\d+|ip|lr|sl|fp)"
MCR = r"mcr(r)?\s+15, "
FORGOTTEN = {
    "HSCTLR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr0, \{0\}"),
    "HCR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr1, \{0\}"),
    "HDCR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr1, \{1\}"),
    "HCPTR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr1, \{2\}"),
    "HSTR": ("kernel_state_init", MCR + r"4, r\d+, cr1, cr1, \{3\}"),
    "HVBAR": ("kernel_state_init", MCR + r"4, r\d+, cr12, cr0, \{0\}"),
    "VPIDR": ("kernel_state_init", MCR + r"4, r\d+, cr0, cr0, \{0\}"),
    "VMPIDR": ("kernel_state_init", MCR + r"4, r\d+, cr0, cr0, \{5\}"),
    "VTTBR": ("kernel_state_init", MCR + r"6, r\d+, r\d+, cr2"),
    "CNTHCTL": ("kernel_state_init", MCR + r"4, r\d+, cr14, cr1, \{0\}"),
    "CNTVOFF": ("kernel_state_init", MCR + r"4, r\d+, r\d+, cr14"),
    "CNTHP_CTL": ("kernel_state_init", MCR + r"4, r\d+, cr14, cr2, \{1\}"),
    "CNTV_CTL": ("kernel_state_init", MCR + r"0, r\d+, cr14, cr3, \{1\}"),
    "HTCR": ("kernel_state_init", MCR + r"4, r\d+, cr2, cr0, \{2\}"),
    "VTCR": ("kernel_state_init", MCR + r"4, r\d+, cr2, cr1, \{2\}"),
    "HMAIR0": ("kernel_state_init", MCR + r"4, r\d+, cr10, cr2, \{0\}"),
    "HMAIR1": ("kernel_state_init", MCR + r"4, r\d+, cr10, cr2, \{1\}"),
    "HTPIDR": ("kernel_state_init", MCR + r"4, r\d+, cr13, cr0, \{2\}"),
    "TTBR0": ("pl1_init", MCR + r"0, r\d+, cr2, cr0, \{0\}"),
    "TTBR1": ("pl1_init", MCR + r"0, r\d+, cr2, cr0, \{1\}"),
    "TTBCR": ("pl1_init", MCR + r"0, r\d+, cr2, cr0, \{2\}"),
    "DACR": ("pl1_init", MCR + r"0, r\d+, cr3, cr0, \{0\}"),
    "CONTEXTIDR": ("pl1_init", MCR + r"0, r\d+, cr13, cr0, \{1\}"),
    "TPIDRURW": ("pl1_init", MCR + r"0, r\d+, cr13, cr0, \{2\}"),
    "TPIDRURO": ("pl1_init", MCR + r"0, r\d+, cr13, cr0, \{3\}"),
    "TPIDRPRW": ("pl1_init", MCR + r"0, r\d+, cr13, cr0, \{4\}"),
    "CPACR": ("pl1_init", MCR + r"0, r\d+, cr1, cr0, \{2\}"),
    "PMCR": ("kernel_state_init", MCR + r"0, r\d+, cr9, cr12, \{0\}"),
    "PMCNTENCLR": ("kernel_state_init", MCR + r"0, r\d+, cr9, cr12, \{2\}"),
    "PMINTENCLR": ("kernel_state_init", MCR + r"0, r\d+, cr9, cr14, \{2\}"),
    "PMUSERENR": ("kernel_state_init", MCR + r"0, r\d+, cr9, cr14, \{0\}"),
    "CNTFRQ": ("kernel_state_init", MCR + r"0, r\d+, cr14, cr0, \{0\}"),
    "NSACR": ("kernel_state_init", MCR + r"0, r\d+, cr1, cr1, \{2\}"),
    "Non-secure SCTLR": ("pl1_init", MCR + r"0, r\d+, cr1, cr0, \{0\}"),
    "GICD_IGROUPR0": ("kernel_state_init", rf"str\w*\s+{R}, \[{R}, #128\]"),
    "GICC_PMR": ("kernel_state_init", rf"str\w*\s+{R}, \[{R}, #4\]"),
    "SPIs in GICD_IGROUPR": ("boot", rf"str\s+{R}, \[{R}\], #4|str\w*\s+{R}, \[{R}, #4\]!|"
                                     rf"str\w*\s+{R}, \[{R}, {R}, lsl #2\]"),
    "r3": ("enter_kernel", r"ldr\s+r3, \[r4, #4\]"),
    "MVBAR": ("reset", MCR + r"0, r\d+, cr12, cr0, \{1\}"),
}


# Without these the payload cannot report anything.
SILENT = {"HSCTLR", "MVBAR", "Non-secure SCTLR"}


def instructions(image, function, pattern):
    code, _ = harness.disassembly(image)
    with open(image, "rb") as stream:
        [symbol] = ELFFile(stream).get_section_by_name(".symtab").get_symbol_by_name(function)
    start = symbol["st_value"] & ~1
    # A routine in assembly has no size; what matters is at its beginning.
    end = start + (symbol["st_size"] or 0x100)
    return {address: word for address, (word, text) in code.items() if start <= address < end
            and re.match(pattern, re.sub(r"^(\w+)\.[nw]\b", r"\1", text))}


def without(image, function, pattern):
    """The changes that take such instructions out of a function, for harness.patch()."""
    code, _ = harness.disassembly(image)
    return {at: nop(code, at, word) for at, word in
            instructions(image, function, pattern).items()}


def nop(code, at, word):
    """What takes the place of an instruction: a NOP, or two of 16 bits."""
    if word > 0xFFFF:
        # ARM. "str rX, [rN], #4" does this to rN.
        base = word >> 16 & 0xF
        return (0xE2800004 | base << 16 | base << 12 if word & 0xFFF00FFF == 0xE4800004 else
                harness.NOP)
    # Thumb: 32 bits long if the first five say so; else the next one stays.
    return 0xBF00BF00 if word >> 11 >= 0x1D else 0xBF00 | code[at + 2][0] << 16


@pytest.mark.parametrize("what", FORGOTTEN)
def test_forgotten_line_is_noticed(poisoned, tmp_path, what):
    function, pattern = FORGOTTEN[what]
    changes = without(poisoned, function, pattern)
    assert changes, f"no such instruction in {function} any more"
    broken = harness.patch(poisoned, tmp_path / "t.axf", changes)
    text, _ = harness.console(broken, cpus=2, timeout=8,
                              until="not ok|conformance: PASS|this CPU stops")
    noticed = "not ok" in text or "this CPU stops" in text
    assert noticed != (what in SILENT), text
    assert "conformance: PASS" not in text
