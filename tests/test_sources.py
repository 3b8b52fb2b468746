# SPDX-License-Identifier: BSD-2-Clause
"""Payloads that were not linked with the wrapper: one build, any kernel, from
wherever it is; and one clear line for each that cannot be started."""

import gzip
import lzma
import os
import re
import signal
import struct
import subprocess
import sys
import time

import pexpect
import pytest
from elftools.elf.elffile import ELFFile

import harness
from harness import A9_DTB, PACK
from harness import VIRT_SECURE as SECURE
from harness.inputs import changed, cut, dtb_with, edited_dtb, idle_kernel, uimage, words
from harness.qemu import firmware, qemu, refused, semihosted, started

BOOTARGS = "console=ttyAMA0"
HYP = "virt,secure=off,virtualization=on"
@pytest.fixture(scope="module")
def wrapper():
    """The directory of a board's wrapper, all kernels' own."""
    return lambda board=harness.BOARD: harness.build("sources", "wrapper", BOARD=board)


def boots(command, cpus=2, mode="HYP", timeout=90, dialogue=()):
    """The console of a Linux that came up to its shell with all CPUs in a mode."""
    with harness.Guest(command=command, timeout=timeout, dialogue=dialogue) as guest:
        assert f"Brought up 1 node, {cpus} CPU" in guest.log
        assert f"CPU: All CPU(s) started in {mode} mode." in guest.log
        assert guest.end("poweroff -f") == 0
        return guest.log


def image(tmp_path, wrapper_bin, *parts):
    path = tmp_path / "image"
    path.write_bytes(b"".join(part if isinstance(part, bytes) else part.read_bytes()
                              for part in (wrapper_bin, *parts)))
    return path


LOADED = ("-dtb", harness.DTB, "-append", BOOTARGS)


def test_prepended_as_kernel_of_qemu(wrapper, tmp_path):
    """In Secure SVC; QEMU's DTB, initrd and bootargs, and its pen for CPU 1."""
    log = boots(qemu(harness.MACHINE, "-kernel",
                     image(tmp_path, wrapper() / "boot-wrapper.bin", harness.VMLINUZ),
                     "-initrd", harness.initramfs(), *LOADED))
    assert "entered in Secure state" in log


@pytest.mark.parametrize("machine, entered", [(HYP, "Non-secure Hyp mode"),
                                              ("virt", "SVC mode without Secure state")])
def test_prepended_above_other_firmware(wrapper, tmp_path, machine, entered):
    """QEMU's PSCI below us turns CPU 1 on."""
    log = boots(qemu(machine, "-cpu", "cortex-a15", "-kernel",
                     image(tmp_path, wrapper("virt") / "boot-wrapper.bin", harness.VMLINUZ),
                     "-initrd", harness.initramfs(), "-append", BOOTARGS),
                mode="HYP" if machine == HYP else "SVC")
    assert f"entered in {entered}" in log


# A kernel "k", or in a uImage "u"; "d" a DTB, "i" an uInitrd.
@pytest.mark.parametrize("order", ["kdi", "idu"])
def test_prepended_raw(wrapper, tmp_path, order):
    """All behind the wrapper, in any order, as bytes at an address, on both CPUs."""
    dtb = dtb_with(tmp_path / "dtb", "/chosen", "bootargs", BOOTARGS)
    parts = {"k": harness.VMLINUZ, "u": uimage(harness.VMLINUZ.read_bytes(), 2), "d": dtb,
             "i": uimage(harness.initramfs().read_bytes(), 3)}
    path = image(tmp_path, wrapper() / "boot-wrapper.bin", *[parts[p] for p in order])
    at = "0x80400000"
    boots(qemu(harness.MACHINE, "-device", f"loader,file={path},addr={at},force-raw=on",
               "-device", f"loader,addr={at},cpu-num=0", "-device", f"loader,addr={at},cpu-num=1"))


def virt_dtb(path, machine, cpus, *extra):
    """What QEMU makes for it, with bootargs."""
    dtb = harness.qemu_dtb(machine, cpus, "-cpu", "cortex-a15", *extra)
    return dtb_with(path, "/chosen", "bootargs", BOOTARGS, dtb=dtb)


# What r2 may hold by chance: no address, of nothing, of no memory, of no DTB, of a bad one.
@pytest.mark.parametrize("r2", [0x40000002, 0x00000004, 0x68000000, 0x44000000, 0x44000100])
@pytest.mark.parametrize("machine", [SECURE, HYP])
def test_junk_in_r2(wrapper, tmp_path, machine, r2):
    """It is looked at before it is believed; the DTB at the start of RAM is taken."""
    path = image(tmp_path, wrapper("virt") / "boot-wrapper.bin", harness.VMLINUZ)
    start, at, no_dtb = tmp_path / "start", 0x40400000, tmp_path / "no_dtb"
    # mov r0, #0; ldr r2, [pc, #4]; ldr pc, [pc, #4]; nop
    start.write_bytes(struct.pack("<6I", 0xE3A00000, 0xE59F2004, 0xE59FF004, harness.NOP, r2, at))
    no_dtb.write_bytes(bytes(256) + b"\xd0\x0d\xfe\xed" + b"\xff" * 252)
    command = qemu(machine, "-cpu", "cortex-a15", "-device", "loader,addr=0x40300000,cpu-num=0",
                   cpus=1, memory="512M")
    for file, where in ((path, at), (start, 0x40300000), (no_dtb, 0x44000000)):
        command += ["-device", f"loader,file={file},addr={where:#x},force-raw=on"]
    text, _ = harness.run(command, until="entering the kernel|this CPU stops", timeout=30)
    assert re.search(r"DTB: \d+ bytes at 47e40000 \(at the start of RAM\)", text), text
    assert "entering the kernel" in text, text


def test_packed(wrapper, tmp_path):
    """tools/bw-pack: an initrd without a header, bootargs and a mode."""
    path = tmp_path / "packed"
    subprocess.run([sys.executable, PACK, "--wrapper", wrapper() / "boot-wrapper.bin", "--kernel",
                    harness.VMLINUZ, "--initrd", harness.initramfs(), "--dtb", harness.DTB,
                    "--bootargs", BOOTARGS, "--options", "mode=svc", "-o", path], check=True,
                   capture_output=True)
    log = boots(qemu(harness.MACHINE, "-kernel", path, "-dtb", harness.DTB), mode="SVC")
    assert "(behind the image)" in log


def test_elf_kernel(wrapper, tmp_path):
    """An ELF file goes to where it was linked for; its note is read."""
    kernel = harness.build("sources-hypervisor",
                           harness.CHECK / "sources-hypervisor" / harness.BOARD / "hypervisor.elf")
    path = image(tmp_path, wrapper() / "boot-wrapper.bin", kernel / "hypervisor.elf")
    text, status = harness.run(qemu(harness.MACHINE, "-kernel", path, *LOADED), timeout=60)
    assert "the kernel takes svc (by its note)" in text and status == 0, text
    assert re.search(r"hypervisor: PASS", text), text


@pytest.mark.parametrize("cpu, cpus", [("cortex-a15", 1), ("cortex-a7", 4)])
def test_firmware(wrapper, cpu, cpus):
    """virt's firmware: payload by fw_cfg, everything of ours in Secure RAM. With 8 CPUs:
    test_stress.py."""
    log = boots(firmware(wrapper("virt"), cpu, cpus), cpus=cpus)
    assert "(fw_cfg)" in log and "[47e10000..47e10fff] resident: Hyp stub" in log


def test_secure_ram_is_out_of_reach(wrapper):
    """Linux in Hyp mode can neither read nor write where Monitor and PSCI are."""
    with harness.Guest(command=firmware(wrapper("virt"))) as guest:
        for page in range(0x0E000000, 0x0E013000, 0x1000):
            assert "Bus error" in guest.run(f"busybox devmem {page:#x} 32"), hex(page)
            assert "Bus error" in guest.run(f"busybox devmem {page:#x} 32 0"), hex(page)
        # The Hyp stub is in ordinary RAM: the tool does work.
        assert "0xEA" in guest.run("busybox devmem 0x47e10000 32")
        cpu1 = "/sys/devices/system/cpu/cpu1/online"
        assert guest.run(f"echo 0 >{cpu1}; echo 1 >{cpu1}; cat {cpu1}").strip() == "1"
        assert guest.end("poweroff -f") == 0


def test_firmware_above_other(wrapper):
    """The same without Secure state: its home is ordinary RAM then."""
    log = boots(qemu(HYP, "-cpu", "cortex-a15", "-bios", wrapper("virt") / "boot-wrapper.bin",
                     "-kernel", harness.VMLINUZ, "-initrd", harness.initramfs(),
                     "-append", BOOTARGS, cpus=1), cpus=1)
    assert "entered in Non-secure Hyp mode" in log


def in_u_boot(machine, cpus, lines, files, bios=harness.U_BOOT, extra=()):
    """Debian's U-Boot on virt, with files at addresses; what it shows of a Linux."""
    command = qemu(machine, "-cpu", "cortex-a15", "-bios", bios, *extra, cpus=cpus)
    for at, path in files.items():
        command += ["-device", f"loader,file={path},addr={at:#x},force-raw=on"]
    lines = ["", f"setenv bootargs {BOOTARGS}", *lines]
    return boots(command, cpus, dialogue=[("=> " if line else "Hit any key", line)
                                          for line in lines])


@pytest.mark.parametrize("machine, cpus, entered", [(HYP, 2, "Non-secure Hyp mode"),
                                                    (SECURE, 1, "Secure state")])
def test_u_boot_bootz(wrapper, tmp_path, machine, cpus, entered):
    """As a zImage: in Hyp mode with QEMU's PSCI; with one CPU in Secure state, all of which
    would run U-Boot."""
    initrd = harness.initramfs()
    log = in_u_boot(machine, cpus,
                    ["fdt addr 40000000", "fdt move 40000000 43000000 100000",
                     f"bootz 40400000 44000000:{initrd.stat().st_size:x} 43000000"],
                    {0x40400000: image(tmp_path, wrapper("virt") / "boot-wrapper.bin",
                                       harness.VMLINUZ), 0x44000000: initrd})
    assert f"entered in {entered}" in log and "(r2)" in log


# PL011: whether output is pending, which of Debian 12's is true while the FIFO has room:
#	eor r0, r3, #UARTFR_TXFF; ubfx r0, r0, #5, #1
# What says that nothing is pending: mov r0, #0 in place of the latter.
NEVER_FLUSHED = struct.pack("<2I", 0xE2230020, 0xE7E002D0)
FLUSHED = struct.pack("<2I", 0xE2230020, 0xE3A00000)


@pytest.mark.parametrize("machine, cpus, entered, sctlr", [
    (HYP, 2, "Non-secure Hyp mode", r"mcr\s+15, 4, r\d+, cr1, cr0, \{0\}"),
    (SECURE, 1, "Secure state", r"mcr\s+15, 0, r\d+, cr1, cr0, \{0\}"),
], ids=["hyp", "secure"])
def test_u_boot_go(wrapper, tmp_path, machine, cpus, entered, sctlr):
    """Called like a function, with MMU and caches on: the caches are cleaned before they are
    turned off, and after, and only then the wrapper moves."""
    bios = changed(tmp_path, harness.U_BOOT, "u-boot",
                   lambda data: data.replace(NEVER_FLUSHED, FLUSHED))
    dtb = virt_dtb(tmp_path / "dtb", machine, cpus)
    path = image(tmp_path, wrapper("virt") / "boot-wrapper.bin", dtb, harness.VMLINUZ,
                 uimage(harness.initramfs().read_bytes(), 3))
    trace = tmp_path / "trace"
    log = in_u_boot(machine, cpus, ["go 40400000"], {0x40400000: path}, bios,
                    ("-d", "exec", "-dfilter", "0x40400000+0x13000", "-D", trace))
    assert f"entered in {entered}" in log and "(behind the image)" in log
    elf = wrapper("virt") / "boot-wrapper.elf"
    at, (code, _) = harness.symbols(elf), harness.disassembly(elf)
    places = {at["clean_all_dcaches"] & ~1: "clean", at["move"]: "move"}
    places |= {address + 4: "off" for address, (_, text) in code.items() if re.match(sctlr, text)}
    # QEMU says where a piece of code begins; one ends behind a write of SCTLR.
    ran = [places.get(int(pc, 16) - 0x40400000 + at["start"])
           for pc in re.findall(r"\[[0-9a-f]+/([0-9a-f]+)/", trace.read_text())]
    assert [place for place in ran if place] == ["clean", "off", "clean", "move"]


@pytest.mark.parametrize("form", ["append", "arg"])
def test_semihosting(wrapper, tmp_path, form):
    """With a program's name before the options, as QEMU's -append has it, and without, as
    Fast Models pass on what they are told. The former with a uImage of each."""
    kernel, initrd = harness.VMLINUZ, harness.initramfs()
    if form == "append":
        kernel = changed(tmp_path, kernel, "uImage", lambda data: uimage(data, 2))
        initrd = changed(tmp_path, initrd, "uInitrd", lambda data: uimage(data, 3))
    files = ["--kernel", kernel, "--dtb", harness.DTB, "--initrd", initrd]
    rest = ["--mode", "svc", "--", "console=ttyAMA0", "quiet"]
    words = [str(word) for word in files + rest]
    if form == "append":
        command = semihosted(wrapper, " ".join(words))
    else:
        command = semihosted(wrapper, None)
        command[-1] += "".join(f",arg={word}" for word in words)
    with harness.Guest(command=command) as guest:
        assert "entering the kernel in Non-secure SVC mode" in guest.log
        assert "console=ttyAMA0 quiet" in guest.run("cat /proc/cmdline")
        assert guest.end("poweroff -f") == 0


# Each option, and what the payload and the wrapper say of it. bootcheck looks at the rest.
OPTIONS = {
    "mode svc": ("boot-mode word 424d0032", "takes svc .as asked for."),
    "grant secure": ("boot-mode word 424d0023", "it owns Hyp mode and Secure state"),
    "smc none": ("boot-mode word 424d0022", "resident: nothing"),
    "smp-method pen": ("boot-mode word 424d0022", "resident: Hyp stub, Monitor\n"),
    "quiet 1": ("boot-mode word 424d0022", ""),
}


@pytest.mark.parametrize("how", ["on the host's command line", "in bootargs"])
@pytest.mark.parametrize("option", OPTIONS)
def test_options(wrapper, option, how):
    """What is said at run time does what it does when it is built in."""
    files = f"--kernel {harness.payload(harness.BOARD)} --dtb {harness.DTB}"
    if how == "in bootargs":
        command = f"{files} -- {BOOTARGS} bw.{option.replace(' ', '=')}"
    else:
        command = f"{files} --{option} -- {BOOTARGS}"
    text, status = harness.run(semihosted(wrapper, command), timeout=60)
    assert "conformance: PASS" in text and status == 0, text
    for said in OPTIONS[option]:
        assert re.search(said, text), text
    assert ("boot-wrapper: version" not in text) == (option == "quiet 1")


def test_no_initrd(wrapper, tmp_path):
    """Not the one that a loader has put into the DTB either."""
    dtb = dtb_with(tmp_path / "start", "/chosen", "linux,initrd-start", "90000000", "x")
    dtb = dtb_with(tmp_path / "dtb", "/chosen", "linux,initrd-end", "90001000", "x", dtb)
    for option, there in (("", True), ("--no-initrd", False)):
        command = f"--kernel {harness.payload(harness.BOARD)} {option} -- {BOOTARGS}"
        text, status = harness.run(semihosted(wrapper, command, "-dtb", dtb), timeout=60)
        assert "conformance: PASS" in text and status == 0, text
        assert ("] initrd" in text) == there, text


def test_vexpress_a9(tmp_path):
    """A board without Hyp mode, from the host and behind the image."""
    build = harness.build("sources", "wrapper", BOARD="vexpress-a9")
    payload, machine = harness.payload("vexpress-a9"), "vexpress-a9,secure=on"
    packed = image(tmp_path, build / "boot-wrapper.bin", payload, A9_DTB)
    for command in (
            qemu(machine, "-kernel", build / "linux-system-semi.axf", "-append",
                 f"--kernel {payload} --dtb {A9_DTB} -- {BOOTARGS}", semihosting=True, cpus=1),
            qemu(machine, "-kernel", packed, "-append", BOOTARGS, "-dtb", A9_DTB,
                 semihosting=True, cpus=1)):
        text, status = harness.run(command, timeout=60)
        assert "conformance: PASS" in text and status == 0, text


@pytest.fixture
def big(tmp_path):
    """A file of 256 MiB."""
    with open(tmp_path / "big", "wb") as stream:
        part = os.urandom(1 << 20)
        for _ in range(256):
            stream.write(part)
    yield tmp_path / "big"
    (tmp_path / "big").unlink()


def refused_after_loading(wrapper, initrd):
    """All has been read when it turns out that there is no Hyp mode."""
    return semihosted(wrapper, f"--kernel {harness.VMLINUZ} --initrd {initrd} --mode hyp", "-dtb",
                      harness.DTB, machine="vexpress-a15,secure=on,virtualization=off")


def copy_to_memory(path):
    """As cp to a tmpfs does; returns seconds of CPU time."""
    start = time.process_time()
    with open(path, "rb", buffering=0) as source, \
            open(os.memfd_create("copy"), "wb", buffering=0) as target:
        while part := source.read(1 << 18):
            target.write(part)
    return time.process_time() - start


def test_load_time(wrapper, big):
    """A large initrd takes no longer than a copy of it, in time of the host's CPU, which a
    busy machine changes least; best of 3. QEMU has its memory from the host beforehand: how
    long that takes varies more than all the rest. One CPU: others would use time to wait."""
    command = semihosted(wrapper, f"--kernel {harness.VMLINUZ} --initrd {big}", "-dtb",
                         harness.DTB, "-machine", "memory-backend=ram", "-object",
                         "memory-backend-ram,id=ram,size=512M,prealloc=on", cpus=1,
                         memory="512M")
    loading, copying = [], []
    for _ in range(3):
        child = harness.spawn(command, 30)
        clock = ~child.pid << 3 | 2         # of its CPU time, as clock_getcpuclockid() has it
        try:
            child.expect(r"\r +\r")         # the kernel's bar has gone
            start = time.clock_gettime(clock)
            child.expect(r"initrd: 268435456 bytes at 88000000")
            loading.append(time.clock_gettime(clock) - start)
        finally:
            child.close(force=True)
        copying.append(copy_to_memory(big))
    print(f"256 MiB: {min(loading):.3f} s; copied in {min(copying):.3f} s")
    assert min(loading) <= 1.2 * min(copying), (loading, copying)


def test_progress(wrapper, big):
    """A bar on a terminal, which is what pexpect gives it, and no trace of one in a pipe."""
    command = refused_after_loading(wrapper, big)
    text, _ = harness.run(command)
    bars = re.findall(r"boot-wrapper: \[(=*) *\]", text)
    assert bars == 2 * ["=" * done for done in range(1, 32)]    # the kernel's, the initrd's
    piped = subprocess.run(command, capture_output=True, text=True, env=harness.environment())
    lines = [line for line in piped.stdout.splitlines() if line]
    assert len(lines) == 4 and all(re.match(r"boot-wrapper: \w", line) for line in lines), lines
    assert "[=" not in piped.stderr


def test_file_that_shrinks(wrapper, tmp_path):
    """The host's file is cut while it is being read: one line, behind a bar that has gone."""
    path = tmp_path / "initrd"
    with open(path, "wb") as stream:
        stream.truncate(600 << 20)
    command = refused_after_loading(wrapper, path)
    child = harness.spawn(command, 30)
    try:
        child.expect(r"\r +\r.*\[==")     # the kernel's bar has gone
        child.kill(signal.SIGSTOP)
        path.write_bytes(b"")
        child.kill(signal.SIGCONT)
        child.expect(r"\] *\r +\rboot-wrapper: (\S+): the host gave (\d+) bytes of (\d+); ")
        assert child.match[1] == str(path) and child.match[3] == str(600 << 20)
        assert 0 < int(child.match[2]) < 600 << 20
        child.expect(pexpect.EOF)
        assert child.before.count("boot-wrapper: ") == 0
        child.close()
        assert child.exitstatus == 1
    finally:
        child.close(force=True)


def test_preloaded(wrapper, tmp_path):
    """At the board's addresses, and what has no header of its own by a table."""
    table = tmp_path / "table"
    subprocess.run([sys.executable, PACK, "--table-at", "0x87e1f000",
                    f"initrd@0x90000000={harness.initramfs()}",
                    f"kernel@0x84000000={harness.VMLINUZ}", "-o", table], check=True,
                   capture_output=True)
    command = qemu(harness.MACHINE, "-kernel", wrapper() / "boot-wrapper.elf", *LOADED)
    for path, at in ((table, "0x87e1f000"), (harness.initramfs(), "0x90000000"),
                     (harness.VMLINUZ, "0x84000000")):
        command += ["-device", f"loader,file={path},addr={at},force-raw=on"]
    assert "(the table)" in boots(command)


@pytest.mark.parametrize("how", ["found", "named", "uImage"])
def test_preloaded_by_address(wrapper, tmp_path, how):
    """What is named comes first, whatever lies at the documented address."""
    at = 0x83000000 if how == "named" else 0x82000000
    size = harness.initramfs().stat().st_size
    named = f" bw.kernel={at:#x}" if how == "named" else ""
    command = qemu(harness.MACHINE, "-kernel", wrapper() / "boot-wrapper.elf", "-dtb", harness.DTB,
                   "-append", f"{BOOTARGS} bw.initrd=0x90000000,{size}{named}")
    other = [(harness.VMLINUZ, 0x82000000)] if how == "named" else []
    kernel = harness.VMLINUZ
    if how == "uImage":
        kernel = changed(tmp_path, kernel, "uImage", lambda data: uimage(data, 2))
    for path, where in ((kernel, at), (harness.initramfs(), 0x90000000), *other):
        command += ["-device", f"loader,file={path},addr={where:#x},force-raw=on"]
    boots(command)


@pytest.mark.parametrize("board", ["vexpress-a15", "virt"])
def test_preloaded_at_documented_addresses(wrapper, tmp_path, board):
    """Kernel, DTB and uInitrd, none of them named; virt from an emulated reset."""
    ram, machine, extra = ((0x80000000, harness.MACHINE, ()) if board == "vexpress-a15" else
                           (0x40000000, SECURE, ("-cpu", "cortex-a15")))
    dtb, initrd = tmp_path / "dtb", tmp_path / "uInitrd"
    if board == "virt":
        virt_dtb(dtb, machine, 2)
    else:
        dtb_with(dtb, "/chosen", "bootargs", BOOTARGS)
    initrd.write_bytes(uimage(harness.initramfs().read_bytes(), 3))
    at = harness.symbols(wrapper(board) / "boot-wrapper.elf")["start"]
    command = qemu(machine, *extra, "-kernel", wrapper(board) / "boot-wrapper.elf")
    for path, where in ((harness.VMLINUZ, ram + 0x2000000), (initrd, ram + 0x8000000),
                        (dtb, at + (0x40000 if board == "virt" else 0x20000))):
        command += ["-device", f"loader,file={path},addr={where:#x},force-raw=on"]
    assert boots(command).count("(preloaded)") == 3


def test_kernel_with_a_dtb_appended(wrapper, tmp_path):
    """Linux would take that one: without our /psci, our reserved memory, our bootargs."""
    dtb = dtb_with(tmp_path / "dtb", "/", "model", "another")
    kernel = changed(tmp_path, harness.VMLINUZ, "zImage-dtb", lambda data: data + dtb.read_bytes())
    with harness.Guest(command=semihosted(
            wrapper, f"--kernel {kernel} --dtb {harness.DTB} --initrd {harness.initramfs()} -- "
            f"{BOOTARGS}")) as guest:
        assert guest.run("cat /proc/device-tree/model").strip("\0\n ") == "V2P-CA15"
        assert guest.end("poweroff -f") == 0


def test_initrd_that_no_kernel_maps(wrapper, tmp_path):
    """It moves to where one does."""
    initrd = tmp_path / "initrd"
    initrd.write_bytes(b"here" * 1024)
    monitor = tmp_path / "monitor"
    command = semihosted(wrapper, f"--kernel {idle_kernel(tmp_path)} --dtb {harness.DTB} -- "
                         "bw.initrd=0xb8000000,4096", "-device",
                         f"loader,file={initrd},addr=0xb8000000,force-raw=on", "-qmp",
                         f"unix:{monitor},server,nowait")
    with started(command):
        assert harness.memory(monitor, 0x88000000, 4096, tmp_path / "memory") == b"here" * 1024


def reserving(tmp_path, at):
    """The board's DTB, and a page that others use."""
    return edited_dtb(tmp_path, lambda s: s.replace(
        "vram@18000000 {", f"other@{at:x} {{ reg = <0 {at:#x} 0 0x1000>; no-map; }}; "
        "vram@18000000 {"))


def test_inflating_over_reserved_memory(wrapper, tmp_path):
    """A zImage unpacks itself to the start of RAM."""
    refused(semihosted(wrapper, f"--kernel {harness.VMLINUZ} -- {BOOTARGS}", "-dtb",
                       reserving(tmp_path, 0x80800000)),
            r"once inflated overlaps the memory that the DTB reserves: \[80203000\.\.\w+\] and ", status=1)


@pytest.mark.parametrize("reserved, kernel_at", [(0x83000000, 0x80400000),
                                                 (0x81008000, 0x82000000)])
def test_moving_over_reserved_memory(wrapper, tmp_path, reserved, kernel_at):
    """A zImage in the way of what is in it moves behind that first; not into what others
    use: then it is put elsewhere."""
    kernel = idle_kernel(tmp_path, inflates_to=16 << 20)
    command = qemu(harness.MACHINE, "-kernel", wrapper() / "boot-wrapper.elf", "-append",
                   "bw.kernel=0x80400000", "-dtb", reserving(tmp_path, reserved), "-device",
                   f"loader,file={kernel},addr=0x80400000,force-raw=on")
    with started(command) as (at, _, _):
        assert at == kernel_at


@pytest.mark.parametrize("place, text", [
    ("/dts-v1/;", "/dts-v1/; /memreserve/ 0x82000000 0x1000;"),
    ("vram@18000000 {",
     "other@82000000 { reg = <0 0x82000000 0 0x1000>; no-map; }; vram@18000000 {"),
    ("chosen {", """chosen { #address-cells = <1>; #size-cells = <1>;
        module@82000000 { compatible = "multiboot,module"; reg = <0x82000000 0x800>; };"""),
], ids=["memreserve", "reserved-memory", "module"])
def test_reserved_memory(wrapper, tmp_path, place, text):
    """What the DTB says that others use is not used for anything new."""
    pattern = tmp_path / "pattern"
    pattern.write_bytes(b"mine" * 1024)
    monitor = tmp_path / "monitor"
    command = semihosted(wrapper, f"--kernel {idle_kernel(tmp_path)}", "-dtb",
                         edited_dtb(tmp_path, lambda s: s.replace(place, text)),
                         "-device", f"loader,file={pattern},addr=0x82000000,force-raw=on",
                         "-qmp", f"unix:{monitor},server,nowait")
    with started(command) as (kernel, _, _):
        assert kernel == 0x82001000
        assert harness.memory(monitor, 0x82000000, 4096, tmp_path / "memory") == b"mine" * 1024


def without_memory(tmp_path):
    path = changed(tmp_path, harness.DTB, "no_memory", lambda data: data)
    subprocess.run(["fdtput", "-r", path, "/memory@80000000"], check=True)
    return path


# What a host can be asked for, and what is said of it; {k}: Debian's kernel.
HOST = {
    "no kernel": ("--no-initrd", "no kernel: "),
    "a missing file": ("--kernel /nowhere/vmlinuz", "/nowhere/vmlinuz: no such file; "),
    "a directory": ("--kernel {tmp}", "the host gave 0 bytes"),
    "an empty file": ("--kernel {empty}", "the file is empty; "),
    "no kernel at all": ("--kernel {text}", "neither a zImage nor ELF; "),
    "a truncated zImage": ("--kernel {cut}", "truncated zImage; "),
    "a zImage that claims more": ("--kernel {more}", "truncated zImage; "),
    "a zImage of zeros behind its header": ("--kernel {hollow}", "truncated zImage: "),
    "a compressed uImage": ("--kernel {gzip}", "is a compressed uImage; "),
    "a uImage cut short": ("--kernel {cut_uimage}", r"uImage cut short, 1000 bytes of 5064; "),
    "a uImage of no kernel": ("--kernel {uinitrd}", "is a uImage of a ramdisk; pass it as the initrd"),
    "a DTB cut short": ("--kernel {k} --dtb {cut_dtb}", r"is cut short, 1000 bytes of \d+; "),
    "a DTB that is none": ("--kernel {k} --dtb {text}", "the DTB .* is not one; "),
    "a DTB of another board": ("--kernel {k} --dtb {a9}", r"no /memory node has \[87e00000"),
    "two kernels": ("--kernel {k} --kernel {k}", "--kernel was given twice; "),
    "an unknown option": ("--kernal {k}", "--kernal: no such option; "),
    "an option without its value": ("--kernel", "--kernel: it needs a value; "),
    "an option before its value": ("--kernel --dtb x", "--kernel: it needs a value; "),
    "an unknown mode": ("--kernel {k} --mode abort", "--mode: no such value; "),
    "bootargs that are too long": ("--kernel {k} -- " + "x" * 2048, "the bootargs have 2048 "),
    "a command line that is too long": ("--kernel {k} -- " + "x" * 4096,
                                        "command line is too long; shorten it to 4095 characters"),
    "an unreadable file": ("--kernel {k} --initrd {unreadable}", "permission denied; "),
    "a pipe": ("--kernel {k} --initrd {pipe}", "the file is empty; "),
    "a file shorter than the host says": ("--kernel {k} --initrd /sys/devices/system/cpu/online",
                                          r"the host gave \d bytes of \d+; "),
    "a DTB without /memory": ("--kernel {k} --dtb {no_memory}", r"no /memory node has \[87e00000"),
    "an initrd larger than the RAM": ("--kernel {k} --initrd {big}", r"does not fit into \[80000000\.\.af7fffff\], where it must lie"),
}


@pytest.mark.parametrize("name", HOST)
def test_host_files_refused(wrapper, tmp_path, name):
    line, pattern = HOST[name]
    files = {"tmp": tmp_path, "k": harness.VMLINUZ}
    for key, source, change in (
            ("empty", harness.DTB, cut(0)), ("text", harness.TOP / "README.md", cut(5000)),
            ("cut", harness.VMLINUZ, cut(2000000)), ("cut_dtb", harness.DTB, cut(1000)),
            ("more", harness.VMLINUZ, words((0x2C, 0x7000000))),
            ("gzip", harness.VMLINUZ, lambda data: uimage(data[:5000], 2, 1)),
            ("cut_uimage", harness.VMLINUZ, lambda data: uimage(data[:5000], 2)[:1000]),
            ("uinitrd", harness.initramfs(), lambda data: uimage(data, 3)),
            ("hollow", harness.VMLINUZ, lambda data: data[:65536] + bytes(len(data) - 65536))):
        files[key] = changed(tmp_path, source, key, change)
    files["a9"] = A9_DTB
    files["big"] = tmp_path / "big"
    with open(files["big"], "wb") as stream:
        stream.truncate(1 << 30)
    for key in ("unreadable", "pipe"):
        files[key] = tmp_path / key
    files["unreadable"].touch(0)
    os.mkfifo(files["pipe"])
    files["no_memory"] = without_memory(tmp_path)
    # For the pipe, somebody who writes to it and closes it.
    writer = subprocess.Popen(["sh", "-c", f"echo x >{files['pipe']}"], stderr=subprocess.DEVNULL)
    # Root may read anything; so, here, not.
    unable = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] * (os.geteuid() == 0)
    dtb = () if "--dtb {" in line else ("-dtb", harness.DTB)
    refused([*unable, *semihosted(wrapper, line.format(**files), *dtb)], pattern, status=1)
    writer.kill()
    writer.wait()


def linux_image(data):
    """What a zImage inflates to."""
    for found in re.finditer(b"\xfd7zXZ\0", data):
        try:
            return lzma.LZMADecompressor().decompress(data[found.start():])
        except lzma.LZMAError:
            pass
    raise AssertionError("no xz in the kernel")


def vmlinux(data):
    """Linux's ELF file, linked to virtual addresses, which are its physical ones, too."""
    data, at = linux_image(data), 0xC0208000
    return struct.pack("<16s2H5I6H", b"\x7fELF\1\1\1", 2, 40, 1, at, 52, 0, 0x5000400, 52, 32, 1,
                       40, 0, 0) + struct.pack("<8I", 1, 0x1000, at, at, len(data),
                                               len(data) + 0x80000, 7, 0x1000).ljust(4044, b"\0") + data


def fit(_data):
    return subprocess.run(["dtc", "-q", "-O", "dtb"], input=b'/dts-v1/; / { description = "x"; '
                          b"images { kernel { data = [00]; }; }; };", capture_output=True,
                          check=True).stdout


def big_endian_code(data):
    return data[:0x30] + b"\4\3\2\1" + data[0x34:]


OTHER_KERNELS = {
    "gzip": (lambda data: gzip.compress(data[:100000]), "compressed with gzip; decompress"),
    "FIT": (fit, "but a FIT image; take the zImage out of it with dumpimage"),
    "Android": (lambda data: b"ANDROID!" + bytes(2040) + data, "but an Android boot image; "),
    "DTB": (lambda data: harness.DTB.read_bytes(), "but a DTB; pass it as the DTB"),
    "Image": (linux_image, "but Linux's Image, which must lie TEXT_OFFSET above"),
    "vmlinux": (vmlinux, "Linux's vmlinux, which is linked to virtual addresses; name its zImage"),
    "big-endian": (big_endian_code, "a big-endian zImage, but its first instruction"),
    "several files": (lambda data: uimage(data[:9000], 4), "is a uImage of several files; "),
    "script": (lambda data: uimage(data[:9000], 6), "is a uImage of a script, "),
    "firmware": (lambda data: uimage(data[:9000], 5), "is a uImage of an unknown type; "),
}


@pytest.mark.parametrize("name", OTHER_KERNELS)
def test_other_kernels_are_named(wrapper, tmp_path, name):
    """What cannot be started is named in the same words by the build and at boot."""
    change, words_of_both = OTHER_KERNELS[name]
    kernel = changed(tmp_path, harness.VMLINUZ, "kernel", change)
    done = harness.run_make("sources-other", "all", KERNEL=kernel, DTB=harness.DTB)
    assert done.returncode != 0 and words_of_both in done.stderr, done.stderr
    refused(semihosted(wrapper, f"--kernel {kernel}", "-dtb", harness.DTB),
            re.escape(words_of_both), status=1)


@pytest.mark.parametrize("name", OTHER_KERNELS)
def test_other_kernels_are_named_in_memory(wrapper, tmp_path, name):
    """So they are where a loader has put them, with their size or without, and where QEMU passes
    them to a firmware; and they stay as they are."""
    change, words_of_all = OTHER_KERNELS[name]
    kernel = changed(tmp_path, harness.VMLINUZ, "kernel", change)
    data = kernel.read_bytes()
    for size in ("", f",{len(data)}"):
        refused(qemu(harness.MACHINE, "-kernel", wrapper() / "boot-wrapper.elf", "-dtb", harness.DTB,
                     "-append", f"{BOOTARGS} bw.kernel=0x84000000{size}", "-device",
                     f"loader,file={kernel},addr=0x84000000,force-raw=on"),
                re.escape(words_of_all), intact={0x84000000: data})
    refused(qemu(SECURE, "-cpu", "cortex-a15", "-bios", wrapper("virt") / "boot-wrapper.bin",
                 "-kernel", kernel), re.escape(words_of_all))


@pytest.mark.parametrize("name", ["Android", "Image", "vmlinux", "several files", "script"])
def test_other_kernels_are_named_behind_the_image(wrapper, tmp_path, name):
    """What has no header that says its size, too."""
    change, words_of_all = OTHER_KERNELS[name]
    path = image(tmp_path, wrapper() / "boot-wrapper.bin",
                 changed(tmp_path, harness.VMLINUZ, "kernel", change))
    refused(qemu(harness.MACHINE, "-kernel", path, *LOADED), re.escape(words_of_all[-30:]),
            intact={0x80010000: path.read_bytes()})


def test_big_endian_kernel(wrapper, tmp_path):
    """A BE8 kernel has little-endian instructions, and sets the endianness first: it starts."""
    kernel = tmp_path / "zImage"
    data = bytearray(0x1000)
    struct.pack_into("<5I", data, 0x20, 0xEA000006, 0x016F2818, 0, len(data), 0x01020304)
    # setend be; mov r0, #SYS_EXIT; movw and movt r1, #ADP_Stopped_ApplicationExit; svc; b .
    struct.pack_into("<6I", data, 0x40, 0xF1010200, 0xE3A00018, 0xE3001026, 0xE3401002, 0xEF123456,
                     0xEAFFFFFE)
    kernel.write_bytes(data)
    text, status = harness.run(semihosted(wrapper, f"--kernel {kernel}", "-dtb", harness.DTB),
                               timeout=60)
    assert "boot-wrapper: entering the kernel in Non-secure Hyp mode" in text and status == 0, text


OLD_HEADERS = {"4.14": {0x34: 0}, "3.14": {0x30: 0xE10F9000, 0x34: 0xE1A07001}}


@pytest.mark.parametrize("version", OLD_HEADERS)
def test_older_linux(wrapper, tmp_path, version):
    """Its zImage has fewer words in its header; a DTB behind it must not be taken. A dumped
    partition ends in 0xff, or in something else that is named. The DTB may be a uImage."""
    dtb = edited_dtb(tmp_path, lambda s: s.replace('model = "V2P-CA15"', 'model = "appended"'))
    old = changed(tmp_path, harness.VMLINUZ, "old", words(*OLD_HEADERS[version].items()))
    appended, padded, junk = tmp_path / "appended", tmp_path / "padded", tmp_path / "junk"
    appended.write_bytes(old.read_bytes() + dtb.read_bytes())
    padded.write_bytes(old.read_bytes() + b"\xff" * (8 << 20))
    junk.write_bytes(old.read_bytes() + bytes(5000) + b"junk")
    wrapped = changed(tmp_path, harness.DTB, "uDTB", lambda data: uimage(data, 8))
    done = harness.run_make("sources-old", "all", KERNEL=appended, DTB=harness.DTB)
    assert done.returncode != 0 and "a DTB is appended" in done.stderr, done.stderr
    for kernel, said in ((padded, ""), (junk, "5004 bytes of unknown data behind the kernel")):
        done = harness.run_make("sources-old", "all", KERNEL=kernel, DTB=wrapped)
        assert done.returncode == 0 and said in done.stderr, done.stderr
        assert ("boot-wrapper: " in done.stderr) == bool(said)
    line = f"--kernel {{}} --dtb {wrapped} -- {BOOTARGS} earlycon=pl011,0x1c090000"
    text, _ = harness.run(semihosted(wrapper, line.format(junk)), timeout=60, until="entering the")
    assert "5004 bytes of unknown data behind the kernel (" in text
    text, _ = harness.run(semihosted(wrapper, line.format(appended)), timeout=90,
                          until=r"Machine model: \S+\s")
    assert "Machine model: V2P-CA15" in text, text


def test_help(wrapper):
    """All options, by name, and exit statuses; that is no failure."""
    text, status = harness.run(semihosted(wrapper, "--help"), timeout=30)
    source = (harness.TOP / "loader" / "options.def").read_text()
    names = re.findall(r'^OPTION\("([\w-]+)", "', source, re.M)
    assert len(names) >= 4
    for name in [*names, "kernel", "dtb", "initrd", "no-initrd", "mode"]:
        assert f"--{name} " in text.replace(":", " "), name
    assert "Exit status: 0 after" in text and status == 0


def test_no_host(wrapper):
    """Nobody listens: that is found out, and said."""
    refused(qemu(harness.MACHINE, "-kernel", wrapper() / "boot-wrapper.elf"),
            r"no kernel: .*semihosting host")


@pytest.mark.parametrize("name, parts, pattern", [
    ("two kernels", lambda k: (k, k), "two of kernel"),
    ("a DTB of another board", lambda k: (k, A9_DTB),
     r"no /memory node has \[87e00000"),
    ("a DTB cut short", lambda k: (k, harness.DTB.read_bytes()[:1000]), "DTB is not valid"),
    ("a truncated zImage", lambda k: (k.read_bytes()[:2000000],), "truncated zImage"),
    ("a compressed uImage", lambda k: (uimage(k.read_bytes(), 2, 1),), "is a compressed uImage; "),
    ("a uImage cut short", lambda k: (uimage(k.read_bytes(), 2)[:-5000000],),
     "truncated zImage"),
    ("a DTB twice", lambda k: (k, harness.DTB, harness.DTB), "two of DTB"),
    ("an initrd without its size", lambda k: (k, harness.initramfs()), "does not say its size"),
    ("a damaged table", lambda k: (b"BWPT" + bytes([1, 0, 0, 0]) + bytes(100), k),
     "is damaged; "),
    ("nothing", lambda k: (), "no kernel"),
])
def test_prepended_refused(wrapper, tmp_path, name, parts, pattern):
    path = image(tmp_path, wrapper() / "boot-wrapper.bin", *parts(harness.VMLINUZ))
    # Where QEMU loads a zImage.
    refused(qemu(harness.MACHINE, "-kernel", path, *LOADED), pattern,
            intact={0x80010000: path.read_bytes()})


@pytest.mark.parametrize("what, named, pattern", [
    ("initrd over the kernel", "bw.kernel=0x84000000 bw.initrd=0x84001000,4096",
     r"the kernel \(the bootargs\) overlaps the initrd \(the bootargs\): \[84000000\.\.\w+\] and "
     r"\[84001000\.\.84001fff\]; load them apart"),
    ("initrd over the wrapper", "bw.kernel=0x84000000 bw.initrd=0x87e08000,4096",
     "overlaps the wrapper"),
    ("initrd over the end of RAM", "bw.kernel=0x84000000 bw.initrd=0xbffff000,8192",
     "exceeds the RAM"),
    ("uInitrd cut short", "bw.kernel=0x84000000 bw.initrd=0x90000000,4096",
     "is a uImage cut short, 4096 bytes; "),
    ("no value", "bw.mode", "bw.mode: it needs a value; "),
    ("no address", "bw.kernel=here", "not an address; "),
    ("no such option", "bw.colour=blue", "no such option; "),
])
def test_addresses_refused(wrapper, tmp_path, what, named, pattern):
    initrd = tmp_path / "uInitrd"
    initrd.write_bytes(uimage(harness.initramfs().read_bytes(), 3))
    refused(qemu(harness.MACHINE, "-kernel", wrapper() / "boot-wrapper.elf", "-dtb", harness.DTB,
                 "-append", f"{BOOTARGS} {named}", "-device",
                 f"loader,file={initrd},addr=0x90000000,force-raw=on", "-device",
                 f"loader,file={harness.VMLINUZ},addr=0x84000000,force-raw=on"), pattern,
            intact={0x84000000: harness.VMLINUZ.read_bytes()})


def test_dtb_over_the_wrapper(wrapper, tmp_path):
    """Below its own place, where the wrapper has its buffers."""
    path = image(tmp_path, wrapper() / "boot-wrapper.bin", harness.VMLINUZ)
    words = [0xE3A00000, 0xE59F2000, 0xE59FF000, 0x87E15000, 0x80010000]
    entry = tmp_path / "entry"      # mov r0, #0; ldr r2, the DTB; ldr pc, the image
    entry.write_bytes(struct.pack("<5I", *words))
    refused(qemu(harness.MACHINE, "-device", f"loader,file={path},addr=0x80010000,force-raw=on",
                 "-device", f"loader,file={harness.DTB},addr=0x87e15000,force-raw=on",
                 "-device", f"loader,file={entry},addr=0x90000000,force-raw=on",
                 "-device", "loader,addr=0x90000000,cpu-num=0", cpus=1),
            r"the DTB \(r2\) overlaps the wrapper: \[87e15000\.\.\w+\] and \[87e00000")


def test_elf_over_reserved_memory(wrapper, tmp_path):
    kernel = harness.build("sources-hypervisor",
                           harness.CHECK / "sources-hypervisor" / harness.BOARD / "hypervisor.elf")
    kernel = kernel / "hypervisor.elf"
    with open(kernel, "rb") as stream:
        at = next(s["p_paddr"] for s in ELFFile(stream).iter_segments() if s["p_type"] == "PT_LOAD")
    dtb = edited_dtb(tmp_path, lambda s: s.replace(
        "/dts-v1/;", f"/dts-v1/; /memreserve/ {at:#x} 0x1000;"))
    refused(semihosted(wrapper, f"--kernel {kernel}", "-dtb", dtb),
            f"overlaps the memory that the DTB reserves: .* and .{at:08x}.*; link it elsewhere", status=1)


def test_damaged_dtb_behind_the_image(wrapper, tmp_path):
    """It claims to reach to where no memory is, which QEMU's virt aborts."""
    dtb = struct.pack(">10I", 0xD00DFEED, 0x60000000, 56, 40, 40, 17, 16, 0, 0, 0)
    path = image(tmp_path, wrapper("virt") / "boot-wrapper.bin", dtb + bytes(4096), harness.VMLINUZ)
    refused(qemu(HYP, "-cpu", "cortex-a15", "-kernel", path),
            r"the DTB at 40036000 \(behind the image\) has 60000000 bytes, more than there are; ")


@pytest.mark.parametrize("machine", [SECURE, HYP])
def test_address_without_memory(wrapper, machine):
    """On virt, where QEMU aborts what nothing answers."""
    refused(qemu(machine, "-cpu", "cortex-a15", "-bios", wrapper("virt") / "boot-wrapper.bin",
                 "-kernel", harness.VMLINUZ, "-append", "bw.initrd=0xf0000000,4096"),
            r"initrd at f0000000 \(the bootargs\): there is no memory; ")


@pytest.mark.parametrize("memory", ["64M", "126M"])
def test_no_memory_at_home(wrapper, memory):
    refused([*firmware(wrapper("virt")), "-m", memory, "-semihosting-config",
             "enable=on,target=native"],
            r"no RAM at \[47e00000\.\.47efffff\], where the wrapper lies .* WRAPPER_ADDR=", status=1)


def test_little_memory():
    """64 MiB, with a home that is in them."""
    build = harness.build("little", "wrapper", BOARD="virt", WRAPPER_ADDR="0x43e00000")
    log = boots([*firmware(build), "-m", "64M"])
    assert re.search(r"initrd: \d+ bytes at 4[0-3]", log)


def padded_kernel(tmp_path, size):
    return changed(tmp_path, harness.VMLINUZ, "padded", lambda data: data.ljust(size, b"\xff"))


def test_padded_kernel(wrapper, tmp_path):
    """As a partition holds it; what follows the zImage is not even read."""
    with started(semihosted(wrapper, f"--kernel {padded_kernel(tmp_path, 64 << 20)} --dtb "
                            f"{harness.DTB}")) as (kernel, _, _):
        assert kernel == 0x82000000


# The rows of the picture in docs/sources.md, and where the headers say that this is.
PLACES = {
    "lowmem": "BOARD_RAM_BASE + LOWMEM_SIZE", "initrd": "INITRD_DEFAULT_ADDR",
    "dtb_end": "DTB_DEFAULT_END", "dtb": "DTB_DEFAULT_ADDR", "table": "TABLE_ADDR",
    "scratch": "WINDOW_END", "secure": "RESIDENT_NONSECURE_END", "resident": "RESIDENT_START",
    "home": "TRANSIENT_START", "kernel": "KERNEL_DEFAULT_ADDR",
    "image": "BOARD_RAM_BASE + 0x10000",        # QEMU's own choice: test_prepended_refused
    "ram": "BOARD_RAM_BASE", "secure_ram": "BOARD_SECURE_RAM", "flash": "0",
}


def test_picture(wrapper):
    """Its addresses are those of the headers and of the build, for each board: in a column
    of its own, or by what is added to the start of RAM."""
    dot = (harness.TOP / "docs" / "pictures" / "sources.dot").read_text()
    [boards] = re.findall(r"<tr><td border=\"0\"></td>(.*)</tr>", dot)
    columns = re.findall(r"<b>([\w -]+)</b>", boards)
    assert columns[0] == "start of RAM"
    rows = {row: re.findall(r"<td>([+\w]+)</td>", cells)
            for row, cells in re.findall(r"<tr><td port=\"(\w+)\"(.*)</tr>", dot)}
    assert set(rows) == set(PLACES)
    boards = [path.stem for path in (harness.TOP / "boards").glob("*.mk")]
    assert set(columns[1:]) < set(boards)
    for board in boards:
        source = '#include "memory_map.h"\n' + "".join(
            f'"{row}" {place}\n' for row, place in PLACES.items())
        text = subprocess.run(["cc", "-E", "-P", "-xc", "-Iinclude", "-",
                               f"-DBOARD_HEADER=\"../boards/{board}.h\""], input=source,
                              capture_output=True, text=True, check=True, cwd=harness.TOP).stdout
        found = {row: eval(place) for row, place in re.findall(r'^"(\w+)" (.*)$', text, re.M)}
        for row, address in found.items():
            absent = row == "secure_ram" and not address or row == "flash" and board != "virt"
            if board in columns:
                said = "none" if absent else f"{address:#010x}"
                assert rows[row][columns.index(board)] == said, (row, board)
            if board != "virt":
                said = "none" if absent else f"+{address - found['ram']:#010x}"
                assert rows[row][0] == said, (row, board)
        if board not in columns:
            continue
        at = harness.symbols(wrapper(board) / "boot-wrapper.elf")
        assert [found[row] for row in ("home", "resident", "scratch")] == \
            [at["start"], at["resident_start"], at["start"] + at["image_size"]]


@pytest.mark.parametrize("arguments, pattern", [
    ((), "no kernel: .*fw_cfg"),
    (("-kernel", harness.TOP / "README.md"), "neither a zImage nor ELF; "),
    (("-kernel", harness.VMLINUZ, "-append", "x" * 3000), "the bootargs have 3000 characters"),
    (("-kernel", harness.VMLINUZ, "-append", "bw.colour=blue"), "no such option; "),
], ids=["no kernel", "a text", "bootargs that are too long", "an unknown option"])
def test_firmware_refused(wrapper, arguments, pattern):
    refused(qemu(SECURE, "-cpu", "cortex-a15", "-bios", wrapper("virt") / "boot-wrapper.bin",
                 *arguments), pattern)


def test_firmware_refuses_a_truncated_kernel(wrapper, tmp_path):
    kernel = changed(tmp_path, harness.VMLINUZ, "truncated", lambda data: data[:2000000])
    refused(qemu(SECURE, "-cpu", "cortex-a15", "-bios", wrapper("virt") / "boot-wrapper.bin",
                 "-kernel", kernel), "truncated zImage; give another")


@pytest.mark.parametrize("machine", [SECURE, HYP, "virt,secure=off,virtualization=off"])
def test_no_ram_at_home(wrapper, tmp_path, machine):
    """Too little memory, found before the DTB is read: the image does not move. Also where QEMU
    hides the Security Extensions: VBAR is there."""
    path = image(tmp_path, wrapper("virt") / "boot-wrapper.bin", harness.VMLINUZ)
    refused(qemu(machine, "-cpu", "cortex-a15", "-kernel", path, "-append", "x", memory="64M"),
            r"there is no RAM at \[47e00000..47efffff\], where the wrapper lies on this board; give")


def test_loaded_over_its_home(wrapper, tmp_path):
    path = image(tmp_path, wrapper() / "boot-wrapper.bin", harness.VMLINUZ)
    refused(qemu(harness.MACHINE, "-device", f"loader,file={path},addr=0x87df0000,force-raw=on",
                 "-device", "loader,addr=0x87df0000,cpu-num=0", cpus=1),
            "over a part of its home at 87e00000; load it elsewhere")
