# SPDX-License-Identifier: BSD-2-Clause
"""Which CPU runs boot(), what happens if there is none, and aborts that are pending at entry."""

import re

import pytest

import harness
from harness import defines

BOARDS = harness.TOP / "boards"
ENTRY = {"EXTRA_SOURCES": "tests/guest/entry.S"}
A15 = "../boards/vexpress-a15.h"
NONE_OF_THEM = 0x305
NO_BOOT_CPU = (r"boot-wrapper: no boot CPU has started, and CPU 0000000[0-3] waits for it; correct "
               r"BOARD_BOOT_CPU in the board's header\n")


def check_one_line(text, status):
    said = "".join(line for line in text.splitlines(True) if not line.startswith("qemu"))
    assert re.fullmatch(r"\s*" + NO_BOOT_CPU, said) and status is None, text


@pytest.mark.parametrize("cpus", [1, 4])
def test_no_boot_cpu(cpus):
    """Every CPU waits; one of them says so, in one line."""
    out = harness.build("boot-cpu-none", "wrapper", **defines(A15, NONE_OF_THEM))
    check_one_line(*harness.console(out / "boot-wrapper.elf", cpus=cpus, timeout=25,
                                    until=NO_BOOT_CPU.replace(r"\n", r"\s"), settle=8))


def test_no_boot_cpu_away_from_home(tmp_path):
    """The same from where a loader has put the image, without a DTB."""
    out = harness.build("boot-cpu-none", "wrapper", **defines(A15, NONE_OF_THEM))
    command = harness.qemu_command("x", cpus=2)
    at = command.index("-kernel")
    command[at:at + 2] = ["-device", f"loader,file={out / 'boot-wrapper.bin'},addr=0x81000000,"
                          "force-raw=on", "-device", "loader,addr=0x81000000,cpu-num=0",
                          "-device", "loader,addr=0x81000000,cpu-num=1"]
    check_one_line(*harness.run([str(word) for word in command], timeout=25,
                                until=NO_BOOT_CPU.replace(r"\n", r"\s"), settle=8))


def test_alone_from_a_loader(tmp_path):
    """By Linux's boot protocol, with a DTB in r2: on whichever CPU."""
    out = harness.build("boot-cpu-none", "wrapper", **defines(A15, NONE_OF_THEM))
    image = tmp_path / "image.bin"
    image.write_bytes((out / "boot-wrapper.bin").read_bytes() + harness.VMLINUZ.read_bytes())
    command = harness.qemu_command(image, cpus=2, extra=(
        "-dtb", harness.DTB, "-initrd", harness.initramfs(), "-append", "console=ttyAMA0"))
    with harness.Guest(command=[str(word) for word in command]) as guest:
        assert "CPU: All CPU(s) started in HYP mode." in guest.log
        assert "Brought up 1 node, 2 CPUs" in guest.log


def test_alone_with_its_caches_on():
    """As a loader calls a function."""
    image = harness.conformance("boot-cpu-cached", "conformance=entry", SMP=1, **ENTRY,
                                BOOT_ENTRY="enter_cached", **defines(A15, NONE_OF_THEM))
    text, status = harness.console(image)
    assert "conformance: PASS" in text and status == 0, text


def without_boot_cpu(tmp_path):
    """raspi2b's CPUs are f00 and up; its header need not say so."""
    header = tmp_path / "board.h"
    text = (BOARDS / "raspi2b.h").read_text()
    assert "#define BOARD_BOOT_CPU" in text
    header.write_text(re.sub(r"#define BOARD_BOOT_CPU.*\n", "", text).replace(
        '"uart/', f'"{BOARDS}/uart/'))
    return {"BOARD": "raspi2b", **defines(header)}


def boot_of_candidate(out):
    text, _ = harness.console(out / "boot-wrapper.elf", cpus=4, machine="raspi2b", timeout=40,
                              until="boot-wrapper: no (kernel|DTB).*\n")
    assert "boot-wrapper: no kernel" in text or "boot-wrapper: no DTB" in text, text
    return text


def test_cpu_0_of_another_cluster(tmp_path):
    boot_of_candidate(harness.build("boot-cpu-cluster", "wrapper", **without_boot_cpu(tmp_path)))


def test_late_cpu_0_of_another_cluster(tmp_path):
    """It boots also after another CPU has reported that there is no boot CPU."""
    out = harness.build("boot-cpu-late", "wrapper", EXTRA_SOURCES="tests/guest/late.S",
                        BOOT_ENTRY="enter_late", **without_boot_cpu(tmp_path))
    assert "no boot CPU has started, and CPU 00000f0" in boot_of_candidate(out)


def test_aborts_pending_at_entry():
    """Left by an earlier stage: named for each CPU, once, and no harm to a linked image."""
    image = harness.conformance("boot-cpu-abort", "conformance=entry", SMP=2, **ENTRY,
                                BOOT_ENTRY="enter_svc_abort")
    text, status = harness.console(image, cpus=2)
    lines = re.findall(r"boot-wrapper: CPU (\w+) had an asynchronous abort pending at entry, left "
                       r"by an earlier stage; ignored\n", text)
    assert sorted(lines) == ["00000000", "00000001"], text
    assert not re.search("boot-wrapper: .*unexpected", text), text
    assert "conformance: PASS" in text and status == 0, text


def test_no_abort_pending(image):
    text, _ = harness.console(image, cpus=2, until="entering the kernel")
    assert "entering the kernel" in text and "abort" not in text
