# SPDX-License-Identifier: BSD-2-Clause
"""Image formats by their first bytes: name_of() names any, is_zimage() and is_linux()
recognise those that the wrapper starts, word() reads a little-endian word."""

import struct

# The zImage header (Linux, Documentation/arch/arm/booting.rst).
ZIMAGE = 0x24           # magic, start, end, and in Linux two more words
ZIMAGE_MAGIC, LITTLE_ENDIAN, LINUX_TABLE = 0x016F2818, 0x04030201, 0x45454545
ELF = b"\x7fELF"
DTB = b"\xd0\x0d\xfe\xed"

COMPRESSED = "decompress it first"
# (offset, bytes, what it is, what to do about it), the special before the general.
KNOWN = (
    (0x24, b"\x01\x6f\x28\x18", "a big-endian zImage", "the wrapper starts little-endian kernels"),
    (0x38, b"ARM\x64", "a 64-bit Image", "build a kernel for 32-bit ARM"),
    (0, b"\x27\x05\x19\x56", "a uImage", "take the zImage out of it with dumpimage"),
    (0, b"ANDROID!", "an Android boot image", "take the zImage out of it with unpack_bootimg"),
    (0, b"BWPT", "a table of tools/bw-pack", "name the kernel itself"),
    (0, b"\x1f\x8b", "compressed with gzip", COMPRESSED),
    (0, b"\xfd7zXZ", "compressed with xz", COMPRESSED),
    (0, b"BZh", "compressed with bzip2", COMPRESSED),
    (0, b"\x02\x21\x4c\x18", "compressed with lz4", COMPRESSED),
    (0, b"\x04\x22\x4d\x18", "compressed with lz4", COMPRESSED),
    (0, b"\x28\xb5\x2f\xfd", "compressed with zstd", COMPRESSED),
    (0, b"\x89LZO", "compressed with lzop", COMPRESSED),
    (0, b"\x5d\0\0", "compressed with lzma", COMPRESSED),
    (0, b"07070", "a cpio archive", "pass it with --initrd"),
    (0, b"!<arch>", "an archive", "unpack it"),
    (0, b"MZ", "an EFI program", "name the zImage of the kernel"),
)


def word(data, offset):
    return struct.unpack_from("<I", data, offset)[0] if offset + 4 <= len(data) else 0


def is_zimage(data):
    """Linux's or Xen's."""
    return len(data) >= ZIMAGE + 12 and word(data, ZIMAGE) == ZIMAGE_MAGIC


def is_linux(data):
    """Xen has the first magic number only."""
    return is_zimage(data) and word(data, ZIMAGE + 16) == LINUX_TABLE


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
