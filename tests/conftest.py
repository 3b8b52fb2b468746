# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures that several test modules share, the order of the tests, and which are quick."""

import collections
import shutil
import subprocess

import pytest

import harness

# These come first: they boot nothing, or next to nothing.
HOST = ("test_docs", "test_style", "test_structure", "test_harness", "test_plan", "test_place",
        "test_cache", "test_formats", "test_dtb_host", "test_tools", "test_note", "test_dtb",
        "test_disassembly", "test_fuzz", "test_build")
# Then these, the longest, so that no process is left alone with one of them at the end.
LONG = ("test_stress", "test_boards", "test_bw_run", "test_xen", "test_ci", "test_model", "test_bench")

# `make check-quick`: modules that boot nothing, one board of those that build for each, the
# conformance payload in each mode, and a Linux.
QUICK = ("test_docs.py", "test_style.py", "test_structure.py", "test_harness.py::test_no",
         "test_plan.py", "test_place.py", "test_cache.py", "test_formats.py",
         "test_dtb_host.py", "test_tools.py", "test_disassembly.py",
         "test_build.py::test_bad_input",
         "test_linux.py::test_boot[2-psci-build]",
         "test_modes.py::test_entry_and_asked_mode[reset-",
         "test_conformance.py::test_conformance[2-pen-boot]")


def is_quick(test):
    return test.startswith(QUICK) and ("test_resident_size" not in test or
                                       harness.BOARD in test)


def pytest_configure(config):
    config.addinivalue_line("markers", "quick: part of `make check-quick`")
    for tool in ("qemu-system-arm", "arm-none-eabi-gcc", "dtc", "spin"):
        if not shutil.which(tool):
            pytest.exit(f"boot-wrapper: {tool}: not installed; run \"make deps\"", 2)
    for file in (harness.VMLINUZ, harness.XEN, harness.U_BOOT):
        if not file.exists():
            pytest.exit(f"boot-wrapper: {file} is missing; run \"make deps\"", 2)


def pytest_collection_modifyitems(items):
    def rank(item):
        module = item.module.__name__
        return (0, HOST.index(module)) if module in HOST else \
            (1, LONG.index(module)) if module in LONG else (2, 0)

    items.sort(key=rank)
    for item in items:
        if is_quick(f"{item.path.name}::{item.nodeid.partition('::')[2]}"):
            item.add_marker(pytest.mark.quick)


def pytest_terminal_summary(terminalreporter):
    """Where the time went, by module; --durations has the slowest tests."""
    spent = collections.Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration") and hasattr(report, "nodeid"):
                spent[report.nodeid.partition("::")[0]] += report.duration
            # Each report of a test has its properties: show those of the call.
            for name, value in getattr(report, "user_properties", []):
                if report.when == "call":
                    terminalreporter.write_line(f"{report.nodeid}: {name}: {value}")
    if len(spent) > 1:
        terminalreporter.section("seconds by module")
        for module, seconds in spent.most_common():
            terminalreporter.write_line(f"{seconds:8.1f} {module}")


@pytest.fixture(scope="session")
def image():
    """Debian's Linux, as `make run` builds it: 2 CPUs, PSCI, DTB fixed up by the build."""
    return harness.linux("linux-2-psci", SMP=2)


@pytest.fixture(scope="session")
def mended(tmp_path_factory):
    """What the boot makes of a DTB, by dtb.c on the host, with sanitizers.

    mended(dtb, psci, reserve_end) is the result; mended.program is for other uses.
    """
    program = harness.host_program(tmp_path_factory.mktemp("dtb"), "dtb_fuzz", "loader/dtb.c",
                                   "plan.c")

    def mend(dtb, psci, reserve_end=0x87E13000):
        which = ["none", "ours", "firmware's"].index(psci)
        return subprocess.run([program, dtb, str(which), str(reserve_end)],
                              capture_output=True, check=True).stdout
    mend.program = program
    return mend
