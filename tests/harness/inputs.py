# SPDX-License-Identifier: BSD-2-Clause
"""Kernels, DTBs and other files that a test makes: small, changed or damaged ones."""

import pathlib
import struct
import subprocess
import tempfile
import zlib

from .settings import DTB, VMLINUZ


def empty(tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(b"")
    return path


def text_file(tmp_path):
    path = tmp_path / "text"
    path.write_text("hello\n" * 100)
    return path


def truncated(tmp_path):
    path = tmp_path / "zImage"
    path.write_bytes(VMLINUZ.read_bytes()[:2000000])
    return path


def big_endian(tmp_path):
    data = bytearray(VMLINUZ.read_bytes())
    data[0x30:0x34] = struct.pack(">I", 0x04030201)
    path = tmp_path / "zImage"
    path.write_bytes(data)
    return path


def changed(tmp_path, source, name, change):
    data = bytearray(source.read_bytes())
    path = tmp_path / name
    path.write_bytes(change(data))
    return path


def cut(size):
    return lambda data: data[:size]


def words(*changes):
    def change(data):
        for offset, word in changes:
            data[offset:offset + 4] = word.to_bytes(4, "little")
        return data
    return change


# The types of a uImage, by their numbers in its header, as mkimage names them. Its flat_dt is a
# FIT image, so a DTB (8) is wrapped as a kernel, and its type changed.
UIMAGE_TYPES = {2: "kernel", 3: "ramdisk", 4: "multi", 5: "firmware", 6: "script", 8: "kernel"}


def uimage(data, kind, compression=0):
    """A uImage of mkimage's, of a type by its number; compressed (1, in name only) or not."""
    with tempfile.TemporaryDirectory() as directory:
        content, image = pathlib.Path(directory, "content"), pathlib.Path(directory, "image")
        content.write_bytes(data)
        subprocess.run(["mkimage", "-A", "arm", "-O", "linux", "-T", UIMAGE_TYPES[kind],
                        "-C", ["none", "gzip"][compression], "-n", "test", "-d", content, image],
                       check=True, capture_output=True)
        head = bytearray(image.read_bytes())
    head[30] = kind
    head[4:8] = bytes(4)
    head[4:8] = zlib.crc32(head[:64]).to_bytes(4, "big")
    return bytes(head)


def idle_kernel(tmp_path, inflates_to=0):
    """A zImage that only waits; with `inflates_to`, one that looks like Linux of that size."""
    words = [0] * 32
    words[0] = 0xEA000016                       # b to word 24
    words[9:12] = 0x016F2818, 0, 128
    words[24:26] = 0xE320F003, 0xEAFFFFFD       # wfi; b to that
    if inflates_to:
        words[12:15] = 0x04030201, 0x45454545, 64
        words[16:19] = 5, 0x5A534C4B, 88        # the table at 64: sizes; the first is at 88
        words[22] = inflates_to
    path = tmp_path / "idle"
    path.write_bytes(struct.pack("<32I", *words))
    return path


def edited_dtb(tmp_path, edit):
    source = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", DTB],
                            capture_output=True, text=True, check=True).stdout
    path = tmp_path / "edited.dtb"
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", path], text=True, check=True,
                   input=edit(source))
    return path


def small_memory(tmp_path):
    return edited_dtb(tmp_path, lambda s: s.replace("0x80000000 0x00 0x40000000",
                                                    "0x80000000 0x00 0x8000000"))


def dtb_with(path, node, name, value, kind="s", dtb=DTB):
    """A copy of a DTB with a property of one node, a string; or, as `kind` says to
    fdtput, values with spaces between them."""
    path.write_bytes(dtb.read_bytes())
    subprocess.run(["fdtput", "-t", kind, path, node, name,
                    *([value] if kind == "s" else value.split())], check=True)
    return path


# A kernel that writes the state that it was assembled for and what its bss held to the
# console, a character each, and stops. In the other state it is nonsense.
ELF_SOURCE = """
	.syntax unified
	.arch armv7-a
	.%s
	.global _start
	.type _start, %%function
_start:
	movw	r4, #0x0000
	movt	r4, #0x1c09
	ldr	r7, =blank
	ldr	r8, [r7]
	ldr	r9, [r7, #36]
	orrs	r8, r8, r9
	ite	eq
	moveq	r8, #'0'
	movne	r8, #'!'
	mov	r5, #'%s'
	str	r5, [r4]
	str	r8, [r4]
	mov	r5, #'.'
	str	r5, [r4]
1:	b	1b
	.ltorg
	.bss
blank:	.space 40
"""
ELF_SCRIPT = """
ENTRY(_start)
PHDRS { text PT_LOAD; data PT_LOAD; }
SECTIONS {
	.text %s : AT(%s) { *(.text) } :text
	.bss %s : AT(%s) { *(.bss) } :data
}
"""


def elf(tmp_path, state="arm", text="0x80100000", text_at=None, bss="0x80200000", bss_at=None,
        script=ELF_SCRIPT):
    """A kernel that reports its state and its bss in two characters."""
    (tmp_path / "k.S").write_text(ELF_SOURCE % (state, state[0].upper()))
    (tmp_path / "k.lds").write_text(script % (text, text_at or text, bss, bss_at or bss))
    subprocess.run(["arm-none-eabi-gcc", "-nostdlib", "-T", tmp_path / "k.lds",
                    "-Wl,--no-warn-rwx-segments", "-o", tmp_path / "k.elf", tmp_path / "k.S"],
                   check=True)
    return tmp_path / "k.elf"
