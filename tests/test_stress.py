# SPDX-License-Identifier: BSD-2-Clause
"""PSCI for long: a short form of each test here always, the long one by `make soak`.

SOAK_CYCLES in the environment makes it the long one: so many cycles of CPU hotplug.
SEED sets what is random; what failed says which it was.
"""

import os
import re

import pytest

import harness
from harness import kexec, virt_machine
from harness.programs import initramfs, program
from harness.qemu import firmware
from harness.verdicts import ALARMS, own_lines

SEED = int(os.environ.get("SEED", "1"))
SOAK = int(os.environ.get("SOAK_CYCLES", "0"))
REBOOTS = 100 if SOAK else 2
KEXECS = 20 if SOAK else 1
FREEZES = 50 if SOAK else 3

# What Linux says of a CPU that does not go or come as it should.
COMPLAINTS = re.compile(ALARMS.pattern + r"|IRQ\d+|IRQ \d+: |irq \d+: nobody cared|"
                        r"failed to come online|failed to boot|Cannot kill|"
                        r"unable to|may not have shut down")

# The wrapper gives each CPU a second to come, which is short for a busy host that has
# fewer CPUs than QEMU is to run. Such a boot says nothing of PSCI.
LATE = "is in the DTB but did not come out of"
TRIES = 3


def board(name, cpus):
    """(build variables, QEMU options) for that many CPUs."""
    if name == "virt":
        variables, options = virt_machine("secure=on,virtualization=on", cpus)
        return {**variables, "SMP": cpus}, options
    return {"SMP": cpus, "DTB": harness.DTB}, {"cpus": cpus}


def boot(image=None, **options):
    """A Guest that has all of its CPUs."""
    for _ in range(TRIES):
        guest = harness.Guest(image, timeout=600, **options)
        if LATE not in guest.log:
            break
        guest.child.close(force=True)
    return guest


def complaints(log):
    return [line for line in log.splitlines() if COMPLAINTS.search(line)]


def check_whole(guest, cpus):
    """All CPUs there, nothing said about them, and the Monitor ends the machine."""
    assert guest.run("cat /sys/devices/system/cpu/online").strip() == f"0-{cpus - 1}"
    assert not complaints(guest.log)
    assert not complaints(guest.run("dmesg"))
    assert not ALARMS.search("\n".join(own_lines(guest.log)))
    assert "unexpected" not in guest.log
    assert guest.end("poweroff -f") == 0


# With 8 CPUs on a host that has fewer cores both boot and cycle are slow: see docs/psci.md.
@pytest.mark.parametrize("name, cpus, cycles", [("vexpress-a15", 4, 900), ("virt", 8, 100)])
def test_hotplug(name, cpus, cycles):
    """Linux turns CPUs off and on at random, with work for all of them. With 8 CPUs the
    wrapper is virt's firmware."""
    cycles = SOAK or cycles
    initrd = initramfs("hotplug", {"bin/hotplug": program("hotplug")})
    if name == "virt":
        options = {"command": firmware(harness.build("sources", "wrapper", BOARD=name),
                                       cpus=cpus, initrd=initrd)}
    else:
        variables, options = board(name, cpus)
        options["image"] = harness.linux(f"stress-{cpus}", **variables, INITRD=initrd,
                                         BOOTARGS="console=ttyAMA0")
    # For 100 cycles, as it says then.
    with boot(**options) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        guest.child.send(f"hotplug {cycles} {SEED}\n")
        for done in range(100, cycles + 1, 100):
            guest.wait(rf"hotplug: {done} cycles done|hotplug: FAIL[^\n]*\n")
            assert "hotplug: FAIL" not in guest.log, guest.log[-2000:]
        guest.wait("hotplug: (PASS|FAIL)[^\n]*\n")
        assert f"hotplug: PASS, {cycles} cycles" in guest.log
        assert f"this many: {cpus - 1}\n" in guest.log
        guest.wait(harness.PROMPT)
        check_whole(guest, cpus)


def test_reboots():
    """SYSTEM_RESET again and again: all CPUs in Hyp mode each time."""
    variables, options = board("vexpress-a15", 4)
    image = harness.linux("stress-reboot", **variables)
    with boot(image, reboot=True, **options) as guest:
        for _ in range(REBOOTS):
            guest.log = ""
            guest.child.send("reboot -f\n")
            guest.wait("boot-wrapper: version")
            guest.wait(r"boot-wrapper-initramfs: ready, 4 CPUs online")
            guest.wait(harness.PROMPT)
            assert "CPU: All CPU(s) started in HYP mode." in guest.log
            assert "boot-wrapper: 4 CPUs" in guest.log
            assert not complaints(guest.log)
        check_whole(guest, 4)


def test_kexec():
    """From kernel to kernel, not by the wrapper: each has all CPUs, and in Hyp mode.

    Linux sends the others off by CPU_OFF, goes back to Hyp mode through its own stub and
    enters the new kernel there, which turns the others on.
    """
    variables, options = board("vexpress-a15", 4)
    image = harness.linux("stress-kexec", **variables, INITRD=kexec.initrd())
    with boot(image, **options) as guest:
        where = kexec.places(guest)
        for _ in range(KEXECS):
            kexec.again(guest, where)
            assert "ready, 4 CPUs online" in guest.log
            assert "CPU: All CPU(s) started in HYP mode." in guest.log
            assert not complaints(guest.log)
        check_whole(guest, 4)


def test_freeze():
    """Suspend to idle, woken by the real-time clock: all CPUs wait for interrupts."""
    variables, options = board("vexpress-a15", 4)
    image = harness.linux("stress-reboot", **variables)
    with boot(image, **options) as guest:
        for _ in range(FREEZES):
            slept = guest.run("cd /sys/class/rtc/rtc0; was=$(cat since_epoch);"
                              "echo +2 >wakealarm; echo freeze >/sys/power/state;"
                              "echo slept=$(($(cat since_epoch) - was)); cd /")
            assert 1 <= int(re.search(r"slept=(\d+)", slept)[1]) <= 60, slept
        assert guest.run("cat /sys/power/suspend_stats/success").strip() == str(FREEZES)
        check_whole(guest, 4)


@pytest.mark.parametrize("name, cpus, calls, long", [
    ("vexpress-a15", 2, 300000, 10000000),
    ("vexpress-a15", 4, 300000, 10000000),
    ("virt", 8, 30000, 2000000),
])
def test_storm(name, cpus, calls, long):
    """All CPUs call PSCI at random: kernels/storm.c knows what must come back."""
    calls = long if SOAK else calls
    variables, options = board(name, cpus)
    kernel = harness.payload(name, file="storm.bin")
    image = harness.build(f"storm-{cpus}", "all", **variables, KERNEL=kernel,
                          BOOTARGS=f"console=ttyAMA0 storm={calls},{SEED}") / "linux-system.axf"
    # Seconds, but for what else the host does; storm.c gives up by itself before that.
    for _ in range(TRIES):
        text, status = harness.console(image, timeout=4 * 3600 if SOAK else 900, **options)
        if LATE not in text:
            break
    assert "storm: FAIL" not in text, text[-3000:]
    result = re.search(r"^storm: PASS (\d+) calls, (\d+) starts, (\d+) CPUs$", text, re.M)
    assert result, text[-3000:]
    assert int(result[1]) >= calls and int(result[3]) == cpus
    assert int(result[2]) >= calls // 500
    assert "unexpected" not in text and status == 0
