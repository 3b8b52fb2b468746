# SPDX-License-Identifier: BSD-2-Clause
"""Tools in shell: help and wrong usage; boards/*.mk: what QEMU prints of them."""

import os
import subprocess
import sys

import pytest

import harness

TOOLS = harness.TOP / "tools"
BOARDS = sorted(path.stem for path in (harness.TOP / "boards").glob("*.mk"))


def run(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)


@pytest.mark.parametrize("tool", ["deps", "deps-qemu", "mkinitramfs"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(tmp_path, tool, option):
    """The tool's own text on stdout; nothing is created."""
    done = run(TOOLS / tool, option, cwd=tmp_path)
    assert done.returncode == 0 and not done.stderr
    assert f"tools/{tool} " in done.stdout and "Exit status:" in done.stdout
    assert not any(line.startswith("#") for line in done.stdout.splitlines())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["deps"], ["deps", ""], ["deps", "a", "b"], ["deps", "--colour"],
                                     ["deps-qemu"], ["deps-qemu", ""], ["deps-qemu", "--colour"],
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


def test_note_of_a_pipe(tmp_path):
    """It never waits for a writer."""
    os.mkfifo(tmp_path / "pipe")
    done = run(sys.executable, TOOLS / "bw-note", tmp_path / "pipe", timeout=20)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"boot-wrapper: {tmp_path}/pipe: a pipe, which could wait")


def test_run_qemu(tmp_path):
    """A QEMU that is missing, ends by a signal, or is too old; and wrong options."""
    qemu = tmp_path / "qemu-system-arm"
    for script, status, reason in (
            ("kill -SEGV $$", 139, "was ended by signal 11 (SIGSEGV)"),
            ("[ $1 = --version ] && echo QEMU emulator version 5.2.0; exit 1", 1,
             "QEMU 5.2 is older than 6.0; install a newer one")):
        qemu.write_text(f"#!/bin/sh\n{script}\n")
        qemu.chmod(0o755)
        done = run(TOOLS / "run-qemu", "--", qemu, "-x", stdin=subprocess.DEVNULL)
        assert done.returncode == status and reason in done.stderr, done
    for arguments in (["/nonexistent/q"], ["--timeout=nan", "--", "q"], ["--ready=(", "--", "q"],
                      [], ["--end=a{99999999999}", "--", "q"]):
        done = run(TOOLS / "run-qemu", *arguments, stdin=subprocess.DEVNULL)
        assert done.returncode == 2 and done.stderr.startswith("boot-wrapper: "), done
        assert done.stderr.count("\n") == 1 and "; " in done.stderr
