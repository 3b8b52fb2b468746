# SPDX-License-Identifier: BSD-2-Clause
"""Change a DTB by the tools of dtc: set_memory()."""

import subprocess

from . import Problem


def run(tool, *words):
    try:
        done = subprocess.run([tool, *map(str, words)], capture_output=True, text=True)
    except OSError:
        raise Problem(f"cannot run {tool}; install dtc (Debian: device-tree-compiler)") from None
    if done.returncode:
        raise Problem(f"{tool}: {done.stderr.strip() or done.returncode}; check the DTB with dtc")
    return done.stdout


def set_memory(dtb, memory):
    """Replace the memory nodes of a DTB's root by one. `memory` is "BASE,SIZE", as in
    BOARD_MEMORY of boards/NAME.mk."""
    base, size = (int(word, 0) for word in memory.split(","))
    for node in run("fdtget", "-l", dtb, "/").split():
        if run("fdtget", "-d", "", dtb, f"/{node}", "device_type").strip() == "memory":
            run("fdtput", "-r", dtb, f"/{node}")
    cells = []
    for name, otherwise, value in (("#address-cells", 2, base), ("#size-cells", 1, size)):
        if int(run("fdtget", "-d", otherwise, dtb, "/", name)) == 2:
            cells.append(value >> 32)
        cells.append(value & 0xffffffff)
    node = f"/memory@{base:x}"
    run("fdtput", "-c", dtb, node)
    run("fdtput", "-t", "s", dtb, node, "device_type", "memory")
    run("fdtput", "-t", "x", dtb, node, "reg", *(f"{cell:x}" for cell in cells))
