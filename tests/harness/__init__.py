# SPDX-License-Identifier: BSD-2-Clause
"""Build images, run them in QEMU, and judge the result: for the tests and tools/bench.py."""
# flake8: noqa: F401

from .builds import (CHECK, TOOLCHAINS, build, conformance, defines, host_library,
                    host_program, initramfs, linux, make, payload, qemu_dtb, run_make,
                    virt_machine, xen)
from .images import (NOP, THUMB_UDF, THUMB_UDF_W, UDF, disassembly, instructions, patch,
                     read_words, symbols, without)
from .qemu import (PATIENCE, PROMPT, Guest, console, environment, memory, qemu_command, run,
                   spawn)
from .settings import (A9_DTB, BOARD, BUILD, DEPS, DTB, MACHINE, PACK, TOP, U_BOOT, VIRT_SECURE,
                       VMLINUZ, XEN)
