# SPDX-License-Identifier: BSD-2-Clause
"""Build images for the tests and for tools/bench.py.

Each process builds into a directory of its own, CHECK, which it has locked, so that several
can run at once (pytest -n, or make check beside make bench). Objects depend on few settings:
they are compiled once for all processes, in SHARED, and copied.
"""

import ctypes
import fcntl
import functools
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from .settings import BOARD, BUILD, DEPS, DTB, TOP, VMLINUZ, XEN

TOOLCHAINS = {
    "gcc-none-eabi": {"CROSS_COMPILE": "arm-none-eabi-"},
    "gcc-gnueabihf": {"CROSS_COMPILE": "arm-linux-gnueabihf-"},
    "clang": {"LLVM": "1"},
}
SHARED = BUILD / "check" / "shared"
# The settings on which objects depend, and their defaults.
OBJECT_SETTINGS = {"BOARD": BOARD, "CROSS_COMPILE": "arm-none-eabi-", "LLVM": "",
                   "WRAPPER_ADDR": "", "LIBFDT_SRC": "", "EXTRA_SOURCES": "", "BOOT_ENTRY": "reset", "defines": ""}


def lock(path, wait=True):
    """The locked file; None if another process has it and `wait` is false."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = open(path, "w")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        stream.close()
        return None
    return stream


def own_directory():
    """The first build/check/N that no other process has; locked until this process ends."""
    for number in itertools.count():
        if stream := lock(BUILD / "check" / f"{number}.lock", wait=False):
            return BUILD / "check" / str(number), stream


CHECK, _locked = own_directory()


@functools.cache
def make_variables():
    """The variables that the Makefile accepts on its command line."""
    makefile = (TOP / "Makefile").read_text().replace("\\\n", " ")
    options = re.findall(r'^OPTION\("([a-z-]+)"', (TOP / "loader" / "options.def").read_text(), re.M)
    return {*re.search(r"^variables := (.*)$", makefile, re.M)[1].split(),
            *(option.upper().replace("-", "_") for option in options)}


@functools.cache
def environment():
    """The environment without what a parent make exports: its settings must not reach a build."""
    dropped = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", *make_variables()}
    return {name: value for name, value in os.environ.items() if name not in dropped}


def make(out, *targets, tree=TOP, **variables):
    """`make` into a directory; returns the completed process."""
    command = ["make", "-C", str(tree), f"O={out}", f"DEPS={DEPS}", *targets]
    command += [f"{key}={value}" for key, value in variables.items()]
    return subprocess.run(command, capture_output=True, text=True, env=environment())


def run_make(name, *targets, **variables):
    """`make` into CHECK/NAME; returns the completed process."""
    return make(CHECK / name, *targets, **variables)


@functools.cache
def shared(settings, *files):
    """The directory with the wrapper for these settings and with `files`, built once for all."""
    variables = dict(settings)
    out = SHARED / re.sub(r"[^\w.]+", "-", "-".join(map("-".join, settings)) or "default")
    board = out / variables.get("BOARD", BOARD)
    with lock(out.with_name(f"{out.name}.lock")):
        done = make(out, "-j2", "wrapper", *[board / file for file in files], **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return board


def defines(header, boot_cpu=None):
    """The build variable for another header of the board, and another boot CPU's MPIDR."""
    named = f" -DBOARD_BOOT_CPU={boot_cpu:#x}" if boot_cpu is not None else ""
    return {"defines": f"-DBOARD_HEADER='\"{header}\"'{named}"}


def object_settings(variables):
    return tuple((key, str(variables[key])) for key, default in OBJECT_SETTINGS.items()
                 if str(variables.get(key, default)) != default)


@functools.cache
def seed(directory, settings):
    """Copy the objects for these settings to a directory that may have others."""
    objects = shared(settings, "prepare")
    mark = directory / ".objects"
    if not mark.exists() or mark.read_text() != str(objects):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
    subprocess.run(["cp", "-au", f"{objects}/.", directory], check=True)
    mark.write_text(str(objects))


def build(name, *targets, **variables):
    """As run_make(), which must succeed; returns the output directory."""
    out = CHECK / name / variables.get("BOARD", BOARD)
    seed(out, object_settings(variables))
    done = run_make(name, *targets, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def compile_for_host(folder, output, *sources, flags=(), board=BOARD):
    """Sources for the host, with gcc's warnings; returns the output.

    COVERAGE=FOLDER in the environment: compile them in a folder of that one, and gcov's files
    will be there."""
    coverage = os.environ.get("COVERAGE")
    if coverage:
        folder = pathlib.Path(coverage) / output
        folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cc", "-g", "-std=gnu11", "-Wall", "-Wextra", "-Werror",
                    *["--coverage"] * bool(coverage), f"-I{TOP}/include", f"-I{TOP}",
                    f'-DBOARD_HEADER="../boards/{board}.h"', *flags, "-o", folder / output,
                    *(TOP / source for source in sources), "-lfdt"], cwd=folder, check=True)
    return folder / output


def host_library(name, *sources):
    """Sources of the wrapper that the build's own tool has, too, as a shared library for ctypes."""
    with tempfile.TemporaryDirectory() as folder:
        return ctypes.CDLL(str(compile_for_host(pathlib.Path(folder), f"{name}.so", *sources,
                                                flags=("-O0", "-shared", "-fPIC"))))


def host_program(folder, name, *sources, flags=(), board=BOARD):
    """tests/host/NAME.c and sources of the wrapper as a program, with sanitizers.

    But not with COVERAGE=: gcov would count their checks as branches."""
    checks = ["-O0"] if os.environ.get("COVERAGE") else [
        "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    return compile_for_host(folder, name, f"tests/host/{name}.c", *sources,
                            flags=(*checks, *flags), board=board)


@functools.cache
def initramfs():
    path = CHECK / "initramfs" / "initramfs.cpio.gz"
    done = run_make("initramfs", path)
    assert done.returncode == 0, done.stderr
    return path


def linux(name, **variables):
    """An image of Debian's kernel with the busybox initramfs."""
    settings = {"KERNEL": VMLINUZ, "DTB": DTB, "INITRD": initramfs(),
                "BOOTARGS": "console=ttyAMA0,115200", **variables}
    return build(name, "all", **settings) / "linux-system.axf"


def xen(name, **variables):
    """The same under Debian's Xen, as its dom0."""
    settings = {"XEN": XEN, "XEN_BOOTARGS": "console=dtuart dtuart=serial0 dom0_mem=512M",
                "BOOTARGS": "console=hvc0", "SMP": 2, **variables}
    return linux(name, **settings)


def payload(board=BOARD, wrapper_addr="", file="conformance.bin"):
    """One of the payloads, built for a board and for where the wrapper lies."""
    return shared(object_settings({"BOARD": board, "WRAPPER_ADDR": wrapper_addr}), file) / file


def conformance(name, bootargs="console=ttyAMA0", **variables):
    """An image of the conformance payload."""
    board = variables.get("BOARD", BOARD)
    kernel = payload(board, variables.get("WRAPPER_ADDR", ""))
    settings = {"KERNEL": kernel, "DTB": DTB, "BOOTARGS": bootargs, **variables}
    return build(name, "all", **settings) / "linux-system.axf"


def qemu_dtb(machine, cpus, *extra):
    """The DTB that QEMU makes for a machine without one of its own."""
    CHECK.mkdir(parents=True, exist_ok=True)
    path = CHECK / f"{'-'.join([machine, str(cpus), *extra])}.dtb".replace(",", "-")
    subprocess.run(["qemu-system-arm", "-M", machine, "-machine", f"dumpdtb={path}", "-m", "1G",
                    "-smp", str(cpus), "-display", "none", "-nic", "none", *extra],
                   check=True, capture_output=True)
    return path


def virt_machine(state, cpus, cpu="cortex-a15"):
    """QEMU's virt machine: what the build is to be told of it, and QEMU."""
    machine = f"virt,{state}"
    dtb = qemu_dtb(machine, cpus, "-cpu", cpu)
    return ({"BOARD": "virt", "DTB": dtb},
            {"cpus": cpus, "machine": machine, "extra": ("-cpu", cpu)})
