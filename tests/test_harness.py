# SPDX-License-Identifier: BSD-2-Clause
"""The harness: tests stand alone, and processes do not build into each other's directories."""

import ast
import subprocess
import sys

import pytest

import harness
import harness.builds

TESTS = sorted((harness.TOP / "tests").glob("test_*.py"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_no_test_module_imports_another(path):
    names = [name for node in ast.walk(ast.parse(path.read_text()))
             if isinstance(node, (ast.Import, ast.ImportFrom))
             for name in ([node.module] if isinstance(node, ast.ImportFrom)
                          else [alias.name for alias in node.names])]
    assert "harness" in names or "pytest" in names
    assert not [name for name in names if name.startswith("test_")]


def test_each_process_has_a_directory_of_its_own():
    """A second process builds elsewhere, but shares the objects."""
    script = "import harness, harness.builds; print(harness.CHECK, harness.builds.SHARED)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          cwd=harness.TOP / "tests", check=True)
    own, common = done.stdout.split()
    assert own != str(harness.CHECK) and common == str(harness.builds.SHARED)


def test_settings_of_a_make_above_reach_no_build(monkeypatch):
    """`make check BOARD=virt` exports BOARD; the builds of the tests must not see it."""
    harness.builds.environment.cache_clear()
    monkeypatch.setenv("BOARD", "virt")
    monkeypatch.setenv("MODE", "svc")
    monkeypatch.setenv("MAKEFLAGS", "n")
    try:
        assert not {"BOARD", "MODE", "MAKEFLAGS"} & set(harness.builds.environment())
    finally:
        harness.builds.environment.cache_clear()


def test_objects_follow_their_settings():
    """A directory that had the objects of other settings gets those of the new ones."""
    name = "harness-objects"
    for source, entry, there in (("tests/guest/poison.S", "poison", True), ("", "reset", False),
                                 ("tests/guest/poison.S", "poison", True)):
        out = harness.build(name, "wrapper", EXTRA_SOURCES=source, BOOT_ENTRY=entry)
        assert ("poison" in harness.symbols(out / "boot-wrapper.elf")) == there
