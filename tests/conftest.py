# SPDX-License-Identifier: BSD-2-Clause
import shutil
import subprocess

import pytest

import harness


def pytest_configure(config):
    for tool in ("qemu-system-arm", "arm-none-eabi-gcc", "dtc", "spin"):
        if not shutil.which(tool):
            pytest.exit(f"boot-wrapper: {tool} is missing; run \"make deps\"", 2)
    for file in (harness.VMLINUZ, harness.XEN, harness.U_BOOT):
        if not file.exists():
            pytest.exit(f"boot-wrapper: {file} is missing; run \"make deps\"", 2)


@pytest.fixture(scope="session")
def image():
    """Debian's Linux, as `make run` builds it: 2 CPUs, PSCI, DTB mended."""
    return harness.linux("linux-2-psci", SMP=2)


@pytest.fixture(scope="session")
def mended(tmp_path_factory):
    """What the boot makes of a DTB, by dtb.c on the host, with sanitizers.

    mended(dtb, psci, reserve_end) is the result; mended.program is for other uses.
    """
    program = tmp_path_factory.mktemp("dtb") / "dtb_fuzz"
    subprocess.run(["cc", "-g", "-O1", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all", "-Iinclude", "-I.", "-o", program,
                    "tests/host/dtb_fuzz.c", "loader/dtb.c", "plan.c", "-lfdt"], cwd=harness.TOP, check=True)

    def mend(dtb, psci, reserve_end=0x87E13000):
        which = ["none", "ours", "firmware's"].index(psci)
        return subprocess.run([program, dtb, str(which), str(reserve_end)],
                              capture_output=True, check=True).stdout
    mend.program = program
    return mend
