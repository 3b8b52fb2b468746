# SPDX-License-Identifier: BSD-2-Clause
"""What depends on the core and on the board's clocks, and what hardware leaves UNKNOWN."""

import collections
import os
import re
import shutil
import subprocess

import pytest

import harness

VIRT = harness.VIRT_SECURE
FRAME = 0x70000000          # RAM of virt that stands for a counter's control frame
ABSENT = 0x09050000         # between devices of virt: an access aborts
JUNK = 0xDEADBEEF           # what tests/guest/cntfrq.S writes


def board(tmp_path, base, **facts):
    """The make variables for a board that is `base` but for some facts of its header."""
    lines = [f'#include "{harness.TOP}/boards/{base}.h"']
    for name, value in facts.items():
        lines += [f"#undef {name}", f"#define {name} {value}"]
    header = tmp_path / "board.h"
    header.write_text("\n".join(lines) + "\n")
    return {"BOARD": base, **harness.defines(header)}


@pytest.mark.parametrize("wanted, dtb_hz, facts", [
    (50000000, 50000000, {"BOARD_CNTFRQ_AT_RESET": JUNK, "BOARD_SYSTEM_COUNTER": FRAME}),
    (JUNK, None, {"BOARD_CNTFRQ_AT_RESET": JUNK, "BOARD_SYSTEM_COUNTER": FRAME}),
    (JUNK, None, {"BOARD_CNTFRQ_AT_RESET": "CNTFRQ_ANY"}),
    (26000000, None, {"BOARD_CNTFRQ_AT_RESET": 62500000, "BOARD_SYSTEM_COUNTER": FRAME}),
    (19200000, None, {"BOARD_CNTFRQ_AT_RESET": 62500000, "BOARD_SYSTEM_COUNTER": ABSENT}),
    (19200000, None, {"BOARD_CNTFRQ_AT_RESET": 0, "BOARD_SYSTEM_COUNTER": 0}),
], ids=["DTB", "reset value", "any reset value", "frame", "no frame", "board"])
def test_frequency(tmp_path, wanted, dtb_hz, facts):
    """CNTFRQ holds junk at reset: the first source that can be believed counts."""
    dtb = tmp_path / "virt.dtb"
    shutil.copy(harness.qemu_dtb(VIRT, 2, "-cpu", "cortex-a15"), dtb)
    if dtb_hz:
        subprocess.run(["fdtput", "-t", "i", dtb, "/timer", "clock-frequency", str(dtb_hz)],
                       check=True)
    image = harness.conformance(
        "cores-frequency", "conformance=entry", DTB=dtb, SMP=2,
        EXTRA_SOURCES="tests/guest/cntfrq.S", BOOT_ENTRY="poison_cntfrq",
        **board(tmp_path, "virt", BOARD_CNTFRQ=19200000, **facts))
    text, _ = harness.console(image, machine=VIRT, cpus=2, extra=[
        "-cpu", "cortex-a15", "-device", f"loader,addr={FRAME + 0x20:#x},data=26000000,data-len=4"])
    assert re.findall(r"# counter at (\d+) Hz", text) == [str(wanted)] * 3, text      # cpu1 has two lives


# What each core is to be given, apart from cores.def: for each register the bits, on
# revisions from..to (0x21 is r2p1), and the bit of REVIDR that says that the silicon is right.
ALL = (0x00, 0xFF)
CORES = {
    0xC05: [("ACTLR", 0x41, ALL)],
    0xC07: [("ACTLR", 0x40, ALL)],
    0xC08: [("ACTLR", 0x40, ALL), ("ACTLR", 0xE0, (0x00, 0x20)), ("ACTLR", 0x220, (0x20, 0x20)),
            ("L2ACTLR_A8", 1 << 27, (0x00, 0x20)), ("L2ACTLR_A8", 1 << 22, (0x20, 0x20))],
    0xC09: [("ACTLR", 0x41, ALL), ("DIAGNOSTIC", 1 << 4 | 1 << 22, ALL),
            ("DIAGNOSTIC", 1 << 12, (0x20, 0x22)), ("DIAGNOSTIC", 1 << 6, (0x20, 0x2F)),
            ("DIAGNOSTIC", 1 << 11, (0x00, 0x2F)), ("DIAGNOSTIC", 1 << 21, (0x00, 0x3F))],
    0xC0D: [("ACTLR", 0x40, ALL), ("FEATURE_A12", 2, ALL), ("DIAGNOSTIC", 0x01001C00, ALL)],
    0xC0E: [("ACTLR", 0x40, ALL), ("DIAGNOSTIC", 0x00000C00, ALL),
            ("DIAGNOSTIC", 0x01001000, (0x00, 0x12))],
    0xC0F: [("ACTLR", 0x41, ALL), ("ACTLR", 2, (0x00, 0x04)), ("ACTLR2_A15", 1, (0x30, 0xFF)),
            ("L2ACTLR_A15", 0x80, (0x20, 0x2F)), ("ACTLR", 0x1E000000, (0x20, 0x24), 3)],
}
SMP = 1 << 6
A5, A7, A8, A9, A12, A15, A17 = (0x410FC050, 0x410FC075, 0x413FC082, 0x412FC090, 0x410FC0D0,
                                 0x412FC0F1, 0x411FC0E1)
UNKNOWN = 0x5100D050


@pytest.fixture(scope="module")
def mock(tmp_path_factory):
    """mock(arguments): what the wrapper's C code does to a mock of the coprocessor."""
    program = harness.host_program(tmp_path_factory.mktemp("cores"), "mock_cp15", board="virt")
    return lambda *arguments: subprocess.run([program, *arguments], check=True, text=True,
                                             capture_output=True).stdout


def wanted_registers(midr, revidr):
    """{register: bits} that the core is to have."""
    registers = collections.Counter()
    revision = midr >> 16 & 0xF0 | midr & 0xF
    if midr >> 24 == 0x41:
        for register, bits, (first, last), *fixed in CORES.get(midr >> 4 & 0xFFF, []):
            if first <= revision <= last and not (fixed and revidr >> fixed[0] & 1):
                registers[register] |= bits
    return dict(registers)


def test_every_core_and_revision(mock):
    """core_init() sets these bits and no others, SMP last, each in effect before the next."""
    lines = mock("init").splitlines()
    seen = set()
    for line in lines:
        midr, revidr, first, again = re.match(r"(\w+) (\w+):(.*) again:(.*)$", line).groups()
        midr, revidr = int(midr, 16), int(revidr, 16)
        seen.add((midr >> 4 & 0xFFF, midr >> 16 & 0xF0 | midr & 0xF))
        assert not again, line
        steps = first.split()
        assert steps[1::2] == ["isb"] * (len(steps) // 2) and len(steps) % 2 == 0, line
        writes = [(name, int(value, 16)) for name, value in
                  (step.split("=") for step in steps[0::2])]
        assert dict(writes) == wanted_registers(midr, revidr), line
        for name, value in writes[:-1]:
            assert name != "ACTLR" or midr >> 4 & 0xFFF == 0xC08 or not value & SMP, line
    assert {part for part, _ in seen} > set(CORES)
    assert len(seen) == 12 * 256 and len(lines) == 12 * 256 * 33


def test_cpu_off_order(mock):
    """ACTLR.SMP comes before cache maintenance; but behind it where there is an SCU."""
    clean = "clean_inner_dcaches"
    for midr in (A7, A12, A15, A17):
        assert mock("off", f"{midr:x}").strip() == f"ACTLR=40 isb {clean}"
    for midr in (A5, A9):
        assert mock("off", f"{midr:x}").strip() == f"{clean} ACTLR=40 isb"
    for midr in (A8, UNKNOWN):
        assert mock("off", f"{midr:x}").strip() == clean


def test_kernel_state(mock):
    """SCTLR's bit 11 by core; the Non-secure copies after SCR; and what QEMU does not have."""
    for midr in (A5, A7, A8, A9, A12, A15, A17, UNKNOWN):
        steps = mock("kernel", f"{midr:x}").split()
        sctlr = "c50878" if midr in (A7, A12, A17) else "c50078"
        assert steps[:5] == ["NSACR=43fff", "SCR=131", "isb", f"SCTLR={sctlr}", "isb"]
        assert {"HACR=0", "HSCTLR=30c50878"} < set(steps)
        assert "ACTLR" not in "".join(steps)
        assert steps[-5:] == ["ICIALLU=0", "BPIALL=0", "TLBIALL=0", "dsb", "isb"]


def test_documented(mock):
    """docs/silicon.md shows cores.def."""
    assert mock("table") in (harness.TOP / "docs" / "silicon.md").read_text()


@pytest.mark.parametrize("toolchain", harness.TOOLCHAINS)
def test_core_init_needs_no_memory(toolchain):
    """It runs before there is a stack, and anywhere."""
    image = harness.build(f"cores-{toolchain}", "wrapper",
                          **harness.TOOLCHAINS[toolchain]) / "boot-wrapper.elf"
    code, names = harness.disassembly(image)
    at = harness.symbols(image)
    start, end = at["core_init"], min(a for a in names if a > at["core_init"])
    texts = [text for address, (_, text) in code.items() if start <= address < end]
    assert len(texts) > 100
    for text in texts:
        allowed = re.match(r"(mrc|mcr|isb|b\w*|movs?|mvn|movw|movt|lsrs?|lsls?|ands?|bics?|orrs?|subs?|adds?|it\w*|"
                           r"rsbs?|eors?|cmp|cmn|tst|teq|ubfx|bfi|bfc|clz|nop|ldr\w*|\.word)"
                           r"(eq|ne|hi|ls|hs|cs|cc|lo|lt|le|gt|ge)?\b", text)
        assert allowed, text
        assert not re.search(r"\b(sp|r[4-9]|sl|fp|lr)\b", text) or text.endswith("lr"), text
        assert allowed[1] != "bl" and (allowed[1][:3] != "ldr" or "[pc" in text), text
        target = re.match(r"b\w*\s+([0-9a-f]{8}) ", text)
        assert not target or start <= int(target[1], 16) < end, text
        # A literal must be no address of the wrapper.
        word = re.match(r"\.word\s+0x([0-9a-f]{8})", text)
        assert not word or not at["start"] <= int(word[1], 16) < at["resident_end"], text


MAINTENANCE = re.compile(r"mcr\w*\s+15, 0, \w+, (cr7, cr(5|6|10|11|14)|cr8, cr\d+), \{[0-7]\}")
BARRIERS = re.compile(r"mcr\w*\s+15, 0, \w+, cr7, cr(5, \{4\}|10, \{[45]\})")


def steps(command, count):
    """The first (CPU, PC) that QEMU executes."""
    read, write = os.pipe()
    child = subprocess.Popen([*command, "-singlestep", "-d", "exec,nochain", "-D",
                              f"/dev/fd/{write}"], pass_fds=[write], env=harness.environment(),
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read, errors="replace") as lines:
            for line, _ in zip((line for line in lines if line.startswith("Trace ")),
                               range(count)):
                cpu, rest = line[6:].split(":", 1)
                yield int(cpu), int(rest.split("/")[1], 16)
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("load_at", [None, 0x90000000], ids=["at home", "elsewhere"])
@pytest.mark.parametrize("midr", [A7, A9, A15], ids=["A7", "A9", "A15"])
def test_smp_before_maintenance(midr, load_at):
    """From reset on, no CPU maintains caches or TLBs before its ACTLR.SMP is set.

    But for the L1 data cache of a core with an SCU, which must be empty before.
    """
    out = harness.build("cores-order", "wrapper")
    image = out / "boot-wrapper.elf"
    code, _ = harness.disassembly(image)
    home = harness.symbols(image)["start"]
    command = ["qemu-system-arm", "-M", harness.MACHINE, "-m", "1G", "-smp", "2", "-display",
               "none", "-nic", "none", "-serial", "null", "-global",
               f"cortex-a15-arm-cpu.midr={midr:#x}"]
    if load_at:
        command += ["-device", f"loader,file={out / 'boot-wrapper.bin'},addr={load_at},force-raw=on"]
        for cpu in (0, 1):
            command += ["-device", f"loader,addr={load_at},cpu-num={cpu}"]
    else:
        command += ["-kernel", str(image)]
    orders = {0: [], 1: []}
    # Without a payload, a CPU that is elsewhere is never called home: it has no maintenance to do.
    needed = (0,) if load_at else (0, 1)
    for cpu, pc in steps(command, 3000000):
        if load_at and load_at <= pc < load_at + 0x14000:
            pc += home - load_at
        text = code.get(pc, (0, ""))[1]
        if re.match(r"mcr\w*\s+15, 0, \w+, cr1, cr0, \{1\}", text):
            orders[cpu].append("SMP")
        elif MAINTENANCE.match(text) and not BARRIERS.match(text):
            orders[cpu].append("DCISW" if "cr7, cr6, {2}" in text else "maintenance")
        if orders[1] and all("maintenance" in orders[cpu] for cpu in needed):
            break
    for cpu, order in orders.items():
        first = order.index("SMP")
        assert set(order[:first]) == ({"DCISW"} if midr == A9 else set())
        assert cpu not in needed or "maintenance" in order[first + 1:]


@pytest.mark.parametrize("midr, name", [(A5, "Cortex-A5 r0p0"), (A7, "Cortex-A7 r0p5"),
                                        (A9, "Cortex-A9 r2p0"), (A12, "Cortex-A12 r0p0"),
                                        (A15, "Cortex-A15 r2p1"), (A17, "Cortex-A17 r1p1"),
                                        (UNKNOWN, "unknown core r0p0")])
def test_boots_as_any_core(midr, name):
    """QEMU's Cortex-A15 with another core's MIDR: all of that core's writes happen."""
    image = harness.conformance("cores-names", "conformance=entry", SMP=2)
    text, status = harness.console(image, cpus=2, extra=[
        "-global", f"cortex-a15-arm-cpu.midr={midr:#x}"])
    assert "conformance: PASS" in text and status == 0, text
    assert f"boot-wrapper: 2 CPUs, {name}\n" in text
    line = f"boot-wrapper: MIDR {midr:08x}: no table for this core: ACTLR is left alone\n"
    assert (line in text) == (midr == UNKNOWN)


def test_board_hooks(tmp_path):
    """A board's own instructions run on each CPU, and its TrustZone set-up on one, once."""
    settings = board(tmp_path, "vexpress-a15", board_cpu_init="mov r3, #0x5a; mcr p15, 0, r3, c13, "
                     "c0, 4; mov lr, #0; mov r12, #0")
    with open(tmp_path / "board.h", "a") as header:
        header.write("#if BOARD_C\n#define board_trustzone_init board_trustzone_init\n"
                     "static inline void board_trustzone_init(void)\n"
                     "{\n\twrite_cp15(TPIDRURO, read_cp15(TPIDRPRW) + 1);\n}\n#endif\n")
    out = harness.build("cores-hooks", "wrapper", **settings)
    code, _ = harness.disassembly(out / "boot-wrapper.elf")
    at = harness.symbols(out / "boot-wrapper.elf")
    mine = [a for a, (_, text) in code.items()
            if re.match(r"mcr\s+15, 0, r3, cr13, cr0, \{4\}", text) and a < at["resident_start"]]
    opened = [a for a, (_, text) in code.items()
              if re.match(r"mcr\s+15, 0, \w+, cr13, cr0, \{3\}", text) and a < at["resident_start"]]
    assert len(mine) == 1 and len(opened) == 1
    seen = collections.Counter()
    for cpu, pc in steps(["qemu-system-arm", "-M", harness.MACHINE, "-m", "1G", "-smp", "2",
                          "-display", "none", "-nic", "none", "-serial", "null", "-kernel",
                          str(out / "boot-wrapper.elf")], 200000):
        seen[cpu, pc] += pc in mine + opened
        if seen[0, opened[0]] and seen[1, mine[0]]:
            break
    assert (seen[0, mine[0]], seen[1, mine[0]], seen[0, opened[0]]) == (1, 1, 1)
