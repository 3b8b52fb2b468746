# SPDX-License-Identifier: BSD-2-Clause
"""The order in which the wrapper's CPUs execute what QEMU does not implement.

trace() runs an image and returns, for each CPU, its CP15 accesses, barriers, mode
changes, calls and waits, with the registers before each. QEMU logs single
instructions (-singlestep -d exec,cpu) at the addresses of those (-dfilter); its CPUs
take turns, so that the log of one is not mixed with that of another.
"""

import collections
import dataclasses
import os
import re
import subprocess
import tempfile

from .images import disassembly
from .qemu import environment, qemu_command

KINDS = re.compile(r"(mcrr?|mrc|dsb|isb|dmb|sev|wfe|wfi|cps|msr|eret|movs\tpc|smc|hvc)")
NUMBERS = {**{f"r{n}": n for n in range(16)}, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14,
           "pc": 15}
CONDITIONS = {"eq": (2, 1), "ne": (2, 0), "cs": (1, 1), "cc": (1, 0), "hs": (1, 1), "lo": (1, 0),
              "mi": (3, 1), "pl": (3, 0)}


@dataclasses.dataclass
class Event:
    pc: int
    name: str                   # "mcr", "isb", ...; "enter" for an exception return
    register: tuple = ()        # of CP15: (opc1, CRn, CRm, opc2); of mcrr (opc1, CRm)
    value: int = 0              # what is written; of others r0
    mode: str = ""              # of the CPU
    secure: bool = False
    function: str = ""


def decode(text):
    """(name, CP15 register, number of the general register, condition) of an instruction."""
    name, _, operands = text.partition("\t")
    base = re.match(KINDS, text)[1].replace("\tpc", "")
    condition = name.split(".")[0].removeprefix(base)
    if base in ("eret", "movs"):
        base = "enter"
    fields = re.split(r"[,\s{}]+", operands)
    if base in ("mcr", "mrc"):
        number = tuple(int(re.sub(r"\D", "", field)) for field in
                       (fields[1], fields[3], fields[4], fields[5] or "0"))
        return base, number, NUMBERS.get(fields[2], 0), condition
    if base == "mcrr":
        return base, (int(fields[1]), int(re.sub(r"\D", "", fields[4]))), NUMBERS[fields[2]], condition
    return base, (), 0, condition


def trace(image, cpus=2, timeout=120, cpu=None, machine=None, step=None):
    """{CPU: [Event, ...]} of the wrapper, and the console's text."""
    code, names = disassembly(image)
    wanted = {at: decode(text) for at, (_, text) in code.items() if re.match(KINDS, text)}
    starts = sorted(names)
    where = {at: names[max(start for start in starts if start <= at)] for at in wanted}
    ranges = ",".join(f"{at:#x}+2" for at in sorted(wanted))
    events = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as directory:
        log = os.path.join(directory, "log")
        options = {"machine": machine} if machine else {}
        command = qemu_command(image, cpus=cpus, **options, extra=[
            *(["-cpu", cpu] if cpu else []), "-accel", "tcg,thread=single", "-singlestep",
            "-d", "exec,cpu,nochain", "-dfilter", ranges, "-D", log])
        done = subprocess.run(command, capture_output=True, text=True, errors="replace",
                              timeout=timeout, env=environment(), check=False,
                              stdin=subprocess.DEVNULL)
        with open(log, encoding="ascii", errors="replace") as stream:
            text = stream.read()
    entry = re.compile(r"^Trace (\d+): \S+ \[\w+/(\w+)/\w+/\w+\].*\n((?:R\d\d=.*\n)+)"
                       r"PSR=(\w+) \S+ [AT] (N?S )?(\w+?)\d\d$", re.M)
    for index, pc, registers, psr, state, mode in entry.findall(text):
        pc, flags = int(pc, 16), int(psr, 16) >> 28
        name, register, number, condition = wanted[pc]
        if condition in CONDITIONS:
            bit, value = CONDITIONS[condition]
            if flags >> bit & 1 != value:
                continue
        values = [int(value, 16) for value in re.findall(r"=(\w+)", registers)]
        events[int(index)].append(Event(pc, name, register, values[number], mode, state != "NS ",
                                        where[pc]))
    return dict(events), done.stdout
