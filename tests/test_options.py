# SPDX-License-Identifier: BSD-2-Clause
"""loader/choice.c on the host, and the one table of options, loader/options.def."""

import ctypes
import re
import shutil
import subprocess
import sys

import pytest

import harness
from harness.qemu import refused, semihosted

sys.path.insert(0, str(harness.TOP / "tools"))
from bw.options import OPTIONS                                          # noqa: E402

QUIET, PEN, GRANT_SECURE, SMC_NONE = 1, 2, 4, 8


class Choice(ctypes.Structure):
    _fields_ = [("mode", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("made", ctypes.c_uint32),
                ("message", ctypes.c_char * 160)]


class Text(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("value", ctypes.c_void_p),
                ("name_size", ctypes.c_uint32), ("value_size", ctypes.c_uint32)]


APPLY = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32,
                         ctypes.POINTER(Text))


@pytest.fixture(scope="module")
def c():
    library = harness.host_library("choice", "loader/choice.c")
    library.choose.restype = ctypes.c_char_p
    return library


def taken(c, line, prefix="bw."):
    """(what is left of a command line, [(option as given, name, value)])"""
    found = []

    def apply(_context, given, size, text):
        text = text.contents
        value = ctypes.string_at(text.value, text.value_size) if text.value else None
        found.append((ctypes.string_at(given, size), ctypes.string_at(text.name, text.name_size),
                      value))

    buffer = ctypes.create_string_buffer(line.encode())
    c.take_options(buffer, prefix.encode(), APPLY(apply), None)
    return buffer.value.decode(), [tuple(part if part is None else part.decode() for part in option)
                                   for option in found]


MODE = ("bw.mode=svc", "mode", "svc")


@pytest.mark.parametrize("line, rest, options", [
    ("", "", []), ("   ", "   ", []), ("smp", "smp", []), ("a  b\t c ", "a  b\t c ", []),
    ("a\nbw.mode=svc\nb", "a\nb", [MODE]),
    ("bw.mode=svc", "", [MODE]), (" bw.mode=svc ", "", [MODE]),
    ("bw.mode=svc smp", "smp", [MODE]), ("smp bw.mode=svc", "smp", [MODE]),
    ("a  bw.mode=svc   b", "a   b", [MODE]),
    ("bw.mode=svc\tbw.quiet=1 a", "a", [MODE, ("bw.quiet=1", "quiet", "1")]),
    # Quotes, "--", and what only looks like one.
    ('x="a bw.mode=svc  b" c,d', 'x="a bw.mode=svc  b" c,d', []),
    ('x="open bw.mode=svc', 'x="open bw.mode=svc', []),
    ("a -- bw.mode=svc  b", "a -- bw.mode=svc  b", []), ("a --bw bw.mode=svc", "a --bw", [MODE]),
    ("abw.mode=svc bw. bwmode", "abw.mode=svc bw. bwmode", []),
    ("bw.mode", "", [("bw.mode", "mode", None)]), ("bw.=x", "", [("bw.=x", "", "x")]),
    ("bw.a=b=c bw.d=", "", [("bw.a=b=c", "a", "b=c"), ("bw.d=", "d", "")]),
    ("größe=5 bw.mode=svc ñ", "größe=5 ñ", [MODE]),
])
def test_options_are_taken_out(c, line, rest, options):
    assert taken(c, line) == (rest, options)


def test_without_a_prefix(c):
    assert taken(c, "mode=svc  quiet=1", "") == \
        ("", [("mode=svc", "mode", "svc"), ("quiet=1", "quiet", "1")])


def choose(c, *options):
    """(mode, flags), or what is wrong with the last."""
    choice, wrong = Choice(), None
    for option in options:
        assert wrong is None, wrong
        name, equals, value = option.encode().partition(b"=")
        names, values = ctypes.create_string_buffer(name), ctypes.create_string_buffer(value)
        wrong = c.choose(ctypes.byref(choice), ctypes.byref(Text(
            ctypes.addressof(names), ctypes.addressof(values) if equals else None, len(name),
            len(value))))
    return wrong.decode() if wrong else (choice.mode, choice.flags)


@pytest.mark.parametrize("options, result", [
    ((), (0, 0)), (("mode=hyp",), (2, 0)), (("mode=svc", "mode=svc"), (3, 0)),
    (("mode=secure-monitor", "quiet=1"), (1, QUIET)), (("quiet=0",), (0, 0)),
    (("smc=none",), (0, SMC_NONE | PEN)), (("smc=psci", "smp-method=pen"), (0, PEN)),
    # The plan refuses SMC=none with PSCI, in whatever order they were given.
    (("smp-method=psci", "smc=none"), (0, SMC_NONE)),
    (("smc=none", "smp-method=psci"), (0, SMC_NONE)),
    (("grant=secure", "mode=secure-svc"), (4, GRANT_SECURE)),
    (("mode=svc", "mode=hyp"), "mode is already set to svc; omit one of the two"),
    (("quiet=1", "quiet=0"), "quiet is already set to 1; omit one of the two"),
    (("mode=abort",), "no such value; valid values: hyp, svc, secure-svc, secure-monitor"),
    (("mode=hypx",), "no such value; valid values: hyp, svc, secure-svc, secure-monitor"),
    (("grant=",), "no such value; valid values: secure, none"),
    (("smc",), "it needs a value; valid values: none, psci"),
    (("colour=blue",), "no such option; valid options: mode, grant, smc, smp-method, quiet, kernel, "
     "initrd, xen"),
    (("quiet=1", "smc"), "it needs a value; valid values: none, psci"),
    (("mod=hyp",), "no such option; valid options: mode, grant, smc, smp-method, quiet, kernel, "
     "initrd, xen"),
])
def test_choice(c, options, result):
    assert choose(c, *options) == result


def test_every_option_of_the_table(c):
    for name, values in OPTIONS.items():
        for value in values:
            assert isinstance(choose(c, f"{name}={value}"), tuple), (name, value)


@pytest.fixture(scope="module")
def wrapper():
    return lambda board=harness.BOARD: harness.build("sources", "wrapper", BOARD=board)


def test_linux_does_not_see_the_options(wrapper):
    """They take effect, and are not in the kernel's command line; the rest is as it was."""
    line = f"--kernel {harness.VMLINUZ} --initrd {harness.initramfs()} -- console=ttyAMA0 " \
        "bw.mode=svc a=b,c  d -- bw.mode=hyp"
    with harness.Guest(command=semihosted(wrapper, line, "-dtb", harness.DTB)) as guest:
        assert "started in SVC mode" in guest.log
        # Semihosting's own line has its words joined by one space each.
        assert "console=ttyAMA0 a=b,c" in guest.run("cat /proc/cmdline")
        assert guest.run("cat /proc/cmdline").count("bw.mode") == 1


def test_the_build_takes_them_out_too():
    """Of BOOTARGS=, and of the bootargs in the DTB."""
    out = harness.build("options", "all", KERNEL=harness.VMLINUZ, DTB=harness.DTB,
                        BOOTARGS='console=ttyAMA0  bw.mode=svc x="a  bw.mode=hyp" smp')
    assert subprocess.run(["fdtget", out / "payload.dtb", "/chosen", "bootargs"], check=True,
                          capture_output=True, text=True).stdout == \
        'console=ttyAMA0 x="a  bw.mode=hyp" smp\n'
    assert subprocess.run(["fdtget", out / "payload.dtb", "/chosen", "boot-wrapper,boot-mode"],
                          check=True, capture_output=True, text=True).stdout == "svc\n"


@pytest.mark.parametrize("size, said", [(1023, False), (1024, True), (2047, True)])
def test_long_bootargs_are_named(wrapper, size, said):
    """Linux for 32-bit ARM drops what is behind 1023 characters, and says nothing."""
    text = "console=ttyAMA0 x=".ljust(size, "y")
    done = harness.run_make("options-long", "all", KERNEL=harness.VMLINUZ, DTB=harness.DTB,
                            BOOTARGS=text)
    console, _ = harness.run(semihosted(wrapper, f"--kernel {harness.VMLINUZ} -- {text}", "-dtb",
                                        harness.DTB), timeout=60, until="entering the kernel")
    assert done.returncode == 0 and "entering the kernel" in console
    for output in (done.stderr, console):
        assert (f"boot-wrapper: the bootargs have {size} characters, of which Linux takes 1023; "
                in output) == said, output


@pytest.mark.parametrize("bootargs, pattern", [
    ("bw.mode=abort", "bw.mode=abort: no such value; valid values: hyp, svc, "),
    ("a bw.colour=blue", "bw.colour=blue: no such option; valid options: mode, "),
    ("bw.mode=svc bw.mode=hyp", "bw.mode=hyp: mode is already set to svc; omit one"),
])
def test_same_words_in_build_and_boot(wrapper, bootargs, pattern):
    done = harness.run_make("options-bad", "all", KERNEL=harness.VMLINUZ, DTB=harness.DTB,
                            BOOTARGS=bootargs)
    assert done.returncode != 0 and f"boot-wrapper: {pattern}" in done.stderr, done.stderr
    refused(semihosted(wrapper, f"--kernel {harness.VMLINUZ} -- {bootargs}", "-dtb", harness.DTB),
            pattern, status=1)


def test_a_new_option_touches_two_files(tmp_path):
    """The table and the code that it is for: then each source, each tool and each help has it."""
    tree = tmp_path / "tree"
    files = subprocess.run(["git", "ls-files", "-z"], cwd=harness.TOP, check=True,
                           capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        if (harness.TOP / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(harness.TOP / name, tree / name)
    table, code = tree / "loader/options.def", tree / "boot.c"
    table.write_text(table.read_text().replace(
        "FLAG(SMC_NONE)\n", "FLAG(SMC_NONE)\nFLAG(BLUE)\n").replace(
        'IMAGE("kernel"', 'OPTION("door", "blue", 0, PAYLOAD_BLUE, 0, "say so")\n'
        'OPTION("door", "none", 0, 0, PAYLOAD_BLUE, "")\nIMAGE("kernel"', 1))
    code.write_text(code.read_text().replace(
        "	if (!(payload.flags & PAYLOAD_QUIET))\n",
        "	if (payload.flags & PAYLOAD_BLUE)\n		say(\"blue\");\n"
        "	if (!(payload.flags & PAYLOAD_QUIET))\n", 1))

    def run(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=tree).stdout

    common = ["make", f"O={tmp_path}/out", f"DEPS={harness.DEPS}"]
    run(*common, "all", f"KERNEL={harness.VMLINUZ}", f"DTB={harness.DTB}", "DOOR=blue")
    out = tmp_path / "out" / harness.BOARD
    assert "DOOR=blue: say so" in run(*common, "help")
    assert re.search(r"door=blue.*say so", run("tools/bw-pack", "--help"), re.S)
    assert "--door" in run("tools/bw-run", "--help")
    text, _ = harness.console(out / "linux-system.axf", until="entering the kernel")
    assert "boot-wrapper: blue\n" in text, text
    line = f"--kernel {harness.VMLINUZ} --door blue"
    text, _ = harness.run(semihosted(lambda: out, line, "-dtb", harness.DTB), timeout=60,
                          until="entering the kernel")
    assert "boot-wrapper: blue\n" in text, text
    text, _ = harness.run(semihosted(lambda: out, "--help"), timeout=60)
    assert "  --door blue: say so\n" in text
