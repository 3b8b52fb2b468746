# SPDX-License-Identifier: BSD-2-Clause
"""What QEMU forgives and silicon does not, looked for in the code itself."""

import re
import subprocess

import pytest
from elftools.elf.elffile import ELFFile

import harness

# Writes that take effect for sure only after an ISB or an exception return.
SYNCHRONISED = {
    "SCR": r"mcr\s+15, 0, r\d+, cr1, cr1, \{0\}",
    "SCTLR": r"mcr\s+15, 0, r\d+, cr1, cr0, \{0\}",
    "ACTLR": r"mcr(eq)?\s+15, 0, r\d+, cr1, cr0, \{1\}",
    "VBAR": r"mcr\s+15, 0, r\d+, cr12, cr0, \{0\}",
    "MVBAR": r"mcr\s+15, 0, r\d+, cr12, cr0, \{1\}",
    "HVBAR": r"mcr\s+15, 4, r\d+, cr12, cr0, \{0\}",
    "HSCTLR": r"mcr\s+15, 4, r\d+, cr1, cr0, \{0\}",
    "HCR": r"mcr\s+15, 4, r\d+, cr1, cr1, \{0\}",
}
BARRIER = re.compile(r"isb|eret|movs\s+pc, lr|subs\s+pc, lr|mcr\s+15, 0, r\d+, cr7, cr5, \{4\}")
LEAVES = re.compile(r"(b|bl|bx|blx)(\.n|\.w)?\s|pop.*pc|ldm.*pc|smc|hvc|svc|mov\s+pc")


def unsynchronised(code):
    """Writes after which the straight path goes on, or leaves, without a barrier.

    The eight instructions behind a write must have one, counting no moves and
    no other system register accesses, and no branch may come first; except a
    branch back in a loop over a table, which repeats the write. Behind a write
    of SCR there may be nothing but moves, comparisons, masks and constants.
    """
    addresses = sorted(code)
    for index, address in enumerate(addresses):
        text = code[address][1]
        for name, pattern in SYNCHRONISED.items():
            if not re.match(pattern, text):
                continue
            steps = 0
            for later in addresses[index + 1:]:
                following = code[later][1]
                if BARRIER.match(following):
                    break
                if LEAVES.match(following):
                    yield f"{address:x}: {name}: {text}; then {following}"
                    break
                if not re.match(r"mov|mcr|mrc|and|ubfx|lsr|bne|beq|cmp|add|ldr", following):
                    steps += 1
                # SCR.NS decides which copy of a register is accessed next.
                if steps > 8 or name == "SCR" and \
                        not re.match(r"mov|cmp|and|ldr\s+r\d+, \[pc, #", following):
                    yield f"{address:x}: {name}: {text}; no barrier follows"
                    break


def short_spsr(code):
    """MSR SPSR that leaves fields, and so the A bit, as they were."""
    for address, (_, text) in code.items():
        if re.match(r"msr\w*\s+SPSR", text, re.I) and not re.match(r"msr\s+SPSR_fsxc,", text):
            yield f"{address:x}: {text}"


def floating_point(code):
    for address, (_, text) in code.items():
        if re.match(r"v[a-z]+|fld|fst|f(mrx|mxr)|(mcr|mrc|ldc|stc)\w*\s+1[01],", text):
            yield f"{address:x}: {text}"


def exclusives(code):
    """LDREX and STREX need Normal memory; with the MMU off there is none."""
    for address, (_, text) in code.items():
        if re.match(r"(ld|st)rex", text):
            yield f"{address:x}: {text}"


def unmasked(code, start, end):
    """What could let an interrupt or an asynchronous abort in, in [start..end)."""
    for address, (_, text) in code.items():
        if start <= address < end and re.match(r"cpsie|msr\w*\s+CPSR|rfe", text, re.I):
            yield f"{address:x}: {text}"


def bad_vectors(code, table):
    """Entries that are not a branch; a zero word would slide into the next."""
    for entry in range(table, table + 32, 4):
        word, text = code.get(entry, (0, "nothing"))
        if word >> 24 != 0xEA:
            yield f"{entry:x}: {text}"


def foreign_references(code, start, end, transient_start, transient_end):
    """Branches out of [start..end), and addresses in the transient part made there."""
    low = {}
    for address in sorted(a for a in code if start <= a < end):
        word, text = code[address]
        if match := re.match(r"b[\w.]*\s+([0-9a-f]{8})\b", text):
            if not start <= int(match[1], 16) < end:
                yield f"{address:x}: {text}"
        if match := re.match(r"movw\s+(\w+), #(\d+)", text):
            low[match[1]] = int(match[2])
        if match := re.match(r"movt\s+(\w+), #(\d+)", text):
            value = int(match[2]) << 16 | low.get(match[1], 0)
            if transient_start <= value < transient_end:
                yield f"{address:x}: {text} makes {value:x}"
        if transient_start <= word < transient_end:
            yield f"{address:x}: the word {word:x}"


@pytest.fixture(scope="module", params=harness.TOOLCHAINS)
def wrapper(request):
    out = harness.build(f"toolchain-{request.param}", "wrapper",
                        **harness.TOOLCHAINS[request.param])
    elf = out / "boot-wrapper.elf"
    code, names = harness.disassembly(elf)
    assert len(code) > 1000
    return elf, code, names


def test_writes_are_synchronised(wrapper):
    _, code, _ = wrapper
    found = {name for name, pattern in SYNCHRONISED.items()
             for _, text in code.values() if re.match(pattern, text)}
    assert found == set(SYNCHRONISED), "the patterns do not fit the code any more"
    assert not list(unsynchronised(code))


def test_spsr_is_written_whole(wrapper):
    _, code, _ = wrapper
    assert any("SPSR_fsxc" in text for _, text in code.values())
    assert not list(short_spsr(code))


def test_monitor_stays_masked(wrapper):
    """An SMC masks A, I and F, and no resident code unmasks them."""
    elf, code, _ = wrapper
    at = harness.symbols(elf)
    assert not list(unmasked(code, at["resident_start"], at["resident_end"]))


def test_no_floating_point(wrapper):
    assert not list(floating_point(wrapper[1]))


def test_no_exclusives(wrapper):
    assert not list(exclusives(wrapper[1]))


@pytest.mark.parametrize("table", ["monitor_vectors", "pl1_vectors", "hyp_stub_vectors",
                                   "hyp_psci_vectors", "boot_hyp_vectors", "probe_vectors"])
def test_vectors_are_filled(wrapper, table):
    elf, code, _ = wrapper
    at = harness.symbols(elf)[table]
    assert at % 32 == 0
    assert not list(bad_vectors(code, at))


def test_resident_code_needs_nothing_transient(wrapper):
    elf, code, _ = wrapper
    at = harness.symbols(elf)
    for name in ("psci_smc", "cpu_wait", "turn_on", "kernel_state_init", "clean_own_dcaches",
                 "enter_kernel", "smc", "reset_secondary", "hyp_stub_vectors", "pen", "cpus",
                 "resident", "console", "cpu_table_ready"):
        assert at["resident_start"] <= at[name] < at["resident_end"], name
    assert not list(foreign_references(code, at["resident_start"], at["resident_end"],
                                       at["reset"], at["resident_start"]))


@pytest.mark.parametrize("board", [path.stem for path in sorted((harness.TOP / "boards").glob("*.mk"))])
@pytest.mark.parametrize("toolchain", harness.TOOLCHAINS)
def test_resident_size(toolchain, board):
    """At most 6 KiB for 8 CPUs."""
    out = harness.build(f"toolchain-{toolchain}", "wrapper", BOARD=board,
                        **harness.TOOLCHAINS[toolchain])
    with open(out / "boot-wrapper.elf", "rb") as stream:
        sizes = {section.name: section["sh_size"] for section in ELFFile(stream).iter_sections()
                 if section.name.startswith(".resident")}
    assert len(sizes) >= 4 and sum(sizes.values()) <= 6144, sizes


# Where a struct cpu's stack is empty, and how much of it is in use where C is called.
STACK_ENTRIES = {"psci_smc": 24, "hyp_psci": 24, "cpu_wait": 0, "hyp_psci_started": 0}


def frame(code, start, end):
    """The bytes of stack that a function takes, all of its pushes together."""
    size = 0
    for address in (a for a in code if start <= a < end):
        text = code[address][1]
        if match := re.match(r"(?:push|stmdb\s+sp!,|stmfd\s+sp!,)[\w.]*\s*\{(.*)\}", text):
            assert "-" not in match[1], text
            size += 4 * len(match[1].split(","))
        elif match := re.match(r"sub[\w.]*\s+sp, (?:sp, )?#(\d+)", text):
            size += int(match[1])
        elif match := re.match(r"str[\w.]*\s+.*\[sp, #-(\d+)\]!", text):
            size += int(match[1])
        elif re.match(r"(?!cmp|tst|str|bl|ldr|add|mov|pop|ldm).*\bsp\b", text):
            raise AssertionError(f"{address:x}: what does this do to the stack: {text}")
    return size


def deepest(code, functions, name, path=()):
    """(bytes, functions) of the longest chain of calls from a function on."""
    assert name not in path, f"recursion: {path}"
    if name == "cpu_restart":
        return 0, (name,)       # it empties the stack for cpu_wait()
    start, end = functions[name]
    below = (0, ())
    for address in (a for a in code if start <= a < end):
        if match := re.match(r"blx?[\w.]*\s+(\w+)", code[address][1]):
            assert not re.match(r"r\d|ip|lr", match[1]), f"{name} calls by a pointer"
        if match := re.match(r"b[\w.]*\s+([0-9a-f]{8})\b", code[address][1]):
            called = [other for other, (low, high) in functions.items()
                      if low <= int(match[1], 16) < high and other != name]
            for other in called:
                below = max(below, deepest(code, functions, other, (*path, name)))
    return frame(code, start, end) + below[0], (name, *below[1])


def test_stack_is_large_enough(wrapper):
    """The longest chain of calls fits below a struct cpu, whatever the compiler."""
    elf, code, _ = wrapper
    with open(elf, "rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        functions = {s.name: (s["st_value"] & ~1, (s["st_value"] & ~1) + s["st_size"])
                     for s in table.iter_symbols() if s["st_info"]["type"] == "STT_FUNC" and
                     s["st_size"]}
    text = (harness.TOP / "include" / "resident.h").read_text()
    area = int(re.search(r"#define CPU_AREA_SIZE\s+(\d+)", text)[1])
    room = area - int(re.search(r"#define CPU_STACK_SIZE\s+\(CPU_AREA_SIZE - (\d+)\)", text)[1])
    for entry, used in STACK_ENTRIES.items():
        size, chain = deepest(code, functions, entry)
        print(f"{entry}: {used} + {size} of {room} bytes: {' > '.join(chain)}")
        assert size > 8 and used + size <= room, chain


def test_hyp_stub_is_self_contained():
    """A kernel can link it as it is: nothing undefined, no relocation."""
    out = harness.build("toolchain-gcc-none-eabi", "wrapper")
    for tool in (["arm-none-eabi-nm", "-u"], ["arm-none-eabi-objdump", "-r", "-j", ".hyp_stub"]):
        done = subprocess.run([*tool, out / "hyp_stub.S.o"], capture_output=True, text=True)
        assert "R_ARM" not in done.stdout and " U " not in done.stdout


def test_no_unaligned_access_is_compiled():
    out = harness.build("toolchain-gcc-none-eabi", "wrapper")
    for name in ("boot.c.o", "lib/console.c.o", "loader/dtb.c.o", "lib/string.c.o", "psci.c.o", "secure.c.o",
                 "kernel_state.c.o"):
        done = subprocess.run(["arm-none-eabi-readelf", "-A", out / name],
                              capture_output=True, text=True, check=True)
        assert "Tag_CPU_arch: v7" in done.stdout
        assert "Tag_CPU_unaligned_access" not in done.stdout, name


# The checks themselves: each must find what it is there for.

def assembled(source, tmp_path):
    """{address: (word, text)} of some assembly."""
    (tmp_path / "t.S").write_text(".syntax unified\n.arch armv7-a\n.arch_extension sec\n"
                                  ".arch_extension virt\n.fpu vfpv3\n.arm\n" + source)
    subprocess.run(["arm-none-eabi-gcc", "-c", "-o", tmp_path / "t.o", tmp_path / "t.S"],
                   check=True)
    subprocess.run(["arm-none-eabi-ld", "-Ttext=0x87e11000", "-e0", "-o", tmp_path / "t.elf",
                    tmp_path / "t.o"], check=True)
    subprocess.run(["arm-none-eabi-objcopy", "--rename-section", ".text=.resident_secure",
                    tmp_path / "t.elf"], check=True)
    return harness.disassembly(tmp_path / "t.elf")[0]


@pytest.mark.parametrize("check, source", [
    (unsynchronised, "mcr p15, 0, r0, c1, c1, 0\nbx lr"),
    (unsynchronised, "mcr p15, 4, r0, c12, c0, 0\nb .\nisb"),
    (unsynchronised, "mcr p15, 0, r0, c12, c0, 1\nsmc #0"),
    (unsynchronised, "mcr p15, 0, r0, c1, c1, 0\nmcr p15, 0, r0, c1, c0, 0\nisb"),
    (unsynchronised, "mcr p15, 0, r0, c1, c0, 0\n" + "str r0, [r1]\n" * 10 + "isb"),
    (lambda code: unmasked(code, 0x87e11000, 0x87e12000), "cpsie i"),
    (lambda code: unmasked(code, 0x87e11000, 0x87e12000), ".thumb\ncpsie a"),
    (lambda code: unmasked(code, 0x87e11000, 0x87e12000), "msr cpsr_c, r0"),
    (short_spsr, "msr spsr_cxf, r0"),
    (short_spsr, "msr spsr_fc, r0"),
    (floating_point, "vmov s0, r0"),
    (floating_point, "vadd.f32 s0, s1, s2"),
    (exclusives, "ldrex r0, [r1]"),
    (lambda code: bad_vectors(code, 0x87e11000), "b .\nb .\n.word 0\nb .\nb .\nb .\nb .\nb ."),
    (lambda code: bad_vectors(code, 0x87e11000), "b .\nb .\nb ."),
    (lambda code: foreign_references(code, 0x87e11000, 0x87e12000, 0x87e00000, 0x87e10000),
     "movw r0, #0x0010\nmovt r0, #0x87e0"),
    (lambda code: foreign_references(code, 0x87e11000, 0x87e12000, 0x87e00000, 0x87e10000),
     ".word 0x87e00010"),
    (lambda code: foreign_references(code, 0x87e11000, 0x87e12000, 0x87e00000, 0x87e10000),
     "bl . - 0x11000"),
    (unsynchronised, ".thumb\nmcr p15, 0, r0, c1, c1, 0\nbx lr"),
    (unsynchronised, ".thumb\nmcr p15, 0, r0, c1, c1, 0\nb.n .\nisb"),
    (floating_point, ".thumb\nvmov s0, r0"),
    (exclusives, ".thumb\nldrex r0, [r1]"),
    (lambda code: foreign_references(code, 0x87e11000, 0x87e12000, 0x87e00000, 0x87e10000),
     ".thumb\nb.w . - 0x11000"),
    (lambda code: foreign_references(code, 0x87e11000, 0x87e11100, 0x87e00000, 0x87e10000),
     ".thumb\nb.n . + 0x200"),
    (lambda code: foreign_references(code, 0x87e11000, 0x87e12000, 0x87e00000, 0x87e10000),
     ".thumb\nmovw r0, #0x0011\nmovt r0, #0x87e0"),
])
def test_checks_find_faults(check, source, tmp_path):
    assert list(check(assembled(source, tmp_path)))


def test_no_veneers(wrapper):
    """They have absolute addresses, which must not be used before the image has moved home."""
    early = re.compile("(clean_all_dcaches|invalidate_l1_dcache|core_init|console_init|move_home)")
    assert not [name for name in harness.symbols(wrapper[0])
                if ("veneer" in name or "Thunk" in name) and early.search(name)]
