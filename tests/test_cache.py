# SPDX-License-Identifier: BSD-2-Clause
"""cache.S, executed instruction by instruction against caches of many shapes.

QEMU has no caches: the values of the set/way operations are what can be checked.
"""

import re
import subprocess

import pytest

import harness

NAMES = {"sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15,
         **{f"r{n}": n for n in range(13)}}
END = 0xFFFFFFFE


def parsed(path):
    listing = subprocess.run(["arm-none-eabi-objdump", "-d", path], capture_output=True, text=True,
                             check=True).stdout
    code = re.findall(r"^ +([0-9a-f]+):\t[0-9a-f ]+\t(\S+)\t?([^;@\n]*)", listing, re.M)
    entries = re.findall(r"^([0-9a-f]+) <(\w+)>:$", listing, re.M)
    return ([(int(at, 16), name.split(".")[0], text.strip()) for at, name, text in code],
            {name: int(at, 16) for at, name in entries})


class Cpu:
    """The few Thumb instructions that cache.S has, and a data cache of one shape."""

    def __init__(self, program, clidr, shapes):
        self.code = {at: (name, text) for at, name, text in program}
        addresses = [at for at, _, _ in program]
        self.after = dict(zip(addresses, addresses[1:]))
        self.clidr, self.shapes = clidr, shapes
        self.events, self.level = [], None

    def value(self, text):
        """An operand: a register, shifted or not, or a constant."""
        if text.startswith("#"):
            return int(text[1:], 0)
        register, way, amount = re.fullmatch(r"(\w+)(?:, (ls[lr]) #(\d+))?", text).groups()
        value = self.r[NAMES[register]]
        return value >> int(amount or 0) if way != "lsl" else value << int(amount)

    def coprocessor(self, name, text):
        operation, register, crn, crm, op2 = re.fullmatch(
            r"(?:15|p15), (\d), (\w+), cr(\d+), cr(\d+), \{(\d)\}", text).groups()
        register = NAMES[register]
        where = int(operation), int(crn), int(crm), int(op2)
        if name == "mrc":
            self.r[register] = self.clidr if where == (1, 0, 0, 1) else self.ccsidr(where)
        elif where == (2, 0, 0, 0):
            self.level = self.r[register]
            self.events.append("select")
        else:
            self.events.append(({(0, 7, 14, 2): "clean", (0, 7, 6, 2): "drop"}[where],
                                self.r[register]))

    def ccsidr(self, where):
        assert where == (1, 0, 0, 0) and self.events[-1] == "isb", "CCSIDR behind CSSELR and ISB"
        ways, sets, line = self.shapes[self.level >> 1]
        return (sets - 1) << 13 | (ways - 1) << 3 | line

    def run(self, entry):
        self.r = [0x1000 + n for n in range(15)] + [entry]
        self.r[14] = END
        before, stack = list(self.r), []
        flags = 0
        while self.r[15] != END:
            at = self.r[15]
            name, text = self.code[at]
            self.r[15] = self.after.get(at)
            operands = re.split(r", (?!ls[lr])", text)
            if name in ("dsb", "isb"):
                self.events.append(name)
            elif name in ("mrc", "mcr"):
                self.coprocessor(name, text)
            elif name in ("push", "stmdb"):
                stack.append([(n, self.r[n]) for n in self.registers(text)])
            elif name in ("pop", "ldmia"):
                for n, value in zip(self.registers(text), (v for _, v in stack.pop())):
                    self.r[n] = value
            elif name == "bx":
                self.r[15] = self.r[14]
            elif name in ("b", "bl", "bne", "beq", "bcs", "bpl"):
                if name == "bl":
                    self.r[14] = self.r[15]
                if {"b": True, "bl": True, "bne": flags != 0, "beq": flags == 0, "bcs": flags >= 0,
                        "bpl": flags >= 0}[name]:
                    self.r[15] = int(operands[0].split()[0], 16)
            elif name == "cmp":
                flags = self.value(operands[0]) - self.value(operands[1])
            elif name == "tst":
                flags = self.value(operands[0]) & self.value(operands[1])
            else:
                self.arithmetic(name, operands)
                if name == "subs":
                    flags = self.r[NAMES[operands[0]]] - (self.r[NAMES[operands[0]]] >> 31 << 32)
        return before

    def arithmetic(self, name, operands):
        to, *values = operands
        values = [self.value(value) for value in values]
        if len(values) == 1 and name not in ("mov", "movs", "clz"):
            values.insert(0, self.r[NAMES[to]])
        result = {
            "mov": lambda v: v[0], "movs": lambda v: v[0], "add": lambda v: v[0] + v[1],
            "adds": lambda v: v[0] + v[1], "subs": lambda v: v[0] - v[1],
            "bic": lambda v: v[0] & ~v[1], "and": lambda v: v[0] & v[1],
            "ands": lambda v: v[0] & v[1], "orr": lambda v: v[0] | v[1],
            "orrs": lambda v: v[0] | v[1], "lsl": lambda v: v[0] << v[1],
            "lsls": lambda v: v[0] << v[1], "lsr": lambda v: v[0] >> v[1],
            "lsrs": lambda v: v[0] >> v[1], "clz": lambda v: 32 - v[0].bit_length(),
            "ubfx": lambda v: v[0] >> v[1] & ((1 << v[2]) - 1),
        }[name](values)
        self.r[NAMES[to]] = result & 0xFFFFFFFF

    @staticmethod
    def registers(text):
        numbers = []
        for part in re.search(r"\{(.*)\}", text)[1].split(", "):
            ends = [NAMES[name] for name in part.split("-")]
            numbers += range(ends[0], ends[-1] + 1)
        return numbers


def shifted(shape, way, line):
    ways, _, log = shape
    return (way << 32 - (ways - 1).bit_length() if ways > 1 else 0) | line << log + 4


def operations(what, levels, types, shapes):
    """{level: operands} that maintenance of these levels takes."""
    return [[(what, shifted(shapes[level], way, line) | level << 1)
             for way in range(shapes[level][0]) for line in range(shapes[level][1])]
            for level in range(levels) if types[level] & 6]


def word(types, louis, loc):
    return sum(t << 3 * n for n, t in enumerate(types)) | louis << 21 | loc << 24


# (ways, sets, log2 of words in a line - 2) of each level; its type in CLIDR: 1 instructions
# only, 2 data, 3 both apart, 4 unified. Cortex-A9, A15, A7; ways that are no power of two; a
# single way; no cache; a level of instructions only between others.
CACHES = {
    "A9": ([3], 1, 1, [(4, 256, 1)]),
    "A15": ([3, 4], 1, 2, [(2, 256, 2), (16, 64, 2)]),
    "A7": ([3, 4], 1, 2, [(4, 128, 2), (8, 64, 2)]),
    "odd": ([3, 4, 4], 2, 3, [(3, 5, 0), (6, 3, 1), (5, 7, 3)]),
    "single way": ([2, 4], 1, 2, [(1, 16, 1), (1, 1, 1)]),
    "none": ([], 0, 0, []),
    "instructions only": ([1, 4], 1, 2, [(2, 4, 1), (2, 8, 1)]),
}


@pytest.fixture(scope="module")
def program():
    return parsed(harness.build("cores-order", "wrapper") / "cache.S.o")


@pytest.mark.parametrize("name", CACHES)
@pytest.mark.parametrize("routine", ["clean_all_dcaches", "clean_inner_dcaches",
                                     "invalidate_l1_dcache"])
def test_every_line_once(program, routine, name):
    types, louis, loc, shapes = CACHES[name]
    if routine == "invalidate_l1_dcache" and not types:
        pytest.skip("only for cores that have one")
    cpu = Cpu(program[0], word(types, louis, loc), shapes)
    before = cpu.run(program[1][routine])
    levels = {"clean_all_dcaches": loc, "clean_inner_dcaches": louis, "invalidate_l1_dcache": 1}
    expected = operations("drop" if routine.startswith("inv") else "clean", levels[routine],
                          types, shapes)
    groups = [[]]
    for event in cpu.events:
        if isinstance(event, tuple):
            groups[-1].append(event)
        elif event == "dsb":                # between levels, and around all
            groups.append([])
    assert [sorted(group) for group in groups if group] == [sorted(group) for group in expected]
    assert cpu.events[0] == "dsb" and cpu.events[-1] == "isb" and not groups[-1]
    # boot.S keeps r0..r2, r4 and r7; C keeps what the AAPCS says.
    keeps = {0, 1, 2, 4, 7} if routine != "clean_inner_dcaches" else set(range(4, 12))
    assert {n for n in keeps if cpu.r[n] == before[n]} == keeps
