# SPDX-License-Identifier: BSD-2-Clause
"""One boot: QEMU, what its console shows and, in the end, the verdict.

A caller start()s it, passes on with hear() what the console prints, calls look() at
the time of wake_up(), ended() when QEMU has closed its stdout, and close() once
`status` is not None.
"""

import codecs
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import time

from . import Problem, files, qemu, symptoms
from .files import short
from .machine import State
from .modes import WORDS as WRAPPER_MODES
from .setup import USERSPACE, make_scratch

PASS, FAIL, COULD_NOT_RUN, TIMEOUT, NOT_RUN = 0, 1, 2, 124, -1
WORDS = {PASS: "PASS", FAIL: "FAIL", COULD_NOT_RUN: "COULD NOT RUN", TIMEOUT: "TIMEOUT",
         NOT_RUN: "NOT RUN"}
# The exit status of several boots; a run that is not complete proves least.
WORST_FIRST = (COULD_NOT_RUN, FAIL, TIMEOUT, PASS)

READY = re.compile(USERSPACE, re.M)
# A userspace that prints nothing has been reached when /init has lived for a while.
INIT = re.compile(r"Run /\S+ as init process")
SETTLE = 5              # seconds
LINGER = 1.5            # seconds: what follows a failure explains it
LIMIT = 16 << 20        # bytes of console output: no kernel prints more
TAIL = 25               # lines of the console in reports
BUSY = 2                # seconds: a kernel that was silent for so long has stopped

# What boot-wrapper, Linux and Xen print about modes and CPUs.
WRAPPER_MODE = re.compile(r"^boot-wrapper: entering the kernel in (.*?) mode", re.M)
LINUX_MODE = re.compile(r"CPU: All CPU\(s\) started in (HYP|SVC) mode\.")
LINUX = re.compile(r"Booting Linux|Linux version|Run /\S* as init|^boot-wrapper-initramfs: ", re.M)
XEN = re.compile(r"^\(XEN\) ", re.M)
LINUX_CPUS = (re.compile(r"Brought up \d+ nodes?, (\d+) CPU"),
              re.compile(r"^boot-wrapper-initramfs: ready, (\d+) CPUs? online", re.M))
XEN_CPUS = (re.compile(r"^\(XEN\) Brought up (\d+) CPUs", re.M),)


class Boot:
    """A boot, from a Setup. `status` is None until there is a verdict."""

    def __init__(self, setup, show):
        self.setup = setup
        self.show = show                # copy the console to stdout
        self.text = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.scanned = 0                # so much of the text has been searched
        self.line_start = 0             # of the first line that is not complete
        self.awaited = [setup.until, *setup.expect]
        self.await_from = 0
        self.failure = None             # (line)
        self.complaint = ""             # QEMU's own, on stderr
        self.complaint_heard = 0        # so much of it counts as console
        self.deadline = self.settled = self.done = self.userspace = None     # times
        self.child = self.log = self.scratch = None
        self.share_log = False          # several boots have this log
        self.status = self.reason = self.symptom = self.state = None
        self.earlier = None             # the machine's state shortly before the end
        self.begin = self.seconds = self.heard = 0

    def start(self):
        setup = self.setup
        self.scratch = make_scratch()
        try:
            command = setup.command(self.scratch)
        except OSError as error:
            raise Problem(f"cannot write to {self.scratch}: {files.reason(error)}; set TMPDIR to a "
                          "directory with more space") from None
        self.monitor = pathlib.Path(self.scratch) / "monitor"
        try:
            # The boots that share a log write all of theirs at once, one behind the other.
            self.log = open(setup.log, "ab" if self.share_log else "wb",
                            buffering=LIMIT * 2 if self.share_log else -1)
        except OSError as error:
            raise Problem(f"--log {short(setup.log)}: {files.reason(error)}; name another "
                          "file") from None
        self.write_log(f"# {shlex.join(command)}\n".encode(errors="surrogateescape"))
        self.begin = time.monotonic()
        self.deadline = self.begin + setup.args.timeout
        self.child = qemu.Child(
            [*command, "-qmp", f"unix:{qemu.comma(self.monitor)},server=on,wait=off"],
            "pass --qemu FILE", stderr=subprocess.PIPE)

    def write_log(self, data):
        try:
            self.log.write(data)
            if not self.share_log:
                self.log.flush()
        except OSError as error:
            self.finish(COULD_NOT_RUN, f"--log {short(self.setup.log)}: {files.reason(error)}; "
                        "make room, or name another file")

    def finish(self, status, reason):
        """Reach a verdict, while the machine can still be asked."""
        if self.status is not None:
            return
        self.status, self.reason = status, reason
        self.seconds = time.monotonic() - self.begin if self.begin else 0
        if status in (FAIL, TIMEOUT):
            if changed := self.setup.changed():
                self.reason += f"; {short(changed)} changed meanwhile, so run this boot again"
            self.symptom = symptoms.diagnose("timeout" if status == TIMEOUT else "fail", reason,
                                             self.text, self.state)

    def ask(self, with_log=False, stop=False):
        return State(self.monitor, self.text, self.scratch,
                     self.setup.board.ram() if with_log else None, stop)

    def close(self):
        """End QEMU and complete the log; a second call does nothing."""
        if self.child:
            self.child.stop()
            self.child.close()
        if self.log and not self.log.closed:
            for line in [*self.report(), *(f"kernel's log buffer: {line}" for line in self.unseen())]:
                self.write_log(f"\n# {line}".encode(errors="surrogateescape"))
            self.write_log(b"\n")
            try:
                self.log.close()
            except OSError:
                pass                    # reported by write_log()
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def hear(self, data):
        self.heard = time.monotonic()
        self.write_log(data)
        if self.show:
            qemu.write_all(1, data)
        self.text += self.decoder.decode(data).replace("\r", "")
        if self.status is not None:
            return
        self.look_for_failures()
        if not self.failure:
            self.look_for_expected()
        self.scanned = len(self.text)
        if len(self.text) > LIMIT:
            self.finish(FAIL, f"the console has shown {LIMIT >> 20} MiB: something repeats for ever")

    def hear_complaint(self, data):
        """QEMU's stderr. It is also the semihosting console, to which bootcheck.bin writes on a
        machine whose UART it does not know: what begins with its first line is heard."""
        self.complaint += data.decode(errors="replace")
        begin = self.complaint.find("TAP version 13")
        if self.setup.args.bootcheck == "" and begin >= 0:
            news = self.complaint[max(begin, self.complaint_heard):]
            self.complaint_heard = len(self.complaint)
            self.hear(news.encode())

    def look_for_failures(self, end=None):
        end = self.text.rfind("\n") + 1 if end is None else end
        for line in self.text[self.line_start:end].splitlines():
            if not self.failure and any(p.search(line) for p in self.setup.failures) and \
                    not any(p.search(line) for p in self.setup.allowed):
                self.failure = line.strip()
                self.deadline = min(self.deadline, time.monotonic() + LINGER)
        self.line_start = max(self.line_start, end)

    def look_for_expected(self):
        """Search the new text, and as much before it as a match could begin in."""
        if not self.userspace and READY.search(self.text, max(0, self.scanned - 4096)):
            self.userspace = time.monotonic()
        while self.awaited:
            match = self.awaited[0].search(self.text, max(self.await_from, self.scanned - 4096))
            if not match and self.settled and time.monotonic() >= self.settled and not self.done:
                match = INIT.search(self.text)
            if not match:
                break
            # What is expected may have come before userspace.
            if self.done:
                self.await_from = match.end()
            self.done = self.done or time.monotonic()
            self.scanned = 0
            self.awaited.pop(0)
        if not self.awaited:
            problem = self.wrong_cpus() or self.wrong_mode()
            self.finish(FAIL if problem else PASS, problem or "")
        elif not self.settled and self.waits_for_userspace() and INIT.search(self.text):
            self.settled = time.monotonic() + SETTLE

    def waits_for_userspace(self):
        return self.setup.args.until == USERSPACE and not self.done

    def wake_up(self):
        """When to look() even if the console is silent."""
        times = (self.deadline, self.deadline - BUSY, self.settled or 0)
        return min((at for at in times if at > time.monotonic()), default=0)

    def look(self):
        now = time.monotonic()
        if self.settled and not self.failure:
            self.look_for_expected()
        if self.status is not None:
            return
        if now >= self.deadline:
            self.expired()
        elif now >= self.deadline - BUSY and self.earlier is None and not self.failure:
            self.earlier = self.ask(with_log=True)

    def wrong_cpus(self):
        """What is wrong with the number of CPUs, by a kernel whose words are known."""
        wanted = self.setup.args.cpus
        for pattern in XEN_CPUS if XEN.search(self.text) else LINUX_CPUS:
            if match := pattern.search(self.text):
                return None if int(match[1]) == wanted else \
                    f"{match[1]} of {wanted} CPUs came up"
        if LINUX.search(self.text) and wanted > 1:
            return (f"the kernel did not say that {wanted} CPUs are up; remove \"quiet\" from the "
                    "bootargs")
        return None

    def wrong_mode(self):
        wanted = self.setup.args.expect_mode
        if wanted == "any":
            return None
        wrapper = WRAPPER_MODE.search(self.text)
        wrapper = wrapper and WRAPPER_MODES.get(wrapper[1], wrapper[1])
        if wrapper and wrapper != wanted:
            return f"the wrapper entered the kernel in {wrapper} mode, not {wanted}"
        if XEN.search(self.text):
            return None if wanted == "hyp" else f"Xen was entered in hyp mode, not {wanted}"
        linux = LINUX_MODE.search(self.text)
        if linux and (linux[1] == "HYP") != (wanted == "hyp"):
            return f"the kernel says \"{linux[0]}\", but {wanted} was expected"
        if not linux and (LINUX.search(self.text) or not wrapper):
            return ("the kernel did not say in which mode its CPUs started; remove \"quiet\" from "
                    "the bootargs, or pass --expect-mode any")
        if wanted == "hyp":
            return None
        # Linux calls both SVC; QEMU knows each CPU's Security state.
        worlds = {world for world, mode, _ in self.ask().cpus if mode != "mon"}
        other = "Non-secure " if wanted.startswith("secure") else "Secure "
        return f"a CPU is in {other.strip()} state, but {wanted} was expected" \
            if other in worlds else None

    def expired(self):
        self.look_for_failures(len(self.text))
        if self.failure:
            self.finish(FAIL, self.failure)
            return
        self.state = self.ask(with_log=True, stop=True)
        going = not self.done and not self.settled and (
            time.monotonic() - self.heard < BUSY or self.state.goes_on_from(self.earlier))
        self.finish(TIMEOUT, f"after {self.setup.args.timeout:g} s {self.missing()}" +
                    "; it was still going on" * going)

    def missing(self):
        """What the console has not shown, and how far the boot had come."""
        if self.done:
            what = "userspace" if self.setup.args.until == USERSPACE else "what --until asks for"
            return (f"no {self.awaited[0].pattern!r} on the console; {what} came after "
                    f"{self.done - self.begin:.1f} s")
        if not self.waits_for_userspace():
            return (f"no sign of {self.setup.args.until!r} on the console" +
                    (f"; userspace came after {self.userspace - self.begin:.1f} s"
                     if self.userspace else ""))
        if self.settled and self.child.process.poll() is None:
            lived = time.monotonic() - self.settled + SETTLE
            return (f"no sign of userspace on the console; /init had run for {lived:.1f} s of the "
                    f"{SETTLE} s after which it counts as userspace")
        return "no sign of userspace on the console"

    def ended(self):
        """QEMU has ended."""
        status = self.child.wait()
        self.look_for_failures(len(self.text))
        complaint = self.complaint.strip().splitlines()[-1:]
        own = [line.strip() for line in self.text.splitlines() if line.startswith("boot-wrapper: ")]
        if self.failure:
            self.finish(FAIL, self.failure)
        elif status > 0 and complaint and not self.text.strip():
            remedy = qemu.too_old(self.setup.args.qemu) or \
                "correct the option that it names (--dry-run prints QEMU's command line)"
            self.finish(COULD_NOT_RUN, f"QEMU refused: {complaint[0]}; {remedy}")
        elif status > 0 and own:
            self.finish(FAIL, own[-1])
        else:
            how = f"was ended by {qemu.signal_name(-status)}" if status < 0 else \
                f"ended with status {status}"
            if self.settled and self.waits_for_userspace():
                lived = time.monotonic() - self.settled + SETTLE
                how += f" {max(lived, 0):.1f} s after /init started"
            self.finish(FAIL, f"QEMU {how}, with {self.missing()}" +
                        (f" ({complaint[0]})" if complaint and status else ""))

    def report(self):
        """The verdict in lines."""
        lines = [f"{WORDS[self.status]} {self.setup.name}" +
                 (f": {self.reason}" if self.reason else "") + f" ({self.seconds:.1f} s)"]
        if self.state:
            lines += [f"when it was stopped: {line}" for line in self.state.lines]
            if unseen := self.unseen():
                lines += ["the kernel's log buffer, which did not reach the console, ends so:"]
                lines += [f"    {line}" for line in unseen[-8:]]
        if self.symptom:
            lines += [f"this usually means: {self.symptom['meaning']}",
                      f"remedy: {self.symptom['remedy']}"]
        return lines

    def unseen(self):
        """The kernel's log buffer, if most of it has not reached the console."""
        log = self.state.log if self.state else []
        lines = [line for line in log if line not in self.text]
        return lines if len(lines) > len(log) / 2 else []

    def tail(self):
        return [line for line in self.text.splitlines() if line.strip()][-TAIL:]
