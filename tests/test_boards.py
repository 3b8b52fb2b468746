# SPDX-License-Identifier: BSD-2-Clause
"""Every board in boards/: from reset to Debian's userspace with the board's own Debian DTB, CPU
hotplug, the machine's end, and what include/board.h says of a wrong header.

What a run finds is the table of docs/boards.md. With BOARDS_TABLE=write in the environment the
tests write it, and otherwise they compare it."""

import os
import re
import struct
import subprocess
import sys

import pytest

import harness
from harness import kexec, tables
from harness.qemu import on_board

sys.path.insert(0, str(harness.TOP / "tools"))
from bw import boards       # noqa: E402
from bw.dtb import set_memory   # noqa: E402

NAMES = boards.names()
HEADERS = harness.TOP / "boards"

PAGE = harness.TOP / "docs" / "boards.md"
COLUMNS = ("board", "core", "CPUs", "mode", "interrupts", "UART", "secondary CPUs", "hotplug",
           "kexec", "power-off", "reset", "bootcheck")

# Cores without Hyp mode, as a DTB names them.
NO_HYP = re.compile(r'"arm,cortex-a[589]"')


def board_dtb(board):
    """Debian's DTB, or QEMU's where the board has none."""
    if board.dtb:
        return harness.DEPS / "dtbs" / board.dtb
    dtb = harness.CHECK / f"boards-{board.name}" / board.name / f"qemu-{board.cpus}.dtb"
    if not dtb.exists():
        harness.build(f"boards-{board.name}", str(dtb), BOARD=board.name)
    return dtb


def has_hyp(dtb):
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", str(dtb)], check=True,
                          capture_output=True, text=True).stdout
    return not NO_HYP.search(text)


def image_of(board, **variables):
    """Debian's Linux for a board, with what boards/NAME.mk says and nothing else."""
    return harness.linux(f"boards-{board.name}", BOARD=board.name, DTB=board_dtb(board),
                         SMP=board.cpus, BOOTARGS=board.bootargs, **variables)


def check_row(name, **found):
    """What docs/boards.md says of a board: {column: text}."""
    tables.check_row(PAGE, COLUMNS, name, "BOARDS_TABLE", **found)


@pytest.mark.parametrize("name", NAMES)
def test_linux(name):
    """All CPUs reach userspace in the mode that the core has, can be turned off and on by
    PSCI, are all there after kexec, too, and SYSTEM_OFF ends the run with status 0."""
    board = boards.Board(name)
    image = image_of(board, INITRD=kexec.initrd())
    mode = "HYP" if has_hyp(board_dtb(board)) else "SVC"
    with harness.Guest(command=on_board(board, board.cpus, "-kernel", image), timeout=180) as guest:
        assert re.search(rf"boot-wrapper: {board.cpus} CPUs?, Cortex-A", guest.log)
        assert f"CPU: All CPU(s) started in {mode} mode." in guest.log
        assert not re.search("did not come out of reset|is not in the DTB", guest.log)
        online = "0" if board.cpus == 1 else f"0-{board.cpus - 1}"
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == online
        for cpu in range(1, board.cpus):
            path = f"/sys/devices/system/cpu/cpu{cpu}/online"
            assert guest.run(f"echo 0 >{path}; cat {path}").strip() == "0"
            assert guest.run(f"echo 1 >{path}; cat {path}").strip() == "1"
        assert "may not have shut down" not in guest.log
        core = re.search(r"boot-wrapper: \d CPUs?, (Cortex-A\d+)", guest.log)[1]
        kexec.again(guest, kexec.places(guest))
        assert f"CPU: All CPU(s) started in {mode} mode." in guest.log
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == online
        assert guest.end("poweroff -f") == 0
    check_row(name, core=core, CPUs=str(board.cpus), mode={"HYP": "Hyp", "SVC": "SVC"}[mode],
              hotplug="-" if board.cpus == 1 else "yes", kexec="yes")


@pytest.mark.parametrize("name", NAMES)
def test_facts(name):
    """The columns of docs/boards.md that come from the header and the DTB."""
    header = subprocess.run(["arm-none-eabi-gcc", "-E", "-dD", "-Iinclude", "-I.", "-Iboards",
                             f'-DBOARD_HEADER="../boards/{name}.h"', "-x", "c", "include/board.h"],
                            cwd=harness.TOP, capture_output=True, text=True, check=True).stdout
    hooks = set(re.findall(r"^#define (board_\w+) \1$", header, re.M))
    uart = re.search(r'/uart/(\w+)\.h"', header)[1]
    board = boards.Board(name)
    dts = subprocess.run(["dtc", "-q", "-O", "dts", board_dtb(board)], capture_output=True, text=True,
                         check=True).stdout
    gic = re.search(r'"arm,(gic-v3|gic-400|cortex-a\d+-gic)', dts)
    check_row(name, interrupts=("GICv3" if gic and gic[1] == "gic-v3" else
                                "GICv2" if gic else "no GIC") +
              (", or v3" if re.search(r"^#define BOARD_GIC_V3\s+1$", header, re.M) else ""),
              UART={"pl011": "PL011", "ns16550": "16550", "imx": "i.MX"}[uart],
              **{"secondary CPUs": "-" if board.cpus_qemu10 == 1 else
                 "released by the wrapper" if "board_release" in hooks else "start by themselves",
                 "power-off": "yes" if "board_system_off" in hooks else "semihosting exit",
                 "reset": "yes" if "board_system_reset" in hooks else "semihosting exit"})


@pytest.mark.parametrize("name", NAMES)
def test_reset(name):
    """SYSTEM_RESET ends QEMU under -no-reboot, on boards whose reset QEMU does not model too."""
    board = boards.Board(name)
    with harness.Guest(command=on_board(board, board.cpus, "-kernel", image_of(board)),
                       timeout=180) as guest:
        assert guest.end("reboot -f") == 0


@pytest.mark.parametrize("name", [name for name in NAMES if boards.Board(name).armstub])
def test_armstub(name, tmp_path):
    """armstub7.bin, with what the Raspberry Pi's firmware stores in it and beside it."""
    board = boards.Board(name)
    stub = bytearray((harness.build(f"boards-{name}", "armstub7.bin", BOARD=name) /
                      "armstub7.bin").read_bytes())
    assert struct.unpack_from("<2I", stub, 0xF0) == (0x5AFE570B, 0)
    places = {"kernel": 0x02000000, "dtb": 0x03000000, "initrd": 0x04000000}
    struct.pack_into("<4I", stub, 0xF0, 0, 0, places["dtb"], places["kernel"])
    (tmp_path / "stub").write_bytes(stub)
    initrd = harness.initramfs()
    dtb = tmp_path / "dtb"
    dtb.write_bytes(board_dtb(board).read_bytes())
    set_memory(dtb, board.memory)
    for kind, item, value in [("-ts", "bootargs", board.bootargs),
                              ("-tx", "linux,initrd-start", f"{places['initrd']:x}"),
                              ("-tx", "linux,initrd-end",
                               f"{places['initrd'] + initrd.stat().st_size:x}")]:
        subprocess.run(["fdtput", kind, dtb, "/chosen", item, value], check=True)
    loaded = {0: tmp_path / "stub", places["kernel"]: harness.VMLINUZ, places["dtb"]: dtb,
              places["initrd"]: initrd}
    devices = [f"-device loader,file={file},addr={at:#x},force-raw=on".split()
               for at, file in loaded.items()]
    with harness.Guest(command=on_board(board, board.cpus, *sum(devices, [])), timeout=180) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert re.search(rf"boot-wrapper: {board.cpus} CPUs, ", guest.log)
        assert guest.end("poweroff -f") == 0


@pytest.mark.parametrize("name", NAMES)
def test_bootcheck(name):
    """bootcheck.bin, started by the wrapper, finds nothing wrong on any CPU of the board."""
    board = boards.Board(name)
    system = harness.build(f"boards-{name}", "all", BOARD=name, DTB=board_dtb(board),
                           KERNEL=harness.build("bootcheck", "wrapper") / "bootcheck.bin",
                           SMP=board.cpus, BOOTARGS=board.bootargs) / "linux-system.axf"
    text, status = harness.run(on_board(board, board.cpus, "-kernel", system))
    failed = re.findall(r"^not ok .*(?<! # TODO)$", text, re.M)
    assert re.search(r"^1\.\.\d+$", text, re.M) and not failed and status == 0, failed or text
    passed = len(set(re.findall(r"^ok .*\[(\w+)\](?!.*# SKIP)", text, re.M)))
    check_row(name, bootcheck=f"{passed} of {passed}")


@pytest.mark.parametrize("name", NAMES)
def test_size(name):
    """A board takes at most 40 lines of facts and code."""
    lines = [line for line in (HEADERS / f"{name}.h").read_text().splitlines() if line.strip()]
    comment = re.compile(r"^\s*(/\*|\*)")
    assert len([line for line in lines if not comment.match(line)]) <= 40


def compiled(tmp_path, text):
    """What the compiler says of a board's header."""
    header = tmp_path / "board.h"
    header.write_text(text)
    done = subprocess.run(["arm-none-eabi-gcc", "-march=armv7-a+fp", "-mfloat-abi=hard", "-std=gnu11",
                           "-Iinclude", "-I.", "-Iboards", f'-DBOARD_HEADER="{header}"', "-fsyntax-only",
                           "-Wall", "-Wextra", "-Werror", "-x", "c", "-"], cwd=harness.TOP, text=True,
                          input='#include "board.h"\n', capture_output=True)
    return done.returncode, done.stderr


GOOD = """#define BOARD_NAME "Test"
#define BOARD_RAM_BASE 0x80000000
#define BOARD_UART 0x1c090000
#include "uart/pl011.h"
"""


def test_least_header(tmp_path):
    """Name, RAM and UART are enough."""
    assert compiled(tmp_path, GOOD) == (0, "")


@pytest.mark.parametrize("change, words", [
    (lambda text: text.replace("BOARD_NAME", "BOARD_NAM"), "define it as a string for the banner"),
    (lambda text: text.replace("BOARD_RAM_BASE", "BOARD_RAM"), "does not define BOARD_RAM_BASE"),
    (lambda text: text.replace('#include "uart/pl011.h"', ""), "does not describe its UART"),
    (lambda text: text.replace("#define BOARD_UART 0x1c090000\n", ""), "does not define BOARD_UART"),
    (lambda text: text + "#define BOARD_WRAPPER 0x87e00010\n", "not a multiple of 4096"),
    (lambda text: text + "#define BOARD_WRAPPER 0x90000000\n", "not in the first 128 MiB of RAM"),
    (lambda text: text + "#define BOARD_SECURE_RAM 0x04000100\n", "BOARD_SECURE_RAM is not"),
    (lambda text: text + "#define BOARD_PEN_RAM 0x2e000000\n", "but BOARD_PEN is not"),
    (lambda text: text + "#define BOARD_PEN 0x1c010030\n", "board_clear_pen() is missing"),
    (lambda text: text + "#define BOARD_RESET_KEEPS_RAM 1\n", "board_system_reset() is missing"),
    (lambda text: text + "#undef BOARD_UART_READY\n#define BOARD_UART_READY 1\n", "bits outside"),
])
def test_bad_header(tmp_path, change, words):
    """A missing or contradictory fact does not compile, and the message says what to write."""
    status, text = compiled(tmp_path, change(GOOD))
    assert status != 0 and words in text


def test_template(tmp_path):
    """The template compiles as it is."""
    assert compiled(tmp_path, (HEADERS / "template" / "board.h").read_text()) == (0, "")


@pytest.mark.parametrize("name, words", [
    ("none.dtb", "dtbs/none.dtb is missing; Debian has none of this name: correct BOARD_DTB of "
                 "boards/sabrelite.mk, or set DTB=FILE"),
    ("", "sabrelite: QEMU has no DTB for this machine; set DTB=FILE, or BOARD_DTB in "
         "boards/sabrelite.mk"),
])
def test_no_dtb(tmp_path, name, words):
    """A board whose DTB neither Debian nor QEMU has: one line, and no QEMU that runs for ever."""
    environment = {key: value for key, value in os.environ.items() if "MAKE" not in key}
    done = subprocess.run(["make", "-e", "run", "BOARD=sabrelite", f"O={tmp_path}",
                           f"DEPS={harness.DEPS}"], env={**environment, "BOARD_DTB": name},
                          cwd=harness.TOP, capture_output=True, text=True, timeout=100)
    assert done.returncode == 2 and words in done.stderr, done.stderr
