# SPDX-License-Identifier: BSD-2-Clause
"""tools/bw-run: verdicts on boots, real ones and ones that a script plays, and docs/ci."""

import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import xml.etree.ElementTree as xml

import pexpect
import pytest

import harness
from bw import boards, modes
from harness.poison import FORGOTTEN

TOOL = harness.TOP / "tools" / "bw-run"
LOG = "vexpress-a15-image-2cpu.log"


def bw_run(results, *arguments, cwd=None, expected=None):
    """Run it; returns (status, all output)."""
    done = subprocess.run([sys.executable, TOOL, f"--results={results}", f"--deps={harness.DEPS}",
                           *map(str, arguments)], capture_output=True, text=True, cwd=cwd,
                          errors="replace")
    text = done.stdout + done.stderr
    assert "Traceback" not in text, text
    assert expected is None or done.returncode == expected, text
    return done.returncode, text


@pytest.fixture
def player(tmp_path):
    """player(text, then) makes a "QEMU" that prints the text, then runs shell commands."""
    def make(text, then="sleep 60"):
        (tmp_path / "text").write_text(text)
        program = tmp_path / "player"
        program.write_text(f"#!/bin/sh\ncat {tmp_path}/text\n{then}\n")
        program.chmod(0o755)
        (tmp_path / "image.axf").touch()
        return [f"--qemu={program}", f"--image={tmp_path}/image.axf", "--timeout=20"]
    return make


GOOD = """\
boot-wrapper: entering the kernel in Non-secure Hyp mode; it owns Hyp mode, but not Secure state
[    0.000000] Booting Linux on physical CPU 0x0
[    0.2] smp: Brought up 1 node, 2 CPUs
[    0.2] CPU: All CPU(s) started in HYP mode.
debian login:\x20
"""


#
# Real boots.
#

def test_pass(image, tmp_path):
    """The console live and in the log, the mode, the CPUs, and --expect in order."""
    _, text = bw_run(tmp_path, "--image", image, "--expect-mode=hyp", "--expect=2 CPUs online",
                     "--expect=~ # ", "--name=first", f"--junit={tmp_path}/r/j.xml", expected=0)
    log = tmp_path / "first.log"
    assert "bw-run: vexpress-a15, 2 CPUs: image " in text
    assert "Booting Linux on physical CPU" in text and "bw-run: PASS first" in text
    assert re.search(rf"^bw-run: log: .*{log.name}$", text, re.M)
    written = log.read_text()
    assert "# qemu-system-arm -M" in written and "# PASS first" in written
    assert "CPU: All CPU(s) started in HYP mode." in written
    [case] = xml.parse(tmp_path / "r/j.xml").getroot().iter("testcase")
    assert case.get("name") == "first" and not case.findall("failure")


def test_qemus_own_loader(tmp_path):
    """For comparison: Hyp mode on all CPUs where QEMU gives it, not where reset is Secure."""
    plain = ["--kernel", harness.VMLINUZ, "--initrd", harness.initramfs(), "--no-wrapper"]
    bw_run(tmp_path, *plain, "--machine=secure=off", "--expect-mode=hyp", expected=0)
    _, text = bw_run(tmp_path, *plain, "--expect-mode=hyp", expected=1)
    assert 'the kernel says "CPU: All CPU(s) started in SVC mode.", but hyp was expected' in text
    assert "this usually means: " in text and "Hyp" in text.split("this usually means: ")[1]
    # SVC mode, but the Secure one: Linux cannot tell, QEMU can.
    _, text = bw_run(tmp_path, *plain, "--expect-mode=svc", "--quiet", expected=1)
    assert "a CPU is in Secure state, but svc was expected" in text


def test_svc(tmp_path):
    image = harness.linux("bw-run-svc", SMP=2, MODE="svc")
    bw_run(tmp_path, "--image", image, "--expect-mode=svc", expected=0)


def test_refusal_of_the_wrapper(image, tmp_path):
    _, text = bw_run(tmp_path, "--image", image, "--memory=512M", expected=1)
    assert re.search(r"FAIL .*: boot-wrapper: no RAM at", text)
    assert "--memory" in text.split("remedy: ")[1]


def test_qemu_refuses(image, tmp_path):
    _, text = bw_run(tmp_path, "--image", image, "--qemu-args=-device nonexistent", expected=2)
    assert "COULD NOT RUN" in text and "nonexistent" in text


def test_too_few_cpus(image, tmp_path):
    """The DTB has two; the machine has four."""
    _, text = bw_run(tmp_path, "--image", image, "--cpus=4", expected=1)
    assert "2 of 4 CPUs came up" in text


# A line of the wrapper, taken out (as harness/poison.py has them), and what bw-run makes of it.
BROKEN = {
    "NSACR": (1, "NSACR does not allow", "VFP support v0.3: not present"),
    # What was said, but not yet to the console, is found in memory.
    "GICC_PMR": (124, "GICC_PMR in Secure state", "smp: Bringing up secondary CPUs ..."),
}


@pytest.fixture(scope="module")
def hang(image, tmp_path_factory):
    """The --timeout for a kernel that hangs: time for a whole boot, as busy as this machine is."""
    _, text = bw_run(tmp_path_factory.mktemp("hang"), "--image", image, "--quiet", expected=0)
    seconds = float(re.search(r"PASS .*\((\d+\.\d) s\)", text)[1])
    return f"--timeout={2 * seconds + 4:.0f}"


@pytest.mark.parametrize("what", BROKEN)
def test_diagnosis(image, tmp_path, hang, what):
    status, meaning, shown = BROKEN[what]
    broken = patched(image, tmp_path,
                     harness.without(image, *FORGOTTEN[what]))
    _, text = bw_run(tmp_path, "--image", broken, hang if status == 124 else "--timeout=60",
                     *["--quiet"] * (status == 124), expected=status)
    assert meaning in text.split("this usually means: ")[1]
    assert shown in text
    if status == 124:
        assert re.search(r"when it was stopped: CPU 0: Non-secure svc mode, PC c", text)


def patched(image, tmp_path, changes):
    assert changes
    return harness.patch(image, tmp_path / "t.axf", changes)


def first(image, function, pattern):
    """(address, word) of the first such instruction of a function."""
    found = harness.instructions(image, function, pattern)
    assert found, f"no such instruction in {function} any more"
    return min(found.items())


def test_diagnosis_of_no_dtb(image, tmp_path, hang):
    """r2 = 0 on the boot CPU; only the kernel's log buffer shows it."""
    at, _ = first(image, "enter_kernel", r"mov\s+r4, #0")
    broken = patched(image, tmp_path, {at: 0xE3A02000})      # mov r2, #0
    _, text = bw_run(tmp_path, "--image", broken, hang, "--quiet", expected=124)
    assert "r2 is not its address" in text.split("this usually means: ")[1], text


@pytest.mark.parametrize("seconds", [3, 5])
def test_diagnosis_of_impatience(image, tmp_path, seconds):
    """Not up yet, be it while it decompresses itself, prints into memory, or at last speaks."""
    _, text = bw_run(tmp_path, "--image", image, f"--timeout={seconds}", "--quiet",
                     "--until=never", expected=124)
    assert "it was still going on" in text
    assert "--timeout" in text.split("remedy: ")[1], text


def test_diagnosis_of_a_lost_cpu(image, tmp_path):
    """CPU_ON succeeds, and the CPU goes on sleeping."""
    at, wfi = first(image, "gic_wait", r"wfi")
    broken = patched(image, tmp_path, {at: wfi | 0xE7FD << 16})     # b to it, in Thumb state
    _, text = bw_run(tmp_path, "--image", broken, "--quiet", expected=1)
    assert "CPU1: failed to come online" in text
    assert "never came to the kernel" in text.split("this usually means: ")[1]


def test_diagnosis_of_no_hvc(image, tmp_path, hang):
    """SCR.HCE is clear: not a word from the kernel."""
    at, word = first(image, "kernel_state_init", r"orr\s+r\d+, r\d+, #1")       # SCR_NS
    assert word & 0xFFF0 == 0xF040                  # orr.w rd, rn, #1, whose second half is:
    rd = int(re.match(r"orr\S*\s+r(\d+)", harness.disassembly(image)[0][at][1])[1])
    # bic.w rd, rn, #SCR_HCE; NS is set in rn
    without = 0xF420 | word & 0xF | (0x7080 | rd << 8) << 16
    _, text = bw_run(tmp_path, "--image", patched(image, tmp_path, {at: without}), hang, "--quiet",
                     expected=124)
    assert "SCR.HCE is not set" in text.split("this usually means: ")[1], text


def test_matrix(image, tmp_path):
    """Lists make a product, defaults count, the status is the worst, one report has all."""
    matrix = tmp_path / "m.toml"
    matrix.write_text(f"""
        [defaults]
        image = "{image}"
        quiet = true
        [[boot]]
        name = "ok"
        expect-mode = "hyp"
        memory = ["1G", "2G"]
        [[boot]]
        name = "bad"
        expect-mode = "hyp"
        machine = "virtualization=off"
        [[boot]]
        name = "missing"
        image = "/nonexistent/i.axf"
        """)
    _, text = bw_run(tmp_path, "--matrix", matrix, "-j2", f"--junit={tmp_path}/j.xml", expected=2)
    for line in (r"ok-memory=1G +PASS", r"ok-memory=2G +PASS", r"bad +FAIL .*in svc mode, not hyp",
                 r"missing +COULD NOT RUN .*no such file; build it", r"2 of 4 passed"):
        assert re.search(rf"^bw-run: {line}", text, re.M), text
    suite = xml.parse(tmp_path / "j.xml").getroot().find("testsuite")
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["4", "1", "1"]
    for name in ("ok-memory=1G", "bad"):
        assert "Booting Linux" in (tmp_path / f"{name}.log").read_text()


def test_interactive(image, tmp_path):
    """After the verdict the keys go to the guest; Ctrl-A X ends; the status stays."""
    command = [str(TOOL), f"--results={tmp_path}", f"--image={image}", "--interactive",
               "--expect-mode=hyp", "--expect=~ # "]
    with pexpect.spawn(sys.executable, command, timeout=90, encoding="utf-8",
                       codec_errors="replace") as child:
        child.expect("bw-run: PASS")
        child.expect("the console is yours; Ctrl-A X ends")
        child.send("echo sum=$((40+2))\r")
        child.expect("sum=42")
        child.send("\x01x")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0
    assert "sum=42" in (tmp_path / LOG).read_text()


#
# What a console can say, played by a script.
#

def test_played(player, tmp_path):
    _, text = bw_run(tmp_path, *player(GOOD), "--expect-mode=hyp", expected=0)
    assert "PASS" in text


@pytest.mark.parametrize("expected, status", [
    (["Booting Linux", "2 CPUs", "login"], 0), (["2 CPUs", "Booting Linux"], 124), (["never"], 124),
])
def test_expected(player, tmp_path, expected, status):
    """Before userspace as well as behind it, in the order given."""
    bw_run(tmp_path, *player(GOOD), *(f"--expect={text}" for text in expected), "--quiet",
           "--timeout=2", expected=status)


FAILURES = {
    "panic": ("Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
              "initrd"),
    "oops": ("Internal error: Oops: 5 [#1] SMP ARM", None),
    "BUG": ("BUG: scheduling while atomic", None),
    "warning": ("WARNING: CPU: 0 PID: 1 at kernel/x.c:1", None),
    "modes": ("CPU: WARNING: CPU(s) started in wrong/inconsistent modes (primary CPU mode 0x1a)",
              "not all"),
    "CPU": ("CPU1: failed to come online", "CPU_ON"),
    "Xen": ("(XEN) Panic on CPU 0:", None),
    "ours": ("boot-wrapper: CPU 00000000: unexpected data abort in Hyp mode, PC 82000a10, from "
             "mode hyp, SPSR 000001da, HSR 02000000, HDFAR 00000000, HIFAR 00000000; this CPU stops",
             "exception"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_failure_ends_the_boot(player, tmp_path, case):
    """At once, though the script goes on, with the line as the reason; unless it is allowed."""
    line, meaning = FAILURES[case]
    arguments = player(GOOD.replace("debian", f"[    0.3] {line}\ndebian")
                       if not line.startswith("boot-wrapper") else f"{line}\n{GOOD}")
    begin = time.monotonic()
    _, text = bw_run(tmp_path, *arguments, "--quiet", expected=1)
    assert time.monotonic() - begin < 15
    assert line in re.search("FAIL .*", text)[0]
    assert meaning is None or meaning in text.split("this usually means: ")[1], text
    bw_run(tmp_path, *arguments, f"--allow={re.escape(line)}", "--quiet", expected=0)


def test_own_failure(player, tmp_path):
    bw_run(tmp_path, *player("no joy today\n" + GOOD), "--fail=no j.y", expected=1)


@pytest.mark.parametrize("change, mode, status, reason", [
    (("", ""), "svc", 1, "the wrapper entered the kernel in hyp mode, not svc"),
    (("HYP", "SVC"), "hyp", 1, "the kernel says"),
    (("CPU: All", "CPU: no"), "hyp", 1, "did not say in which mode"),
    (("CPU: All", "CPU: no"), "any", 0, ""),
    (("2 CPUs", "1 CPU"), "any", 1, "1 of 2 CPUs came up"),
    (("Brought", "bought"), "any", 1, "did not say that 2 CPUs are up"),
    (("debian login: ", "Last login: never"), "hyp", 124, "no sign of userspace"),
])
def test_evidence(player, tmp_path, change, mode, status, reason):
    _, text = bw_run(tmp_path, *player(GOOD.replace(*change)), f"--expect-mode={mode}", "--quiet",
                     "--timeout=3", expected=status)
    assert reason in text


XEN = """\
boot-wrapper: entering the kernel in Non-secure Hyp mode; it owns Hyp mode, but not Secure state
(XEN) Brought up 2 CPUs
[    0.0] Booting Linux on physical CPU 0x0
[    0.2] smp: Brought up 1 node, 1 CPU
[    0.2] CPU: All CPU(s) started in SVC mode.
boot-wrapper-initramfs: ready, 1 CPUs online
"""


def test_xen_not_its_dom0_is_asked(player, tmp_path):
    bw_run(tmp_path, *player(XEN), "--expect-mode=hyp", expected=0)
    bw_run(tmp_path, *player(XEN), "--expect-mode=hyp", "--cpus=1", expected=1)
    bw_run(tmp_path, *player(XEN), "--expect-mode=svc", expected=1)


def test_another_kernel(player, tmp_path):
    """One that is neither Linux nor Xen, and says nothing of modes: the wrapper's word counts."""
    text = GOOD.splitlines()[0] + "\nmine: up\n"
    bw_run(tmp_path, *player(text), "--until=^mine: up", "--expect-mode=hyp", expected=0)


def test_expected_in_order(player, tmp_path):
    arguments = player(GOOD + "one\ntwo\n")
    bw_run(tmp_path, *arguments, "--expect=one", "--expect=t.o", expected=0)
    _, text = bw_run(tmp_path, *arguments, "--expect=two", "--expect=one", "--timeout=2",
                     expected=124)
    assert "after 2 s no 'one' on the console" in text


def test_any_init_will_do_if_it_lives(player, tmp_path):
    text = GOOD.replace("debian login: ", "[    0.9] Run /init as init process")
    bw_run(tmp_path, *player(text), expected=0)
    _, text = bw_run(tmp_path, *player(text, "sleep 2; echo Kernel panic - not syncing: x; sleep 60"),
                     expected=1)
    assert "FAIL" in text and "not syncing: x" in text


@pytest.mark.parametrize("then, reason", [
    ("exit 0", "QEMU ended with status 0, with no sign of userspace"),
    ("exit 3", "boot-wrapper: the kernel takes svc"),
    ("kill -SEGV $$", "QEMU was ended by signal 11"),
])
def test_early_end(player, tmp_path, then, reason):
    text = "boot-wrapper: the kernel takes svc (by its note), but this CPU gives hyp\n"
    _, text = bw_run(tmp_path, *player(text, then), expected=1)
    assert reason in re.search("bw-run: FAIL .*", text)[0]


def test_endless_output(player, tmp_path):
    _, text = bw_run(tmp_path, *player("", "exec yes $(seq 100)"), "--quiet", expected=1)
    assert "something repeats for ever" in text


def test_tap(player, tmp_path):
    """Nothing else on stdout."""
    done = subprocess.run([TOOL, f"--results={tmp_path}", "--tap", "--expect-mode=svc",
                           *player(GOOD)], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert lines[:3] == ["TAP version 13", "1..1", "not ok 1 - vexpress-a15-image-2cpu"]
    assert all(line.startswith("# ") for line in lines[3:]) and len(lines) > 4
    assert done.returncode == 1


def test_junit_holds_any_console(player, tmp_path):
    bw_run(tmp_path, *player("\x1b[31m\x00\x07\ufffe<&>\n" + GOOD), "--expect-mode=svc",
           f"--junit={tmp_path}/j.xml", expected=1)
    [case] = xml.parse(tmp_path / "j.xml").getroot().iter("testcase")
    assert "not svc" in case.find("failure").get("message")
    assert "<&>" in case.find("system-out").text


def test_qemu_never_outlives(player, tmp_path):
    """Neither a timeout nor a signal leaves it behind."""
    arguments = player("", f"echo $$ >{tmp_path}/pid; trap '' TERM; while :; do sleep 1; done")
    bw_run(tmp_path, *arguments, "--timeout=1", expected=124)
    assert not pathlib.Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
    with pexpect.spawn(str(TOOL), [f"--results={tmp_path}", *arguments], timeout=20) as child:
        child.expect("2 CPUs: image")
        time.sleep(1)
        child.kill(15)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 143
    assert not pathlib.Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


#
# Could not run.
#

@pytest.mark.parametrize("arguments, reason", [
    (["--deps=/nonexistent"], "vmlinuz: no such file; run \"make deps\", or pass --kernel"),
    (["--image=/nonexistent/i", "--kernel=k"], "exclude each other; pass one"),
    (["--image=/nonexistent/i"], "--image /nonexistent/i: no such file"),
    (["--kernel=/nonexistent/k"], "--kernel /nonexistent/k: no such file"),
    (["--kernel=/"], "--kernel /: not a file"),
    (["--kernel={k}", "--wrapper-dir=/nonexistent"], "linux-system-semi.axf: no such file; run"),
    (["--kernel={k}", "--no-wrapper", "--dtb=/nonexistent/d"], "--dtb /nonexistent/d"),
    (["--kernel={k}", "--no-wrapper", "--initrd=x", "--no-initrd"], "pass one of them"),
    (["--kernel={k}", "--no-wrapper", "--mode=svc"], "--mode with --source none"),
    (["--image={k}", "--bootargs=x"], "--bootargs with --image"),
    (["--image={k}", "--board=toaster"], "no such board; valid boards: "),
    (["--image={k}", "--expect=("], "is not a regular expression"),
    (["--image={k}", "--timeout=0"], "positive"),
    (["--image={k}", "--cpus=many"], "invalid int value"),
    (["--image={k}", "--expect-mode=turbo"], "invalid choice"),
    (["--image={k}", "--qemu=/nonexistent/qemu"], "no /nonexistent/qemu; install it"),
    (["--image={k}", "--log=/nonexistent/d/x"], "--log"),
    (["--image={k}", "--name=a/b"], "it names a file"),
    (["--image={k}", "--interactive"], "takes a terminal"),
    (["--matrix=/nonexistent/m"], "--matrix /nonexistent/m: no such file"),
])
def test_could_not_run(tmp_path, arguments, reason):
    if "log" in reason and os.geteuid() == 0:
        (tmp_path / "file").touch()
        arguments = ["--image={k}", f"--log={tmp_path}/file/x"]
    arguments = [word.replace("{k}", str(harness.VMLINUZ)) for word in arguments]
    _, text = bw_run(tmp_path, *arguments, expected=2)
    assert reason in text and len(text.strip().splitlines()) <= 3, text


@pytest.mark.parametrize("text, reason", [
    ("[[boot]]\nimage = ", "Invalid value"),
    ("x = 1\n[[boot]]\n", "has to consist of [[boot]] tables"),
    ("[boot]\n", "has to consist of [[boot]] tables"),
    ("[[boot]]\ncolour = 1\n", "boot 1: unrecognized arguments: --colour=1"),
    ("[[boot]]\njunit = 'x'\n", "boot 1: junit is of the whole run"),
    ("[[boot]]\nname = 'a'\n[[boot]]\nname = 'a'\n", "a second boot of the name a"),
])
def test_bad_matrix(tmp_path, text, reason):
    (tmp_path / "m.toml").write_text(text)
    _, text = bw_run(tmp_path, "--matrix", tmp_path / "m.toml", expected=2)
    assert reason in text


#
# How the kernel gets into the machine.
#

@pytest.fixture
def dry_run(tmp_path):
    """dry_run(arguments) is QEMU's command line, with files of strange names."""
    odd = tmp_path / "a,b c"
    odd.mkdir()
    for name in ("linux-system-semi.axf", "boot-wrapper.bin", "kernel", "initrd,1"):
        (odd / name).write_bytes(name.encode())

    def run(*arguments):
        _, text = bw_run(tmp_path, "--dry-run", f"--kernel={odd}/kernel",
                         f"--initrd={odd}/initrd,1", f"--wrapper-dir={odd}", *arguments, expected=0)
        return text, shlex.split(text)
    return run


def value(words, option):
    return words[words.index(option) + 1]


def test_semihosting(dry_run):
    """Words without spaces; commas doubled; the bootargs behind "--"."""
    _, words = dry_run("--mode=svc", "--grant=secure", "--smc=none", "--bootargs=a=1,2 b",
                       f"--dtb={harness.DTB}")
    assert value(words, "-kernel").endswith("a,b c/linux-system-semi.axf")
    config = value(words, "-semihosting-config")
    options = [o.replace(",,", ",") for o in re.split(r"(?<!,),(?!,)", config)]
    assert options[:3] == ["enable=on", "target=native", "arg=boot-wrapper"]
    text = " ".join(o.removeprefix("arg=") for o in options[2:])
    assert re.fullmatch(rf"boot-wrapper --kernel \S+/kernel --dtb {harness.DTB} "
                        r"--initrd \S+/initrd --mode svc --grant secure --smc none "
                        r"-- a=1,2 b", text), text
    assert "--no-initrd" in value(dry_run("--no-initrd", "--initrd=")[1], "-semihosting-config")


def test_prepended(dry_run):
    _, words = dry_run("--source=prepended", "--bootargs=x y")
    assert value(words, "-kernel").endswith("/prepended.bin")
    assert value(words, "-append") == "x y" and value(words, "-initrd").endswith("initrd,1")
    assert value(words, "-dtb") == str(harness.DTB)


@pytest.mark.parametrize("cells", [(1, 1), (2, 2)])
def test_boards_memory(dry_run, tmp_path, cells):
    """A board's BOARD_MEMORY takes the place of what its DTB says, whoever has written that."""
    name = next(name for name in boards.names() if boards.Board(name).memory)
    [(base, size)] = boards.Board(name).memory
    source = (f"/dts-v1/; / {{ #address-cells = <{cells[0]}>; #size-cells = <{cells[1]}>;"
              'ram@9 { device_type = "memory"; reg = <9 9 9 9>; }; memory-controller { };'
              'secure@8 { device_type = "memory"; status = "disabled"; }; };')
    dtb = tmp_path / "other.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", dtb], input=source, text=True, check=True)
    _, words = dry_run(f"--board={name}", f"--dtb={dtb}", "--source=prepended")
    assert value(words, "-dtb") != str(dtb)
    text = subprocess.run(["dtc", "-q", "-O", "dts", value(words, "-dtb")], capture_output=True,
                          text=True, check=True).stdout
    numbers = [int(word, 16) for word in re.search(r"reg = <(.*)>", text)[1].split()]
    assert numbers == [base, size] if cells == (1, 1) else numbers == [0, base, 0, size]
    assert text.count("device_type") == 2 and "memory-controller" in text and "secure@8" in text


def test_memory_ranges():
    assert boards.memory_ranges("") == []
    assert boards.memory_ranges("0,1G,0x80000000,512M") == [(0, 1 << 30), (0x80000000, 512 << 20)]
    for text in ("0x80000000", "0,1T", "0,", "1G,0,2"):
        with pytest.raises(ValueError):
            boards.memory_ranges(text)


def test_firmware(dry_run):
    _, words = dry_run("--board=virt")
    assert value(words, "-bios").endswith("boot-wrapper.bin")
    assert value(words, "-kernel").endswith("/kernel") and "-dtb" not in words
    assert value(words, "-append") == "console=ttyAMA0"


@pytest.mark.parametrize("source, board, mode", [
    ("semihosting", "vexpress-a15", "svc"),
    ("prepended", "vexpress-a15", "hyp"),
    ("firmware", "virt", "hyp"),
])
def test_sources(tmp_path, source, board, mode):
    """Real boots of a kernel that the wrapper was not built with, from an odd directory."""
    odd = tmp_path / "a,b c"
    odd.mkdir()
    kernel, initrd = odd / "zImage", odd / "rd"
    kernel.symlink_to(harness.VMLINUZ)
    initrd.symlink_to(harness.initramfs())
    wrapper = harness.build("sources", "wrapper", BOARD=board)
    asked = ["--mode=svc"] if mode == "svc" else []     # only a host can be told
    _, text = bw_run(tmp_path, f"--source={source}", f"--board={board}", f"--kernel={kernel}",
                     f"--initrd={initrd}", f"--wrapper-dir={wrapper}",
                     *asked, f"--expect-mode={mode}", "--expect=2 CPUs online", "--quiet",
                     expected=0)
    name = "-".join([board, source, *(["svc"] if asked else []), "2cpu"])
    assert f"bw-run: PASS {name} " in text and f"({source})" in text
    log = (tmp_path / f"{name}.log").read_text()
    found = {"semihosting": "/kernel)", "prepended": "(behind the image)", "firmware": "(fw_cfg)"}
    assert found[source] in log and "entered in Secure state" in log


def test_xen(tmp_path):
    """Xen and dom0 from the host, each with its console."""
    wrapper = harness.build("sources", "wrapper")
    _, text = bw_run(tmp_path, f"--xen={harness.XEN}", f"--kernel={harness.VMLINUZ}",
                     f"--initrd={harness.initramfs()}", f"--wrapper-dir={wrapper}", "--quiet",
                     "--expect=XEN. Brought up 2 CPUs", "--expect=2 CPUs online", expected=0)
    assert 'bootargs "console=hvc0"' in text and "bw-run: PASS" in text
    assert "--xen-bootargs without --xen" in bw_run(
        tmp_path, f"--kernel={harness.VMLINUZ}", "--xen-bootargs=x", expected=2)[1]


def test_overrides(dry_run):
    text, words = dry_run("--board=virt", "--no-wrapper", "--machine=secure=off", "--memory=2G",
                          "--cpu=cortex-a7", "--cpus=3", "--qemu-args=-s -S", "--qemu=q")
    assert words[0] == "q" and words[-2:] == ["-s", "-S"]
    assert value(words, "-M") == "virt,secure=on,virtualization=on,secure=off"
    assert [value(words, option) for option in ("-m", "-cpu", "-smp")] == ["2G", "cortex-a7", "3"]
    assert "-bios" not in words and "semihosting" not in text


def test_bootargs_as_they_are(dry_run):
    """Double spaces, quotes and commas reach the kernel."""
    text = 'a  b "c d",e   f'
    for source, option in (("semihosting", "-semihosting-config"), ("none", "-append")):
        _, words = dry_run(f"--source={source}", f"--bootargs={text}", f"--dtb={harness.DTB}")
        assert text in value(words, option).replace(",,", ",")


def test_strange_names(tmp_path):
    """Spaces, commas and quotes in every name; the wrapper reads them from the host."""
    odd = tmp_path / "a, b'\"c"
    odd.mkdir()
    wrapper = harness.build("sources", "wrapper")
    for name, file in {"k": harness.VMLINUZ, "d": harness.DTB, "i": harness.initramfs(),
                       "linux-system-semi.axf": wrapper / "linux-system-semi.axf"}.items():
        (odd / name).symlink_to(file)
    bw_run(odd / "results", f"--kernel={odd}/k", f"--dtb={odd}/d", f"--initrd={odd}/i",
           f"--wrapper-dir={odd}", f"--junit={odd}/j.xml", f"--log={odd}/l,og",
           "--bootargs=console=ttyAMA0  two  spaces", "--quiet", "--expect-mode=hyp",
           "--expect=Kernel command line: console=ttyAMA0  two  spaces", expected=0)
    assert (odd / "l,og").exists() and (odd / "j.xml").exists()


def test_dry_run_leaves_what_it_names(dry_run):
    """The command line can be run: links and images that it names stay, until the user
    removes them; without such files there is no directory left."""
    for arguments in (["--source=prepended"], [f"--dtb={harness.DTB}"]):
        text, words = dry_run(*arguments)
        named = {pathlib.Path(path) for path in re.findall(r"/[^\s,]*bw-run-\w+/\w[\w.]*", text)}
        assert named and all(path.exists() for path in named)
        for scratch in {path.parent for path in named}:
            assert f"bw-run: {scratch} has files for this command line" in text
            shutil.rmtree(scratch)
    assert "bw-run-" not in dry_run("--no-wrapper")[0]


#
# Files and values that are not as they should be.
#

@pytest.fixture
def bad_files(tmp_path):
    """{name: path} of files that cannot be read as one."""
    for name in ("empty", "good"):
        (tmp_path / name).write_text("x" * (name == "good"))
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    return {name: tmp_path / name for name in ("empty", "directory", "fifo", "loop", "missing")}


@pytest.mark.parametrize("option", ["kernel", "dtb", "initrd", "xen", "matrix", "image"])
def test_bad_files(tmp_path, bad_files, option):
    """One line that names the option and the file, at once."""
    reasons = {"empty": "is empty", "directory": "a directory", "fifo": "a pipe",
               "loop": "symbolic links", "missing": "no such file"}
    for name, path in bad_files.items():
        rest = [] if option in ("matrix", "image", "kernel") else [f"--kernel={tmp_path}/good"]
        begin = time.monotonic()
        _, text = bw_run(tmp_path, *rest, f"--{option}={path}", expected=2)
        assert time.monotonic() - begin < 10
        assert text.startswith(f"bw-run: --{option} ") and reasons[name] in text
        assert text.count("\n") == 1 and ";" in text, text


def test_bad_outputs(player, tmp_path, bad_files):
    """Found before the first boot, which would take 20 seconds."""
    arguments = player("")
    for option in ("log", "junit"):
        for place in (bad_files["directory"], bad_files["fifo"], tmp_path / "good" / "x",
                      tmp_path / ("x" * 300)):
            begin = time.monotonic()
            _, text = bw_run(tmp_path, *arguments, f"--{option}={place}", expected=2)
            assert time.monotonic() - begin < 10
            assert re.search(rf"^bw-run: --{option} .*; name ", text) and text.count("\n") == 1
    bw_run(tmp_path, *player(GOOD), "--log=/dev/null", "--quiet", expected=0)


def test_changed_meanwhile(player, tmp_path):
    """The verdict of a boot that failed names an image that changed meanwhile."""
    arguments = player("", f"echo more >>{tmp_path}/image.axf; exit 0")
    _, text = bw_run(tmp_path, *arguments, expected=1)
    assert "image.axf changed meanwhile, so run this boot again" in text


@pytest.mark.parametrize("script, status, reason", [
    ("echo 'qemu: -x: invalid option' >&2; exit 1", 2,
     "QEMU refused: qemu: -x: invalid option; correct the option that it names"),
    ('[ "$1" = --version ] && echo "QEMU emulator version 2.8.1" || echo "no arg=" >&2; exit 1', 2,
     "QEMU refused: no arg=; QEMU 2.8 is older than 6.0; install a newer one"),
    ("kill -KILL $$", 1, "QEMU was ended by signal 9 (SIGKILL)"),
    ("kill -ABRT $$", 1, "remedy: run the boot again"),
    ("exit 7", 1, "QEMU ended with status 7"),
])
def test_qemu_that_fails(tmp_path, script, status, reason):
    program = tmp_path / "qemu-system-arm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    _, text = bw_run(tmp_path, f"--image={harness.VMLINUZ}", f"--qemu={program}", expected=status)
    assert reason in text, text


def test_board_that_does_not_run(tmp_path):
    """A board without BOARD_QEMU, or with another way to write it, and with no header."""
    (tmp_path / "tools").mkdir()
    for name in ("bw", "bw-run", "symptoms.toml"):
        (tmp_path / "tools" / name).symlink_to(harness.TOP / "tools" / name)
    # Python follows links to find a program's modules.
    (tmp_path / "tools" / "bw-run").unlink()
    (tmp_path / "tools" / "bw").unlink()
    shutil.copy(TOOL, tmp_path / "tools")
    shutil.copytree(harness.TOP / "tools" / "bw", tmp_path / "tools" / "bw")
    (tmp_path / "boards").mkdir()
    (tmp_path / "loader").symlink_to(harness.TOP / "loader")
    run = [sys.executable, tmp_path / "tools" / "bw-run", f"--image={harness.VMLINUZ}", "--dry-run"]
    for text, reason in (("", "does not set BOARD_QEMU; set it"), ("BOARD_QEMU := '", "correct it"),
                         ("BOARD_QEMU ?= -machine \\\n  x # y\n", "qemu-system-arm -machine x,a=b ")):
        (tmp_path / "boards" / "mine.mk").write_text(text)
        done = subprocess.run([*run, "--board=mine", "--machine=a=b"], capture_output=True, text=True)
        assert reason in done.stdout + done.stderr and "Traceback" not in done.stderr
    done = subprocess.run(run, capture_output=True, text=True)
    assert done.returncode == 2 and "pass --board NAME" in done.stderr


TEXTS = ["", " ", "\t", "\n", "'", '"', "(", "[", "*", "\\", ",", "=", "a=,", "-", "--", "-1", "0", "1.5",
         "nan", "inf", "1e400", "9" * 30, "9" * 5000, "a{99999999999}", "(?i", "1Q", "x*", "..", "/", "/dev/null",
         "/dev/full", "{fifo}", "{directory}", "{empty}", "x" * 5000, "\udcff", "\u2028", "\x1b[2J"]

# Runs bw-run once for each value of an option, without starting another Python each time.
SWEEP = """
import contextlib, importlib.machinery, importlib.util, io, json, sys, time, traceback
loader = importlib.machinery.SourceFileLoader("bw_run", sys.argv[1])
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bw_run", loader))
sys.path.insert(0, sys.argv[1].rsplit("/", 1)[0])
loader.exec_module(module)
results = []
for words in json.load(sys.stdin):
    output = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    begin = time.monotonic()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        sys.argv = ["bw-run", *words]
        try:
            status = module.main()
        except SystemExit as end:
            status = end.code
        except BaseException:
            status = traceback.format_exc()
        output.flush()
    results.append([status, time.monotonic() - begin, output.buffer.getvalue().decode()])
json.dump(results, sys.stdout)
"""


def sweep(runs, cwd):
    """[(words, status, output)]; each has ended soon, without an exception, saying why."""
    done = subprocess.run([sys.executable, "-c", SWEEP, TOOL], input=json.dumps(runs), text=True,
                          capture_output=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    for words, (status, seconds, output) in zip(runs, json.loads(done.stdout)):
        assert status in (0, 1, 2, 124), f"{words[-1][:100]!r}: {status}"
        assert seconds < 5, f"{words[-1][:100]!r}: {seconds:.1f} s"
        assert output.startswith(("bw-run: ", "usage: ", "TAP version 13\n", "/bin/false -M ")), output
        assert "Traceback" not in output
        if status == 2:
            assert "; " in output, output
        yield words, status, output


def options():
    text = subprocess.run([TOOL, "--help"], capture_output=True, text=True, check=True).stdout
    return sorted(set(re.findall(r"^  (?:-j [^,]+, )?(--[a-z-]+)", text, re.M)))


def test_no_value_ends_in_a_traceback(tmp_path, bad_files):
    """Every option with every bad value; what is accepted comes to a QEMU that fails."""
    assert len(options()) > 30
    runs = []
    for option in options():
        for text in TEXTS:
            text = text.format(**bad_files) if text.startswith("{") else text
            runs.append([f"--image={harness.VMLINUZ}", "--qemu=/bin/false", "--timeout=1",
                         f"--results={tmp_path}/results", f"{option}={text}"])
        runs.append([f"--image={harness.VMLINUZ}", "--qemu=/bin/false", option])
    refused = {words[-1] for words, status, _ in sweep(runs, tmp_path) if status == 2}
    for word in ("--memory=1Q", "--memory=0", "--qemu-args='", "--timeout=nan", "--timeout=inf",
                 "--cpus=0", "--until=x*", "--expect=", "--expect=(", "--machine=a=,",
                 "--board=..", "--name=..x/", "--junit=", "--results=", "--qemu=/", "--qemu=", "--jobs=0", "--jobs=-1", "--results=/dev/null",
                 f"--junit={bad_files['fifo']}", f"--log={bad_files['fifo']}", "--bootargs=\n",
                 f"--matrix={bad_files['fifo']}"):
        assert word in refused or word == "--name=..x/", word


def test_no_matrix_ends_in_a_traceback(tmp_path):
    """Every option of a [[boot]] with values of each type that TOML has."""
    values = ["true", "false", "0", "-1", "1.5", "nan", "inf", "[]", "[[]]", "[[], 1]", "{}", "{a = 1}",
              "[{}]", "1979-05-27", '""', '"\\u0000"', '"\\n"', '"\'"', '"("', '["a", "a"]', "9" * 30]
    runs = []
    for number, (option, text) in enumerate(
            (option, text) for option in ["colour", "", "a b", "a=b", *(o[2:] for o in options())]
            for text in values):
        file = tmp_path / f"{number}.toml"
        name = "" if option == "name" else "name = 'n'"
        file.write_text(f"[defaults]\ncpus = 1\n[[boot]]\n{name}\n{json.dumps(option)} = {text}\n")
        runs.append([f"--image={harness.VMLINUZ}", "--qemu=/bin/false", "--dry-run",
                     f"--matrix={file}"])
    assert {status for _, status, _ in sweep(runs, tmp_path)} == {0, 2}


@pytest.mark.parametrize("redirect", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", ">/dev/full", ">/dev/full 2>&1", "| true"])
def test_streams_that_are_closed(player, tmp_path, redirect):
    """No traceback, a log with the console in it, and no other file hit by what is printed."""
    words = shlex.join([str(TOOL), f"--results={tmp_path}", "--junit", f"{tmp_path}/j.xml",
                        *player(GOOD)])
    done = subprocess.run(["bash", "-c", f"{words} {redirect}"], capture_output=True, text=True)
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr, done.stderr
    if redirect == ">/dev/full 2>&1":
        assert done.returncode == 2
    elif redirect == ">/dev/full":
        assert done.returncode == 2 and "No space left" in done.stderr
    elif redirect != "| true":
        assert done.returncode == 0, done.stderr
        log = (tmp_path / LOG).read_text()
        assert log.count("Booting Linux") == 1 and "bw-run:" not in log
        assert list(xml.parse(tmp_path / "j.xml").getroot().iter("testcase"))


#
# Many boots.
#

def matrix(tmp_path, text):
    (tmp_path / "m.toml").write_text(text)
    return ["--matrix", tmp_path / "m.toml"]


def test_defaults_of_the_command_line(player, tmp_path):
    """--image, --cpus, --expect, --timeout, --log and --qemu count for each boot."""
    many = matrix(tmp_path, "[defaults]\nimage = '/nonexistent/i'\ncpus = [3, 4]\n"
                  "[[boot]]\nname = 'a'\n[[boot]]\nname = 'b'\ncpus = 1\ntimeout = 3\n")
    image, *rest = (word for word in player(GOOD) if not word.startswith("--timeout"))
    _, text = bw_run(tmp_path, *many, image, *rest, "--cpus=2", f"--log={tmp_path}/all.log",
                     "--timeout=2", "--expect=Booting", "--expect-mode=hyp", expected=1)
    assert re.search(r"^bw-run: a +PASS", text, re.M), text
    assert re.search(r"^bw-run: b +FAIL .* 2 of 1 CPUs came up", text, re.M), text
    assert "bw-run: b: keeps what its [[boot]] says in place of --cpus, --timeout of the" in text
    log = (tmp_path / "all.log").read_text()
    assert log.count("Booting Linux") == 2 and "# PASS a" in log and "# FAIL b" in log
    # Again: the log is that of one run.
    _, text = bw_run(tmp_path, *many, image, *rest, "--cpus=2", f"--log={tmp_path}/all.log",
                     "--timeout=2", "--expect=never", "--jobs=1", expected=124)
    assert len(re.findall(r"TIMEOUT .*no 'never' on the console", text)) >= 2
    assert (tmp_path / "all.log").read_text().count("Booting Linux") == 2


def test_kernel_in_place_of_an_image(tmp_path):
    """--kernel replaces the image of [defaults]; a [[boot]] that has one keeps it, and says so."""
    wrapper = harness.build("sources", "wrapper")
    many = matrix(tmp_path, "[defaults]\nimage = '/nonexistent/i'\n[[boot]]\nname = 'a'\n"
                  f"[[boot]]\nname = 'b'\nimage = '{harness.VMLINUZ}'\n")
    _, text = bw_run(tmp_path, *many, f"--kernel={harness.XEN}", f"--wrapper-dir={wrapper}",
                     f"--initrd={harness.XEN}", "--dry-run", expected=2)
    assert "--initrd with --image" in text
    _, text = bw_run(tmp_path, *many, f"--kernel={harness.XEN}", f"--wrapper-dir={wrapper}",
                     "--dry-run", expected=0)
    first, second = (line for line in text.splitlines() if line.startswith("qemu-system-arm"))
    assert f"arg={harness.XEN}" in first and f"-kernel {harness.VMLINUZ}" in second
    assert "bw-run: b: keeps what its [[boot]] says in place of --kernel " in text


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("how", ["--junit", "--tap"])
def test_interrupted(player, tmp_path, signum, how):
    """What has ended is in the report, at any time; the rest is marked as not run."""
    many = matrix(tmp_path, f"""
        [[boot]]
        name = "first"
        qemu = "{tmp_path}/good"
        [[boot]]
        name = "second"
        [[boot]]
        name = "third"
        """)
    (tmp_path / "console").write_text(GOOD)
    (tmp_path / "good").write_text(f"#!/bin/sh\ncat {tmp_path}/console\nsleep 60\n")
    (tmp_path / "good").chmod(0o755)
    report = tmp_path / "r.xml"
    command = [TOOL, f"--results={tmp_path}", *many, *player("", f"touch {tmp_path}/runs; sleep 60"),
               "-j1", "--expect-mode=hyp", *([how] if how == "--tap" else [how, report])]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as child:
        for _ in range(600):
            if (tmp_path / "runs").exists():
                break
            time.sleep(0.1)
        if how == "--junit":
            cases = list(xml.parse(report).getroot().iter("testcase"))
            assert [case.find("skipped") is None for case in cases] == [True, False, False]
        child.send_signal(signum)
        output, complaints = child.communicate(timeout=20)
    assert child.returncode == 128 + signum and "Traceback" not in complaints
    if how == "--tap":
        lines = [line for line in output.splitlines() if not line.startswith("#")]
        assert lines == ["TAP version 13", "1..3", "ok 1 - first", "not ok 2 - second",
                         "not ok 3 - third"]
        assert output.count("# NOT RUN") == 2
        return
    suite = xml.parse(report).getroot().find("testsuite")
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == \
        ["3", "0", "0", "2"]
    reasons = [case.find("skipped") for case in suite.iter("testcase")]
    assert reasons[0] is None
    assert all(reason.get("message").startswith("not run") and
               signal.Signals(signum).name in reason.get("message") for reason in reasons[1:])
    assert "1 of 3 passed" in output


#
# Remedies.
#

def remedy(text):
    return text.split("remedy: ")[1]


def test_remedy_for_what_was_expected(player, tmp_path):
    """Userspace is there: neither its console is wrong, nor is it still going on."""
    for then in ("sleep 60", "sleep 1.5; cat {}/text; sleep 60"):
        text = GOOD + "Run /init as init process\nboot-wrapper-initramfs: ready, 2 CPUs online\n"
        arguments = player(text if then == "sleep 60" else "Booting Linux\n", "true")
        (tmp_path / "text").write_text(text)
        (tmp_path / "player").write_text(f"#!/bin/sh\n[ -n '{then[9:]}' ] || cat {tmp_path}/text\n"
                                         f"{then.format(tmp_path)}\n")
        _, text = bw_run(tmp_path, *arguments, "--timeout=3", "--expect=never", "--quiet",
                         expected=124)
        assert "no 'never' on the console; userspace came after" in text
        assert "still going on" not in text and "console=" not in text
        assert "compare the REGEX with the log" in remedy(text) and "--timeout" in remedy(text)
        _, text = bw_run(tmp_path, *arguments, "--timeout=3", "--until=never", "--quiet",
                         expected=124)
        assert "no sign of 'never' on the console; userspace came after" in text
        assert "console=" not in text and "compare the REGEX" in remedy(text)


def test_remedy_for_an_init_that_ends(player, tmp_path):
    text = GOOD.replace("debian login: ", "[    0.9] Run /init as init process\nall done\n"
                        "[    1.0] reboot: Power down")
    _, text = bw_run(tmp_path, *player(text, "sleep 1; exit 0"), "--quiet", expected=1)
    assert re.search(r"QEMU ended with status 0 \d\.\d s after /init started, with no sign of", text)
    assert "--until 'reboot: Power down'" in remedy(text)


def test_remedy_for_an_init_that_came_late(player, tmp_path):
    text = GOOD.replace("debian login: ", "[    0.9] Run /init as init process")
    _, text = bw_run(tmp_path, *player(text), "--timeout=3", "--quiet", expected=124)
    assert re.search(r"/init had run for \d\.\d s of the 5 s", text) and "going on" not in text
    assert "5 s more with --timeout" in remedy(text)


def test_modes_are_the_wrappers():
    """Their names and numbers, and the words of the console."""
    sources = "".join(path.read_text() for path in harness.TOP.glob("*.c"))
    header = (harness.TOP / "include" / "boot_wrapper.h").read_text()
    numbers = dict(re.findall(r"#define BW_MODE_(\w+)\s+(\d+)\b", header))
    assert {name: int(numbers[macro]) for macro, name in
            re.findall(r'\[BW_MODE_(\w+)\] = "([a-z-]+)"', sources)} == modes.MODES
    assert set(modes.WORDS.values()) == set(modes.MODES)
    for words in modes.WORDS:
        assert f'"{words}' in sources, words


def test_no_tool_names_a_board():
    """A board is all in boards/NAME.mk and boards/NAME.h."""
    names = [path.stem for path in (harness.TOP / "boards").glob("*.mk")]
    # bootcheck-others starts other loaders, each on the machine that it is built for.
    apart = {"prepare", "__pycache__", "bootcheck-others"}
    files = [path for path in (harness.TOP / "tools").rglob("*")
             if path.is_file() and not apart & set(path.parts)]
    assert len(files) > 15
    for path in files:
        for line in path.read_text().splitlines():
            assert not any(re.search(rf"\b{name}\b", line) for name in names), \
                f"{path}: {line}"


#
# The table of symptoms, and docs/ci.
#

def test_symptoms():
    with open(harness.TOP / "tools" / "symptoms.toml", "rb") as stream:
        table = tomllib.load(stream)["symptom"]
    keys = {"shows", "last", "cpu", "without"}
    for symptom in table:
        assert set(symptom) - keys - {"outcome"} == {"meaning", "remedy"}, symptom
        assert set(symptom) & keys
        assert symptom.get("outcome", "fail") in ("fail", "timeout")
        for key in keys & set(symptom):
            re.compile(symptom[key])
        assert not any(word in symptom["meaning"] + symptom["remedy"]
                       for word in ("\n", "WARNING:", "BUG:"))
    assert len({symptom["meaning"] for symptom in table}) == len(table)
