# SPDX-License-Identifier: BSD-2-Clause
"""plan.c, for every input that there is: its result is what docs/contract.md promises.

The three tables of the contract are the rules; they are read from the page itself.
"""

import re
import subprocess

import pytest

import harness

CONTRACT = harness.TOP / "docs" / "contract.md"
ENTERED = ["Secure state", "Non-secure Hyp mode", "SVC mode without Secure state"]
FIRMWARE = ["none", "0.1", "0.2"]
MODES = {"secure-monitor": 1, "hyp": 2, "svc": 3, "secure-svc": 4}
PREFERENCE = ["hyp", "svc", "secure-svc", "secure-monitor"]
STARTED_BY = ["the wrapper's PSCI", "the pen", "that PSCI", "that PSCI, trapped", "the board",
              "nothing"]
DTB_PSCI = {"none": 0, "ours": 1, "firmware's": 2}
RESERVED = ["nothing", "first page", "all"]
PEN, GRANT, SMC_NONE = 2, 4, 8
NS, FW, AW, SCD, HCE, TSC = 1, 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 19


def contract(heading):
    """The first table of a section: a list of {column: cell}."""
    section = CONTRACT.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")]
             for line in section.splitlines() if line.startswith("|")]
    table = [dict(zip(lines[0], cells)) for cells in lines[2:]]
    assert all(len(row) == len(lines[0]) for row in table)
    return table


GIVES, START, RESERVE = (contract(heading) for heading in (
    "The mode", "The other CPUs", "What must be left alone"))


def look_up(table, facts):
    """The one row of a table that these facts are in."""
    found = [row for row in table
             if all(row[column] == "any" or value in row[column].split(", ")
                    for column, value in facts.items())]
    assert len(found) == 1, (facts, found)
    return found[0]


def fields(line):
    facts, _, refusal = line.partition(" refusal=")
    row = {key: int(value, 16 if key in ("word", "scr", "hcr") else 10)
           for key, value in (pair.split("=") for pair in facts.split())}
    return {**row, "refusal": refusal or None}


def listed(modes):
    return ", ".join(mode for mode, number in MODES.items() if modes >> number & 1)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    program = harness.host_program(tmp_path_factory.mktemp("plan"), "plan_rows", "plan.c", flags=(
        "-Wshadow", "-Wundef", "-Wno-format-security", "-Wno-format-nonliteral"))
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    return [fields(line) for line in lines.splitlines()]


def expected_refusal(row, gives):
    """In the order in which the user can do something about it."""
    if row["flags"] & SMC_NONE and row["flags"] & GRANT:
        return "SMC=none GRANT=secure: SMC is how Secure state is granted; leave one of them out"
    if row["flags"] & SMC_NONE and not row["flags"] & PEN:
        return "SMC=none SMP_METHOD=psci: PSCI is called by SMC; leave SMP_METHOD= out"
    entered = ENTERED[row["entered"]]
    if not any(row["takes"] >> MODES[mode] & 1 for mode in gives):
        return (f"the kernel takes {listed(row['takes'])} (why), but this CPU, entered in "
                f"{entered}, gives {listed(sum(1 << MODES[mode] for mode in gives))}; change "
                "one of them (QEMU: secure=, virtualization=)")
    if row["flags"] & GRANT and row["entered"]:
        return (f"GRANT=secure, but the CPU was entered in {entered}, so Secure state is not "
                "ours to give; start the wrapper from reset (QEMU: secure=on)")
    return None


def expected_reserve(row, mode, start, waits):
    if start == "that PSCI, trapped":
        return "all"
    return look_up(RESERVE, {
        "entered in": ENTERED[row["entered"]], "mode": mode,
        "CPU": "with Hyp mode" if row["hyp"] else "without Hyp mode",
        "Secure RAM": "yes" if row["secure_ram"] else "no",
        "`SMC=`": "none" if row["flags"] & SMC_NONE else "psci",
        "a CPU waits there": "yes" if waits else "no"})["reserved"]


def check(row):
    entered = ENTERED[row["entered"]]
    secure_entry = entered == "Secure state"
    gives = look_up(GIVES, {
        "entered in": entered,
        "CPU": "with Hyp mode" if row["hyp"] else "without Hyp mode"})["it can give"]
    gives = gives.split(", ")
    refusal = expected_refusal(row, gives)
    assert row["refusal"] == refusal
    if refusal:
        return
    mode = next(m for m in PREFERENCE if m in gives and row["takes"] >> MODES[m] & 1)
    secure = mode.startswith("secure")
    owns_hyp = "hyp" in gives
    owns_secure = secure or bool(row["flags"] & GRANT)
    assert row["mode"] == MODES[mode]
    assert row["word"] == 0x424D0000 | MODES[mode] << 4 | owns_hyp << 1 | owns_secure

    firmware = FIRMWARE[row["firmware"]]
    start = look_up(START, {
        "entered in": entered, "mode": mode, "PSCI of other firmware": firmware,
        "`SMP_METHOD=`": "pen" if row["flags"] & PEN else "psci",
        "flags register": "yes" if row["pen"] else "no"})
    assert STARTED_BY[row["start"]] == start["started by"]
    theirs = not secure_entry and firmware != "none"
    assert row["psci"] == DTB_PSCI["ours" if start["started by"] == "the wrapper's PSCI" else
                                   "firmware's" if theirs else "none"]
    assert bool(row["gathers"]) == (start["present"] != "-")
    if start["present"] != "-":
        assert bool(row["loses_present"]) == (start["present"] == "failed")
    assert bool(row["loses_missing"]) == (start["missing"] == "failed")

    # SMC: answered by PSCI or the Secure trampoline, else UNDEFINED if the CPU can do that.
    scr = 0
    if secure_entry:
        answers = start["started by"] == "the wrapper's PSCI" or owns_secure
        scr = FW | AW | (0 if secure else NS) | (HCE if row["hyp"] else 0) | \
            (SCD if row["hyp"] and not answers else 0)
    assert row["scr"] == scr
    assert row["hcr"] == (TSC if start["started by"] == "that PSCI, trapped" else 0)

    assert RESERVED[row["reserve"]] == expected_reserve(
        row, mode, start["started by"], not theirs and not row["pen_ram"])
    assert RESERVED[row["reserve_missing"]] == expected_reserve(
        row, mode, start["started by"], not theirs)


def test_every_row(rows):
    plans = [row for row in rows if "entered" in row]
    # 5 states of a CPU and its entry, 16 sets of modes, 8 of flags, 3 PSCIs, 8 boards.
    assert len({tuple(sorted((k, v) for k, v in row.items() if k in (
        "entered", "hyp", "takes", "flags", "firmware", "pen", "pen_ram", "secure_ram")))
        for row in plans}) == len(plans) == 5 * 16 * 8 * 3 * 8
    for row in plans:
        try:
            check(row)
        except AssertionError as error:
            raise AssertionError(f"{row}") from error


def test_every_row_of_the_contract_is_used(rows):
    """No row of a table is out of reach: else it promises what cannot happen."""
    used = {id(look_up(START, {
        "entered in": ENTERED[row["entered"]], "mode": {v: k for k, v in MODES.items()}[row["mode"]],
        "PSCI of other firmware": FIRMWARE[row["firmware"]],
        "`SMP_METHOD=`": "pen" if row["flags"] & PEN else "psci",
        "flags register": "yes" if row["pen"] else "no"}))
        for row in rows if "entered" in row and not row["refusal"]}
    assert used == {id(row) for row in START}


def test_takes(rows):
    """What the user asks for must be in the kernel's note; without a note, hyp and svc."""
    for row in (row for row in rows if "note" in row):
        if not row["asked"]:
            assert row["takes"] == (row["note"] or 1 << MODES["hyp"] | 1 << MODES["svc"])
        else:
            asked = 1 << row["asked"]
            assert row["takes"] == (asked if row["note"] in (0, row["note"] | asked) else 0)


def test_the_build_and_the_boot_have_no_rules_of_their_own():
    for file in (harness.TOP / "boot.c", harness.TOP / "loader/load.c",
                 *(harness.TOP / "tools/prepare").glob("*.c")):
        text = file.read_text()
        assert not re.search(r"BW_OWNS_\w+ \?|SCR_SCD|BW_TAKES_DEFAULT|HCR_TSC", text), file
