# SPDX-License-Identifier: BSD-2-Clause
"""The order in which the wrapper's CPUs execute what QEMU does not implement.

trace() runs an image and returns, for each CPU, its CP15 accesses, barriers, mode
changes, calls and waits, with the registers before each; accesses() returns the
addresses of loads and stores. QEMU logs single
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

KINDS = re.compile(r"(mcrr?|mrc|dsb|isb|dmb|sev|wfe|wfi|cps|msr|eret|movs\tpc|smc|hvc|str)")
MEMORY = re.compile(r"(?:ldr|str|ldm|stm|push|pop)\w*(?:\.\w)?\t")
OPERAND = re.compile(r"\[(\w+)(?:, (?:#(-?\d+)|(\w+)(?:, lsl #(\d+))?))?\]")
NUMBERS = {**{f"r{n}": n for n in range(16)}, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14,
           "pc": 15}
CONDITIONS = {"eq": (2, 1), "ne": (2, 0), "cs": (1, 1), "cc": (1, 0), "hs": (1, 1), "lo": (1, 0),
              "mi": (3, 1), "pl": (3, 0)}


@dataclasses.dataclass
class Event:
    pc: int
    name: str                   # "mcr", "isb", ...; "enter" for an exception return
    register: tuple = ()        # of CP15: (opc1, CRn, CRm, opc2); of mcrr (opc1, CRm)
    value: int = 0              # what is written; of a store the address; of others r0
    mode: str = ""              # of the CPU
    secure: bool = False
    function: str = ""


def decode(text):
    """(name, CP15 register, number of the general register, condition) of an instruction."""
    name, _, operands = text.partition("\t")
    base = re.match(KINDS, text)[1].replace("\tpc", "")
    condition = name.split(".")[0].removeprefix(base)
    if base == "str":
        return base, (), 0, condition.removeprefix("b").removeprefix("h")
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


def accessed(text, values):
    """The address of a load or store, from the registers before it; None for a literal."""
    if match := OPERAND.search(text):
        base, offset, index, shift = match.groups()
        if base == "pc":
            return None
        return (values[NUMBERS[base]] + int(offset or 0) +
                (values[NUMBERS[index]] << int(shift or 0) if index else 0)) & 0xFFFFFFFF
    base = re.split(r"[\t,!]", text)[1].strip()
    number = NUMBERS.get(base, 13) if text.startswith(("ldm", "stm")) else 13
    return values[number]


def accesses(image, start, end, **options):
    """[(CPU, pc, address)] of each load and store by code from start to end, in order."""
    code, _ = disassembly(image)
    texts = {at: re.sub(r" *[@;].*", "", text) for at, (_, text) in code.items()
             if start <= at < end and re.match(MEMORY, text)}
    found = []
    for index, pc, _, values, _, _ in executed(image, texts, **options)[0]:
        address = accessed(texts[pc], values)
        if address is not None:
            found.append((index, pc, address))
    return found


def executed(image, wanted, cpus=2, timeout=120, cpu=None, machine=None):
    """([(CPU, pc, flags, registers, Secure, mode)], console): each time before `wanted`."""
    ranges = ",".join(f"{at:#x}+2" for at in sorted(wanted))
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
                       r"PSR=(\w+) \S+ [AT] (N?S )?(\w+?)\d\d$"
                       r"(?!\nStopped execution)", re.M)      # which is executed later
    return [(int(index), int(pc, 16), int(psr, 16) >> 28,
             [int(value, 16) for value in re.findall(r"=(\w+)", registers)],
             state != "NS ", mode)
            for index, pc, registers, psr, state, mode in entry.findall(text)], done.stdout


def trace(image, secure_link=None, **options):
    """{CPU: [Event, ...]} of the wrapper, and the console's text; `secure_link` is the part of
    the image that runs in Secure RAM."""
    code, names = disassembly(image)
    if secure_link:
        more = disassembly(secure_link)
        code, names = code | more[0], names | more[1]
    wanted = {at: decode(text) for at, (_, text) in code.items() if re.match(KINDS, text)}
    starts = sorted(names)
    where = {at: names[max(start for start in starts if start <= at)] for at in wanted}
    events = collections.defaultdict(list)
    found, console = executed(image, wanted, **options)
    for index, pc, flags, values, secure, mode in found:
        name, register, number, condition = wanted[pc]
        if condition in CONDITIONS:
            bit, value = CONDITIONS[condition]
            if flags >> bit & 1 != value:
                continue
        value = accessed(code[pc][1], values) if name == "str" else values[number]
        events[index].append(Event(pc, name, register, value, mode, secure, where[pc]))
    return dict(events), console
