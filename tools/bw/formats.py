# SPDX-License-Identifier: BSD-2-Clause
"""Image formats by their first bytes: name_of() names any, is_zimage() and is_linux()
recognise those that the wrapper starts, word() reads a little-endian word."""

import ast
import pathlib
import re
import struct

# The zImage header (Linux, Documentation/arch/arm/booting.rst).
ZIMAGE = 0x24           # magic, start, end, and in Linux two more words
ZIMAGE_MAGIC, LITTLE_ENDIAN, BIG_ENDIAN, LINUX_TABLE = \
    0x016F2818, 0x04030201, 0x01020304, 0x45454545
# Either endianness; mrs r9, cpsr; mov r7, r1; setend be.
FIRST_WORDS = (LITTLE_ENDIAN, BIG_ENDIAN, 0xE10F9000, 0xE1A07001, 0xF1010200)
ELF = b"\x7fELF"
DTB = b"\xd0\x0d\xfe\xed"

# [(offset, bytes, what it is, what to do about it)], special formats before general ones:
# the wrapper's own table.
TABLE = pathlib.Path(__file__).resolve().parent.parent.parent / "loader" / "formats.def"
KNOWN = [(int(offset, 0), ast.literal_eval(f"b{magic}"), ast.literal_eval(what),
          ast.literal_eval(remedy))
         for offset, magic, what, remedy in re.findall(
             r'^FORMAT\((\w+), (".*?"), (".*?"), (".*?")\)$', TABLE.read_text(), re.M)]


def word(data, offset):
    return struct.unpack_from("<I", data, offset)[0] if offset + 4 <= len(data) else 0


def is_zimage(data):
    """Linux's or Xen's."""
    return len(data) >= ZIMAGE + 12 and word(data, ZIMAGE) == ZIMAGE_MAGIC


def is_linux(data):
    """Xen has the first magic number only. Linux 4.14 and older have no table, 3.14 and older
    code in place of the word that names the endianness: see loader/formats.c."""
    return is_zimage(data) and (word(data, ZIMAGE + 16) == LINUX_TABLE or
                                word(data, ZIMAGE + 12) in FIRST_WORDS)


def sets_endianness(data):
    """Whether a zImage begins as a big-endian kernel must: the CPU enters it little-endian."""
    branch = word(data, 0x20)
    return branch >> 24 == 0xEA and word(data, 0x28 + 4 * (branch & 0xFFFFFF)) == 0xF1010200


def name_of(data):
    """(what a file is, what to do with it in place of a kernel), or None if unknown."""
    if is_zimage(data):
        return ("a Linux zImage", "pass it with --kernel") if is_linux(data) else \
            ("Xen", "pass it with --xen")
    if data[:4] == ELF:
        return "an ELF file", "pass it with --kernel"
    if data[:4] == DTB:
        # A FIT is a devicetree with a node /images.
        return ("a FIT image", "take the zImage out of it with dumpimage") \
            if b"\0\0\0\1images\0" in data[:1 << 20] else ("a DTB", "pass it with --dtb")
    return next(((what, remedy) for offset, magic, what, remedy in KNOWN
                 if data[offset:offset + len(magic)] == magic), None)
