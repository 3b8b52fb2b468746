# SPDX-License-Identifier: BSD-2-Clause
"""Build images and run them in QEMU, for the tests and for tools/bench.py."""

import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys

import pexpect
from elftools.elf.elffile import ELFFile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tools"))      # the package "bw"
BUILD = (TOP / os.environ.get("O", "build")).resolve()
DEPS = (TOP / os.environ.get("DEPS", BUILD / "deps")).resolve()
CHECK = BUILD / "check"
BOARD = "vexpress-a15"
DTB = DEPS / "dtbs" / "vexpress-v2p-ca15-tc1.dtb"
VMLINUZ = DEPS / "vmlinuz"
XEN = DEPS / "xen"
U_BOOT = pathlib.Path("/usr/lib/u-boot/qemu_arm/u-boot.bin")     # Debian's u-boot-qemu
MACHINE = "vexpress-a15,secure=on,virtualization=on"
PROMPT = "~ # "
UDF = 0xE7F000F0        # permanently UNDEFINED, in ARM state
THUMB_UDF = 0xDE00DE00  # twice, in Thumb state
THUMB_UDF_W = 0xA000F7F0    # one of 32 bits
NOP = 0xE320F000

TOOLCHAINS = {
    "gcc-none-eabi": {"CROSS_COMPILE": "arm-none-eabi-"},
    "gcc-gnueabihf": {"CROSS_COMPILE": "arm-linux-gnueabihf-"},
    "clang": {"LLVM": "1"},
}


def run_make(name, *targets, **variables):
    """`make` into build/check/NAME; returns the completed process."""
    out = CHECK / name
    command = ["make", "-C", str(TOP), f"O={out}", f"DEPS={DEPS}", *targets]
    command += [f"{key}={value}" for key, value in variables.items()]
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def build(name, *targets, **variables):
    """As run_make(), which must succeed; returns the output directory."""
    done = run_make(name, *targets, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return CHECK / name / variables.get("BOARD", BOARD)


def initramfs():
    done = run_make("initramfs", f"{CHECK}/initramfs/initramfs.cpio.gz")
    assert done.returncode == 0, done.stderr
    return CHECK / "initramfs" / "initramfs.cpio.gz"


def linux(name, **variables):
    """An image of Debian's kernel with the busybox initramfs."""
    settings = {"KERNEL": VMLINUZ, "DTB": DTB, "INITRD": initramfs(),
                "BOOTARGS": "console=ttyAMA0,115200", **variables}
    return build(name, "all", **settings) / "linux-system.axf"


def xen(name, **variables):
    """The same under Debian's Xen, as its dom0."""
    settings = {"XEN": XEN, "XEN_BOOTARGS": "console=dtuart dtuart=serial0 dom0_mem=512M",
                "BOOTARGS": "console=hvc0", "SMP": 2, **variables}
    return linux(name, **settings)


def payload(board=BOARD, wrapper_addr="", file="conformance.bin"):
    """One of the payloads, built for a board and for where the wrapper lies."""
    name = f"payload{wrapper_addr}"
    return build(name, f"{CHECK}/{name}/{board}/{file}", BOARD=board,
                 WRAPPER_ADDR=wrapper_addr) / file


def conformance(name, bootargs="console=ttyAMA0", **variables):
    """An image of the conformance payload."""
    board = variables.get("BOARD", BOARD)
    kernel = payload(board, variables.get("WRAPPER_ADDR", ""))
    settings = {"KERNEL": kernel, "DTB": DTB, "BOOTARGS": bootargs, **variables}
    return build(name, "all", **settings) / "linux-system.axf"


def qemu_dtb(machine, cpus, *extra):
    """The DTB that QEMU makes for a machine without one of its own."""
    CHECK.mkdir(parents=True, exist_ok=True)
    path = CHECK / f"{'-'.join([machine, str(cpus), *extra])}.dtb".replace(",", "-")
    subprocess.run(["qemu-system-arm", "-M", machine, "-machine", f"dumpdtb={path}", "-m", "1G",
                    "-smp", str(cpus), "-display", "none", "-nic", "none", *extra],
                   check=True, capture_output=True)
    return path


def qemu_command(image, cpus=1, memory="1G", machine=MACHINE, semihosting=True, reboot=False,
                 extra=()):
    command = ["qemu-system-arm", "-M", machine, "-m", memory, "-smp", str(cpus),
               "-display", "none", "-nic", "none", "-serial", "stdio",
               "-kernel", str(image), *extra]
    if not reboot:
        command += ["-no-reboot"]
    if semihosting:
        command += ["-semihosting-config", "enable=on,target=native"]
    return command


def environment():
    return {**os.environ, "QEMU_AUDIO_DRV": "none"}


def console(image, timeout=60, until=None, **options):
    """Run an image; returns (console text, exit status), as run() does."""
    return run(qemu_command(image, **options), timeout, until)


def run(command, timeout=60, until=None):
    """Run QEMU; returns (console text, exit status).

    The status is None if QEMU had to be stopped: after `timeout` seconds, or
    at once when the console has shown `until`.
    """
    child = pexpect.spawn(command[0], command[1:], env=environment(), timeout=timeout,
                          encoding="utf-8", codec_errors="replace", echo=False)
    try:
        matched = child.expect(([until] if until else []) + [pexpect.EOF, pexpect.TIMEOUT])
        text = child.before + (child.after if isinstance(child.after, str) else "")
        text = text.replace("\r", "")
        if (until and matched == 0) or child.isalive() and matched != (1 if until else 0):
            return text, None
        child.close()
        return text, child.exitstatus
    finally:
        child.close(force=True)


class Guest:
    """A booted Linux with a shell on its console.

    `dialogue`: what to type at which pattern, before it boots.
    """

    def __init__(self, image=None, timeout=90, command=None, dialogue=(), **options):
        command = command or qemu_command(image, **options)
        self.child = pexpect.spawn(command[0], command[1:], env=environment(), echo=False,
                                   timeout=timeout, encoding="utf-8", codec_errors="replace")
        self.log = ""
        for pattern, line in dialogue:
            self.wait(pattern)
            self.child.send(f"{line}\n")
        self.wait(r"boot-wrapper-initramfs: ready")
        self.wait(PROMPT)

    def wait(self, pattern):
        try:
            self.child.expect(pattern)
        except (pexpect.EOF, pexpect.TIMEOUT) as error:
            lines = (self.log + str(self.child.before)).splitlines()
            raise AssertionError(f"no {pattern!r} on the console, which ends so:\n" +
                                 "\n".join(lines[-30:])) from error
        self.log += (self.child.before + self.child.after).replace("\r", "")

    def run(self, command):
        """Run a shell command; returns its output, without echo and kernel messages."""
        self.child.send(f"echo begin=$((41+1)); {command}; echo done=$((41+1))\n")
        self.wait("begin=42\\s*\n")
        start = len(self.log)
        self.wait("done=42")
        output = self.log[start:].rsplit("done=42", 1)[0]
        self.wait(PROMPT)
        return re.sub(r"^\[ *\d+\.\d{6}\] .*\n", "", output, flags=re.M)

    def end(self, command):
        """Run the command that ends the machine; returns QEMU's exit status."""
        self.child.send(command + "\n")
        self.child.expect(pexpect.EOF)
        self.log += self.child.before
        self.child.close()
        return self.child.exitstatus

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.close(force=True)


def memory(monitor, address, size, path):
    """What lies in the machine's memory, by QEMU's monitor."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(monitor))
        client.sendall(f"pmemsave {address:#x} {size:#x} \"{path}\"\ninfo status\n".encode())
        answer = b""
        while b"VM status" not in answer:
            answer += client.recv(4096)
    return path.read_bytes()


def symbols(image):
    with open(image, "rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        return {s.name: s["st_value"] for s in table.iter_symbols() if s.name}


def patch(image, output, changes):
    """Copy an ELF image with some words replaced: {address: word}."""
    shutil.copy(image, output)
    with open(image, "rb") as stream:
        segments = [(s["p_paddr"], s["p_filesz"], s["p_offset"])
                    for s in ELFFile(stream).iter_segments() if s["p_type"] == "PT_LOAD"]
    with open(output, "r+b") as stream:
        for address, word in changes.items():
            [offset] = [offset + address - start for start, size, offset in segments
                        if start <= address < start + size]
            stream.seek(offset)
            stream.write(struct.pack("<I", word))
    return output


def read_words(image, address, count):
    """Words of an ELF image, as they will lie in memory."""
    with open(image, "rb") as stream:
        for segment in ELFFile(stream).iter_segments():
            offset = address - segment["p_paddr"]
            if segment["p_type"] == "PT_LOAD" and 0 <= offset < segment["p_filesz"]:
                return list(struct.unpack_from(f"<{count}I", segment.data(), offset))
    raise AssertionError(f"{image} has nothing at {address:#x}")


def disassembly(image):
    """{address: (word, text)} of the wrapper's own code, and {address: symbol}."""
    listing = subprocess.run(["arm-none-eabi-objdump", "-d", "-j", ".boot", "-j",
                              ".resident_nonsecure", "-j", ".resident_secure", str(image)],
                             capture_output=True, text=True, check=True).stdout
    code, names = {}, {}
    for line in listing.splitlines():
        if match := re.match(r"([0-9a-f]{8}) <(.+)>:$", line):
            names[int(match[1], 16)] = match[2]
        elif match := re.match(r"([0-9a-f]{8}):\t([0-9a-f]{4,8})(?: ([0-9a-f]{4}))? *\t(.*)$",
                               line.strip()):
            code[int(match[1], 16)] = (int(match[2], 16), match[4].strip())
    # Constants follow; what they mean as instructions does not matter.
    at = symbols(image)
    for start, end in (("boot_text_end", "resident_start"),
                       ("resident_text_end", "resident_end")):
        if start in at:
            code = {address: line for address, line in code.items()
                    if not at[start] <= address < at[end]}
    return code, names
