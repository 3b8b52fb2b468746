# SPDX-License-Identifier: BSD-2-Clause
"""tools/bw-pack: the image and its table, byte by byte, and what is refused."""

import importlib.machinery
import importlib.util
import os
import re
import struct
import subprocess
import sys
import zlib

import pytest

import harness
import bw.files
from bw.modes import MODES

TOOL = harness.TOP / "tools" / "bw-pack"
TABLE = 0x54505742
PAGE = 4096


def bw_pack(*arguments, expected=0, cwd=None):
    done = subprocess.run([sys.executable, TOOL, *map(str, arguments)], capture_output=True,
                          text=True, cwd=cwd)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout + done.stderr


def zimage(size, start=0, end=None, words=(0x04030201, 0x45454545)):
    """A file that starts like a zImage; Xen has no further words."""
    data = bytearray(bytes(range(256)) * (size // 256 + 1))[:size]
    struct.pack_into("<3I", data, 0x24, 0x016F2818, start, start + size if end is None else end)
    struct.pack_into(f"<{len(words)}I", data, 0x30, *words)
    return bytes(data)


@pytest.fixture
def files(tmp_path):
    """A stand-in for boot-wrapper.bin, and what goes behind it."""
    for name, data in {
            "wrapper": zimage(3 * PAGE, 0x1000, words=(0, 0)), "kernel": zimage(10000),
            "xen": zimage(9000, end=1 << 20, words=(0, 0)),
            "dtb": harness.DTB.read_bytes(), "initrd": b"any bytes at all",
            "empty": b"", "text": b"not a kernel at all, " * 20}.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def read_table(data, at):
    """(entries, total), by the format's own words."""
    magic, count, crc, total = struct.unpack_from("<4I", data, at)
    assert magic == TABLE
    entries = data[at + 16:at + 16 + 16 * count]
    assert zlib.crc32(entries) == crc
    return [struct.unpack_from("<4I", entries, 16 * n) for n in range(count)], total


@pytest.mark.parametrize("kernel", [harness.VMLINUZ, None])
def test_image(files, kernel):
    out = files / "image"
    kernel = kernel or files / "kernel"
    bw_pack("--wrapper", files / "wrapper", "--kernel", kernel, "--dtb", files / "dtb",
            "--initrd", files / "initrd", "--bootargs", "console=ttyAMA0 a=bc",
            "--options", "mode=svc grant=secure", "-o", out)
    data, wrapper = out.read_bytes(), (files / "wrapper").read_bytes()
    at = len(wrapper)
    # Only the end in the zImage header differs from the wrapper.
    assert struct.unpack_from("<I", data, 0x2c) == (0x1000 + len(data),)
    assert data[:0x2c] + wrapper[0x2c:0x30] + data[0x30:at] == wrapper
    entries, total = read_table(data, at)
    assert at + total == len(data)
    expected = [(1, kernel.read_bytes()), (2, harness.DTB.read_bytes()), (3, b"any bytes at all"),
                (4, b"console=ttyAMA0 a=bc"), (7, b"mode=svc grant=secure")]
    assert [kind for kind, *_ in entries] == [kind for kind, _ in expected]
    end = at + 16 + 16 * len(entries)
    for (kind, offset, size, crc), (_, content) in zip(entries, expected):
        start = at + offset
        assert data[start:start + size] == content and zlib.crc32(content) == crc
        assert kind in (4, 7) or start % PAGE == 0
        assert kind not in (4, 7) or data[start + size] == 0 and start < at + PAGE
        assert start >= end     # behind the entries
    spans = sorted((offset, offset + size) for _, offset, size, _ in entries)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:]))
    assert bw_pack("--check", out) == ""
    listing = bw_pack("--list", out)
    for text in ("kernel", "dtb", "initrd", "'console=ttyAMA0 a=bc'", "'mode=svc grant=secure'",
                 f"{len(expected[0][1])} bytes"):
        assert text in listing


def test_xen(files):
    """Its end counts bss that is in no file; the kernel is dom0's."""
    bw_pack("--wrapper", files / "wrapper", "--xen", harness.XEN, "--kernel", harness.VMLINUZ,
            "--xen-bootargs", "a", "--bootargs", "b", "-o", files / "image")
    entries, _ = read_table((files / "image").read_bytes(), 3 * PAGE)
    assert sorted(kind for kind, *_ in entries) == [1, 4, 5, 6]
    assert bw_pack("--check", files / "image") == ""
    # And without dom0: it is a kernel like others.
    bw_pack("--wrapper", files / "wrapper", "--kernel", harness.XEN, "-o", files / "image")
    assert bw_pack("--check", files / "image") == ""


def test_elf(files):
    elf = harness.payload(file="hypervisor.elf")
    bw_pack("--wrapper", files / "wrapper", "--kernel", elf, "-o", files / "image")
    assert bw_pack("--check", files / "image") == ""


def test_same_input_same_bytes(files):
    for name in ("a", "b"):
        bw_pack("--wrapper", files / "wrapper", "--kernel", files / "kernel", "-o", files / name)
    assert (files / "a").read_bytes() == (files / "b").read_bytes()


def test_every_byte_is_checked(files):
    """A bit that flips in the table, its entries, texts or files is noticed."""
    image = files / "image"
    bw_pack("--wrapper", files / "wrapper", "--kernel", files / "kernel", "--bootargs", "abc",
            "-o", image)
    good = image.read_bytes()
    at = 3 * PAGE
    entries, _ = read_table(good, at)
    places = [0x2c, at, at + 4, at + 8, at + 12, at + 16, at + 20, at + 24, at + 28]
    places += [at + offset + size - 1 for _, offset, size, _ in entries]
    for place in places:
        bad = bytearray(good)
        bad[place] ^= 1
        image.write_bytes(bad)
        bw_pack("--check", image, expected=1)
    for bad in (good[:-1], good + b"x", good[:at + 20], good[:at]):
        image.write_bytes(bad)
        bw_pack("--check", image, expected=1)


def test_no_checksum_given(files):
    """0 in an entry: that file may change."""
    image = files / "image"
    bw_pack("--wrapper", files / "wrapper", "--kernel", files / "kernel", "-o", image)
    data, at = bytearray(image.read_bytes()), 3 * PAGE
    struct.pack_into("<I", data, at + 28, 0)
    struct.pack_into("<I", data, at + 8, zlib.crc32(data[at + 16:at + 32]))
    data[at + PAGE + 5000] ^= 1
    image.write_bytes(data)
    assert bw_pack("--check", image) == ""


def test_table_alone(files):
    """Files that a debugger places, also below the table: offsets modulo 2^32."""
    out = files / "table"
    bw_pack("--table-at", "0x88000000", f"kernel@0x82000000={files}/kernel",
            f"dtb@0x89000000={files}/dtb", "--bootargs", "x=y", "-o", out)
    data = out.read_bytes()
    entries, total = read_table(data, 0)
    assert total == len(data) == PAGE
    assert [(kind, 0x88000000 + offset & 0xFFFFFFFF, size)
            for kind, offset, size, _ in entries[:2]] == \
        [(1, 0x82000000, 10000), (2, 0x89000000, harness.DTB.stat().st_size)]
    kind, offset, size, _ = entries[2]
    assert kind == 4 and data[offset:offset + size] == b"x=y"
    assert bw_pack("--check", out) == ""
    out.write_bytes(data[:20] + bytes([data[20] ^ 1]) + data[21:])
    bw_pack("--check", out, expected=1)


def elf(**changes):
    """A small ELF file with one PT_LOAD."""
    fields = {"class": 1, "order": 1, "type": 2, "machine": 40, "phoff": 52, "phentsize": 32,
              "phnum": 1, "kind": 1, "offset": 0, "filesz": 84, "memsz": 84, **changes}
    f = fields
    return struct.pack("<4s4B8x2H5I6H", b"\x7fELF", f["class"], f["order"], 1, 0, f["type"],
                       f["machine"], 1, 0x82000000, f["phoff"], 0, 0, 52, f["phentsize"], f["phnum"],
                       0, 0, 0) + \
        struct.pack("<8I", f["kind"], f["offset"], 0x82000000, 0x82000000, f["filesz"],
                    f["memsz"], 7, 4)


def dtb(offset, value):
    data = bytearray(harness.DTB.read_bytes())
    struct.pack_into(">I", data, offset, value)
    return bytes(data)


KERNEL = ["--kernel", "kernel"]
REFUSED = {
    "no kernel": ([], None, "no kernel; name one with --kernel"),
    "two kernels": (["--kernel", "kernel", "--kernel", "xen"], None, "xen: a second kernel"),
    "no such file": (["--kernel", "nothing"], None, "nothing: No such file"),
    "empty kernel": (["--kernel", "empty"], None, "empty: the file is empty"),
    "text": (["--kernel", "text"], None, "text: neither a zImage nor ELF"),
    "truncated zImage": (["--kernel", "bad"], zimage(8000, end=8001),
                         "bad: truncated zImage, 8000 bytes of 8001; copy it again"),
    "big-endian": (["--kernel", "bad"], zimage(8000, words=(0x01020304, 0x45454545)), "big-endian"),
    "short ELF": (["--kernel", "bad"], elf()[:51], "truncated ELF header"),
    "64-bit ELF": (["--kernel", "bad"], elf(**{"class": 2}), "not an executable of 32-bit"),
    "big-endian ELF": (["--kernel", "bad"], elf(order=2), "not an executable of 32-bit"),
    "x86 ELF": (["--kernel", "bad"], elf(machine=3), "not an executable of 32-bit"),
    "relocatable ELF": (["--kernel", "bad"], elf(type=1), "not an executable of 32-bit"),
    "ELF without headers": (["--kernel", "bad"], elf(phoff=53), "program headers exceed"),
    "ELF with strange headers": (["--kernel", "bad"], elf(phentsize=31), "program headers exceed"),
    "ELF cut off": (["--kernel", "bad"], elf(filesz=85), "a segment exceeds the file"),
    "ELF that loads nothing": (["--kernel", "bad"], elf(kind=2), "loads nothing"),
    "not a DTB": ([*KERNEL, "--dtb", "text"], None, "text: not a DTB"),
    "truncated DTB": ([*KERNEL, "--dtb", "bad"], harness.DTB.read_bytes()[:-1], "truncated DTB"),
    "old DTB": ([*KERNEL, "--dtb", "bad"], dtb(20, 3), "version 3"),
    "damaged DTB": ([*KERNEL, "--dtb", "bad"], dtb(8, 0x7FFFFFF0), "damaged DTB"),
    "DTB cut in its nodes": ([*KERNEL, "--dtb", "bad"], dtb(36, 0x7FFFFFFF), "damaged DTB"),
    "DTB without a node": ([*KERNEL, "--dtb", "bad"], dtb(8, 0), "damaged DTB"),
    "empty initrd": ([*KERNEL, "--initrd", "empty"], None, "the file is empty"),
    "Linux for Xen": ([*KERNEL, "--xen", "kernel"], None, "Linux, not Xen"),
    "text for Xen": ([*KERNEL, "--xen", "text"], None, "not Xen"),
    "Xen for dom0": (["--kernel", "xen", "--xen", "xen"], None, "Xen cannot be the kernel"),
    "ELF for dom0": (["--kernel", "bad", "--xen", "xen"], elf(), "Xen takes only that"),
    "arguments of no Xen": ([*KERNEL, "--xen-bootargs", "x"], None, "no Xen"),
    "a line end": ([*KERNEL, "--bootargs", "a\nb"], None, "not text"),
    "two texts": ([*KERNEL, "--bootargs", "a", "--bootargs", "b"], None, "a second text"),
    "unknown option": ([*KERNEL, "--options", "mode=turbo"], None, "unknown option; valid options: mode="),
    "unknown name": ([*KERNEL, "--options", "colour=red"], None, "unknown option"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(files, case):
    arguments, bad, reason = REFUSED[case]
    if bad is not None:
        (files / "bad").write_bytes(bad)
    text = bw_pack("--wrapper", "wrapper", *arguments, "-o", "image", expected=1, cwd=files)
    assert reason in text and text.startswith("boot-wrapper: ") and text.count("\n") == 1
    assert not (files / "image").exists()


@pytest.mark.parametrize("wrapper, reason", [
    (b"x" * PAGE, "not a boot-wrapper.bin"),
    (zimage(PAGE), "not a boot-wrapper.bin"),
    (zimage(PAGE + 4, words=(0, 0)), "not a multiple of 4096"),
])
def test_bad_wrapper(files, wrapper, reason):
    (files / "bad").write_bytes(wrapper)
    text = bw_pack("--wrapper", "bad", *KERNEL, "-o", "image", expected=1, cwd=files)
    assert reason in text


@pytest.mark.parametrize("places, reason", [
    (["kernel@0x82000800=kernel"], "not a multiple of 4096"),
    (["kernel@0x82000000=kernel", "dtb@0x83000004=dtb"], "not a multiple of 8"),
    (["kernel@0x82000000=kernel", "dtb@0x82002000=dtb"], "overlap kernel at 0x82000000"),
    (["kernel@0x87ffe000=kernel"], "overlap the table at 0x88000000"),
    (["kernel@0xfffff000=kernel"], "exceed 4 GiB"),
    (["dtb@0x82000000=dtb"], "no kernel"),
])
def test_bad_places(files, places, reason):
    text = bw_pack("--table-at", "0x88000000", *places, "-o", "table", expected=1, cwd=files)
    assert reason in text
    assert not (files / "table").exists()


@pytest.mark.parametrize("arguments", [
    [], ["--wrapper", "wrapper", *KERNEL], ["--list", "image", "-o", "x"],
    ["--wrapper", "wrapper", "--list", "x"], ["--list", "x", *KERNEL],
    ["--table-at", "0x88000000", *KERNEL, "-o", "x"], ["--table-at", "much", "-o", "x"],
    ["--table-at", "0x88000004", "kernel@0=kernel", "-o", "x"],
    ["--table-at", "0x88000000", "bootargs@0=kernel", "-o", "x"],
    ["--wrapper", "wrapper", *KERNEL, "kernel@0=kernel", "-o", "x"], ["--colour"],
])
def test_usage(files, arguments):
    text = bw_pack(*arguments, expected=2, cwd=files)
    assert text.startswith("boot-wrapper: ") and text.count("\n") == 1


@pytest.mark.parametrize("data, reason", [
    (b"\x1f\x8b" + bytes(90), "compressed with gzip; decompress it"),
    (b"\x28\xb5\x2f\xfd" + bytes(90), "compressed with zstd"),
    (b"\x04\x22\x4d\x18" + bytes(90), "compressed with lz4"),
    (b"\x27\x05\x19\x56" + bytes(90), "a uImage; take the zImage out of it"),
    (b"ANDROID!" + bytes(90), "an Android boot image"),
    (bytes(0x38) + b"ARM\x64" + bytes(90), "a 64-bit Image"),
    (bytes(0x24) + b"\x01\x6f\x28\x18" + bytes(90), "a big-endian zImage"),
    (b"\xd0\x0d\xfe\xed" + bytes(60) + b"\0\0\0\1images\0\0", "a FIT image"),
    (harness.DTB.read_bytes(), "a DTB; pass it with --dtb"),
    (b"070701" + bytes(90), "a cpio archive; pass it as the initrd"),
])
def test_other_images_are_named(files, data, reason):
    (files / "bad").write_bytes(data)
    text = bw_pack("--wrapper", "wrapper", "--kernel", "bad", "-o", "image", expected=1, cwd=files)
    assert text.startswith("boot-wrapper: bad: neither a zImage nor ELF but ") and reason in text
    text = bw_pack("--wrapper", "wrapper", *KERNEL, "--xen", "bad", "-o", "image", expected=1,
                   cwd=files)
    assert text.startswith("boot-wrapper: bad: not Xen") and reason in text


def test_bad_files(files):
    """What is no file is named at once, also where the output goes; names can be strange."""
    os.mkfifo(files / "fifo")
    (files / "directory").mkdir()
    for name, reason in {"fifo": "not a file (a pipe)", "directory": "not a file (a directory)",
                         "x" * 300: "name too long"}.items():
        for arguments in (["--wrapper", name, *KERNEL, "-o", "image"],
                          ["--wrapper", "wrapper", "--kernel", name, "-o", "image"],
                          ["--wrapper", "wrapper", *KERNEL, "-o", name], ["--list", name],
                          ["--check", name]):
            text = bw_pack(*arguments, expected=1, cwd=files)
            assert reason in text and text.startswith("boot-wrapper: ") and text.count("\n") == 1
    odd = "a, b'\"c"
    (files / odd).write_bytes((files / "kernel").read_bytes())
    bw_pack("--wrapper", "wrapper", "--kernel", odd, "-o", f"{odd}.out", cwd=files)
    assert bw_pack("--check", f"{odd}.out", cwd=files) == ""


def test_changed_while_read(files, monkeypatch):
    """A copy of it would be neither the old file nor the new one."""
    size = os.fstat

    def grow(descriptor):
        result = size(descriptor)
        with open(files / "kernel", "ab") as stream:
            stream.write(b"x")
        return result
    monkeypatch.setattr(os, "fstat", grow)
    with pytest.raises(bw.Problem, match="kernel: changed while it was read; wait"):
        bw.files.read(files / "kernel")


@pytest.mark.parametrize("arguments", [
    ["--list", "image"], ["--check", "image"], ["--wrapper", "--", *["--kernel=x"], "-o", "x"],
    ["--table-at", "0x88000000", "kernel@010=kernel", "-o", "x"],
    ["--table-at", "0x88000000", "kernel@9999999999=kernel", "-o", "x"],
    ["--wrapper", "wrapper", "--kernel", "kernel", "--bootargs=--", "-o", "x"],
    ["--wrapper", "wrapper", "--kernel", "kernel", "--bootargs", b"\xff", "-o", "x"],
])
def test_no_traceback(files, arguments):
    """Also with a stdout that cannot be written."""
    bw_pack("--wrapper", "wrapper", *KERNEL, "-o", "image", cwd=files)
    with open("/dev/full", "w") as full:
        done = subprocess.run([TOOL, *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
                              cwd=files)
    assert "Traceback" not in done.stderr and done.stderr.count("\n") <= 1
    assert done.returncode in (0, 1, 2)


def test_options_are_the_wrappers():
    """What --options takes is what the wrapper does."""
    source = (harness.TOP / "loader" / "options.def").read_text()
    known = {}
    for name, value in re.findall(r'^OPTION\("([a-z-]+)", "([\w-]+)",', source, re.M):
        known.setdefault(name, []).append(value)
    assert set(known["mode"]) == set(MODES)
    loader = importlib.machinery.SourceFileLoader("bw_pack", str(TOOL))
    pack = importlib.util.module_from_spec(importlib.util.spec_from_loader("bw_pack", loader))
    loader.exec_module(pack)
    assert {name: sorted(words) for name, words in pack.OPTIONS.items()} == \
        {name: sorted(words) for name, words in known.items()}
