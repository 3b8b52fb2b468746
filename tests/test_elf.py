# SPDX-License-Identifier: BSD-2-Clause
"""ELF kernels: placed where they say, bss zeroed, entered in ARM or Thumb state."""

import struct

import pytest

import harness
from harness.inputs import elf
from harness.verdicts import verdict

@pytest.mark.parametrize("options", [
    {"state": "arm"},
    {"state": "thumb"},
    # Virtual addresses that are not the physical ones, as a kernel's are.
    {"state": "thumb", "text": "0xc0100000", "text_at": "0x80100000", "bss": "0xc0200000",
     "bss_at": "0x80200000"},
    # The entry not at the lowest address.
    {"text": "0x80200000", "bss": "0x80100000"},
])
def test_segments_bss_and_entry(tmp_path, options):
    """With junk in all memory that is not the image's."""
    image = harness.build("elf", "all", KERNEL=elf(tmp_path, **options), DTB=harness.DTB, SMP=1,
                          EXTRA_SOURCES="tests/guest/poison.S", BOOT_ENTRY="poison")
    text, _ = harness.console(image / "linux-system.axf", until=r"[AT][0!]\.", timeout=10)
    assert text.endswith({"arm": "A0.", "thumb": "T0."}[options.get("state", "arm")])


def test_above_the_wrapper(tmp_path):
    kernel = elf(tmp_path, text="0x89200000", bss="0x89100000")
    image = harness.build("elf-above", "all", KERNEL=kernel, DTB=harness.DTB, SMP=1)
    text, _ = harness.console(image / "linux-system.axf", until=r"[AT][0!]\.", timeout=10)
    assert text.endswith("A0.")


def test_conformance_as_elf():
    kernel = harness.payload(file="conformance.elf")
    image = harness.build("elf-conformance", "all", KERNEL=kernel, DTB=harness.DTB, SMP=2)
    text, status = harness.console(image / "linux-system.axf", cpus=2)
    assert not verdict(text)[1] and status == 0


def changed(tmp_path, at, *words):
    """The ELF file with some words of it replaced."""
    path = elf(tmp_path)
    data = bytearray(path.read_bytes())
    struct.pack_into(f"<{len(words)}I", data, at, *words)
    path.write_bytes(data)
    return path


PHDR = 52
BAD = {
    "cut short": (lambda t: cut(t, 40), "truncated ELF header"),
    "program headers beyond the end": (lambda t: changed(t, 28, 0x7FFFFFF0),
                                       "its program headers exceed the file"),
    "content beyond the end": (lambda t: changed(t, PHDR + 4, 0xFFFFFFF0),
                               "a segment exceeds the file"),
    "file larger than memory": (lambda t: changed(t, PHDR + 20, 4),
                                "a segment is larger in the file"),
    "nothing in memory": (lambda t: changed(t, PHDR + 20, 0), "a segment is larger in the file"),
    "outside the RAM": (lambda t: elf(t, text="0x10000000"), "a segment lies outside the RAM"),
    "around the end of memory": (lambda t: changed(t, PHDR + 12, 0xFFFFFFFC),
                                 "a segment lies outside the RAM"),
    "overlapping itself": (lambda t: changed(t, PHDR + 32 + 12, 0x80100000),
                           "two segments overlap"),
    "entry nowhere": (lambda t: changed(t, 24, 0x80000000), "its entry lies in no segment"),
    "entry at an odd half-word": (lambda t: changed(t, 24, 0x80100002),
                                  "its entry is aligned for neither"),
    "for another machine": (lambda t: changed(t, 16, 2 | 62 << 16), "not an executable of 32-bit"),
    "over the wrapper": (lambda t: elf(t, text="0x87dfffe0"), ") overlaps the wrapper: [80200000..87e0001b]"),
}


def cut(tmp_path, size):
    path = elf(tmp_path)
    path.write_bytes(path.read_bytes()[:size])
    return path


@pytest.mark.parametrize("case", BAD)
def test_bad_elf(case, tmp_path):
    make, expected = BAD[case]
    done = harness.run_make("elf-bad", "all", KERNEL=make(tmp_path), DTB=harness.DTB)
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if expected in line]
    assert len(lines) == 1, done.stderr
