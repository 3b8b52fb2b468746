# SPDX-License-Identifier: BSD-2-Clause
"""How the wrapper's files depend on each other, by the symbols of their objects."""

import re
import subprocess

import pytest

import harness

RESIDENT = {"resident.c", "monitor.S", "psci.c", "gic.c", "cache.S", "secure.c", "kernel_state.c",
            "hyp_psci.S", "hyp_stub.S", "pen.S"}
# The files that may depend on each other in a circle.
CYCLES = [{"monitor.S", "psci.c", "hyp_psci.S"}, {"boot.S", "boot.c"}]


def objects(out):
    """{source: (symbols that it defines, symbols that it needs)}"""
    found = {}
    for path in sorted(out.rglob("*.o")):
        source = str(path.relative_to(out))[:-2]
        if not (harness.TOP / source).is_file() or source.split("/")[0] in ("kernels", "tools",
                                                                             "tests"):
            continue
        lines = subprocess.run(["arm-none-eabi-nm", path], capture_output=True, text=True,
                               check=True).stdout.splitlines()
        symbols = [line.split()[-2:] for line in lines]
        found[source] = ({name for kind, name in symbols if kind.isupper() and kind != "U"},
                         {name for kind, name in symbols if kind == "U"})
    return found


def dependencies(found):
    """{source: {source that it needs: symbols}}; libfdt and the linker script are no files."""
    owner = {name: source for source, (defined, _) in found.items() for name in defined}
    graph = {}
    for source, (_, needed) in found.items():
        graph[source] = {}
        for name in needed & owner.keys():
            graph[source].setdefault(owner[name], set()).add(name)
    return graph


def reachable(graph, source):
    seen, todo = set(), [source]
    while todo:
        for needed in graph[todo.pop()]:
            if needed not in seen:
                seen.add(needed)
                todo.append(needed)
    return seen


def circles(graph):
    """The sets of files that depend on each other."""
    after = {source: reachable(graph, source) for source in graph}
    return {frozenset(other for other in after[source] if source in after[other])
            for source in graph if source in after[source]}


def bad_circles(graph):
    return [sorted(circle) for circle in circles(graph)
            if not any(circle <= allowed for allowed in CYCLES)]


@pytest.fixture(scope="module", params=["vexpress-a15", "virt"])
def graph(request):
    out = harness.build("structure", "wrapper", BOARD=request.param)
    found = objects(out)
    assert RESIDENT | {"boot.S", "boot.c", "move.S", "lib/console.c", "loader/load.c"} <= set(found)
    return dependencies(found)


def test_no_circles(graph):
    assert not bad_circles(graph)


def test_resident_code_needs_no_folder(graph):
    """What stays in memory is on the top level, and needs only what stays."""
    for source in RESIDENT:
        assert set(graph[source]) <= RESIDENT, (source, graph[source])


def test_folders_do_not_need_the_boot(graph):
    for source in graph:
        if "/" in source:
            assert not {"boot.S", "boot.c", "move.S"} & set(graph[source]), (source, graph[source])


def test_circles_are_found(graph):
    graph = {source: dict(needed) for source, needed in graph.items()}
    graph["secure.c"]["psci.c"] = {"turn_on"}
    assert bad_circles(graph) == [["hyp_psci.S", "monitor.S", "psci.c", "secure.c"]]


# A public function is declared in the header named after the file that defines it.

ELSEWHERE = {"image_start"}


def header_of(source):
    stem = re.sub(r"\.[cS]$", "", source)
    candidates = [harness.TOP / f"{stem}.h", harness.TOP / "include" / f"{stem}.h"]
    if stem in ("hyp_psci",):       # hyp_psci() and its start are psci.c's half of it
        candidates.append(harness.TOP / "include" / "hyp_psci.h")
    return next((path for path in candidates if path.exists()), None)


def test_declared_in_the_header_of_its_file(graph):
    wrong = []
    for source, needs in graph.items():
        for needed, names in needs.items():
            if not source.endswith(".c") or needed in ("lib/string.c",):
                continue
            headers = [header_of(needed)]
            if needed == "psci.c":
                headers.append(header_of("hyp_psci.S"))
            text = "".join(path.read_text() for path in headers if path)
            wrong += [(source, name, needed) for name in sorted(names)
                      if not re.search(rf"\b{name}\b", text)]
    assert not wrong


# Constants by which assembly reads C structures: each must be asserted where it is defined.

def test_offsets_are_asserted():
    used = set()
    for path in [*harness.TOP.glob("*.S"), harness.TOP / "lib" / "report.h"]:
        used |= set(re.findall(r"\[\w+, #((?:CPU|RESIDENT|CONSOLE|BAKERY)_\w+)\]",
                               path.read_text()))
    assert {"CPU_MPIDR", "RESIDENT_SPSR", "CONSOLE_DATA", "BAKERY_TICKET"} <= used
    asserted = set(re.findall(r"ASSERT_OFFSET\([\w ]+, \w+, (\w+)\)",
                              (harness.TOP / "include" / "resident.h").read_text()))
    assert used <= asserted, used - asserted


@pytest.mark.parametrize("fields", [
    ("uint32_t spsr;", "uint32_t boot_mode;"),
    ("uint32_t data;", "uint32_t status;"),
    ("uint32_t mpidr;", "volatile uint32_t state;"),
])
def test_moved_field_does_not_compile(fields, tmp_path):
    """Two fields change places: the compiler says so."""
    text = (harness.TOP / "include" / "resident.h").read_text()
    lines = text.splitlines()
    first, second = ([n for n, line in enumerate(lines) if line.strip().startswith(field)][0]
                     for field in fields)
    lines[first], lines[second] = lines[second], lines[first]
    (tmp_path / "resident.h").write_text("\n".join(lines) + "\n")
    (tmp_path / "t.c").write_text('#include "resident.h"\n')
    command = ["arm-none-eabi-gcc", "-fsyntax-only", "-march=armv7-a",
               "-DBOARD_HEADER=\"../boards/vexpress-a15.h\"", f"-I{tmp_path}",
               f"-I{harness.TOP}/include", f"-I{harness.TOP}", tmp_path / "t.c"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0 and "static assertion failed" in done.stderr
