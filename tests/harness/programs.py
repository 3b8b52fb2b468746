# SPDX-License-Identifier: BSD-2-Clause
"""Programs of the tests that run under the guest's Linux, and their initramfs."""

import pathlib
import subprocess
import tempfile

from .builds import CHECK, TOP, initramfs as usual_initramfs


def initramfs(name, files):
    """The usual one and some programs of ours: Linux unpacks one after the other."""
    data = usual_initramfs().read_bytes()
    path = CHECK / f"{name}.cpio"
    with tempfile.TemporaryDirectory() as directory:
        for file, content in files.items():
            place = pathlib.Path(directory, file)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod(0o755)
        ours = subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"], cwd=directory,
                              input="\n".join(files).encode(), capture_output=True, check=True).stdout
    path.write_bytes(data + b"\0" * (-len(data) % 4) + ours)
    return path


def program(name):
    """One of the C programs for the guest, in tests/."""
    path = CHECK / name
    CHECK.mkdir(parents=True, exist_ok=True)
    subprocess.run(["arm-linux-gnueabihf-gcc", "-Wall", "-Wextra", "-Werror", "-O1", "-marm",
                    "-static", "-nostdlib", "-ffreestanding", "-no-pie", "-o", path,
                    TOP / "tests" / "guest" / f"{name}.c"], check=True)
    return path.read_bytes()
