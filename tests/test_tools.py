# SPDX-License-Identifier: BSD-2-Clause
"""Tools in shell: help and wrong usage; boards/*.mk: what QEMU prints of them."""

import subprocess

import pytest

import harness

TOOLS = harness.TOP / "tools"
BOARDS = sorted(path.stem for path in (harness.TOP / "boards").glob("*.mk"))


def run(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)


@pytest.mark.parametrize("tool", ["deps", "mkinitramfs"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(tmp_path, tool, option):
    """The tool's own text on stdout; nothing is created."""
    done = run(TOOLS / tool, option, cwd=tmp_path)
    assert done.returncode == 0 and not done.stderr
    assert f"tools/{tool} " in done.stdout and "Exit status:" in done.stdout
    assert not any(line.startswith("#") for line in done.stdout.splitlines())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["deps"], ["deps", ""], ["deps", "a", "b"], ["deps", "--colour"],
                                     ["mkinitramfs"], ["mkinitramfs", "a"]])
def test_usage(tmp_path, command):
    done = run(TOOLS / command[0], *command[1:], cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.startswith("boot-wrapper: ")
    assert "usage: " in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_initramfs_into_a_directory(tmp_path):
    done = run(TOOLS / "mkinitramfs", harness.DEPS / "busybox", tmp_path)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "is a directory; name a file in it" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("board", BOARDS)
def test_qemu_says_nothing_of_its_own(board):
    """BOARD_QEMU as it stands: QEMU neither warns nor recommends packages."""
    printed = run("make", "-s", "-C", harness.TOP, f"BOARD={board}", "-f", "-", "print",
                  input="include Makefile\nprint:\n\t@echo '$(BOARD_QEMU)'\n")
    assert printed.returncode == 0, printed.stderr
    done = run("qemu-system-arm", *printed.stdout.split(), "-display", "none", "-nic", "none",
               "-serial", "none", "-monitor", "stdio", "-S", input="quit\n", timeout=60)
    # -nic none leaves a machine's fixed network cards without a peer, on purpose.
    told = [line for line in done.stderr.splitlines() if "has no peer" not in line]
    assert done.returncode == 0 and not told, done.stderr
