# SPDX-License-Identifier: BSD-2-Clause
"""What depends on the core and on the board's clocks, and what hardware leaves UNKNOWN."""

import re
import shutil
import subprocess

import pytest

import harness

VIRT = "virt,secure=on,virtualization=on"
FRAME = 0x70000000          # RAM of virt that stands for a counter's control frame
ABSENT = 0x09050000         # between devices of virt: an access aborts
JUNK = 0xDEADBEEF           # what tests/guest/cntfrq.S writes


def board(tmp_path, base, **facts):
    """The make variables for a board that is `base` but for some facts of its header."""
    lines = [f'#include "{harness.TOP}/boards/{base}.h"']
    for name, value in facts.items():
        lines += [f"#undef {name}", f"#define {name} {value}"]
    header = tmp_path / "board.h"
    header.write_text("\n".join(lines) + "\n")
    return {"BOARD": base, "defines": f"-DBOARD_HEADER='\"{header}\"'"}


@pytest.mark.parametrize("wanted, dtb_hz, facts", [
    (50000000, 50000000, {"BOARD_CNTFRQ_AT_RESET": JUNK, "BOARD_SYSTEM_COUNTER": FRAME}),
    (JUNK, None, {"BOARD_CNTFRQ_AT_RESET": JUNK, "BOARD_SYSTEM_COUNTER": FRAME}),
    (JUNK, None, {"BOARD_CNTFRQ_AT_RESET": "CNTFRQ_ANY"}),
    (26000000, None, {"BOARD_CNTFRQ_AT_RESET": 62500000, "BOARD_SYSTEM_COUNTER": FRAME}),
    (19200000, None, {"BOARD_CNTFRQ_AT_RESET": 62500000, "BOARD_SYSTEM_COUNTER": ABSENT}),
    (19200000, None, {"BOARD_CNTFRQ_AT_RESET": 0, "BOARD_SYSTEM_COUNTER": 0}),
], ids=["DTB", "reset value", "any reset value", "frame", "no frame", "board"])
def test_frequency(tmp_path, wanted, dtb_hz, facts):
    """CNTFRQ holds junk at reset: the first source that can be believed counts."""
    dtb = tmp_path / "virt.dtb"
    shutil.copy(harness.qemu_dtb(VIRT, 2, "-cpu", "cortex-a15"), dtb)
    if dtb_hz:
        subprocess.run(["fdtput", "-t", "i", dtb, "/timer", "clock-frequency", str(dtb_hz)],
                       check=True)
    image = harness.conformance(
        "cores-frequency", "conformance=entry", DTB=dtb, SMP=2,
        EXTRA_SOURCES="tests/guest/cntfrq.S", BOOT_ENTRY="poison_cntfrq",
        **board(tmp_path, "virt", BOARD_CNTFRQ=19200000, **facts))
    text, _ = harness.console(image, machine=VIRT, cpus=2, extra=[
        "-cpu", "cortex-a15", "-device", f"loader,addr={FRAME + 0x20:#x},data=26000000,data-len=4"])
    assert re.findall(r"# counter at (\d+) Hz", text) == [str(wanted)] * 3, text    # cpu1 has two lives
