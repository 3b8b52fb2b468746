# SPDX-License-Identifier: BSD-2-Clause
"""The list of single faults: it fits the sources, and tests notice a sample of it.

`make mutants` runs all of them.
"""

import re
import subprocess
import sys
import tomllib

import pytest

import harness

TOOL = harness.TOP / "tools" / "mutants"
DATA = tomllib.loads((harness.TOP / "tests" / "mutants.toml").read_text())

# What an earlier conformance kernel did not notice.
MUST_BE_CAUGHT = [
    r"write_cp15\(TTBCR, 0\)", r"write_cp15\(VBAR, 0\)", r"write_cp15\(CPACR, 0\)",
    r"write_cp15\(CNTKCTL, 0\)", r"write_cp15\(CNTP_CTL, 0\)", "the distributor is left off",
    "FIQEn is set", "for Group 0 only", "NSACR reduced", r"no ACTLR\.SMP", r"no ACTLR\.IBE",
    r"write_cp15\(ICIALLU", r"write_cp15\(BPIALL", r"write_cp15\(TLBIALL, 0",
    r"write_cp15\(TLBIALLH", r"write_cp15\(TLBIALLNSNH", "CPU_OFF does not clean", "no DSB before the kernel",
    "SCR routes IRQ", "SCR routes FIQ", "SCR routes aborts",
]


@pytest.fixture(scope="module")
def listed():
    done = subprocess.run([sys.executable, TOOL, "--list"], capture_output=True, text=True,
                          check=True)
    return done.stdout.splitlines()


def test_list(listed):
    *faults, count = listed
    assert int(count.split()[0]) == len(faults) >= 100
    survivors = [line for line in faults if "-> survives: " in line]
    assert len(survivors) <= 0.03 * len(faults)
    for wanted in MUST_BE_CAUGHT:
        found = [line for line in faults if re.search(wanted, line)]
        assert found and not set(found) & set(survivors), wanted


def test_tests_are_there():
    for name in DATA["tests"].values():
        file, _, test = name.partition("::")
        assert not test or f"def {test.split('[')[0]}(" in (harness.TOP / file).read_text(), name
    for operator in DATA["operator"]:
        assert set(operator["tests"]) <= set(DATA["tests"])


def test_sample(record_property):
    """Two faults, others each day; the summary of the run shows the score."""
    done = subprocess.run([sys.executable, TOOL, "--sample", "2", "--deps", harness.DEPS,
                           "--tree", harness.CHECK / "mutants"], capture_output=True, text=True,
                          check=False)
    record_property("score", done.stdout.strip().rpartition("\n")[2])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 caught" in done.stdout or "survive for a reason" in done.stdout
