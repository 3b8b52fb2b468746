# SPDX-License-Identifier: BSD-2-Clause
"""What it costs: tools/bench.py within its budgets, and no cost that grows with the payload."""

import json
import struct
import subprocess
import sys

import harness

sys.path.insert(0, str(harness.TOP / "tools"))
import bench  # noqa: E402


def test_budgets(tmp_path):
    done = subprocess.run([sys.executable, harness.TOP / "tools" / "bench.py", "--output",
                           tmp_path / "bench.json"], capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    results = {entry["name"]: entry for entry in json.loads((tmp_path / "bench.json").read_text())}
    assert {"reset_to_kernel_prepared", "reset_to_kernel_libfdt", "hvc_set_vectors",
            "psci_version", "resident_bytes"} <= set(results)
    for name, entry in results.items():
        assert set(entry) == {"name", "value", "unit", "budget"}
        assert entry["value"] > 0
        assert entry["budget"] is None or entry["value"] <= entry["budget"], name


def test_cost_does_not_depend_on_sizes(tmp_path):
    """The same count with 4 bytes of kernel and with 40 MB of kernel and 64 MB of initrd."""
    counts = []
    for name, size, initrd_size in (("small", 4, 4), ("big", 40_000_000, 64_000_000)):
        kernel, initrd = tmp_path / f"{name}.bin", tmp_path / f"{name}.rd"
        kernel.write_bytes(struct.pack("<I", 0xEAFFFFFE) + bytes(size - 4))
        initrd.write_bytes(bytes(initrd_size))
        image = harness.build(f"cost-{name}", "all", KERNEL=kernel, KERNEL_FORMAT="raw",
                              INITRD=initrd, DTB=harness.DTB, BOOTARGS="x", SMP=1,
                              QUIET=1) / "linux-system.axf"
        counts.append(bench.until(image, bench.KERNEL))
    assert counts[0] == counts[1]


def test_calls_do_not_depend_on_the_number_of_cpus():
    """The same counts with 2 CPUs and with 4; the call turns on the last CPU."""
    counts = []
    for cpus in (2, 4):
        _, at, runs = bench.calls(cpus)
        assert (cpus - 1, at["bench_woken"]) in runs[0]
        counts.append([bench.cost(call, at, runs) for call in bench.CALLS])
    assert counts[0] == counts[1]
