# SPDX-License-Identifier: BSD-2-Clause
"""A hostile kernel cannot read or change Secure state, by accesses or by calls of PSCI."""

import re
import struct

import pexpect
import pytest

import harness
from bw.qmp import Client
from harness import virt_machine

SECURE_RAM = 0x0E000000
SECURE_RAM_SIZE = 0x1000000         # QEMU's
RESIDENT_H = (harness.TOP / "include" / "resident.h").read_text()
CPU_AREA = int(re.search(r"CPU_AREA_SIZE\s+(\d+)", RESIDENT_H)[1])
CPU_FIELDS = int(re.search(r"CPU_AREA_SIZE - (\d+)\)", RESIDENT_H)[1])


def seen_by_cpu_1(monitor, start, size, file):
    """Memory as CPU 1 sees it: in Secure state, where it waits in the Monitor."""
    monitor.ask("stop")
    data = monitor.memory(start, size, file, cpu=1)
    monitor.ask("cont")
    return data


def attack(image, tmp_path, ranges, **options):
    """Run the payload; returns its console, exit status, and each range before and after."""
    path = tmp_path / "qmp"
    command = harness.qemu_command(image, **options)
    command += ["-qmp", f"unix:{path},server=on,wait=off"]
    child = harness.spawn(command, 60)
    looks, text = [], ""
    try:
        for number in range(2):
            which = child.expect([r"isolation: look\r*\n", pexpect.EOF, pexpect.TIMEOUT])
            text += child.before
            assert which == 0, text
            if number == 0:
                monitor = Client(path, seconds=20)
            looks.append([seen_by_cpu_1(monitor, start, size, tmp_path / f"{number}-{start:x}")
                          for start, size in ranges])
            child.send("x")
        child.expect(pexpect.EOF)
        text += child.before
        child.close()
        return text.replace("\r", ""), child.exitstatus, looks
    finally:
        child.close(force=True)


def payload(board):
    return harness.payload(board, file="isolation.bin")


def without_stacks(memory, start, at):
    """The memory without the stacks: each is empty, but earlier calls have left bytes there."""
    memory = bytearray(memory)
    for cpu in range(8):
        stack = at["cpus"] - start + cpu * CPU_AREA
        memory[stack:stack + CPU_AREA - CPU_FIELDS] = bytes(CPU_AREA - CPU_FIELDS)
    return bytes(memory)


def check_at_rest(memory, start, at):
    """CPU 0 is on, CPU 1 is off, and no CPU holds a lock or waits for one."""
    for cpu, state in enumerate((0, 1)):
        fields = at["cpus"] - start + cpu * CPU_AREA + CPU_AREA - CPU_FIELDS
        mpidr, is_state, _, _, index = struct.unpack_from("<5I", memory, fields)
        assert (mpidr, is_state, index) == (cpu, state, cpu)
    bakery = at["bakery"] - start
    assert not any(memory[bakery:bakery + 16])


def check_passed(text, status, mode, calls):
    result = re.search(r"^isolation: PASS (\d+) accesses, (\d+) calls$", text, re.M)
    assert result and status == 0, text[-3000:]
    assert f"isolation: in {mode} mode" in text and "unexpected" not in text
    assert int(result[2]) > calls
    return int(result[1])


@pytest.mark.parametrize("mode, cpu, end", [
    ("Hyp", "cortex-a15", ""), ("SVC", "cortex-a15", ""), ("Hyp", "cortex-a7", "reset2"),
    ("SVC", "cortex-a7", "reset"),
])
def test_secure_ram(tmp_path, mode, cpu, end):
    """Every access aborts, every call gives its documented result, and no byte changes."""
    variables, options = virt_machine("secure=on,virtualization=on", 2, cpu)
    image = harness.build(f"isolation-{cpu}", "all", **variables, KERNEL=payload("virt"), SMP=2,
                          MODE=mode.lower(), BOOTARGS=f"isolation={end}") / "linux-system.axf"
    stub = harness.symbols(image)["resident_start"]
    secure = image.parent / "linux-system-secure.elf"
    at = harness.symbols(secure)

    text, status, looks = attack(image, tmp_path, [(SECURE_RAM, SECURE_RAM_SIZE), (stub, 0x1000)],
                                 **options)
    accesses = check_passed(text, status, mode, 70000)
    assert accesses > 300
    for before, _ in looks:
        check_at_rest(before, SECURE_RAM, at)
    # The ranges compared include the Monitor.
    monitor = at["monitor_vectors"]
    code = b"".join(word.to_bytes(4, "little")
                    for word in harness.read_words(secure, monitor, 256))
    assert looks[0][0][monitor - SECURE_RAM:][:len(code)] == code

    [(before, stub_before), (after, stub_after)] = looks
    assert stub_before == stub_after and any(stub_after)
    before, after = (without_stacks(memory, SECURE_RAM, at) for memory in (before, after))
    changed = [hex(SECURE_RAM + at) for at in range(len(before)) if before[at] != after[at]] \
        if before != after else []
    assert not changed


def test_without_secure_ram(tmp_path):
    """On a board without Secure RAM, accesses succeed: memory is reserved, not protected. The
    calls alone change nothing there."""
    image = harness.build("isolation-vexpress", "all", KERNEL=payload("vexpress-a15"), SMP=2,
                          DTB=harness.DTB, BOOTARGS="x") / "linux-system.axf"
    at = harness.symbols(image)
    start, size = at["resident_start"], at["resident_end"] - at["resident_start"]
    text, status, [[before], [after]] = attack(image, tmp_path, [(start, size)], cpus=2)
    check_passed(text, status, "Hyp", 30000)
    assert "isolation: the resident range is not protected here\n" in text
    check_at_rest(after, start, at)
    assert without_stacks(before, start, at) == without_stacks(after, start, at)
