# SPDX-License-Identifier: BSD-2-Clause
"""The build: toolchains, incremental and reproducible builds, and invalid input."""

import os
import re
import shutil
import struct
import subprocess
import time

import pytest

import harness
from harness.inputs import (big_endian, edited_dtb, empty, small_memory, text_file,
                            truncated)
from harness.verdicts import check_refusal

SETTINGS = {"KERNEL": harness.VMLINUZ, "DTB": harness.DTB}


@pytest.mark.parametrize("toolchain", harness.TOOLCHAINS)
def test_toolchain_boots_linux(toolchain):
    image = harness.linux(f"toolchain-linux-{toolchain}", SMP=2, **harness.TOOLCHAINS[toolchain])
    with harness.Guest(image, cpus=2) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log


@pytest.mark.parametrize("toolchain", harness.TOOLCHAINS)
def test_toolchain_has_nothing_to_say(toolchain):
    """Compilers and linkers print nothing, not even what -Werror does not turn into an error."""
    done = harness.run_make(f"silent-{toolchain}", "clean", "all", DTB_MEND="boot",
                            **SETTINGS, **harness.TOOLCHAINS[toolchain])
    assert done.returncode == 0 and not done.stderr


def test_quiet_lines_and_verbose_commands():
    done = harness.run_make("quiet", "clean", "wrapper")
    assert re.search(r"^  CC      vexpress-a15/boot.c.o$", done.stdout, re.M)
    assert not done.stderr and "gcc" not in done.stdout
    done = harness.run_make("quiet", "clean", "wrapper", V=1)
    assert re.search(r"^arm-none-eabi-gcc .* -c .*boot\.c", done.stdout, re.M)


INTERNAL = {"PYTHON", "HOSTCC", "CC", "LD", "NM", "AR", "OBJCOPY", "EXTRA_SOURCES", "BOOT_ENTRY",
            "defines"}


def test_help_names_every_variable():
    text = harness.run_make("quiet", "help").stdout
    for word in ("deps", "run", "check", "bench", "clean", "run-xen", "soak", "docs", "LLVM=1",
                 "QUIET=1", "V=1"):
        assert word in text, word
    for name in harness.builds.make_variables() - INTERNAL:
        assert f"{name}=" in text, name


@pytest.mark.parametrize("setting, expected", [
    ("KERNAL=zImage", 'boot-wrapper: KERNAL= unknown variable; "make help" lists the variables'),
    ("kernel=zImage", 'boot-wrapper: kernel= unknown variable; "make help" lists the variables'),
    ("QUIET=maybe", "boot-wrapper: QUIET=maybe: neither yes nor no; set QUIET=1 or QUIET=0"),
    ("V=full", "boot-wrapper: V=full: neither yes nor no; set V=1 or V=0"),
    ("O=a b", 'boot-wrapper: O=a b: make cannot handle blanks, "=" or ":" in it; choose another'),
    ("O=a=b", 'boot-wrapper: O=a=b: make cannot handle blanks, "=" or ":" in it; choose another'),
    ("LLVM=14", "boot-wrapper: LLVM=14: unknown toolchain; set LLVM=1, LLVM=-14 (a suffix)"),
    ("CROSS_COMPILE=pdp11-", "boot-wrapper: pdp11-gcc: not installed; "),
    ("LLVM=-99", "boot-wrapper: clang-99: not installed; "),
    ("LLVM=/nonexistent/", "boot-wrapper: /nonexistent/clang: not installed; "),
])
def test_misspelt_setting(setting, expected):
    name, _, value = setting.partition("=")
    done = harness.run_make("misspelt", "wrapper", **{name: value})
    assert done.returncode != 0
    assert expected in done.stderr
    assert not (harness.CHECK / "misspelt" / harness.BOARD / "boot.c.o").exists()


def test_variable_of_a_parent_make(tmp_path):
    """A parent make passes its own variables down; they must not stop the build."""
    (tmp_path / "Makefile").write_text(f"all:\n\t$(MAKE) -C {harness.TOP} help\n")
    done = subprocess.run(["make", "-C", tmp_path, "ARCH=arm"], capture_output=True, text=True)
    assert done.returncode == 0 and "make deps" in done.stdout
    assert "boot-wrapper: ARCH= unknown variable" in done.stderr


@pytest.mark.parametrize("settings, compiler", [
    ({"LLVM": "0"}, "arm-none-eabi-gcc"),
    ({"LLVM": "n"}, "arm-none-eabi-gcc"),
    ({"LLVM": "1"}, "clang"),
    ({"LLVM": "-14"}, "clang-14"),
    ({"LLVM": "/usr/lib/llvm-14/bin/"}, "/usr/lib/llvm-14/bin/clang"),
])
def test_llvm_as_in_linux(settings, compiler):
    done = harness.run_make("dry", "-n", "wrapper", **settings)
    assert re.search(rf"^{re.escape(compiler)} .* -c .*boot\.c", done.stdout, re.M)


@pytest.mark.parametrize("value, quiet", [("1", True), ("y", True), ("0", False), ("n", False)])
def test_quiet(value, quiet):
    done = harness.run_make("dry", "-n", "all", QUIET=value, **SETTINGS)
    assert ("--quiet" in done.stdout) == quiet


def test_clean_covers_every_board():
    out = harness.CHECK / "clean"
    boards = [path.stem for path in (harness.TOP / "boards").glob("*.mk")]
    for board in [*boards, "deps"]:
        (out / board).mkdir(parents=True, exist_ok=True)
    harness.run_make("clean", "clean")
    assert len(boards) >= 3 and [path.name for path in out.iterdir()] == ["deps"]


def steps(done):
    return re.findall(r"^  (\w+) +vexpress-a15/(\S+)", done.stdout, re.M)


@pytest.fixture
def tree(tmp_path):
    """A copy of the sources, to change, in a directory with a space in its name."""
    return shutil.copytree(harness.TOP, tmp_path / "a tree",
                           ignore=shutil.ignore_patterns("build", ".git"))


def test_incremental(tree):
    """Nothing is built twice; a header, a flag, the payload and its settings are tracked."""
    def made(**settings):
        done = harness.make("build", "all", tree=tree, **SETTINGS, **settings)
        assert done.returncode == 0, done.stderr
        return steps(done)

    assert made(BOOTARGS="a")
    assert not made(BOOTARGS="a")

    changed = made(BOOTARGS="b")
    assert ("PREPARE", "layout.h") in changed and ("LD", "linux-system.axf") in changed
    assert [file for kind, file in changed if kind == "CC"] == ["linux-system-payload.o"]

    time.sleep(0.05)
    (tree / "include" / "boot.h").touch()
    changed = made(BOOTARGS="b")
    assert ("CC", "boot.c.o") in changed and ("CC", "psci.c.o") not in changed

    changed = made(BOOTARGS="b",
                   defines="-DOTHER -DBOARD_HEADER='\"../boards/vexpress-a15.h\"'")
    assert ("CC", "psci.c.o") in changed and ("AS", "monitor.S.o") in changed


def test_paths_with_spaces_and_quotes(tmp_path):
    """Paths with blanks and quotes work, and a kernel that changes is linked again."""
    kernel = tmp_path / 'my "new" kernel, v1'
    kernel.write_bytes(struct.pack("<I", 0xEAFFFFFE))
    settings = {"KERNEL": kernel, "DTB": harness.DTB, "KERNEL_FORMAT": "raw",
                "BOOTARGS": "a=\"b c\" d='e' f\\\\g"}
    harness.build("spaces", "all", **settings)
    assert not steps(harness.run_make("spaces", "all", **settings))
    kernel.write_bytes(struct.pack("<2I", 0xEAFFFFFE, 1))
    assert ("LD", "linux-system.axf") in steps(harness.run_make("spaces", "all", **settings))
    source = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", harness.CHECK / "spaces" /
                             harness.BOARD / "payload.dtb"], capture_output=True, text=True).stdout
    assert r'''bootargs = "a=\"b c\" d='e' f\\\\g"''' in source


def test_directory_with_a_space(tree):
    done = harness.make("build", tree=tree)
    assert done.returncode == 0, done.stderr


def test_reproducible(tmp_path):
    """Builds in two directories give the same bytes."""
    images = []
    for name in ("one", "another-and-longer"):
        tree = tmp_path / name
        tracked = subprocess.run(["git", "-C", harness.TOP, "ls-files", "-co",
                                  "--exclude-standard"], capture_output=True, text=True,
                                 check=True).stdout.split()
        for path in tracked:
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            if (harness.TOP / path).exists():
                shutil.copy2(harness.TOP / path, tree / path)
        done = harness.make("build", tree=tree, BOOTARGS="x", **SETTINGS)
        assert done.returncode == 0, done.stderr
        out = tree / "build" / harness.BOARD
        images.append([(out / file).read_bytes() for file in
                       ("boot-wrapper.elf", "boot-wrapper.bin", "linux-system.axf")])
    assert images[0] == images[1]


def test_libfdt_from_source(tmp_path):
    """LIBFDT_SRC= compiles libfdt from a dtc checkout; skipped without one."""
    source = os.environ.get("LIBFDT_SRC")
    if not source:
        pytest.skip("no dtc checkout; name one with LIBFDT_SRC=")
    image = harness.linux("libfdt-src", SMP=2, DTB_MEND="boot", LIBFDT_SRC=source)
    with harness.Guest(image, cpus=2) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log


def test_transient_reference_is_refused(tree):
    """Resident code that calls transient code does not link."""
    psci = tree / "psci.c"
    psci.write_text(psci.read_text().replace(
        "\t\tboard_system_off();\n", "\t\tboard_system_off();\n\t\tsay(\"off\");\n").replace(
        '#include "resident.h"\n', '#include "resident.h"\nvoid say(const char *, ...);\n'))
    done = harness.make("build", tree=tree)
    assert done.returncode != 0
    assert "boot-wrapper: resident code refers to transient code: say" in done.stderr


# Invalid input that the build detects: (settings, a part of the line that the build prints).

def cut_dtb(tmp_path):
    path = tmp_path / "cut.dtb"
    path.write_bytes(harness.DTB.read_bytes()[:9000])
    return path


def damaged_dtb(tmp_path):
    """A DTB with a valid header, in which one property claims to be huge."""
    data = bytearray(harness.DTB.read_bytes())
    at = data.index(b"\0\0\0\3", len(data) // 2)
    data[at + 4:at + 8] = b"\x7f\xff\xff\xff"
    path = tmp_path / "damaged.dtb"
    path.write_bytes(data)
    return path


def without_cpus(tmp_path):
    return edited_dtb(tmp_path, lambda s: s.replace("\tcpus {", "\tnobody {").replace(
        'device_type = "cpu"', 'device_type = "x"'))


def without_memory(tmp_path):
    return edited_dtb(tmp_path, lambda s: s.replace('device_type = "memory"',
                                                    'device_type = "nothing"'))


def disabled_memory(tmp_path):
    return edited_dtb(tmp_path, lambda s: s.replace(
        'device_type = "memory";', 'device_type = "memory"; status = "disabled";'))


def big_initrd(tmp_path, size=1 << 30):
    path = tmp_path / "initrd"
    with open(path, "wb") as stream:
        stream.truncate(size)
    return path


def reserving(how, at):
    """A DTB that reserves 64 KiB."""
    entry = {"memreserve": ("/dts-v1/;", f"/dts-v1/; /memreserve/ {at:#x} 0x10000;"),
             "no-map": ("vram@18000000 {", f"other@{at:x} {{ reg = <0 {at:#x} 0 0x10000>; no-map; }};"
                        " vram@18000000 {")}[how]
    return lambda tmp_path: edited_dtb(tmp_path, lambda s: s.replace(*entry))


def greedy(tmp_path):
    """A zImage whose table says that it inflates to 200 MB."""
    data = bytearray(harness.VMLINUZ.read_bytes())
    table = struct.unpack_from("<I", data, 0x38)[0]
    at = struct.unpack_from("<I", data, table + 8)[0]
    struct.pack_into("<I", data, at, 200_000_000)
    path = tmp_path / "zImage"
    path.write_bytes(data)
    return path


def bad_cells(tmp_path):
    return edited_dtb(tmp_path, lambda s: s.replace("#address-cells = <0x02>",
                                                    "#address-cells = <0x09>", 1))


def ancient_dtb(tmp_path):
    data = bytearray(harness.DTB.read_bytes())
    data[20:28] = struct.pack(">2I", 9, 4)
    path = tmp_path / "ancient.dtb"
    path.write_bytes(data)
    return path


def appended(tmp_path):
    path = tmp_path / "zImage-dtb"
    path.write_bytes(harness.VMLINUZ.read_bytes() + harness.DTB.read_bytes())
    return path


BAD = {
    "a kernel with its DTB": ({"KERNEL": appended}, "a DTB is appended, which Linux would take"),
    "no such kernel": ({"KERNEL": "/nonexistent/zImage"}, "No such file or directory"),
    "no such DTB": ({"DTB": "/nonexistent/x.dtb"}, "No such file or directory"),
    "no such initrd": ({"INITRD": "/nonexistent/rd"}, "No such file or directory"),
    "a directory as kernel": ({"KERNEL": "/tmp"}, "Is a directory"),
    "no kernel": ({"KERNEL": "", "DTB": harness.DTB}, "no kernel: say KERNEL="),
    "no DTB": ({"DTB": ""}, "no DTB: say DTB="),
    "empty kernel": ({"KERNEL": empty}, "the file is empty"),
    "empty DTB": ({"DTB": empty}, "the file is empty"),
    "empty initrd": ({"INITRD": empty}, "the file is empty"),
    "truncated zImage": ({"KERNEL": truncated}, "truncated zImage (2000000 bytes of 5448192)"),
    "big-endian zImage": ({"KERNEL": big_endian}, "a big-endian zImage"),
    "neither zImage nor raw": ({"KERNEL": text_file}, "neither a zImage nor ELF; name one, or "
                                                      "say KERNEL_FORMAT=raw"),
    "inflates into the wrapper": ({"KERNEL": greedy}, ") once inflated overlaps the wrapper: [80203000.."),
    "not a DTB": ({"DTB": text_file}, "not a valid DTB"),
    "truncated DTB": ({"DTB": cut_dtb}, "not a valid DTB"),
    "damaged DTB": ({"DTB": damaged_dtb}, "not a valid DTB"),
    "DTB with impossible cells": ({"DTB": bad_cells}, "neither 1 nor 2"),
    "DTB of version 9": ({"DTB": ancient_dtb}, "not a valid DTB: FDT_ERR_BADVERSION"),
    "DTB where the kernel inflates to": ({"DTB_ADDR": "0x80300000"},
                                        "once inflated overlaps the DTB (DTB="),
    "initrd where the kernel inflates to": ({"INITRD": harness.VMLINUZ,
                                             "INITRD_ADDR": "0x80400000"},
                                            "once inflated overlaps the initrd (INITRD="),
    "initrd in the kernel's work space": ({"INITRD": harness.VMLINUZ,
                                           "INITRD_ADDR": "0x82540000",
                                           "KERNEL_ADDR": "0x82000000"},
                                          "'s work space overlaps the initrd (INITRD="),
    "initrd where the kernel moves itself": ({"INITRD": harness.VMLINUZ,
                                              "INITRD_ADDR": "0x81800000",
                                              "KERNEL_ADDR": "0x80008000"},
                                             " while it inflates overlaps the initrd (INITRD="),
    "kernel at 0": ({"KERNEL_ADDR": "0"}, "exceeds [80000000..87ffffff], where it must lie; "
                                          "set KERNEL_ADDR="),
    "DTB without CPUs": ({"DTB": without_cpus}, "has no CPU under /cpus"),
    "DTB without memory": ({"DTB": without_memory}, "no /memory node has [87e00000.."),
    "DTB with disabled memory": ({"DTB": disabled_memory}, "no /memory node has [87e00000.."),
    "initrd over RAM": ({"INITRD": big_initrd},
                        "does not fit into [80000000..af7fffff], where it must lie; "),
    "initrd larger than what the wrapper leaves of what Linux maps": (
        {"INITRD": lambda t: big_initrd(t, 700 << 20)},
        "does not fit into [80000000..af7fffff], where it must lie, beside the wrapper, "
        "[87e00000..87e12fff]; use a smaller one, or build with WRAPPER_ADDR="),
    "initrd above what Linux maps": ({"INITRD": harness.VMLINUZ, "INITRD_ADDR": "0xb8000000"},
                                     "exceeds [80000000..af7fffff], where it must lie; "
                                     "set INITRD_ADDR="),
    "initrd above small RAM": ({"DTB": small_memory, "INITRD": harness.VMLINUZ,
                                "INITRD_ADDR": "0x88000000"},
                               "exceeds [80000000..87ffffff], where it must lie; "),
    "initrd larger than small RAM": ({"DTB": small_memory, "INITRD": big_initrd},
                                     "does not fit into [80000000..87ffffff]"),
    "initrd as large as what the kernel leaves": (
        {"DTB": small_memory, "INITRD": lambda t: big_initrd(t, 120 << 20)},
        "does not fit into [80000000..87ffffff], where it must lie, beside the kernel (KERNEL="),
    "kernel outside RAM": ({"KERNEL_ADDR": "0x10000000"}, "exceeds [80000000..87ffffff]"),
    "kernel above what decompressors see": ({"KERNEL_ADDR": "0x88000000"},
                                            "exceeds [80000000..87ffffff], where it must lie"),
    "kernel at the wrapper": ({"KERNEL_ADDR": "0x87900000"}, ") overlaps the wrapper: [87900000"),
    "kernel over the wrapper": ({"KERNEL_ADDR": "0x87e00000"}, "exceeds [80000000..87ffffff]"),
    "kernel unaligned": ({"KERNEL_ADDR": "0x82000020"}, "at 82000020 is not at a multiple of 4096"),
    "DTB over the wrapper": ({"DTB_ADDR": "0x87e10000"}, "overlaps the wrapper: [87e10000"),
    "DTB over the kernel": ({"DTB_ADDR": "0x82100000", "KERNEL_ADDR": "0x82000000"},
                            "overlaps the DTB (DTB="),
    "DTB unaligned": ({"DTB_ADDR": "0x87e20004"}, "at 87e20004 is not at a multiple of 8"),
    "initrd over the kernel": ({"INITRD": harness.VMLINUZ, "INITRD_ADDR": "0x82100000",
                                "KERNEL_ADDR": "0x82000000"},
                               "set KERNEL_ADDR= or INITRD_ADDR="),
    "initrd over the DTB": ({"INITRD": harness.VMLINUZ, "INITRD_ADDR": "0x87e20000",
                             "DTB_ADDR": "0x87e20000"},
                            "overlaps the DTB (DTB="),
    "initrd over a reservation": ({"DTB": reserving("memreserve", 0x90000000),
                                   "INITRD": harness.VMLINUZ, "INITRD_ADDR": "0x90000000"},
                                  "overlaps the memory that the DTB reserves: [90000000.."),
    "wrapper over a reservation": ({"DTB": reserving("no-map", 0x87E00000)},
                                   "the wrapper overlaps the memory that the DTB reserves: "
                                   "[87e00000..87e12fff] and [87e00000..87e0ffff]; set WRAPPER_ADDR="),
    "kernel that inflates over a reservation": ({"DTB": reserving("no-map", 0x80800000)},
                                                "once inflated overlaps the memory that the DTB "
                                                "reserves: [80203000.."),
    "DTB of another board": ({"DTB": harness.DEPS / "dtbs/vexpress-v2p-ca9.dtb"},
                             "no /memory node has [87e00000.."),
    "DTB of a Raspberry Pi": ({"DTB": harness.DEPS / "dtbs/bcm2836-rpi-2-b.dtb"},
                              "the DTB is for raspberrypi,2-model-b, and this wrapper for Versatile "
                              "Express V2P-CA15 (arm,vexpress)"),
    "MEMORY= elsewhere": ({"MEMORY": "0x60000000,1G"}, "no /memory node has [87e00000.."),
    "MEMORY= too small": ({"MEMORY": "0x80000000,64M"}, "build with MEMORY= or WRAPPER_ADDR="),
    "MEMORY= without a size": ({"MEMORY": "0x80000000"}, "not BASE,SIZE"),
    "MEMORY= of another unit": ({"MEMORY": "0x80000000,1T"}, "not BASE,SIZE"),
    "bootargs that are too long": ({"BOOTARGS": "x" * 2048},
                                   "the bootargs have 2048 characters, and 2047 is the most"),
    "an address that is none": ({"DTB_ADDR": "0x87e2zzzz"}, "not a 32-bit address"),
    "nine CPUs": ({"SMP": "9"}, "say 1 to 8"),
    "a number and a letter": ({"SMP": "4x"}, "say 1 to 8"),
    "no address for the wrapper": ({"WRAPPER_ADDR": "12x"},
                                   "WRAPPER_ADDR=12x: not a 32-bit address; set it like"),
    "an address of 33 bits": ({"WRAPPER_ADDR": "0x187e00000"}, "not a 32-bit address"),
    "an address below 0": ({"WRAPPER_ADDR": "-0x1000"}, "not a 32-bit address"),
    "no directory": ({"O": ""}, "O= is empty; name a directory"),
    "no such method": ({"SMP_METHOD": "spin"}, "SMP_METHOD=spin: no such value; valid values: pen, psci"),
    "no such board": ({"BOARD": "pdp11"}, "no such board; there are: ast2600-evb"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case, tmp_path):
    check_refusal(tmp_path, *BAD[case])


# Settings for which the build must find a placement.
PLACED = {
    "kernel below an initrd": {"INITRD": harness.VMLINUZ, "INITRD_ADDR": "0x82100000"},
    "kernel behind a DTB": {"DTB_ADDR": "0x82000000"},
    "DTB beside an initrd": {"INITRD": harness.VMLINUZ, "INITRD_ADDR": "0x87e20000"},
    "initrd in small RAM": {"DTB": small_memory, "INITRD": harness.VMLINUZ},
    "initrd of 200 MiB": {"INITRD": lambda t: big_initrd(t, 200 << 20)},
    "initrd of 630 MiB": {"INITRD": lambda t: big_initrd(t, 630 << 20)},
    "initrd of 700 MiB": {"WRAPPER_ADDR": "0x82f00000",
                          "INITRD": lambda t: big_initrd(t, 700 << 20)},
    "initrd beside a reservation": {"DTB": reserving("no-map", 0x88000000),
                                    "INITRD": harness.VMLINUZ},
    "DTB beside a reservation": {"DTB": reserving("memreserve", 0x87E20000)},
    "MEMORY= of 64 MiB": {"MEMORY": "0x80000000,64M", "WRAPPER_ADDR": "0x83e00000",
                          "INITRD": harness.VMLINUZ},
}


@pytest.mark.parametrize("case", PLACED)
def test_placed(case, tmp_path):
    settings = {key: value(tmp_path) if callable(value) else value
                for key, value in {**SETTINGS, **PLACED[case]}.items()}
    out = harness.CHECK / "placed" / harness.BOARD
    harness.build("placed", out / "layout.h", **settings)
    places = dict(re.findall(r"#define (\w+) (0x\w+)", (out / "layout.h").read_text()))
    home = int(settings.get("WRAPPER_ADDR", "0x87e00000"), 16)
    ranges = sorted([(home, home + 0x13000), (0x80203000, 0x80203000 + (14 << 20)),
                     *((int(places[f"{part}_ADDR"], 16), int(places[f"{part}_END"], 16))
                       for part in ("KERNEL", "DTB", "INITRD") if f"{part}_END" in places),
                     *((at, at + 0x10000) for at in (0x87E20000, 0x88000000)
                       if "reservation" in case and f"{at:x}" in settings["DTB"].read_bytes().hex())])
    assert all(end <= start for (_, end), (start, _) in zip(ranges, ranges[1:])), ranges
    for name, value in settings.items():
        if name.endswith("_ADDR") and name in places:
            assert places[name] == value


def test_linked_in_little_memory():
    """64 MiB, which the DTB does not say."""
    image = harness.linux("little", SMP=1, MEMORY="0x80000000,64M", WRAPPER_ADDR="0x83e00000")
    with harness.Guest(image, memory="64M") as guest:
        assert re.search(r"\[81608000\.\.\w+\] initrd", guest.log)
        assert "CPU: All CPU(s) started in HYP mode." in guest.log


def test_raw_by_request(tmp_path):
    """KERNEL_FORMAT=raw takes any file: here an endless loop, which must be entered."""
    raw = tmp_path / "loop.bin"
    raw.write_bytes(struct.pack("<I", 0xEAFFFFFE))
    image = harness.build("raw", "all", KERNEL=raw, KERNEL_FORMAT="raw", DTB=harness.DTB,
                          SMP=1) / "linux-system.axf"
    text, status = harness.console(image, until="entering the kernel")
    assert "[82000000..82000003] kernel" in text


# Invalid input that only the boot can detect.

def test_no_payload():
    elf = harness.build("toolchain-gcc-none-eabi", "wrapper") / "boot-wrapper.elf"
    text, status = harness.console(elf, cpus=2)
    assert re.search(r"^boot-wrapper: no kernel: .*make KERNEL=zImage DTB=board.dtb\r?$", text, re.M)
    assert status == 1


def test_no_payload_and_no_host():
    """Without semihosting the wrapper prints the same line and stops the CPU without a fault."""
    elf = harness.build("toolchain-gcc-none-eabi", "wrapper") / "boot-wrapper.elf"
    text, status = harness.console(elf, cpus=2, semihosting=False, until="no kernel",
                                   settle=1)
    assert "boot-wrapper: no kernel" in text and "unexpected" not in text
    assert status is None


@pytest.mark.parametrize("offset, word, expected", [
    (0, 0, "no usable DTB at 87e20000: FDT_ERR_BADMAGIC"),
    (4, 0xFFFFFF00, "no usable DTB at 87e20000: FDT_ERR_"),
    (0x38, 0x77000000, "no usable DTB at 87e20000: FDT_ERR_BADSTRUCTURE"),
])
def test_dtb_spoilt_in_memory(tmp_path, offset, word, expected):
    """The boot checks the DTB again, because memory may differ from what was built."""
    image = harness.linux("linux-2-psci-boot", SMP=2, SMP_METHOD="psci", DTB_MEND="boot")
    spoilt = harness.patch(image, tmp_path / "t.axf", {0x87E20000 + offset: word})
    text, status = harness.console(spoilt, cpus=2, timeout=10)
    lines = [line for line in text.splitlines() if line.startswith("boot-wrapper: ")]
    assert len(lines) == 1 and expected in lines[0]
    assert status == 1


def test_less_ram_than_the_dtb_says(image):
    text, status = harness.console(image, cpus=2, memory="512M")
    assert "boot-wrapper: no RAM at bffffffc, where the DTB has some" in text
    assert status == 1


def test_odd_ram_size(tmp_path):
    """A common mistake in a DTB: the size of the RAM less one."""
    dtb = edited_dtb(tmp_path, lambda s: s.replace("0x80000000 0x00 0x40000000",
                                                   "0x80000000 0x00 0x3fffffff"))
    image = harness.linux("odd-ram", DTB=dtb, SMP=1)
    with harness.Guest(image) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log


def test_fewer_cpus_than_the_dtb_says():
    image = harness.linux("linux-4-psci-build", SMP=4)
    with harness.Guest(image, cpus=2) as guest:
        for cpu in (2, 3):
            assert f"CPU 0000000{cpu} is in the DTB but did not come out of reset" in guest.log
        assert "2 CPUs, Cortex-A15" in guest.log
        assert "Brought up 1 node, 2 CPUs" in guest.log
        assert guest.run("cat /proc/device-tree/cpus/cpu@3/status").strip("\0\r\n ") == "fail"


def test_more_cpus_than_the_dtb_says():
    image = harness.linux("linux-2-psci", SMP=2)
    with harness.Guest(image, cpus=4) as guest:
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-1"
        # The line names only CPUs that arrive before the boot CPU enters the kernel.
        for cpu in re.findall(r"boot-wrapper: CPU (\w+) is", guest.log):
            assert cpu in ("00000002", "00000003")


def test_cpu_that_is_not_in_the_dtb(tmp_path):
    """The DTB has CPU 5 instead of CPU 1. Waiting for CPU 5 gives CPU 1 time to arrive."""
    dtb = edited_dtb(tmp_path, lambda s: re.sub(r"(cpu@1 {.*?reg = )<0x01>", r"\1<0x05>", s,
                                                flags=re.S))
    image = harness.build("unlisted", "all", KERNEL=harness.VMLINUZ, DTB=dtb) / "linux-system.axf"
    text, _ = harness.console(image, cpus=2, until="entering the kernel")
    assert "boot-wrapper: CPU 00000005 is in the DTB but did not come out of reset" in text
    assert "boot-wrapper: CPU 00000001 is not in the DTB; it stays off" in text


def test_install(tmp_path):
    """make install copies what needs no kernel, below DESTDIR and PREFIX, and BOARD's name."""
    done = harness.run_make("install", "install", DESTDIR=tmp_path, PREFIX="/opt/a b")
    assert done.returncode == 0, done.stderr
    files = {path.name for path in
             (tmp_path / "opt/a b/share/boot-wrapper-armv7" / harness.BOARD).iterdir()}
    assert files == {"boot-wrapper.bin", "boot-wrapper.elf", "linux-system-semi.axf",
                     "bootcheck.bin", "bootcheck.elf"}


def test_install_nowhere():
    done = harness.run_make("install", "install", PREFIX="")
    assert done.returncode != 0
    assert "boot-wrapper: PREFIX= is empty; name a directory" in done.stderr


def test_tests_with_a_qemu_of_another_name(tmp_path):
    """The tests start qemu-system-arm of a directory, so another name would be ignored."""
    done = harness.run_make("check-qemu", "check", QEMU=tmp_path / "qemu-7.2", TESTS="none")
    assert done.returncode != 0
    assert "the tests start qemu-system-arm; name a file that is called so" in done.stderr
