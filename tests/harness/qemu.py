# SPDX-License-Identifier: BSD-2-Clause
"""Run QEMU: its console, a Linux with a shell, the memory of a machine."""

import contextlib
import os
import re
import tempfile

import pexpect

from bw.qmp import Client

from .builds import initramfs
from .settings import MACHINE, VIRT_SECURE, VMLINUZ

PROMPT = "~ # "
PATIENCE = 4        # factor of timeouts for a busy host; it costs time only if a test fails


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


def spawn(command, timeout):
    """Start QEMU with its console on a terminal; a wait lasts at most PATIENCE * timeout."""
    return pexpect.spawn(str(command[0]), [str(word) for word in command[1:]], env=environment(),
                         timeout=PATIENCE * timeout, encoding="utf-8", codec_errors="replace",
                         echo=False)


def console(image, timeout=60, until=None, settle=0, **options):
    """Run an image; returns (console text, exit status), as run() does."""
    return run(qemu_command(image, **options), timeout, until, settle)


def run(command, timeout=60, until=None, settle=0):
    """Run QEMU; returns (console text, exit status).

    The status is None if QEMU had to be stopped: after the timeout, or when the console has
    shown `until` and then, for `settle` seconds, QEMU has neither ended nor written.
    """
    child = spawn(command, timeout)
    awaited, text, wait = [until] if until else [], "", -1
    try:
        while True:
            patterns = [*awaited, pexpect.EOF, pexpect.TIMEOUT]
            found = patterns[child.expect(patterns, timeout=wait)]
            text += child.before + (child.after if isinstance(child.after, str) else "")
            if found not in awaited or not settle:
                break
            awaited, wait = [".+"], settle
        text = text.replace("\r", "")
        if found is not pexpect.EOF:
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
        self.child = spawn(command, timeout)
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
    """The machine's memory, by the monitor of -qmp unix:MONITOR,server,nowait."""
    with Client(monitor, seconds=20) as client:
        return client.memory(address, size, path)


def qemu(machine, *arguments, cpus=2, memory="1G", semihosting=False):
    command = ["qemu-system-arm", "-M", machine, "-m", memory, "-smp", str(cpus), "-display",
               "none", "-nic", "none", "-serial", "stdio", "-no-reboot", *map(str, arguments)]
    if semihosting:
        command += ["-semihosting-config", "enable=on,target=native"]
    return command


def firmware(directory, cpu="cortex-a15", cpus=2, initrd=None, kernel=VMLINUZ, memory="1G"):
    """QEMU with a wrapper as virt's firmware, and Linux."""
    return qemu(VIRT_SECURE, "-cpu", cpu, "-bios", directory / "boot-wrapper.bin", "-kernel",
                kernel, "-initrd", initrd or initramfs(),
                "-append", "console=ttyAMA0", cpus=cpus, memory=memory)


def on_board(board, cpus, *arguments):
    """QEMU as boards/NAME.mk describes the machine."""
    return ["qemu-system-arm", *board.qemu, "-smp", str(cpus), "-display", "none", "-nic",
            "none", "-no-reboot", *board.serial, "-serial", "stdio", "-semihosting-config",
            "enable=on,target=native", *map(str, arguments)]


def semihosted(wrapper, arguments, *more, **options):
    return qemu(options.pop("machine", MACHINE), "-kernel",
                wrapper() / "linux-system-semi.axf", *more,
                *(("-append", arguments) if arguments is not None else ()),
                semihosting=True, **options)


def stopped(command, intact):
    """The console of a machine that prints one line; `intact` must be in its memory."""
    with tempfile.TemporaryDirectory() as directory:
        qmp, dump = f"{directory}/qmp", f"{directory}/dump"
        command = [*command, "-qmp", f"unix:{qmp},server=on,wait=off"]
        child = spawn(command, 30)
        try:
            child.expect(r"boot-wrapper: .*\n")
            text = child.before + child.after
            # No further line follows, and no kernel starts.
            child.expect([r"boot-wrapper: .*\n", pexpect.TIMEOUT], timeout=0.3)
            text = (text + str(child.before) + str(child.after)).replace("\r", "")
            for at, data in intact.items():
                assert memory(qmp, at, len(data), f"{dump}{at}") == data, f"{at:#x} is spoilt"
            return text
        finally:
            child.close(force=True)


def refused(command, pattern, status=None, intact={}):
    """The wrapper prints one line with the reason, starts nothing and leaves the memory
    `intact`, {address: bytes}. With a semihosting host, QEMU exits with `status`."""
    if status:
        text, ended = run(command, timeout=30)
    else:
        text, ended = stopped(command, intact), None
    lines = re.findall(r"boot-wrapper: (.*)", text)
    assert len(lines) == 1 and re.search(pattern, lines[0]), text
    assert "Linux version" not in text
    assert ended == status


@contextlib.contextmanager
def started(command):
    """A machine that has entered its kernel: the addresses of kernel and DTB, and the DTB's end."""
    child = spawn(command, 30)
    try:
        child.expect(r"\[(\w{8})\.\.\w{8}\] kernel\s+boot-wrapper: \[(\w{8})\.\.(\w{8})\] DTB")
        where = [int(child.match[n], 16) for n in (1, 2, 3)]
        child.expect("entering the kernel in .*\n")
        yield where
    finally:
        child.close(force=True)
