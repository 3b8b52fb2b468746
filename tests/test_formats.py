# SPDX-License-Identifier: BSD-2-Clause
"""loader/formats.c on the host: what it recognises, refuses and names."""

import ctypes
import lzma
import re
import struct
import subprocess
import sys
import zlib

import pytest

import harness

sys.path.insert(0, str(harness.TOP / "tools"))
from bw import formats                                                  # noqa: E402

UNKNOWN, LINUX, XEN, ELF, UIMAGE, DTB, TABLE, RAMDISK = range(8)


@pytest.fixture(scope="module")
def c():
    """formats.c as a library."""
    library = harness.host_library("formats", "loader/formats.c")
    for name in ("cannot_start", "zimage_check", "uimage_check", "elf_check_header", "elf_check"):
        getattr(library, name).restype = ctypes.c_char_p
    library.is_linux_image.restype = ctypes.c_bool
    for name in ("uimage_is_compressed", "elf_is_virtual", "is_padding"):
        getattr(library, name).restype = ctypes.c_bool
    library.crc32.restype = ctypes.c_uint32
    return library


def words(*values, size=64, at=0):
    """Bytes with little-endian words at an offset."""
    data = bytearray(size)
    struct.pack_into(f"<{len(values)}I", data, at, *values)
    return bytes(data)


def zimage(endian=0x04030201, magic=0x45454545, table=0x40, entries=(), size=0x100, start=0,
           end=None, code=()):
    """A zImage's header, with a table of words and code behind it."""
    data = bytearray(size)
    struct.pack_into("<I", data, 0x20, 0xEA000016)          # b 0x80
    struct.pack_into("<6I", data, 0x24, 0x016F2818, start, size if end is None else end, endian,
                     magic, table)
    struct.pack_into(f"<{len(entries)}I", data, 0x40, *entries)
    struct.pack_into(f"<{len(code)}I", data, 0x80, *code)
    return bytes(data)


@pytest.mark.parametrize("data, format", [
    (zimage(), LINUX),
    (zimage(magic=0), LINUX),                   # Linux 4.14 and older
    (zimage(0xE10F9000, 0), LINUX),             # Linux 3.14 and older: code
    (zimage(0xE1A07001, 0), LINUX),
    (zimage(0xF1010200, 0), LINUX),
    (zimage(0x01020304), LINUX),                # BE8
    (zimage(0x01020304, magic=0), LINUX),
    (zimage(0xF10C01C0, 0xE1A08002), XEN),
    (b"\x7fELF", ELF),
    (b"\x27\x05\x19\x56", UIMAGE),
    (b"\xd0\x0d\xfe\xed", DTB),
    (b"BWPT", TABLE),
    *((magic, RAMDISK) for magic in (
        b"070701", b"\x1f\x8b", b"\xfd7zXZ", b"BZh", b"\x02\x21\x4c\x18", b"\x28\xb5\x2f\xfd",
        b"\x89LZO", b"\x5d\0\0\x80\0")),
    (b"\x5d\0\1", UNKNOWN), (b"", UNKNOWN), (b"0707", UNKNOWN),
])
def test_recognise(c, data, format):
    assert c.recognise(data.ljust(64, b"\0")) == format


def test_files_of_the_field(c):
    """Debian's kernel and Xen; the kernel's Image, which is what it inflates to."""
    kernel, xen = harness.VMLINUZ.read_bytes(), harness.XEN.read_bytes()
    assert (c.recognise(kernel), c.recognise(xen)) == (LINUX, XEN)
    room = (ctypes.c_uint32 * 4)()
    assert c.zimage_check(kernel, len(kernel), room) is None and any(room)
    image = next(decompressed(kernel[found.start():]) for found in
                 re.finditer(b"\xfd7zXZ\0", kernel) if decompressed(kernel[found.start():]))
    assert b"Linux's Image" in c.cannot_start(image, 4096) and c.is_linux_image(image, len(image))
    assert not c.is_linux_image(kernel, len(kernel)) and not c.is_linux_image(xen, len(xen))
    assert formats.is_linux(kernel) and not formats.is_linux(xen)


def decompressed(data):
    try:
        return lzma.LZMADecompressor().decompress(data)
    except lzma.LZMAError:
        return None


def test_names_are_those_of_the_table(c):
    """Each format of the table, as the wrapper and as the host's tools name it."""
    assert len(formats.KNOWN) >= 18
    for offset, magic, what, remedy in formats.KNOWN:
        data = bytes(offset) + magic
        assert c.cannot_start(data, len(data)).decode() == \
            f"neither a zImage nor ELF but {what}; {remedy}"
        assert formats.name_of(data.ljust(64, b"\0")) == (what, remedy)
        assert c.cannot_start(data, len(data) - 1) is None


def test_fit_and_dtb(c, tmp_path):
    (tmp_path / "fit.its").write_text('/dts-v1/; / { description = "x"; images { kernel { '
                                      'data = [00]; type = "kernel"; arch = "arm"; os = "linux"; '
                                      'compression = "none"; }; }; };')
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", tmp_path / "fit", tmp_path / "fit.its"],
                   check=True)
    fit, dtb = (tmp_path / "fit").read_bytes(), harness.DTB.read_bytes()
    assert b"but a FIT image; " in c.cannot_start(fit, len(fit))
    assert b"but a DTB; pass it as the DTB" in c.cannot_start(dtb, len(dtb))
    assert c.cannot_start(dtb, 3) is None and b"a DTB" in c.cannot_start(dtb, 4)


@pytest.mark.parametrize("code, is_linux", [
    ((0xE10F9000, 0xE229901A), True),
    ((0xEB04402E, 0xE10F9000, 0xE229901A), True),
    ((0xE28F9001, 0xE12FFF19, 0x8900F3EF, 0x091AF089), True),       # Thumb-2
    ((0xE10F9000, 0), False), ((0x8900F3EF, 0), False),
    ((0, 0, 0, 0, 0xE10F9000, 0xE229901A), True),
    ((0, 0, 0, 0, 0, 0xE10F9000, 0xE229901A), False),
])
def test_linux_image(c, code, is_linux):
    data = words(*code)
    assert c.is_linux_image(data, len(data)) == is_linux
    assert not c.is_linux_image(data, 4)


SIZES = 0x5A534C4B
OTHER = (3, 0x12345678, 0)                      # {words, tag, data}
ZIMAGES = {
    "good": (zimage(entries=(*OTHER, 5, SIZES, 0xF0, 0x100, 0x8000, 0)), None),
    "no table": (zimage(magic=0), None),
    "the end of the table": (zimage(entries=(*OTHER, 0)), None),
    "a table that the file does not have": (zimage(table=0xFFFFFF00), None),
    "cut short": (zimage(end=0x101), "truncated zImage"),
    "no more than a header": (zimage(end=0)[:63], "truncated zImage"),
    "big-endian": (zimage(0x01020304), "a big-endian zImage"),
    "big-endian, and a branch to nowhere": (zimage(0x01020304, size=0x82), "a big-endian zImage"),
    "BE8": (zimage(0x01020304, magic=0, code=(0xF1010200,)), None),
    "larger than memory": (zimage(entries=(5, SIZES, 0xF0, 0xFFFFFFFF, 0xFFFFFFFF, 0)), None),
    "a size outside": (zimage(entries=(5, SIZES, 0xFD, 0, 0, 0)), "truncated zImage"),
    "a size that is not there": (zimage(entries=(5, SIZES, 0xF4, 0, 0, 0), size=0x200),
                                 "truncated zImage: what follows"),
}


@pytest.mark.parametrize("name", ZIMAGES)
def test_zimage_check(c, name):
    data, wrong = ZIMAGES[name]
    data = bytearray(data)
    if name in ("good", "larger than memory"):
        struct.pack_into("<I", data, 0xF0, 0x5000)
    room = (ctypes.c_uint32 * 4)()
    found = c.zimage_check(bytes(data), len(data), room)
    assert found is None if wrong is None else found.decode().startswith(wrong)
    assert room[1] == {"good": 0xD100, "larger than memory": 0xFFFFFFFF}.get(name, 0)


def test_big_endian_without_a_branch(c):
    data = bytearray(zimage(0x01020304, code=(0xF1010200,)))
    data[0x23] = 0
    assert c.zimage_check(bytes(data), len(data), (ctypes.c_uint32 * 4)()).startswith(b"a big-endian")
    assert c.zimage_check(bytes(data), 3, (ctypes.c_uint32 * 4)()) == b"truncated zImage"


def uimage(kind, compression=0, size=100, claimed=None):
    return struct.pack(">7I4B32s", 0x27051956, 0, 0, size if claimed is None else claimed, 0, 0, 0,
                       5, 2, kind, compression, b"x") + bytes(size)


@pytest.mark.parametrize("data, wanted, wrong", [
    (uimage(2), 2, None), (uimage(3), 3, None), (uimage(3, 1), 3, None), (uimage(8), 8, None),
    (uimage(2, 1), 2, "a compressed uImage; "), (uimage(8, 1), 8, "a compressed uImage; "),
    (uimage(2, claimed=101), 2, "a uImage cut short; "), (uimage(2)[:63], 2, "a uImage cut short; "),
    (uimage(2), 3, "a uImage of a kernel; "), (uimage(3), 2, "a uImage of a ramdisk; "),
    (uimage(4), 2, "a uImage of several files; "), (uimage(6), 2, "a uImage of a script, "),
    (uimage(8), 2, "a uImage of a DTB; "), (uimage(5), 2, "a uImage of an unknown type; "),
    (uimage(99), 3, "a uImage of an unknown type; "),
])
def test_uimage_check(c, data, wanted, wrong):
    found = c.uimage_check(data, len(data), wanted)
    assert found is None if wrong is None else found.decode().startswith(wrong)
    assert c.uimage_type(data) == data[30] and c.uimage_is_compressed(data) == bool(data[31])


def test_sizes_and_crc(c):
    assert c.uimage_size(uimage(2)) == 100
    assert c.dtb_size(harness.DTB.read_bytes()) == harness.DTB.stat().st_size
    dtb = bytearray(harness.DTB.read_bytes())
    assert c.dtb_used(bytes(dtb)) == len(dtb)
    struct.pack_into(">I", dtb, 4, 1 << 20)                 # QEMU leaves room behind it
    used = c.dtb_used(bytes(dtb))
    assert len(dtb) - 8 < used <= len(dtb)
    structure, strings, reserved = struct.unpack_from(">3I", dtb, 8)
    assert c.dtb_used(bytes(dtb[:36]) + bytes(4)) == c.dtb_used(bytes(dtb)) == used
    for at, value in ((32, 1 << 21), (36, 1 << 21), (16, structure + 4), (16, strings + 4),
                      (8, reserved - 1)):
        other = bytearray(dtb)
        struct.pack_into(">I", other, at, value)
        assert c.dtb_used(bytes(other)) == 1 << 20, (at, value)
    struct.pack_into(">2I", dtb, 8, strings, structure)     # in the other order
    dtb[32:40] = dtb[36:40] + dtb[32:36]
    assert c.dtb_used(bytes(dtb)) == used
    struct.pack_into(">I", dtb, 16, structure + 4)
    assert c.dtb_used(bytes(dtb)) == 1 << 20
    assert c.zimage_size(zimage(start=0x1000, end=0x3000)) == 0x2000
    for data in (b"", b"123456789", bytes(range(256))):
        assert c.crc32(data, len(data)) == zlib.crc32(data)


def header(ident=b"\x7fELF\1\1", kind=2, machine=40, entry=0x80008000, phoff=52, phentsize=32,
           phnum=1):
    return struct.pack("<16s2H5I6H", ident, kind, machine, 1, entry, phoff, 0, 0, 52, phentsize,
                       phnum, 40, 0, 0)


def segment(kind=1, offset=0x100, vaddr=0x80008000, paddr=None, filesz=0x100, memsz=0x100):
    return struct.pack("<8I", kind, offset, vaddr, vaddr if paddr is None else paddr, filesz, memsz,
                       7, 4)


@pytest.mark.parametrize("data, wrong", [
    (header(), None), (header(phnum=0), None),
    *((header(**change), "not an executable of 32-bit little-endian ARM") for change in (
        {"ident": b"\x7fELF\2\1"}, {"ident": b"\x7fELF\1\2"}, {"kind": 3}, {"machine": 62})),
    (header(phentsize=56), "its program headers exceed the file"),
    (header(phoff=0x1000), "its program headers exceed the file"),
    (header(phoff=0xFFFFFFFF), "its program headers exceed the file"),
    (header(phnum=33), "it has more than 32 program headers"),
])
def test_elf_header(c, data, wrong):
    found = c.elf_check_header(data, 0x1000)
    assert found is None if wrong is None else found.decode() == wrong


def test_vmlinux(c):
    """Linux's own ELF file, linked to physical addresses and to virtual ones."""
    address = ctypes.c_uint32()
    segments = [segment(4), segment(vaddr=0xC0010000, paddr=0x10000),
                segment(offset=0x200, vaddr=0xC0008000, paddr=0x8000, memsz=0x1000)]
    elf = header(entry=0xC0008005, phnum=3)
    assert c.elf_entry(elf, b"".join(segments), ctypes.byref(address)) == 0x204
    assert address.value == 0x8004
    for entry in (0xC0007FFE, 0xC0008100):
        assert c.elf_entry(header(entry=entry, phnum=3), b"".join(segments),
                           ctypes.byref(address)) == 0
    linux, other = words(0, 0xE10F9000, 0xE229901A, size=32), bytes(32)
    for code, at, virtual in ((linux, 0xC0208000, True), (linux, 0x87FFFFFC, False),
                              (linux, 0x88000000, True), (linux, 0x7FFFFFFC, True),
                              (other, 0xC0208000, False)):
        assert c.elf_is_virtual(code, at, 0x80000000) == virtual


def test_padding(c):
    for data, padding in ((b"", True), (bytes(9), True), (b"\xff" * 9, True), (b"\1\1", False),
                          (b"\0\xff", False), (b"\xff\xff\0", False)):
        assert c.is_padding(data, len(data)) == padding


@pytest.mark.parametrize("entry, segments, wrong", [
    (0x80008000, [segment()], None),
    (0x80008001, [segment()], None),                                    # Thumb
    (0xC0008004, [segment(vaddr=0xC0008000, paddr=0x80008000)], None),
    (0x80008000, [segment(), segment(4, 0xFFFFFFF0), segment(memsz=0, filesz=0)], None),
    (0x80008000, [segment(), segment(vaddr=0x80009000), segment(4, vaddr=0x80009000)], None),
    (0x80009000, [segment(vaddr=0x80009000), segment()], None),
    (0x80008000, [segment(4), segment()], None),
    (0x80008000, [segment(offset=0xF01)], "a segment exceeds the file"),
    (0x80008000, [segment(offset=0xFFFFFFFF)], "a segment exceeds the file"),
    (0x80008000, [segment(memsz=0xFF)], "a segment is larger in the file than in memory"),
    (0x7FFFFFFF, [segment(vaddr=0x7FFFFFFF)], "a segment lies outside the RAM"),
    (0x8FFFFF01, [segment(vaddr=0x8FFFFF01)], "a segment lies outside the RAM"),
    (0xFFFFFFF0, [segment(vaddr=0xFFFFFFF0)], "a segment lies outside the RAM"),
    (0x80008000, [segment(), segment(vaddr=0x800080FF)], "two segments overlap"),
    (0x80008000, [segment(), segment(vaddr=0x80007F01)], "two segments overlap"),
    (0x80008100, [segment()], "its entry lies in no segment"),
    (0x80007FFF, [segment()], "its entry lies in no segment"),
    (0x80008000, [], "its entry lies in no segment"),
    (0x80008002, [segment()], "its entry is aligned for neither ARM nor Thumb"),
])
def test_elf_segments(c, entry, segments, wrong):
    layout = (ctypes.c_uint32 * 3)()
    found = c.elf_check(header(entry=entry, phnum=len(segments)), b"".join(segments), 0x1000,
                        0x80000000, 0x90000000, layout)
    assert found is None if wrong is None else found.decode() == wrong
    if wrong is None:
        assert layout[0] <= layout[2] & ~1 < layout[1]
