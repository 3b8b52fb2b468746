# SPDX-License-Identifier: BSD-2-Clause
"""From each state that the wrapper can be entered in, to each mode of the contract."""

import dataclasses
import re
import shutil
import subprocess
import sys

import pytest

import harness
from harness import A9_DTB, virt_machine
from harness.verdicts import verdict

MODES = {"secure-monitor": 1, "hyp": 2, "svc": 3, "secure-svc": 4}
OWNS_HYP, OWNS_SECURE = 2, 1
PREFERENCE = ["hyp", "svc", "secure-svc", "secure-monitor"]


@dataclasses.dataclass
class Entry:
    """A state to be entered in: how to get there, and what it can give."""
    name: str                   # what the wrapper calls it
    gives: set
    hyp: bool = False           # Hyp mode is there, and free
    secure: bool = False
    machine: str = "vexpress-a15,secure=on,virtualization=on"
    stage: str = ""             # of tests/guest/entry.S
    extra: tuple = ()           # for QEMU
    build: dict = dataclasses.field(default_factory=dict)


ALL = set(MODES)
SECURE, HYP, SVC = "Secure state", "Non-secure Hyp mode", "SVC mode without Secure state"
A15 = "vexpress-a15,secure={},virtualization={}"
ENTRIES = {
    "reset": Entry(SECURE, ALL, hyp=True, secure=True),
    "reset of a Cortex-A7": Entry(SECURE, ALL, hyp=True, secure=True,
                                  extra=("-cpu", "cortex-a7")),
    "reset without Hyp mode": Entry(SECURE, ALL - {"hyp"}, secure=True,
                                    machine=A15.format("on", "off")),
    "reset of a Cortex-A9": Entry(SECURE, ALL - {"hyp"}, secure=True,
                                  machine="vexpress-a9,secure=on",
                                  build={"BOARD": "vexpress-a9", "DTB": A9_DTB}),
    "Monitor mode": Entry(SECURE, ALL, hyp=True, secure=True, stage="monitor"),
    "Hyp mode": Entry(HYP, {"hyp", "svc"}, hyp=True, stage="hyp"),
    "Hyp mode without Secure state": Entry(HYP, {"hyp", "svc"}, hyp=True,
                                           machine=A15.format("off", "on")),
    "SVC mode": Entry(SVC, {"svc"}, stage="svc"),
    "SVC mode without Secure state": Entry(SVC, {"svc"}, machine=A15.format("off", "off")),
    "SVC mode of a Cortex-A9": Entry(SVC, {"svc"}, machine="vexpress-a9,secure=off",
                                     build={"BOARD": "vexpress-a9", "DTB": A9_DTB}),
}


def boot_word(entry, mode, grant=False):
    secure = grant or mode.startswith("secure")
    return 0x424D0000 | MODES[mode] << 4 | OWNS_HYP * entry.hyp | OWNS_SECURE * secure


def image(entry, mode=None, grant=False, cpus=2, **variables):
    """The conformance payload, to be entered so."""
    variables.update(entry.build)
    if mode:
        variables["MODE"] = mode
    if grant:
        variables["GRANT"] = "secure"
    if entry.stage:
        variables.update(EXTRA_SOURCES="tests/guest/entry.S", BOOT_ENTRY=f"enter_{entry.stage}")
    board = entry.build.get("BOARD", "a15")
    name = f"modes-{board}-{entry.stage or 'reset'}"
    return harness.conformance(name, SMP=cpus, **variables)


def run(entry, cpus=2, **settings):
    return console(entry, image(entry, cpus=cpus, **settings), cpus)


def console(entry, image, cpus=2):
    return harness.console(image, cpus=cpus, machine=entry.machine, extra=entry.extra)


def check_boots(text, status, entry, mode, grant=False, cpus=2):
    """All of the contract holds on each CPU, and the word is as it should be."""
    _, failed = verdict(text)
    assert not failed and status == 0, text
    assert f"# boot-mode word {boot_word(entry, mode, grant):08x}" in text
    assert f"entered in {entry.name}; the kernel takes " in text
    for cpu in range(cpus):
        assert f"cpu{cpu} entry: r3 is the boot CPU's boot-mode word" in text


def check_refused(text, status, expected):
    lines = [line for line in text.splitlines() if line.startswith("boot-wrapper: ")]
    assert status == 1 and len(lines) == 1, text
    assert expected in lines[0] and "QEMU: " in lines[0]


@pytest.mark.parametrize("asked", [None, *MODES])
@pytest.mark.parametrize("name", ENTRIES)
def test_entry_and_asked_mode(name, asked):
    entry = ENTRIES[name]
    text, status = run(entry, mode=asked)
    if asked and asked not in entry.gives:
        check_refused(text, status, f"the kernel takes {asked} (by MODE=), but this CPU, entered "
                                    f"in {entry.name}, gives ")
        return
    mode = asked or next(m for m in PREFERENCE[:2] if m in entry.gives)
    check_boots(text, status, entry, mode)


# The same with an ELF note, as data: what the kernel takes, and the whole of the choice.

NOTES = {
    "secure-monitor": {"secure-monitor"}, "hyp": {"hyp"}, "svc": {"svc"},
    "secure-svc": {"secure-svc"}, "all": ALL, "secure": {"secure-svc", "secure-monitor"},
}


@pytest.fixture(scope="module")
def noted(tmp_path_factory):
    """The conformance payload with a note: noted(board, note), an ELF file."""
    directory = tmp_path_factory.mktemp("noted")

    def make(board, note):
        path = directory / f"{board}-{note}.elf"
        if not path.exists():
            kernel = harness.payload(board, file="conformance.elf")
            subprocess.run([sys.executable, harness.TOP / "tools" / "bw-note", "--modes",
                            ",".join(NOTES[note]), kernel, "-o", path], check=True)
        return path
    return make


def chosen(gives, takes):
    return next((mode for mode in PREFERENCE if mode in gives & takes), None)


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("name", ENTRIES)
def test_entry_and_note(name, note, noted):
    entry = ENTRIES[name]
    board = entry.build.get("BOARD", harness.BOARD)
    takes = NOTES[note]
    for asked in [None, *takes]:
        kernel = noted(board, note)
        text, status = run(entry, mode=asked, KERNEL=kernel, bootargs="conformance=entry")
        if mode := chosen(entry.gives, {asked} if asked else takes):
            check_boots(text, status, entry, mode)
            assert ("(by MODE=)" if asked else "(by its note)") in text
        else:
            said = ", ".join(mode for mode in MODES if mode in ({asked} if asked else takes))
            gives = ", ".join(mode for mode in MODES if mode in entry.gives)
            check_refused(text, status, f"the kernel takes {said} "
                          f"({'by MODE=' if asked else 'by its note'}), but this CPU, entered in "
                          f"{entry.name}, gives {gives};")


@pytest.mark.parametrize("asked", MODES)
@pytest.mark.parametrize("note", NOTES)
def test_asked_mode_and_note(note, asked, noted):
    """What the note rules out, the build refuses already."""
    if asked in NOTES[note]:
        pytest.skip("the note has it")
    takes = ", ".join(mode for mode in MODES if mode in NOTES[note])
    kernel = noted(harness.BOARD, note)
    done = harness.run_make("modes-asked", "all", KERNEL=kernel, DTB=harness.DTB, MODE=asked)
    assert done.returncode != 0
    assert f"MODE={asked}: {kernel} takes {takes} only; ask for one of these" in done.stderr


@pytest.mark.parametrize("mode", ["hyp", "svc"])
@pytest.mark.parametrize("method", ["psci", "pen"])
@pytest.mark.parametrize("name", ["reset", "reset without Hyp mode", "reset of a Cortex-A9"])
def test_secure_state_granted(name, method, mode):
    """The Secure trampoline, with the Hyp one and without it, on every CPU and after CPU_ON."""
    entry = ENTRIES[name]
    if mode not in entry.gives:
        pytest.skip("no such mode there")
    text, status = run(entry, mode=mode, grant=True, SMP_METHOD=method)
    check_boots(text, status, entry, mode, grant=True)
    assert "and Secure state" in text or "Secure state, but not Hyp mode" in text
    # In each life of CPU 1: PSCI gives it two.
    assert len(re.findall(r"^ok \d+ - cpu1.* Secure trampoline: SMC reaches our Monitor then",
                          text, re.M)) == (2 if method == "psci" else 1)


@pytest.mark.parametrize("name", ["Hyp mode", "SVC mode", "SVC mode without Secure state"])
def test_secure_state_cannot_be_granted(name):
    entry = ENTRIES[name]
    text, status = run(entry, grant=True)
    check_refused(text, status, f"GRANT=secure, but the CPU was entered in {entry.name}")


@pytest.mark.parametrize("mode, virt", [("hyp", "on"), ("svc", "on"), ("svc", "off")])
def test_four_cpus(mode, virt):
    entry = ENTRIES["reset" if virt == "on" else "reset without Hyp mode"]
    text, status = run(entry, cpus=4, mode=mode)
    check_boots(text, status, entry, mode, cpus=4)


# Nothing stays behind: the payload overwrites all that is not reserved, and lives.

FRUGAL = {      # mode: how many pages SMC=none leaves, the Hyp trampoline's or none
    "hyp": 0, "svc": 1, "secure-svc": 1, "secure-monitor": 1,
}


@pytest.mark.parametrize("mend", ["build", "boot"])
@pytest.mark.parametrize("mode", FRUGAL)
@pytest.mark.parametrize("name, cpus", [("reset", 1), ("reset", 2), ("Monitor mode", 2),
                                        ("Hyp mode", 2), ("Hyp mode without Secure state", 2)])
def test_nothing_resident(name, cpus, mode, mend):
    entry = ENTRIES[name]
    if mode not in entry.gives:
        pytest.skip("no such mode there")
    text, status = run(entry, cpus=cpus, mode=mode, SMC="none", DTB_MEND=mend)
    check_boots(text, status, entry, mode, cpus=cpus)
    pages = FRUGAL[mode]
    reserved = f"87e10000..{0x87E10000 + 0x1000 * pages:08x}" if pages else "00000000..00000000"
    assert f"# overwritten: 87e00000..87e13000 but {reserved}\n" in text
    if mode in ("hyp", "svc") and entry.secure:
        assert f"cpu{cpus - 1} SMC is undefined in SVC mode" in text


@pytest.mark.parametrize("name, cpus, pages", [("reset without Hyp mode", 2, 3),
                                               ("reset of a Cortex-A9", 2, 3),
                                               ("SVC mode without Secure state", 2, 0)])
def test_nothing_resident_where_it_can_be(name, cpus, pages):
    """SMC cannot be made UNDEFINED without the Virtualization Extensions: the Monitor stays."""
    entry = ENTRIES[name]
    text, status = run(entry, cpus=cpus, SMC="none")
    check_boots(text, status, entry, "svc", cpus=cpus)
    assert ("resident: nothing" in text) == (pages == 0)
    assert (" but 00000000..00000000\n" in text) == (pages == 0)


def test_cpu_that_the_dtb_does_not_have_is_parked():
    """Three CPUs, a DTB for two: the third waits where the kernel does not overwrite it."""
    entry = ENTRIES["reset"]
    text, status = harness.console(image(entry, SMC="none", cpus=2), cpus=3)
    check_boots(text, status, entry, "hyp")


@pytest.mark.parametrize("known, cpus", [(1, 1), (2, 2), (1, 4), (2, 4)])
@pytest.mark.parametrize("mode", ["hyp", "secure-svc"])
def test_parked_cpu_without_room(mode, known, cpus):
    """A board without memory for the pen: who waits, waits in the page that stays reserved."""
    board, machine = virt_machine("secure=on,virtualization=on", 2)
    image = harness.conformance(f"modes-virt-none-{known}", **board, SMP=known,
                                SMC="none", MODE=mode)
    text, _ = harness.console(image, **{**machine, "cpus": cpus}, until="conformance: .*\n")
    assert "[47e10000..47e10fff] resident: " in text and "conformance: PASS" in text, text


def test_nothing_resident_above_other_psci():
    board, machine = virt_machine("secure=off,virtualization=on", 2)
    image = harness.linux("modes-virt-none-psci", **board, SMC="none", BOOTARGS="console=ttyAMA0")
    with harness.Guest(image, **machine) as guest:
        assert "resident: nothing" in guest.log
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert "Brought up 1 node, 2 CPUs" in guest.log


@pytest.mark.parametrize("name", ["reset", "Hyp mode", "Hyp mode without Secure state",
                                  "SVC mode"])
def test_refused_without_a_host(name, tmp_path):
    """Where no semihosting host listens, the line is all that is said."""
    entry = ENTRIES[name]
    dtb = tmp_path / "without-cpu-0.dtb"
    shutil.copy(harness.DTB, dtb)
    subprocess.run(["fdtput", "-r", dtb, "/cpus/cpu@0"], check=True)
    text, status = harness.console(image(entry, cpus=1, DTB=dtb), machine=entry.machine,
                                   semihosting=False, until="boot-wrapper: .*\n", settle=1)
    lines = [line for line in text.splitlines() if line.startswith("boot-wrapper: ")]
    assert len(lines) == 1 and status is None, text
    assert "the DTB has no CPU 00000000, which is the one that starts" in lines[0]


@pytest.mark.parametrize("cpus", [1, 2])
def test_linux_with_nothing_resident(cpus):
    image = harness.linux(f"modes-linux-none-{cpus}", SMP=cpus, SMC="none")
    with harness.Guest(image, cpus=cpus) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert f"Brought up 1 node, {cpus} CPU" in guest.log
        assert "resident: nothing" in guest.log and "WARNING:" not in guest.log
        assert "boot-wrapper" not in guest.run("ls /proc/device-tree/reserved-memory")
        guest.run("mount -t tmpfs -o size=95% none /tmp;"
                  "dd if=/dev/zero bs=1M of=/tmp/fill 2>/dev/null; rm /tmp/fill")
        assert guest.run("echo alive").strip() == "alive"


# Linux, in each mode that it accepts.

LINUX = {
    ("reset", "hyp"): ("HYP", "psci"), ("reset", "svc"): ("SVC", "psci"),
    ("reset", "secure-svc"): ("SVC", "pen"),
    ("Hyp mode", "hyp"): ("HYP", "pen"), ("Hyp mode", "svc"): ("SVC", "pen"),
    ("SVC mode", "svc"): ("SVC", "pen"), ("reset of a Cortex-A9", "svc"): ("SVC", "psci"),
}


@pytest.mark.parametrize("name, mode", LINUX)
def test_linux(name, mode):
    entry = ENTRIES[name]
    started, method = LINUX[name, mode]
    variables = {"MODE": mode, **entry.build}
    if entry.stage:
        variables.update(EXTRA_SOURCES="tests/guest/entry.S", BOOT_ENTRY=f"enter_{entry.stage}")
    linux = harness.linux(f"modes-linux-{entry.stage}-{mode}", SMP=2, **variables)
    with harness.Guest(linux, cpus=2, machine=entry.machine) as guest:
        assert f"CPU: All CPU(s) started in {started} mode." in guest.log
        assert "Brought up 1 node, 2 CPUs" in guest.log
        assert ("PSCIv1.1 detected" in guest.log) == (method == "psci")
        assert "WARNING:" not in guest.log
        assert guest.run("cat /proc/device-tree/chosen/boot-wrapper,boot-mode").rstrip("\0\n") \
            == mode
        # Off and on again: by PSCI, or in the kernel's own loop.
        guest.run("echo 0 >/sys/devices/system/cpu/cpu1/online;"
                  "echo 1 >/sys/devices/system/cpu/cpu1/online")
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-1"


# Other firmware's PSCI: QEMU's own, on a machine without Secure state.

@pytest.mark.parametrize("virt, started", [("on", "HYP"), ("off", "SVC")])
def test_psci_of_other_firmware(virt, started):
    board, machine = virt_machine(f"secure=off,virtualization={virt}", 2)
    image = harness.linux(f"modes-virt-{virt}", **board, BOOTARGS="console=ttyAMA0")
    with harness.Guest(image, **machine) as guest:
        assert "PSCIv1.1 detected in firmware" in guest.log
        assert "SMC Calling Convention v1.0" in guest.log           # ours is 1.2
        assert f"CPU: All CPU(s) started in {started} mode." in guest.log
        assert "Brought up 1 node, 2 CPUs" in guest.log
        conduit = {"on": "smc", "off": "hvc"}[virt]
        assert guest.run("cat /proc/device-tree/psci/method").rstrip("\0\n") == conduit
        guest.run("echo 0 >/sys/devices/system/cpu/cpu1/online;"
                  "echo 1 >/sys/devices/system/cpu/cpu1/online")
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-1"
        assert guest.end("poweroff -f") == 0


def check_lives(text, status, cpus, word):
    """Each CPU was entered as the word says, those by CPU_ON in each of two lives."""
    _, failed = verdict(text)
    assert not failed and status == 0, text
    assert f"# boot-mode word {word:08x}" in text
    for cpu in range(1, cpus):
        for life in ("", " life 2"):
            assert f"cpu{cpu}{life} entry: r3 is the boot CPU's boot-mode word" in text
            assert f"cpu{cpu}{life} CPU_SUSPEND to standby ends for an interrupt" in text
            assert f"cpu{cpu}{life} HVC reaches the trampoline" in text


@pytest.mark.parametrize("cpus", [2, 4])
def test_svc_above_other_psci(cpus):
    """QEMU's PSCI turns CPUs on in Hyp mode; they come to the kernel in SVC mode."""
    board, machine = virt_machine("secure=off,virtualization=on", cpus)
    image = harness.conformance(f"modes-virt-svc-{cpus}", "conformance=entry", **board,
                                MODE="svc")
    text, status = harness.console(image, **machine)
    check_lives(text, status, cpus, 0x424D0032)


def test_linux_in_svc_above_other_psci():
    board, machine = virt_machine("secure=off,virtualization=on", 4, "cortex-a7")
    image = harness.linux("modes-virt-linux-svc", **board, MODE="svc",
                          BOOTARGS="console=ttyAMA0")
    with harness.Guest(image, **machine) as guest:
        assert "CPU: All CPU(s) started in SVC mode." in guest.log
        assert "Brought up 1 node, 4 CPUs" in guest.log
        for cpu in (3, 1, 2):
            guest.run(f"echo 0 >/sys/devices/system/cpu/cpu{cpu}/online")
        for cpu in (2, 3, 1):
            guest.run(f"echo 1 >/sys/devices/system/cpu/cpu{cpu}/online")
        assert guest.run("cat /sys/devices/system/cpu/online").strip() == "0-3"
        assert "WARNING:" not in guest.log
        assert guest.end("poweroff -f") == 0


def test_raw_image_that_qemu_enters_in_hyp_mode(tmp_path):
    """No ELF file: QEMU takes it for a Linux, and loads and enters it as one."""
    board, machine = virt_machine("secure=off,virtualization=on", 2)
    image = harness.conformance("modes-virt-raw", "conformance=entry", **board, MODE="svc",
                                WRAPPER_ADDR="0x40010000")
    raw = tmp_path / "image.bin"
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", image, raw], check=True)
    text, status = harness.console(raw, **machine)
    assert f"entered in {HYP}" in text
    check_lives(text, status, 2, 0x424D0032)


# A wrapper above a wrapper: the one from reset is the other firmware, with a real Monitor.

INNER = "0x86e00000"


def wrapper_above(mended, tmp_path, cpus, mode, below="hyp", bootargs="conformance=entry",
                  **variables):
    dtb = tmp_path / "below.dtb"
    dtb.write_bytes(mended(harness.DTB, "ours"))
    inner = harness.conformance(f"modes-inner-{mode}", bootargs, DTB=dtb, MODE=mode,
                                WRAPPER_ADDR=INNER, **variables)
    return harness.build("modes-outer", "all", KERNEL=inner, DTB=harness.DTB, MODE=below,
                         SMP=cpus) / "linux-system.axf"


@pytest.mark.parametrize("below, mode, word", [
    ("hyp", "svc", 0x424D0032), ("svc", "svc", 0x424D0030),
])
def test_above_a_wrapper(mended, tmp_path, below, mode, word):
    image = wrapper_above(mended, tmp_path, 2, mode, below)
    text, status = harness.console(image, cpus=2)
    assert text.count("boot-wrapper: version") == 2
    text = text[text.rindex("boot-wrapper: version"):]
    assert f"entered in {HYP if below == 'hyp' else SVC}" in text
    if mode == "svc" and below == "hyp":
        check_lives(text, status, 2, word)
    else:
        assert f"# boot-mode word {word:08x}" in text


@pytest.mark.parametrize("cpu", ["cortex-a7", "cortex-a15"])
def test_virt_from_reset(cpu):
    """QEMU's virt machine with Secure state: our PSCI, and its power switch."""
    board, machine = virt_machine("secure=on,virtualization=on", 4, cpu)
    image = harness.linux(f"modes-virt-{cpu}", **board, BOOTARGS="console=ttyAMA0")
    with harness.Guest(image, **machine) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert "Brought up 1 node, 4 CPUs" in guest.log
        assert guest.end("poweroff -f") == 0


@pytest.mark.parametrize("state", ["secure=on,virtualization=on", "secure=on"])
def test_conformance_on_virt(state):
    """Where the Monitor runs in Secure RAM, and a reset keeps what is in the RAM."""
    board, machine = virt_machine(state, 2)
    image = harness.conformance("modes-virt-conformance", SMP=2, **board)
    text, status = harness.console(image, **machine)
    assert not verdict(text)[1] and status == 0
    assert "SYSTEM_RESET2 of a vendor's type is refused" in text
    assert "cpu1 life 2 GIC: the virtual timer's interrupt comes" in text
    assert "cpu0 CPU_ON: an entry in the Monitor's data" in text


def test_warm_reset():
    """SYSTEM_RESET2; QEMU, told so, ends with a reset."""
    board, machine = virt_machine("secure=on,virtualization=on", 2)
    image = harness.conformance("modes-virt-warm-reset", "conformance=warm-reset", SMP=2, **board)
    text, status = harness.console(image, **machine)
    assert "# warm reset" in text and "not ok" not in text and status == 0


def test_no_pen_and_no_psci():
    """A Secure kernel cannot call PSCI; without a pen it gets one CPU, and is told so."""
    board, machine = virt_machine("secure=on,virtualization=on", 2)
    image = harness.linux("modes-virt-secure", **board, MODE="secure-svc",
                          BOOTARGS="console=ttyAMA0")
    with harness.Guest(image, **machine) as guest:
        assert "CPU 00000001 cannot be started in this mode" in guest.log
        assert "Brought up 1 node, 1 CPU" in guest.log
        assert guest.run("cat /proc/device-tree/cpus/cpu@1/status").rstrip("\0\n") == "fail"


# Other firmware without PSCI keeps its CPUs: the kernel starts them as without a wrapper.

@pytest.mark.parametrize("node", ["/cpus", "/cpus/cpu@1"])
@pytest.mark.parametrize("mend", ["build", "boot"])
def test_cpus_of_other_firmware_stay_as_they_are(mend, node, tmp_path):
    """No PSCI, no pen: the DTB keeps what it has on the CPU that the wrapper never sees."""
    board, machine = virt_machine("secure=off,virtualization=on", 2)
    dtb = tmp_path / "other-method.dtb"
    shutil.copy(board["DTB"], dtb)
    subprocess.run(["fdtput", "-r", dtb, "/psci"], check=True)
    for cpu in ("/cpus/cpu@0", "/cpus/cpu@1"):
        subprocess.run(["fdtput", "-d", dtb, cpu, "enable-method"], check=True)
    subprocess.run(["fdtput", "-t", "s", dtb, node, "enable-method", "brcm,bcm2836-smp"],
                   check=True)
    image = harness.linux(f"modes-virt-other-{mend}", **{**board, "DTB": dtb}, DTB_MEND=mend,
                          BOOTARGS="console=ttyAMA0")
    with harness.Guest(image, **machine) as guest:
        assert "boot-wrapper: 2 CPUs" in guest.log and "continuing without it" not in guest.log
        assert "1 of them stayed with other firmware" in guest.log
        assert guest.run(f"cat /proc/device-tree{node}/enable-method").rstrip("\0\n") == \
            "brcm,bcm2836-smp"
        assert guest.run("cd /proc/device-tree; [ -e cpus/cpu@1/status ] || [ -e psci ] || "
                         "echo clean").strip() == "clean"


def test_cpu_in_a_loaders_pen(tmp_path):
    """QEMU's loader holds CPU 1 in a pen like ours, where the kernel finds it, in Hyp mode."""
    out = harness.build("modes-a15-wrapper", "wrapper")
    image = tmp_path / "image.bin"
    image.write_bytes((out / "boot-wrapper.bin").read_bytes() + harness.VMLINUZ.read_bytes())
    command = harness.qemu_command(image, cpus=2, machine=A15.format("off", "on"), extra=(
        "-dtb", harness.DTB, "-initrd", harness.initramfs(), "-append", "console=ttyAMA0"))
    with harness.Guest(command=[str(word) for word in command]) as guest:
        assert "1 of them stayed with other firmware" in guest.log
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert "Brought up 1 node, 2 CPUs" in guest.log


@pytest.mark.parametrize("variables, expected", [
    ({"MODE": "kernel"}, "MODE=kernel: no such value; valid values: hyp, svc, secure-svc, "
     "secure-monitor"),
    ({"GRANT": "all"}, "GRANT=all: no such value; valid values: secure, none"),
    ({"SMC": "some"}, "SMC=some: no such value; valid values: none, psci"),
    ({"SMC": "none", "GRANT": "secure"}, "SMC=none GRANT=secure: SMC is how Secure state is"),
    ({"SMC": "none", "SMP_METHOD": "psci"}, "SMC=none SMP_METHOD=psci: PSCI is called by SMC"),
])
def test_bad_values(variables, expected):
    done = harness.run_make("modes-bad", "all", KERNEL=harness.VMLINUZ, DTB=harness.DTB,
                            **variables)
    assert done.returncode != 0 and expected in done.stderr
