# SPDX-License-Identifier: BSD-2-Clause
"""The hypervisor payload takes Hyp mode from SVC mode, uses it, and gives it back."""

import re
import struct

import pytest
from elftools.elf.elffile import ELFFile

import harness

TUTORIAL = harness.TOP / "docs" / "tutorial.md"
SOURCES = [*harness.TOP.glob("kernels/hypervisor*"), harness.TOP / "kernels" / "registers.h",
           harness.TOP / "include" / "boot_wrapper.h", harness.TOP / "hyp_stub.S"]
NOTE = struct.pack("<3I8s", 8, 4, 1, b"ARMBOOT\0")
SMC = 0xE1600070
TAKES_HYP, TAKES_SVC = 1 << 2, 1 << 3

# The lines of each CPU, in this order; the linker chooses the addresses.
STEPS = [
    r"boot-mode word 424d0032: SVC mode, and Hyp mode is ours",
    r"took Hyp mode by HVC_SET_VECTORS",
    r"guest at PA (8\w{4}000) calls: HVC #1, r0 40201000, its own address",
    r"PA 8\w{4}ffc holds 600d0013, which the guest stored at 40201ffc",
    r"guest ends: EC 24, HSR 93800045, HDFAR 1c090000, HPFAR 1c0900",
    r"gave Hyp mode back; our own trampoline sets HVBAR, and answers badca11 to nonsense",
]


def payload(name="payload", **variables):
    out = f"{harness.CHECK}/{name}/{harness.BOARD}"
    return harness.build(name, f"{out}/hypervisor.elf", **variables) / "hypervisor.elf"


def image(name, kernel=None, **variables):
    settings = {"KERNEL": kernel or payload(), "DTB": harness.DTB, **variables}
    return harness.build(name, "all", **settings) / "linux-system.axf"


def lines(text):
    return [line for line in text.splitlines() if line.startswith("hypervisor: ")]


def check_run(text, status, cpus):
    said = lines(text)
    pages = set()
    for cpu in range(cpus):
        for step in STEPS:
            match = re.fullmatch(f"hypervisor: CPU {cpu}: {step}", said.pop(0))
            assert match, text
            pages.update(match.groups())
    assert len(pages) == cpus
    assert said == [f"hypervisor: {cpus} CPUs have done that at the same time",
                    "hypervisor: PASS"], text
    assert status == 0


@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_hypervisor(cpus):
    text, status = harness.console(image(f"hypervisor-{cpus}", SMP=cpus), cpus=cpus)
    check_run(text, status, cpus)


@pytest.mark.parametrize("toolchain", harness.TOOLCHAINS)
def test_toolchains(toolchain):
    tools = harness.TOOLCHAINS[toolchain]
    kernel = payload(f"payload-{toolchain}", **tools)
    text, status = harness.console(image(f"hypervisor-{toolchain}", kernel, SMP=2, **tools),
                                   cpus=2)
    check_run(text, status, 2)


def test_single_threaded_emulator():
    text, status = harness.console(image("hypervisor-2", SMP=2), cpus=2,
                                   extra=["-accel", "tcg,thread=single"])
    check_run(text, status, 2)


def test_memory_full_of_junk():
    """The payload works with junk in every register that the contract leaves open."""
    kernel = image("hypervisor-poison", SMP=2, EXTRA_SOURCES="tests/guest/poison.S",
                   BOOT_ENTRY="poison")
    text, status = harness.console(kernel, cpus=2)
    check_run(text, status, 2)


def test_refuses_hyp_mode(tmp_path):
    data = payload().read_bytes()
    assert data.count(NOTE) == 1
    changed = data.replace(NOTE + struct.pack("<I", TAKES_SVC),
                           NOTE + struct.pack("<I", TAKES_HYP))
    assert changed != data
    kernel = tmp_path / "hypervisor.elf"
    kernel.write_bytes(changed)
    text, status = harness.console(image("hypervisor-hyp", kernel, SMP=2), cpus=2)
    assert lines(text) == ["hypervisor: FAIL: CPU 0: boot-mode word 424d0022: "
                           "not in Non-secure SVC mode"]
    assert status == 0


def test_refuses_without_hyp_mode():
    text, status = harness.console(image("hypervisor-2", SMP=2), cpus=2,
                                   machine="vexpress-a15,secure=on,virtualization=off")
    assert lines(text) == ["hypervisor: FAIL: CPU 0: boot-mode word 424d0030: "
                           "Hyp mode is not ours"]
    assert status == 0


def test_refuses_other_loaders():
    text, _ = harness.console(payload(), until="has not started this", timeout=10)
    assert "hypervisor: FAIL: CPU 0: boot-mode word 0: boot-wrapper has not started this" in text


@pytest.mark.parametrize("symbol, word, expected", [
    ("hvc", harness.UDF, "unexpected exception to mode 1b, vector 1, LR 8"),
    ("switch_pl1", harness.UDF, "unexpected exception to Hyp mode, vector 1, PC 8"),
    ("guest_entry", harness.UDF, "the guest stops at PC 40201008, HSR 4a000011, "),
    ("guest_entry", SMC, "the guest stops at PC 40201020, HSR 4e000000, "),
])
def test_unexpected_exceptions(symbol, word, expected, tmp_path):
    """An undefined instruction in the kernel, in Hyp mode, in the guest; an SMC there."""
    address = harness.symbols(payload())[symbol]
    changed = harness.patch(image("hypervisor-2", SMP=2), tmp_path / "changed.axf",
                            {address: word})
    text, status = harness.console(changed, cpus=2)
    assert lines(text)[-1].startswith(f"hypervisor: FAIL: CPU 0: {expected}"), text
    assert status == 0


def test_links_the_wrappers_hyp_stub():
    """The payload has the wrapper's Hyp stub: linking it elsewhere changes no byte."""
    kernel = payload()
    with open(kernel.parent / "hyp_stub.S.o", "rb") as stream:
        stub = ELFFile(stream).get_section_by_name(".hyp_stub").data()
    address = harness.symbols(kernel)["hyp_stub_vectors"]
    with open(kernel, "rb") as stream:
        [linked] = [s.data()[address - s["p_vaddr"]:][:len(stub)]
                    for s in ELFFile(stream).iter_segments()
                    if s["p_type"] == "PT_LOAD" and s["p_vaddr"] <= address < s["p_vaddr"] +
                    s["p_filesz"]]
    assert len(stub) > 256 and linked == stub
    assert address % 32 == 0


def test_note():
    with open(payload(), "rb") as stream:
        [segment] = [s for s in ELFFile(stream).iter_segments() if s["p_type"] == "PT_NOTE"]
        assert segment.data() == NOTE + struct.pack("<I", TAKES_SVC)


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TUTORIAL.read_text(), re.M | re.S)


def test_tutorial_quotes_the_code():
    sources = [path.read_text() for path in SOURCES]
    quoted = blocks("c") + blocks("asm")
    assert len(quoted) > 20
    for block in quoted:
        assert any(block in source for source in sources), block


def test_tutorial_quotes_the_console():
    """The tutorial shows these lines; only addresses that the linker chooses may differ."""
    [shown] = blocks("console")
    text, _ = harness.console(image("hypervisor-2", SMP=2), cpus=2)

    def plain(part):
        return [re.sub(r"PA 8\w{4}", "PA .....", line) for line in lines(part)]
    assert plain(shown) == plain(text)
