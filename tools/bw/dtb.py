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


def set_memory(dtb, ranges):
    """Replace the enabled memory nodes of a DTB's root by one with the [(base, size)], as
    MEMORY= of make does."""
    for node in run("fdtget", "-l", dtb, "/").split():
        kind, status = (run("fdtget", "-d", "okay", dtb, f"/{node}", name).strip()
                        for name in ("device_type", "status"))
        if kind == "memory" and status.startswith("ok"):
            run("fdtput", "-r", dtb, f"/{node}")
    counts = [int(run("fdtget", "-d", otherwise, dtb, "/", name))
              for name, otherwise in (("#address-cells", 2), ("#size-cells", 1))]
    cells = []
    for pair in ranges:
        for value, count in zip(pair, counts):
            if value >> 32 * count:
                raise Problem(f"the DTB has no 64-bit addresses, and memory at {pair[0]:#x}, "
                              f"{pair[1]:#x} bytes, needs them; use another DTB")
            cells += [f"{value >> 32 * n & 0xffffffff:x}" for n in reversed(range(count))]
    node = f"/memory@{ranges[0][0]:x}"
    run("fdtput", "-c", dtb, node)
    run("fdtput", "-t", "s", dtb, node, "device_type", "memory")
    run("fdtput", "-t", "x", dtb, node, "reg", *cells)
