# SPDX-License-Identifier: BSD-2-Clause
"""The ELF note of a kernel's modes: elf_note.c, tools/prepare and tools/bw-note."""

import importlib.machinery
import importlib.util
import os
import random
import re
import struct
import subprocess
import sys

import pytest
from elftools.elf.elffile import ELFFile

import harness
from harness.inputs import ELF_SCRIPT, elf

TOOL = harness.TOP / "tools" / "bw-note"
OWNER = b"ARMBOOT\0"
MONITOR, HYP, SVC, SECURE_SVC = 2, 4, 8, 16


def note(modes=HYP | SVC, owner=OWNER, kind=1, descriptor=None, sizes=None, pad=True):
    """A note; `sizes` is what it claims of name and descriptor, whatever they are."""
    descriptor = struct.pack("<I", modes) if descriptor is None else descriptor
    data = struct.pack("<3I", *(sizes or (len(owner), len(descriptor))), kind)
    data += owner + bytes(-len(owner) % 4) + descriptor
    return data + bytes(-len(descriptor) % 4 if pad else 0)


EXCEEDS = "a note exceeds its segment"
SHORT = "a note is cut short"
NOT_A_WORD = "its ARMBOOT note is not one word"
NO_MODE = "its ARMBOOT note names no mode"
CONTRADICT = "its ARMBOOT notes contradict each other"

FOREIGN = note(owner=b"GNU\0", kind=3, descriptor=b"x" * 20)
# Each case: the content of a file's PT_NOTE segments, and its modes or what is wrong.
CASES = {
    "no note segment": ([], 0),
    "an empty segment": ([b""], 0),
    "hyp and svc": ([note()], HYP | SVC),
    "secure-monitor": ([note(MONITOR)], MONITOR),
    "secure-svc": ([note(SECURE_SVC)], SECURE_SVC),
    "all modes": ([note(0x1E)], 0x1E),
    "bits of no mode": ([note(0xFFFFFFE1 | HYP)], HYP),
    "behind another owner's": ([FOREIGN + note(SVC)], SVC),
    "before another owner's": ([note(SVC) + FOREIGN], SVC),
    "in another segment": ([FOREIGN, b"", note(SVC), FOREIGN], SVC),
    "another owner's only": ([FOREIGN], 0),
    "a name of 5, a descriptor of 3": ([note(owner=b"abcd\0", descriptor=b"xyz") + note(HYP)], HYP),
    "a name of 6, a descriptor of 2": ([note(owner=b"abcde\0", descriptor=b"xy") + note(HYP)], HYP),
    "a name of 7, a descriptor of 1": ([note(owner=b"abcdef\0", descriptor=b"x") + note(HYP)], HYP),
    "no name and no descriptor": ([note(owner=b"", descriptor=b"") + note(HYP)], HYP),
    "the last padding is missing": ([note(HYP) + note(owner=b"GNU\0", descriptor=b"x", pad=False)],
                                    HYP),
    "another type": ([note(0, kind=2)], 0),
    "another type, not a word": ([note(kind=0x101, descriptor=b"12345678") + note(SVC)], SVC),
    "the name without its NUL": ([note(owner=OWNER[:7])], 0),
    "the name and more": ([note(owner=OWNER + b"\0")], 0),
    "a name as long": ([note(owner=b"ARMBOOTS")], 0),
    "a name in small letters": ([note(owner=b"armboot\0")], 0),
    "zeros at the end": ([note(SVC) + bytes(8)], SVC),
    "one zero at the end": ([note(SVC) + bytes(1)], SVC),
    "zeros like a note": ([bytes(12) + note(SVC) + bytes(32)], SVC),
    "nothing but zeros": ([bytes(11)], 0),
    "the same twice": ([note(SVC) + note(SVC)], SVC),
    "the same in two segments": ([note(SVC), note(SVC)], SVC),
    "the same but for bits of no mode": ([note(SVC) + note(SVC | 0x20)], SVC),

    "contradicting": ([note(SVC) + note(HYP)], CONTRADICT),
    "contradicting by less": ([note(SVC | HYP), note(SVC)], CONTRADICT),
    "contradicting in another segment": ([note(SVC), FOREIGN, FOREIGN + note(HYP)], CONTRADICT),
    "no mode": ([note(0)], NO_MODE),
    "mode 0 and modes 5 to 31 only": ([note(0xFFFFFFE1)], NO_MODE),
    "no mode, the second time": ([note(SVC) + note(0)], NO_MODE),
    "an empty descriptor": ([note(descriptor=b"")], NOT_A_WORD),
    "a descriptor of 3": ([note(descriptor=b"\4\0\0")], NOT_A_WORD),
    "a descriptor of 5": ([note(descriptor=b"\4\0\0\0\0")], NOT_A_WORD),
    "a descriptor of 8": ([note(descriptor=b"\4\0\0\0\4\0\0\0")], NOT_A_WORD),
    "a descriptor beyond the end": ([note()[:-1]], EXCEEDS),
    "no descriptor at all": ([note()[:-4]], EXCEEDS),
    "a name beyond the end": ([note()[:16]], EXCEEDS),
    "a header alone": ([note()[:12]], EXCEEDS),
    "the padding of a name beyond the end": ([struct.pack("<3I5s", 5, 0, 1, b"abcd\0")], EXCEEDS),
    "a huge name": ([note(sizes=(0xFFFFFFFF, 4))], EXCEEDS),
    "a name that wraps to nothing": ([note(sizes=(0xFFFFFFFD, 4))], EXCEEDS),
    "a name that wraps to the start": ([note(sizes=(0xFFFFFFF4, 4))], EXCEEDS),
    "a huge descriptor": ([note(sizes=(8, 0xFFFFFFFF))], EXCEEDS),
    "a descriptor that wraps to the start": ([note(sizes=(8, 0xFFFFFFEC))], EXCEEDS),
    "a descriptor that wraps to nothing": ([note(sizes=(8, 0xFFFFFFFD))], EXCEEDS),
    "both wrap": ([note(sizes=(0x7FFFFFFC, 0x7FFFFFFC))], EXCEEDS),
    "another owner's exceeds": ([note(SVC) + note(owner=b"GNU\0", sizes=(4, 5))], EXCEEDS),
    "another type exceeds": ([note(kind=2, sizes=(8, 5))], EXCEEDS),
    "not zeros at the end": ([note(SVC) + bytes(3) + b"\1"], SHORT),
    "11 bytes at the end": ([note(SVC) + b"\4" + bytes(10)], SHORT),
    "the second segment cut short": ([note(SVC), b"\1"], SHORT),
}


@pytest.fixture(scope="module")
def fuzz(tmp_path_factory):
    """Gives cases to elf_note.c, under the sanitizers, and then mutates them."""
    program = harness.host_program(tmp_path_factory.mktemp("note"), "note_fuzz",
                                   "loader/elf_note.c")

    def run(files, rounds):
        lines = [" ".join(segment.hex() or "-" for segment in file) + "\n" for file in files]
        done = subprocess.run([program, str(rounds)], input="".join(lines), capture_output=True,
                              text=True, timeout=120 * harness.PATIENCE)
        assert done.returncode == 0, done.stderr
        return [int(line[6:], 16) if line.startswith("modes ") else line
                for line in done.stdout.splitlines()], done.stderr
    return run


def answer_of_the_tool(segments):
    """What note_modes() of tools/bw-note says of a file."""
    modes = 0
    try:
        for segment in segments:
            modes = bw_note.note_modes(segment, modes)
    except bw_note.Refused as why:
        return str(why)
    return modes


loader = importlib.machinery.SourceFileLoader("bw_note", str(TOOL))
bw_note = importlib.util.module_from_spec(importlib.util.spec_from_loader("bw_note", loader))
sys.dont_write_bytecode, was = True, sys.dont_write_bytecode
loader.exec_module(bw_note)
sys.dont_write_bytecode = was


def test_cases(fuzz):
    answers, _ = fuzz([segments for segments, _ in CASES.values()], 0)
    assert dict(zip(CASES, answers)) == {case: expected for case, (_, expected) in CASES.items()}


def test_hostile_notes(fuzz):
    """No access out of bounds, in buffers that end where the notes end."""
    _, text = fuzz([segments for segments, _ in CASES.values()], 100000)
    counts = re.fullmatch(r"(\d+) refused, (\d+) with modes, (\d+) without\n", text)
    assert all(int(count) > 5000 for count in counts.groups()), text


def test_c_and_python_agree(fuzz):
    """On cases that nobody thought of, too."""
    numbers, files = random.Random(1), [segments for segments, _ in CASES.values()]
    for _ in range(20000):
        data = bytearray(numbers.choice([s for s, _ in CASES.values() if s])[0])
        for _ in range(numbers.randrange(4) if data else 0):
            data[numbers.randrange(len(data))] = numbers.choice([0, 1, 4, 8, 12, 0x7F, 0xFC, 0xFF])
        files.append([bytes(data[:numbers.choice([len(data), numbers.randrange(len(data) + 1)])])])
    answers, _ = fuzz(files, 0)
    assert answers == [answer_of_the_tool(file) for file in files]


@pytest.mark.parametrize("toolchain", harness.TOOLCHAINS)
def test_freestanding(toolchain):
    """The wrapper could have it: no warning, and nothing needed but memcmp()."""
    path = f"{harness.CHECK}/note-{toolchain}/{harness.BOARD}/loader/elf_note.c.o"
    harness.build(f"note-{toolchain}", path, **harness.TOOLCHAINS[toolchain])
    with open(path, "rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        assert {s.name for s in table.iter_symbols() if s.name and s["st_shndx"] == "SHN_UNDEF"} \
            == {"memcmp"}


# ELF files.

def kernel(path, segments=(), shift=1, load=b"\xfe\xff\xff\xea", spare=0):
    """A kernel that is a loop, with such notes, none of them aligned in the file."""
    count = 1 + len(segments) + spare
    at = 52 + 32 * count
    table, content = [], load
    table.append((1, at, 0x80100000, 0x80100000, len(load), len(load), 5, 4))
    for segment in segments:
        content += bytes(shift)
        table.append((4, at + len(content), 0, 0, len(segment), 0, 4, 4))
        content += segment
    table += [(0,) * 8] * spare
    header = struct.pack("<16s2H5I6H", b"\x7fELF\1\1\1" + bytes(9), 2, 40, 1, 0x80100000, 52, 0,
                         0x05000000, 52, 32, count, 0, 0, 0)
    path.write_bytes(header + b"".join(struct.pack("<8I", *s) for s in table) + content)
    return path


def run(*arguments):
    return subprocess.run([sys.executable, TOOL, *arguments], capture_output=True, text=True,
                          cwd=harness.TOP)


def refusal(done, status=1):
    """The one line on stderr, without whose it is."""
    assert done.returncode == status and not done.stdout, done
    assert re.fullmatch(r"boot-wrapper: .*\n", done.stderr), done.stderr
    return done.stderr[len("boot-wrapper: "):-1]


def names(modes):
    return " ".join(n for n, bit in (("secure-monitor", MONITOR), ("hyp", HYP), ("svc", SVC),
                                     ("secure-svc", SECURE_SVC)) if modes & bit)


def told(path):
    done = run(path)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert done.stdout.startswith(f"{path}: ")
    return done.stdout[len(f"{path}: "):-1]


def prepare(path, out):
    tool = harness.CHECK / "note" / harness.BOARD / "prepare"
    return subprocess.run([tool, "--kernel", path, "--dtb", harness.DTB, "--layout",
                           out / "layout.h", "--output-dtb", out / "o.dtb", "--output-kernel",
                           out / "o.bin"], capture_output=True, text=True)


@pytest.fixture(scope="module")
def built():
    harness.build("note", f"{harness.CHECK}/note/{harness.BOARD}/prepare")


@pytest.mark.parametrize("case", CASES)
def test_build_and_tool(case, tmp_path, built):
    """Both read the segments of a file as elf_note.c does."""
    segments, expected = CASES[case]
    path = kernel(tmp_path / "k.elf", segments)
    done = prepare(path, tmp_path)
    if isinstance(expected, int):
        assert done.returncode == 0 and not done.stderr, done.stderr
        assert told(path) == (f"{names(expected)} (by its note)" if expected else
                              "hyp svc (no note)")
    else:
        assert refusal(done).startswith(f"KERNEL={path}: {expected}; ")
        assert refusal(run(path)).startswith(f"{path}: {expected}; ")
        assert refusal(run("--modes", "svc", path, "-o", tmp_path / "out")).startswith(
            f"{path}: {expected}; ")
        assert not (tmp_path / "out").exists()


def test_make_refuses(tmp_path):
    """In one line, and the build fails."""
    path = kernel(tmp_path / "k.elf", [note(0)])
    done = harness.run_make("note", "all", KERNEL=path, DTB=harness.DTB)
    assert done.returncode != 0
    assert [line for line in done.stderr.splitlines() if line.startswith("boot-wrapper: ")] == [
        f"boot-wrapper: KERNEL={path}: {NO_MODE}; correct its notes (BW_NOTE of boot_wrapper.h "
        "makes one), or link it without them"]


def patched(path, at, *words):
    data = bytearray(path.read_bytes())
    struct.pack_into(f"<{len(words)}I", data, at, *words)
    path.write_bytes(data)
    return path


NOTE = 52 + 32      # of kernel() with a note: its program header


@pytest.mark.parametrize("at, words, expected", [
    (NOTE + 4, [0xFFFFFFF0], "a note segment exceeds the file; correct"),
    (NOTE + 16, [25], "a note segment exceeds the file; correct"),
    (NOTE + 16, [0xFFFFFFFF], "a note segment exceeds the file; correct"),
    (52 + 4, [0xFFFFFFF0], "a segment exceeds the file; "),
    (28, [0x7FFFFFF0], "its program headers exceed the file; "),
    (28, [0xFFFFFFFF], "its program headers exceed the file; "),
    (40, [32 << 16 | 52, 0xFFFF], "its program headers exceed the file; "),
    (40, [56 << 16 | 52], "its program headers exceed the file; "),
    (4, [0x00010102], "not an executable of 32-bit little-endian ARM; "),
    (4, [0x00010201], "not an executable of 32-bit little-endian ARM; "),
    (4, [0x00010909], "not an executable of 32-bit little-endian ARM; "),
    (16, [2 | 62 << 16], "not an executable of 32-bit little-endian ARM; "),
    (16, [1 | 40 << 16], "not an executable of 32-bit little-endian ARM; "),
])
def test_bad_headers(at, words, expected, tmp_path, built):
    path = patched(kernel(tmp_path / "k.elf", [note()]), at, *words)
    assert refusal(prepare(path, tmp_path)).startswith(f"KERNEL={path}: {expected}")
    assert refusal(run(path)).startswith(f"{path}: {expected}")


def test_empty_segment_anywhere(tmp_path, built):
    """As strip leaves it: no content, so where it would be does not matter."""
    path = patched(kernel(tmp_path / "k.elf", [note()]), NOTE + 4, 0xFFFFFFF0, 0, 0, 0)
    assert prepare(path, tmp_path).returncode == 0
    assert told(path) == "hyp svc (no note)"


def test_damaged_files_leave_no_traceback(tmp_path):
    """Whatever is wrong with the headers."""
    numbers, good = random.Random(1), with_sections(tmp_path).read_bytes()
    sections = struct.unpack_from("<I", good, 32)[0]
    changed = 0
    for _ in range(3000):
        data = bytearray(good)
        for _ in range(1 + numbers.randrange(3)):
            at = numbers.choice([numbers.randrange(4, 52 + 96),
                                 numbers.randrange(sections, len(data))])
            data[at] = numbers.choice([0, 1, 4, 0x7F, 0x80, 0xFF, numbers.randrange(256)])
        data = bytes(data[:numbers.choice([len(data), len(data), numbers.randrange(len(data))])])
        try:
            bw_note.Kernel(bw_note.with_note(data, HYP))
            changed += 1
        except bw_note.Refused as why:
            assert "; " in str(why)
    assert changed > 500


# The tool: what it prints.

def zimage(path, linux=True):
    data = struct.pack("<9I3I", *[0xE1A00000] * 9, 0x016F2818, 0, 0x100)
    data += struct.pack("<2I", 0x04030201, 0x45454545) if linux else bytes(8)
    path.write_bytes(data.ljust(0x100, b"\0"))
    return path


def test_zimages(tmp_path):
    """Linux's, Xen's and Debian's."""
    for path in (zimage(tmp_path / "z"), zimage(tmp_path / "x", linux=False), harness.VMLINUZ):
        assert told(path) == "hyp svc (no note)"
        assert refusal(run("--modes", "svc", path, "-o", tmp_path / "out")) == (
            f"{path}: a zImage cannot carry a note; say MODE= to the build instead")
        assert not (tmp_path / "out").exists()


def test_several_files(tmp_path):
    """A line for each that can be had, and one for each that cannot."""
    one, two = kernel(tmp_path / "1", [note(SVC)]), kernel(tmp_path / "2")
    text = tmp_path / "text"
    text.write_text("hello\n" * 100)
    done = run(one, text, tmp_path, two)
    assert done.returncode == 1
    assert done.stdout == f"{one}: svc (by its note)\n{two}: hyp svc (no note)\n"
    assert done.stderr.splitlines() == [
        f"boot-wrapper: {text}: neither a zImage nor ELF; name one of these",
        f"boot-wrapper: {tmp_path}: Is a directory; name a file that can be read"]


@pytest.mark.parametrize("content, expected", [
    (b"", "neither a zImage nor ELF; "),
    (b"\x7fELF", "truncated ELF header; "),
    (b"\x7fELF\1\1" + bytes(45), "truncated ELF header; "),
    (bytes(0x24) + b"\x18\x28\x6f\x01", "neither a zImage nor ELF; "),
    (bytes(0x24) + b"\x01\x6f\x28\x18" + bytes(99), "neither a zImage nor ELF; "),
    (None, "No such file or directory; "),
])
def test_not_a_kernel(content, expected, tmp_path):
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    assert refusal(run(path)).startswith(f"{path}: {expected}")


def test_name_that_is_no_text(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff"
    os.rename(kernel(tmp_path / "k"), path)
    done = subprocess.run([sys.executable, TOOL, path], capture_output=True,
                          env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"})
    assert done.stdout == path + b": hyp svc (no note)\n" and done.returncode == 0


@pytest.mark.parametrize("arguments, expected", [
    ([], "arguments are required: FILE"),
    (["--modes", "hyp", "x"], "--modes and -o OUTPUT go together"),
    (["-o", "y", "x"], "--modes and -o OUTPUT go together"),
    (["--modes", "hyp", "x", "y", "-o", "z"], "--modes takes one FILE"),
    (["--modes", "hyp,el3", "x", "-o", "y"], "--modes hyp,el3: say one or more of "
                                             "secure-monitor,hyp,svc,secure-svc"),
    (["--modes", "", "x", "-o", "y"], "say one or more of"),
    (["--nonsense", "x"], "unrecognized arguments: --nonsense"),
])
def test_wrong_usage(arguments, expected):
    assert expected in refusal(run(*arguments), status=2)


def test_help():
    done = run("--help")
    assert done.returncode == 0 and not done.stderr
    for word in ("tools/bw-note FILE ...", "--modes hyp,svc kernel.elf -o", *names(30).split()):
        assert word in done.stdout, word


# The tool: what it adds.

def memory(path):
    """What a loader takes from an ELF file: entry, and each PT_LOAD's place and content."""
    with open(path, "rb") as stream:
        elf = ELFFile(stream)
        return elf["e_entry"], elf["e_flags"], [
            (s["p_vaddr"], s["p_paddr"], s["p_memsz"], s["p_flags"], s["p_align"], s.data())
            for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]


def sections(path):
    """{name: content} of the sections that have some."""
    with open(path, "rb") as stream:
        return {s.name: (s["sh_addr"], s.data()) for s in ELFFile(stream).iter_sections()
                if s["sh_type"] not in ("SHT_NULL", "SHT_NOBITS")}


def segments_of(path):
    """[(type, its sections)], and where those are that have nothing."""
    with open(path, "rb") as stream:
        elf = ELFFile(stream)
        return [(s["p_type"], [x.name for x in elf.iter_sections() if s.section_in_segment(x)]
                 if s["p_filesz"] else s["p_offset"]) for s in elf.iter_segments()]


def readelf(path, *options):
    """What both have to say, without a warning."""
    for tool in ("arm-none-eabi-readelf", "llvm-readelf"):
        done = subprocess.run([tool, *options, path], capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr, done.stderr
        assert "arning" not in done.stdout
        yield done.stdout


def linked(tmp_path, source, script=None, compiler="gcc", language="S", flags=()):
    (tmp_path / f"t.{language}").write_text(source)
    command = {"gcc": ["arm-none-eabi-gcc"],
               "clang": ["clang", "--target=arm-none-eabi", "-fuse-ld=lld"]}[compiler]
    command += ["-march=armv7-a", "-mfloat-abi=soft", "-nostdlib", "-ffreestanding", "-Iinclude",
                "-Wall", "-Wextra", "-Werror", *flags, "-o", tmp_path / "t.elf",
                tmp_path / f"t.{language}"]
    if script:
        (tmp_path / "t.lds").write_text(script)
        command += ["-T", tmp_path / "t.lds"]
    subprocess.run(command, cwd=harness.TOP, check=True)
    return tmp_path / "t.elf"


def with_sections(tmp_path):
    """Its first segment has the ELF header too, which a kernel may read in memory."""
    script = """
ENTRY(_start)
PHDRS { all PT_LOAD FILEHDR PHDRS; data PT_LOAD; unwind 0x70000001; stack PT_GNU_STACK; }
SECTIONS {
	. = 0x80100000 + SIZEOF_HEADERS;
	.text : { *(.text) } :all
	.rodata : { *(.rodata) } :all :unwind
	. = 0x80200000;
	.data : { *(.data) } :data
	.bss : { *(.bss) } :data
}
"""
    source = """
	.global _start
	.text
_start:	b	_start
	.section .rodata, "a"
	.word	4, 5
	.data
	.word	1, 2, 3
	.bss
	.space	40
"""
    return linked(tmp_path, source, script, flags=["-Wl,--no-warn-rwx-segments"])


MAKERS = {
    "as small as can be": lambda t: kernel(t / "k.elf"),
    "a spare header": lambda t: kernel(t / "k.elf", spare=2),
    "an odd size": lambda t: kernel(t / "k.elf", load=b"\xfe\xff\xff\xea\1"),
    "another owner's note": lambda t: kernel(t / "k.elf", [FOREIGN]),
    "as linked": elf,
    "headers in memory": with_sections,
    "headers and a spare one in memory": lambda t: patched(
        kernel(t / "k.elf", spare=1), 52, 1, 0, 0x80100000, 0x80100000, 120, 120, 5, 4),
    "headers in memory, an odd size": lambda t: patched(
        kernel(t / "k.elf", load=bytes(5)), 52, 1, 0, 0x80100000, 0x80100000, 89, 89, 5, 4),
    "a segment in another": lambda t: patched(
        kernel(t / "k.elf", [b"x"]), 52, 1, 0, 0x80100000, 0x80100000, 116, 116, 5, 4,
        1, 0, 0x80200000, 0x80200000, 52, 52, 5, 4),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_note_is_added(maker, tmp_path):
    """What is loaded is the same, and the file is sound to whoever reads it."""
    path = MAKERS[maker](tmp_path)
    path.chmod(0o750)
    before = path.read_bytes()
    output = tmp_path / "out.elf"
    done = run("--modes", "svc,hyp", path, "-o", output)
    assert done.returncode == 0 and not done.stdout and not done.stderr, done.stderr
    assert path.read_bytes() == before
    assert output.stat().st_mode == path.stat().st_mode
    assert told(output) == "hyp svc (by its note)"
    assert memory(output) == memory(path)
    assert sections(output) == sections(path)
    was, now = segments_of(path), segments_of(output)
    if "spare" in maker and "memory" not in maker:
        assert len(now) == len(was) and output.stat().st_size == (len(before) + 3 & ~3) + 24
        was.remove(("PT_NULL", 0))
    now.remove(("PT_NOTE", []))
    assert now == was
    # LLVM's looks for notes in sections only, if there are any.
    assert re.search(r"^ +ARMBOOT +0x00000004\s", next(readelf(output, "-n")), re.M)
    list(readelf(output, "-hlSW"))
    with open(output, "rb") as stream:
        elf = ELFFile(stream)
        assert elf["e_phoff"] % 4 == 0
        assert not elf.num_sections() or elf.get_section(0)["sh_offset"] == 0
        assert all(s["p_offset"] % 4 == 0 for s in elf.iter_segments()
                   if s["p_type"] == "PT_NOTE" and s["p_filesz"] == 24)
        assert all((s["p_offset"] - s["p_vaddr"]) % s["p_align"] == 0
                   for s in elf.iter_segments() if s["p_type"] == "PT_LOAD")


@pytest.mark.parametrize("modes", range(2, 32, 2))
def test_all_modes(modes, tmp_path):
    output = tmp_path / "out"
    done = run("--modes", names(modes).replace(" ", ","), kernel(tmp_path / "k"), "-o", output)
    assert done.returncode == 0
    assert told(output) == f"{names(modes)} (by its note)"
    assert note(modes) in output.read_bytes()


def test_second_note_is_refused(tmp_path):
    path = kernel(tmp_path / "k", [FOREIGN, note(SVC)])
    assert refusal(run("--modes", "svc", path, "-o", tmp_path / "out")) == (
        f"{path}: has a note already, for svc; change BW_NOTE in its source, or take the file "
        "from before the note was added")
    assert not (tmp_path / "out").exists()


def test_no_room_for_a_header(tmp_path):
    """65535 program headers would be another way to count them."""
    path = kernel(tmp_path / "k", [b""] * 0xFFFD)
    assert refusal(run("--modes", "svc", path, "-o", tmp_path / "out")) == (
        f"{path}: no room for another program header; link it with BW_NOTE instead")


def test_in_place_only_by_the_same_path(tmp_path):
    path = kernel(tmp_path / "k")
    before = path.read_bytes()
    os.link(path, tmp_path / "hard")
    os.symlink(path, tmp_path / "soft")
    for other in (tmp_path / "hard", tmp_path / "soft"):
        assert run("--modes", "svc", path, "-o", other).returncode == 0
        assert told(other) == "svc (by its note)" and path.read_bytes() == before
    assert run("--modes", "svc", path, "-o", path).returncode == 0
    assert told(path) == "svc (by its note)"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hard", "k", "soft"]


def test_output_that_cannot_be_written(tmp_path, monkeypatch):
    path = kernel(tmp_path / "k")
    for output in (tmp_path / "no" / "such", tmp_path):
        assert refusal(run("--modes", "svc", path, "-o", output)).startswith(
            f"{path}: cannot write {output}: ")

    def full(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(bw_note.Refused, match="No space left"):
        bw_note.write(str(tmp_path / "out"), b"", 0o644)
    assert [p.name for p in tmp_path.iterdir()] == ["k"]


def test_output_that_is_no_file(tmp_path):
    """A pipe is written to, not replaced. (One of the test's own, not a device.)"""
    path, pipe = kernel(tmp_path / "k"), tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("--modes", "svc", path, "-o", pipe).returncode == 0
        assert note(SVC) in os.read(reader, 1 << 16)
    finally:
        os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize("headers", [False, True])
def test_boots(headers, tmp_path):
    """The little kernel of harness.inputs, with a note; the ELF header in memory, or not."""
    script = ELF_SCRIPT
    if headers:
        script = script.replace("text PT_LOAD", "text PT_LOAD FILEHDR PHDRS").replace(
            ".text %s : AT(%s)", ".text %s + SIZEOF_HEADERS : AT(%s + SIZEOF_HEADERS)")
    plain, path = elf(tmp_path, script=script), tmp_path / "noted.elf"
    assert memory(plain)[2][0][5].startswith(b"\x7fELF") == headers
    assert run("--modes", "hyp,svc", plain, "-o", path).returncode == 0
    image = harness.build("note-boot", "all", KERNEL=path, DTB=harness.DTB, SMP=1)
    text, _ = harness.console(image / "linux-system.axf", until=r"[AT][0!]\.", timeout=10)
    assert text.endswith("A0.")


# BW_NOTE.

DECLARED = {
    "C": ("c", '#include "boot_wrapper.h"\nBW_NOTE(BW_TAKES_HYP | BW_TAKES_SVC);\n'
               "void _start(void);\nvoid _start(void) { for (;;); }\n", HYP | SVC),
    "C, one mode": ("c", '#include "boot_wrapper.h"\nBW_NOTE(BW_TAKES_SECURE_MONITOR);\n'
                         "void _start(void);\nvoid _start(void) { for (;;); }\n", MONITOR),
    "assembly": ("S", '#include "boot_wrapper.h"\n\t.text\n'
                      "\tBW_NOTE(BW_TAKES_SECURE_SVC | BW_TAKES_SVC)\n"
                      "\t.global _start\n_start:\tb\t_start\n", SECURE_SVC | SVC),
    "assembly, the default": ("S", '#include "boot_wrapper.h"\n\t.text\n'
                                   "BW_NOTE(BW_TAKES_DEFAULT);\n"
                                   "\t.global _start\n_start:\tb\t_start\n", HYP | SVC),
}


@pytest.mark.parametrize("flags", [["-marm"], ["-mthumb", "-O2", "-g", "-Wl,--gc-sections"]])
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("declared", DECLARED)
def test_declared_in_the_source(declared, compiler, flags, tmp_path):
    """By the linkers' own scripts, which keep it and give it a segment."""
    language, source, modes = DECLARED[declared]
    path = linked(tmp_path, source, compiler=compiler, language=language, flags=flags)
    assert told(path) == f"{names(modes)} (by its note)"
    assert sections(path)[".note.ARMBOOT"][1] == note(modes)
    for text in readelf(path, "-n"):
        assert re.search(r"^ +ARMBOOT +0x00000004\s", text, re.M), text
