# SPDX-License-Identifier: BSD-2-Clause
"""What it costs: tools/bench.py within its budgets, and no cost that grows with the payload."""

import json
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as xml

import pytest

import harness
from bw import Problem, boards

sys.path.insert(0, str(harness.TOP / "tools"))
import bench  # noqa: E402

COSTS = harness.TOP / "docs" / "costs.md"


def test_budgets(tmp_path):
    costs = tmp_path / "costs.md"
    costs.write_text(COSTS.read_text())
    done = subprocess.run([sys.executable, harness.TOP / "tools" / "bench.py", "--docs", costs,
                           "--output", tmp_path / "bench.json"], capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    results = {entry["name"]: entry for entry in json.loads((tmp_path / "bench.json").read_text())}
    assert {"reset_to_kernel_prepared", "reset_to_kernel_libfdt", "hvc_set_vectors",
            "psci_version", "resident_bytes"} <= set(results)
    for name, entry in results.items():
        assert set(entry) == {"name", "value", "unit", "budget"}
        assert entry["value"] > 0
        assert entry["budget"] is None or entry["value"] <= entry["budget"], name
    assert costs.read_text() == COSTS.read_text(), \
        "docs/costs.md has other figures than these; \"make bench\" writes them there"


@pytest.mark.parametrize("extra", range(4))
def test_any_length_of_names_costs_the_same(extra, tmp_path):
    """The DTB is moved by whole words, wherever its last name ends."""
    dtb = tmp_path / "board.dtb"
    shutil.copy(harness.DTB, dtb)
    subprocess.run(["fdtput", "-t", "s", dtb, "/", "x" * (4 + extra), ""], check=True)
    image = harness.conformance(f"bench-names-{extra}", "conformance=fast", DTB_MEND="boot", QUIET=1,
                                DTB=dtb, INITRD=harness.initramfs())
    assert bench.until(image, bench.KERNEL, cpus=2) < 85000


def test_copies():
    """lib/string.c copies every size from and to every distance from a word's start."""
    image = harness.build("string", "wrapper", EXTRA_SOURCES="tests/guest/string.c",
                          BOOT_ENTRY="check_string") / "boot-wrapper.elf"
    _, status = harness.console(image, cpus=1)
    assert status == 0


def test_no_other_page_counts():
    """Figures that make bench counts stand in docs/costs.md only, where it writes them."""
    told = {match[1] for match in re.finditer(r"^\| .*? \| (?:about )?([\d,]{4,})", COSTS.read_text(),
                                              re.M)}
    assert len(told) >= 2
    for page in [harness.TOP / "README.md", *(harness.TOP / "docs").glob("*.md")]:
        if page != COSTS:
            for number in told:
                assert not re.search(rf"(?<![\d,]){number}(?![\d,])", page.read_text()), (page, number)


def entry(mark, cpus, value, low, high):
    return {"name": f"clock_b_{cpus}_{mark}", "board": "b", "cpus": cpus, "mark": mark,
            "unit": "ratio", "budget": None, "value": value, "low": low, "high": high,
            "ours": 3.0, "qemu": 2.5, "rounds": 3}


def test_each_kind_of_entry_stays(tmp_path):
    """make bench keeps the clock's entries, and make bench-clock those of make bench."""
    path = tmp_path / "bench.json"
    count = {"name": "cpu_on", "value": 1, "unit": "instructions", "budget": 2}
    for damaged in ("", "[1]", "{}", "null"):
        path.write_text(damaged)
        bench.save(path, [count], clocks=False)
        assert json.loads(path.read_text()) == [count]
    ratio = entry("userspace", 2, 1.0, 0.9, 1.1)
    bench.save(path, [ratio], clocks=True)
    bench.save(path, [{**count, "value": 2}], clocks=False)
    assert json.loads(path.read_text()) == [{**count, "value": 2}, ratio]


def test_clock(tmp_path, monkeypatch):
    """Interleaved boots, ratios of pairs, and their spread; by a "QEMU" that sleeps."""
    order = []

    def script(name, first, second):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\necho {name} >>{tmp_path}/order\nsleep {first}\n"
                        f"echo Booting Linux\nsleep {second}\n"
                        "echo boot-wrapper-initramfs: ready\nsleep 60\n")
        path.chmod(0o755)
        return [str(path)]
    first, entries = bench.clock.measure(
        {("b", 2): (script("ours", 0.4, 0.4), script("own", 0.2, 0.2))}, 2, order.append)
    assert {item["rounds"] for item in first} == {1} and {item["rounds"] for item in entries} == {2}
    assert (tmp_path / "order").read_text().split() == ["own", "ours", "ours", "own"]
    assert len(order) == 2 and [item["mark"] for item in entries] == ["first_line", "userspace"]
    for item in entries:
        assert item["low"] <= item["value"] <= item["high"] and 1 < item["value"] < 3
        assert item["unit"] == "ratio" and item["budget"] is None
    monkeypatch.setattr(bench.clock, "LIMIT", 1)
    with pytest.raises(Problem, match="no userspace within 1 s"):
        bench.clock.boot(script("slow", 5, 5))


def test_picture():
    """docs/pictures/wall-clock.svg shows the entries beside it; all of it is inside the frame."""
    source = harness.TOP / "docs" / "pictures" / "wall-clock.json"
    entries = json.loads(source.read_text())
    picture = source.with_suffix(".svg").read_text()
    assert picture == bench.clock.draw(entries)
    assert {(item["board"], item["cpus"]) for item in entries} == \
        {(name, cpus) for name in boards.names() for cpus in boards.Board(name).clock_cpus}
    wide = bench.clock.draw([entry(mark, cpus, 2.0, 0.5, 40.0) for mark in bench.clock.MARKS
                             for cpus in (1, 8)])
    for text in (picture, wide):
        svg = xml.fromstring(text)
        for shape in svg:
            for name in ("x", "x1", "x2", "cx"):
                assert 0 <= float(shape.get(name, 0)) <= float(svg.get("width"))
            for name in ("y", "y1", "y2", "cy"):
                assert 0 <= float(shape.get(name, 0)) <= float(svg.get("height"))


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
