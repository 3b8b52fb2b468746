# SPDX-License-Identifier: BSD-2-Clause
"""Read and change words of an ELF image."""

import re
import shutil
import struct
import subprocess

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

UDF = 0xE7F000F0        # permanently UNDEFINED, in ARM state
THUMB_UDF = 0xDE00DE00  # twice, in Thumb state
THUMB_UDF_W = 0xA000F7F0    # one of 32 bits
NOP = 0xE320F000


def symbols(image):
    with open(image, "rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        return {s.name: s["st_value"] for s in table.iter_symbols() if s.name}


def patch(image, output, changes):
    """Copy an ELF image with some words replaced: {address: word}."""
    shutil.copy(image, output)
    with open(image, "rb") as stream:
        segments = [(s["p_paddr"], s["p_filesz"], s["p_offset"])
                    for s in ELFFile(stream).iter_segments() if s["p_type"] == "PT_LOAD"]
    with open(output, "r+b") as stream:
        for address, word in changes.items():
            [offset] = [offset + address - start for start, size, offset in segments
                        if start <= address < start + size]
            stream.seek(offset)
            stream.write(struct.pack("<I", word))
    return output


def read_words(image, address, count):
    """Words of an ELF image, as they will lie in memory."""
    with open(image, "rb") as stream:
        for segment in ELFFile(stream).iter_segments():
            offset = address - segment["p_paddr"]
            if segment["p_type"] == "PT_LOAD" and 0 <= offset < segment["p_filesz"]:
                return list(struct.unpack_from(f"<{count}I", segment.data(), offset))
    raise AssertionError(f"{image} has nothing at {address:#x}")


def disassembly(image):
    """{address: (word, text)} of the wrapper's own code, and {address: symbol}."""
    listing = subprocess.run(["arm-none-eabi-objdump", "-d", "-j", ".boot", "-j",
                              ".resident_nonsecure", "-j", ".resident_secure", str(image)],
                             capture_output=True, text=True, check=True).stdout
    code, names = {}, {}
    for line in listing.splitlines():
        if match := re.match(r"([0-9a-f]{8}) <(.+)>:$", line):
            names[int(match[1], 16)] = match[2]
        elif match := re.match(r"([0-9a-f]+):\t([0-9a-f]{4,8})(?: ([0-9a-f]{4}))? *\t(.*)$",
                               line.strip()):
            code[int(match[1], 16)] = (int(match[2], 16), match[4].strip())
    # Constants follow the code, up to the end of its section; they are no instructions.
    at = symbols(image)
    with open(image, "rb") as stream:
        sections = [(s["sh_addr"], s["sh_addr"] + s["sh_size"]) for s in
                    ELFFile(stream).iter_sections() if s["sh_flags"] & SH_FLAGS.SHF_ALLOC]
    for symbol in ("boot_text_end", "resident_text_end"):
        constants = at.get(symbol, 0)
        for start, end in sections:
            if start < constants <= end:
                code = {address: line for address, line in code.items()
                        if not constants <= address < end}
    return code, names


def instructions(image, function, pattern):
    code, _ = disassembly(image)
    with open(image, "rb") as stream:
        [symbol] = ELFFile(stream).get_section_by_name(".symtab").get_symbol_by_name(function)
    start = symbol["st_value"] & ~1
    # A symbol without a size is assembly: look at its first instructions.
    end = start + (symbol["st_size"] or 0x100)
    return {address: word for address, (word, text) in code.items() if start <= address < end
            and re.match(pattern, re.sub(r"^(\w+)\.[nw]\b", r"\1", text))}


def without(image, function, pattern):
    """The changes for patch() that remove such instructions from a function."""
    code, _ = disassembly(image)
    return {at: nop(code, at, word) for at, word in
            instructions(image, function, pattern).items()}


def nop(code, at, word):
    """The replacement of an instruction: a NOP, or two NOPs of 16 bits."""
    if word > 0xFFFF:
        # ARM. "str rX, [rN], #4" does this to rN.
        base = word >> 16 & 0xF
        return (0xE2800004 | base << 16 | base << 12 if word & 0xFFF00FFF == 0xE4800004 else
                NOP)
    # Thumb: 32 bits long if the first five say so; else the next one stays.
    return 0xBF00BF00 if word >> 11 >= 0x1D else 0xBF00 | code[at + 2][0] << 16
