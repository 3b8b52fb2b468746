# SPDX-License-Identifier: BSD-2-Clause
import shutil

import pytest

import harness


def pytest_configure(config):
    for tool in ("qemu-system-arm", "arm-none-eabi-gcc", "dtc"):
        if not shutil.which(tool):
            pytest.exit(f"boot-wrapper: {tool} is missing; run \"make deps\"", 2)
    for file in (harness.VMLINUZ, harness.XEN):
        if not file.exists():
            pytest.exit(f"boot-wrapper: {file} is missing; run \"make deps\"", 2)


@pytest.fixture(scope="session")
def image():
    """Debian's Linux, as `make run` builds it: 2 CPUs, PSCI, DTB mended."""
    return harness.linux("linux-2-psci", SMP=2)
