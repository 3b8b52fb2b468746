# SPDX-License-Identifier: BSD-2-Clause
"""What CONTRIBUTING.md and .editorconfig ask of every file."""

import re
import subprocess

import pytest

import harness


def tracked():
    """The files that git has or would add; without git, the test is skipped."""
    done = subprocess.run(["git", "-C", harness.TOP, "ls-files", "-z", "-co",
                           "--exclude-standard"], capture_output=True, text=True)
    paths = [harness.TOP / name for name in done.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()] if done.returncode == 0 else []


FILES = tracked()
SOURCES = [path for path in FILES if path.suffix in (".c", ".h", ".S", ".py", ".mk", ".pml")
           or path.name == "Makefile" or path.parent.name == "tools" and not path.suffix]


def relative(path):
    return str(path.relative_to(harness.TOP))


def faults(path):
    """The lines of a text file that .editorconfig rules out."""
    data = path.read_bytes()
    if not data.endswith(b"\n") or data.endswith(b"\n\n"):
        yield "the last line does not end in one newline"
    for number, line in enumerate(data.decode().split("\n"), 1):
        if line != line.rstrip():
            yield f"line {number}: blanks or a carriage return at its end"
        if path.suffix in (".c", ".h", ".S") and re.match(r" {8}", line):
            yield f"line {number}: indented by spaces"


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix != ".svg"], ids=relative)
def test_editorconfig(path):
    assert not list(faults(path))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_licence(path):
    head = path.read_text().splitlines()[:2]
    assert any("SPDX-License-Identifier: BSD-2-Clause" in line for line in head)


def test_subjects_of_commits():
    """At most 72 columns, and an area before the colon; since CONTRIBUTING.md says so."""
    git = ["git", "-C", harness.TOP, "log", "--format=%s"]
    first = subprocess.run([*git[:3], "log", "--diff-filter=A", "--format=%H", "--",
                            "CONTRIBUTING.md"], capture_output=True, text=True).stdout.split()
    if not first:
        pytest.skip("no history")
    subjects = subprocess.run([*git, f"{first[-1]}..HEAD"], capture_output=True, text=True,
                              check=True).stdout.splitlines()
    assert not [subject for subject in subjects
                if len(subject) > 72 or not re.match(r"[\w., /-]+: \S", subject)]


def test_faults_are_found(tmp_path):
    for name, content in (("a.c", b"\treturn;"), ("b.c", b"\treturn; \n"), ("c.c", b"x\r\n"),
                          ("d.c", b"        x\n"), ("e.md", b"x\n\n")):
        (tmp_path / name).write_bytes(content)
        assert list(faults(tmp_path / name)), name


def test_makefile_is_short():
    """It fits on a few screens; what runs QEMU, tests and fuzzers has files of its own."""
    assert len((harness.TOP / "Makefile").read_text().splitlines()) <= 300
