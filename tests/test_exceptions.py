# SPDX-License-Identifier: BSD-2-Clause
"""Exceptions that nobody expected are reported: what, where, from which mode, on which CPU."""

import re

import pytest

import harness
from harness import virt_machine

# In Thumb state, the first halfword in the low half.
UNALIGNED = 0x0001F8DF      # ldr.w r0, [pc, #1]
BKPT = 0xBE00BE00           # twice
NOTHING = 0xF0000000
MOV_R0_NOTHING = 0x4070F04F         # mov.w r0, #0xf0000000
LDR_R0_R0, BX_R0 = 0x68006800, 0x47004700       # each twice
REPORT = re.compile(r"boot-wrapper: CPU (?P<cpu>[0-9a-f]{8}): unexpected (?P<what>.+) in "
                    r"(?P<where>the wrapper|Hyp mode), PC (?P<pc>[0-9a-f]{8}), from mode "
                    r"(?P<mode>\w+), SPSR (?P<spsr>[0-9a-f]{8}), (?P<syndrome>.*); this CPU stops")


def report(image, **options):
    text, _ = harness.console(image, until="this CPU stops", **options)
    match = REPORT.search(text)
    assert match, text
    return match


def thumb(image, function):
    """The address of a function in Thumb state, without the bit that says so."""
    at = harness.symbols(image)[function]
    assert at & 1
    return at - 1


@pytest.mark.parametrize("word, what", [(harness.THUMB_UDF, "undefined instruction"),
                                        (UNALIGNED, "data abort")])
def test_in_monitor_mode_at_boot(image, tmp_path, word, what):
    at = thumb(image, "boot")
    match = report(harness.patch(image, tmp_path / "t.axf", {at: word}), cpus=2)
    assert match["what"] == what
    assert int(match["pc"], 16) == at
    assert match["mode"] == "mon"
    assert match["cpu"] == "00000000"
    if what == "data abort":
        assert "DFSR 00000001 (alignment fault)" in match["syndrome"]
        assert f"DFAR {(at + 4 & ~3) + 1:08x}" in match["syndrome"]


@pytest.mark.parametrize("state", ["reset", "Hyp mode", "SVC mode"])
def test_exit_status_before_hand_over(image, tmp_path, state):
    """A host hears of it: there will be no kernel. Reported by the wrapper itself in Hyp
    mode, too, from its first exception on."""
    if state == "SVC mode":
        image = harness.conformance("modes-a15-svc", SMP=2, EXTRA_SOURCES="tests/guest/entry.S",
                                    BOOT_ENTRY="enter_svc")
    at = thumb(image, "boot")
    broken = harness.patch(image, tmp_path / "t.axf", {at: harness.THUMB_UDF})
    machine = "vexpress-a15,secure=off,virtualization=on" if state == "Hyp mode" else \
        harness.MACHINE
    text, status = harness.console(broken, cpus=2, machine=machine)
    match = REPORT.search(text)
    assert match and match["where"] == "the wrapper" and int(match["pc"], 16) == at, text
    assert match["mode"] == {"reset": "mon", "Hyp mode": "hyp", "SVC mode": "svc"}[state]
    assert status == 2 and text.count("this CPU stops") == 1


def test_no_exit_status(tmp_path):
    """Nobody is told where nobody listens, and nobody is asked once the kernel runs."""
    image = harness.conformance("conformance-fault", "conformance=fast", SMP=1)
    for at, semihosting in ((thumb(image, "boot"), False), (thumb(image, "psci_smc"), True)):
        broken = harness.patch(image, tmp_path / "t.axf", {at: harness.THUMB_UDF})
        text, status = harness.console(broken, semihosting=semihosting, until="this CPU stops",
                                       settle=1)
        assert status is None and text.count("this CPU stops") == 1, text


def test_debug_event(image, tmp_path):
    at = thumb(image, "boot")
    match = report(harness.patch(image, tmp_path / "t.axf", {at: BKPT}), cpus=2)
    assert match["what"] == "prefetch abort" and int(match["pc"], 16) == at
    assert re.search(r"IFSR [0-9a-f]{8} \(debug event\), IFAR", match["syndrome"])


@pytest.mark.parametrize("words, what, status", [
    ((MOV_R0_NOTHING, LDR_R0_R0), "data abort", "DFSR"),
    ((MOV_R0_NOTHING, BX_R0), "prefetch abort", "IFSR"),
])
def test_external_abort(tmp_path, words, what, status):
    """Where there is nothing: virt says so. In Secure RAM, which the image has a part for."""
    variables, options = virt_machine("secure=on,virtualization=on", 2)
    image = harness.conformance("exceptions-virt", **variables, SMP=2)
    secure = thumb(image.parent / "linux-system-secure.elf", "boot")
    at = 0x47E13000 + secure - 0x0E000000
    changes = {at + 4 * n: word for n, word in enumerate(words)}
    match = report(harness.patch(image, tmp_path / "t.axf", changes), **options)
    assert match["what"] == what and match["mode"] == "mon"
    assert int(match["pc"], 16) == (NOTHING if status == "IFSR" else secure + 4)
    assert re.search(status + r" [0-9a-f]{8} \(external abort\), .FAR f0000000", match["syndrome"])
    assert match["syndrome"].count("(") == 1


@pytest.mark.parametrize("quiet", [0, 1])
def test_in_monitor_mode_by_smc(quiet, tmp_path):
    """Linux's first SMC meets a Monitor that is broken; QUIET does not silence that."""
    image = harness.linux(f"linux-quiet-{quiet}", SMP=1, QUIET=quiet)
    at = thumb(image, "psci_smc")
    match = report(harness.patch(image, tmp_path / "t.axf", {at: harness.THUMB_UDF}))
    assert match["what"] == "undefined instruction"
    assert match["where"] == "the wrapper"
    assert int(match["pc"], 16) == at
    assert int(match["spsr"], 16) & 0x20


def test_on_a_secondary_cpu(image, tmp_path):
    """The others go on: the report is about CPU 1, and Linux boots without it."""
    at = thumb(image, "cpu_wait")
    broken = harness.patch(image, tmp_path / "t.axf", {at: harness.THUMB_UDF})
    with harness.Guest(broken, cpus=2) as guest:
        match = REPORT.search(guest.log)
        assert match and match["cpu"] == "00000001" and int(match["pc"], 16) == at
        assert "CPU 00000001 is in the DTB but did not come out of reset" in guest.log
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0"


def test_with_the_lock_held(tmp_path):
    """A CPU that stops in the Monitor takes no other one with it, and PSCI says that it has."""
    image = harness.conformance("conformance-fault", "conformance=fault", SMP=3)
    start = thumb(image, "turn_on")
    code, names = harness.disassembly(image)
    end = min(address for address in names if address > start)
    [at] = [address for address, (_, text) in code.items()
            if start <= address < end and re.match(r"mvn\w*(\.w)?\tr\d+, #3\b", text)]
    text, status = harness.console(harness.patch(image, tmp_path / "t.axf",
                                                 {at: harness.THUMB_UDF_W}), cpus=3)
    match = REPORT.search(text)
    assert match and match["cpu"] == "00000001" and int(match["pc"], 16) == at
    assert "conformance: PASS" in text and status == 0, text


def test_cpu_off_faults(tmp_path):
    """Linux loses the CPU that it wanted to turn off, and hears why; all others go on."""
    image = harness.linux("linux-fault", SMP=4)
    at = thumb(image, "clean_own_dcaches")
    broken = harness.patch(image, tmp_path / "t.axf", {at: harness.THUMB_UDF})
    with harness.Guest(broken, cpus=4) as guest:
        guest.run("echo 0 >/sys/devices/system/cpu/cpu2/online")
        match = REPORT.search(guest.log)
        assert match and match["cpu"] == "00000002" and int(match["pc"], 16) == at
        guest.run("dmesg")
        assert "CPU2 may not have shut down cleanly (AFFINITY_INFO reports -8)" in guest.log
        guest.run("echo 1 >/sys/devices/system/cpu/cpu2/online")
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-1,3"
        assert guest.end("poweroff -f") == 0


@pytest.mark.parametrize("how, what, mode", [
    ("undef", "undefined instruction", "hyp"),
    ("abort", "data abort", "hyp"),
    ("trap", "trap", "svc"),        # an SMC from SVC mode: HSR.EC is not HVC's
])
def test_in_hyp_mode(how, what, mode):
    """The Hyp stub reports what a kernel does before it has vectors of its own."""
    image = harness.conformance(f"conformance-hyp-{how}", f"conformance=hyp-{how}", SMP=1)
    match = report(image)
    assert match["what"] == what
    assert match["where"] == "Hyp mode"
    assert match["mode"] == mode
    assert "HSR " in match["syndrome"]
