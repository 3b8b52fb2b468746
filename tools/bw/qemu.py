# SPDX-License-Identifier: BSD-2-Clause
"""One QEMU child: find() its program, start it (Child), stop it, say how it ended."""

import ctypes
import errno
import os
import re
import shutil
import signal
import subprocess
import sys

from . import Problem

OLDEST = (6, 0)         # has a Secure GPIO, by which the wrapper switches a machine off
INSTALL = "install it (Debian package qemu-system-arm)"
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Stop(Exception):
    """Leave now, with this exit status; end the child with this signal."""

    def __init__(self, status, signum):
        super().__init__(status)
        self.status = status
        self.signum = signum


def stop_on_signals():
    """Raise Stop at the first SIGINT, SIGTERM or SIGHUP; ignore all that follow.

    What is done after Stop has to be done within ten seconds.
    """
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def on_signal(signum, _frame):
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        signal.alarm(10)
        raise Stop(128 + signum, signum)

    for number in numbers:
        signal.signal(number, on_signal)


def signal_name(number):
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"


def comma(text):
    """In an option of QEMU that is a list, a comma is doubled."""
    return str(text).replace(",", ",,")


def find(program, remedy):
    """The program's path; Problem if there is none."""
    path = shutil.which(program)
    if not path and os.path.exists(program):
        raise Problem(f"{program}: not a program; correct the name, or make it executable")
    if not path:
        raise Problem(f"no {program}; {INSTALL} or {remedy}")
    return path


def is_named_qemu(program):
    """A program of another name may be a stand-in, which does not read its images."""
    return os.path.basename(program).startswith("qemu-system-")


def too_old(program):
    """A sentence, if this QEMU's version is known and too old; else ""."""
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, timeout=5,
                               stdin=subprocess.DEVNULL, errors="replace", text=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    match = re.search(r"version (\d+)\.(\d+)", shown)
    if not match or (int(match[1]), int(match[2])) >= OLDEST:
        return ""
    return (f"QEMU {match[1]}.{match[2]} is older than {OLDEST[0]}.{OLDEST[1]}; install a newer "
            "one (Debian 12 has 7.2)")


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


def die_with_parent():
    """In the child: be killed when the parent ends, however it ends (Linux)."""
    if LIBC is not None:
        LIBC.prctl(1, signal.SIGKILL)       # 1 = PR_SET_PDEATHSIG


class Child:
    """QEMU with its stdin, stdout and, if asked for, stderr as unbuffered pipes."""

    def __init__(self, command, remedy, stderr=None):
        try:
            self.process = subprocess.Popen(
                command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
                env={**os.environ, "QEMU_AUDIO_DRV": "none"}, preexec_fn=die_with_parent)
        except OSError as error:
            if error.errno == errno.E2BIG:
                raise Problem("QEMU's command line is too long for this host; shorten the "
                              "bootargs") from None
            raise Problem(f"cannot run {command[0]}: {error.strerror}; {INSTALL} or "
                          f"{remedy}") from None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.stderr = self.process.stderr

    def wait(self):
        """Its exit status; -N if signal N ended it."""
        return self.process.wait()

    def stop(self, signum=signal.SIGTERM):
        """End it with this signal; insist if that has no effect."""
        for number, patience in ((signum, 3), (signal.SIGKILL, None)):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(patience)
                except subprocess.TimeoutExpired:
                    pass

    def close(self):
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream:
                stream.close()
