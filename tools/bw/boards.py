# SPDX-License-Identifier: BSD-2-Clause
"""Boards, as boards/NAME.mk and boards/NAME.h describe them: Board, names(), default()."""

import re
import shlex

from . import Problem, TOP

BOARDS = TOP / "boards"


def names():
    return sorted(path.stem for path in BOARDS.glob("*.mk"))


def default():
    """The board that make builds for without BOARD=; None without a Makefile."""
    try:
        match = re.search(r"^BOARD\s*\?=\s*(\S+)", (TOP / "Makefile").read_text(), re.M)
    except (OSError, UnicodeDecodeError):
        return None
    return match and match[1]


def variables(text):
    """{name: value} of a makefile that has only assignments."""
    text = re.sub(r"\\\n\s*", " ", text)
    return {name: re.sub(r"\s#.*", "", value).strip()
            for name, value in re.findall(r"^(\w+)\s*[:?]?=[ \t]*(.*)$", text, re.M)}


def memory_ranges(text):
    """[(base, size)] of "BASE,SIZE[,BASE,SIZE ...]", where a size may end with K, M or G, as
    MEMORY= of make has it."""
    words = text.split(",") if text else []
    sizes = [int(word.rstrip("KMG"), 0) << {"K": 10, "M": 20, "G": 30}.get(word[-1:], 0)
             for word in words[1::2]]
    if len(words) % 2:
        raise ValueError(f"BOARD_MEMORY {text}: not BASE,SIZE[,BASE,SIZE ...]")
    return list(zip((int(word, 0) for word in words[::2]), sizes))


class Board:
    """What a board needs under QEMU; each attribute is a variable of boards/NAME.mk."""

    def __init__(self, name):
        try:
            if not re.fullmatch(r"[\w.+-]+", name):
                raise FileNotFoundError
            value = variables((BOARDS / f"{name}.mk").read_text())
        except (OSError, UnicodeDecodeError):
            raise Problem(f"--board {name}: no such board; valid boards: "
                          f"{', '.join(names())}") from None
        self.name = name
        try:
            self.qemu = shlex.split(value.get("BOARD_QEMU", ""))
            self.serial = shlex.split(value.get("BOARD_SERIAL", ""))    # UARTs before the console's
            self.cpus = int(value.get("BOARD_SMP") or 2)
            self.cpus_qemu10 = int(value.get("BOARD_SMP_QEMU10") or self.cpus)
            self.clock_cpus = [int(word) for word in value.get("BOARD_CLOCK_CPUS", "").split()]
            # In place of what the DTB says.
            self.memory = memory_ranges(value.get("BOARD_MEMORY", ""))
        except ValueError as error:
            raise Problem(f"boards/{name}.mk: {error}; correct it") from None
        if not self.qemu:
            raise Problem(f"--board {name}: boards/{name}.mk does not set BOARD_QEMU; set it to "
                          "QEMU's options for the board (-M MACHINE -m SIZE)")
        self.armstub = value.get("BOARD_ARMSTUB") == "yes"
        self.source = value.get("BOARD_SOURCE") or "semihosting"
        self.dtb = value.get("BOARD_DTB")
        self.earlycon = value.get("BOARD_EARLYCON")
        self.bootargs = value.get("BOARD_BOOTARGS", "")
        self.xen_bootargs = value.get("BOARD_XEN_BOOTARGS", "")
        self.dom0_bootargs = value.get("BOARD_DOM0_BOOTARGS", "")

    def ram(self):
        """Where RAM begins, by boards/NAME.h; None if the header does not say."""
        try:
            header = (BOARDS / f"{self.name}.h").read_text()
        except (OSError, UnicodeDecodeError):
            return None
        match = re.search(r"BOARD_RAM_BASE\s+(0x[0-9a-fA-F]+)", header)
        return match and int(match[1], 0)
