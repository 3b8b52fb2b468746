# SPDX-License-Identifier: BSD-2-Clause
"""What a machine can still be asked when its kernel prints nothing: State."""

import pathlib
import re

from .qmp import Client

KERNEL_LOG_AREA = 64 << 20      # of RAM: Linux and its first log buffer lie there


def cpu_states(registers):
    """[(world, mode, PC)] of "info registers -a"."""
    found = re.findall(r"R15=([0-9a-f]{8})\s+PSR=[0-9a-f]{8} \S+ [AT] (?:(NS|S) )?(\w+?)(?:32|26)",
                       registers)
    return [({"NS": "Non-secure ", "S": "Secure "}.get(world, ""), mode, int(pc, 16))
            for pc, world, mode in found]


def place(pc, text):
    """What lies at an address, according to the console."""
    if pc < 0x20 or 0xffff0000 <= pc < 0xffff0020:
        return "an exception vector"
    for start, end, what in re.findall(r"^boot-wrapper: \[(\w{8})\.\.(\w{8})\] ([\w ]+)", text, re.M):
        if int(start, 16) <= pc <= int(end, 16):
            return f"the image of the {what}" if what != "resident" else "the wrapper's resident code"
    return ""


def kernel_log(memory):
    """The lines of Linux's log buffer, if it is not yet full; [] without one.

    A number precedes each line, and its last byte can be a "?". Linux shifts a line
    by the two bytes of its level, so the last two characters can appear twice.
    """
    first = re.search(rb"Booting Linux on physical CPU 0x[0-9a-f]+", memory)
    if not first:
        return []
    end = memory.find(bytes(64), first.start())
    lines = re.findall(rb"[\t\x20-\x7e]{4,}", memory[first.start():end])
    return [re.sub(r"^\?|(?<=(..))\1$", "", line.decode()) for line in lines]


class State:
    """CPU states, as data and as lines, and with `ram` the kernel's log."""

    def __init__(self, monitor, text, scratch, ram=None, stop=False):
        self.cpus, self.lines, self.log = [], [], []
        try:
            with Client(monitor) as qemu:
                if stop:
                    qemu.ask("stop")
                self.cpus = cpu_states(qemu.command("info registers -a"))
                if ram is not None:
                    dump = pathlib.Path(scratch) / "memory"
                    self.log = kernel_log(qemu.memory(ram, KERNEL_LOG_AREA, dump))
                    dump.unlink()
        except (OSError, ValueError):
            return          # no QEMU, or one that does not answer: nothing to add
        for number, (world, mode, pc) in enumerate(self.cpus):
            where = place(pc, text)
            self.lines.append(f"CPU {number}: {world}{mode} mode, PC {pc:08x}" +
                              f" ({where})" * bool(where))

    def goes_on_from(self, earlier):
        """Whether the kernel has worked since then: it has printed or decompressed itself."""
        if not earlier or not earlier.lines or not self.lines:
            return False
        return self.log != earlier.log or \
            "the image of the kernel" in self.lines[0] and self.lines[0] != earlier.lines[0]
