# SPDX-License-Identifier: BSD-2-Clause
"""What the host tools share.

  arguments options of a command line
  files     read, check and write files of the host
  modes     the modes in which a kernel can be started, and their names
  boards    boards/NAME.mk
  qemu      one QEMU child: find, start, stop, describe its end
  qmp       QEMU's monitor
  dtb       change a DTB
  formats   recognise image formats by their first bytes
  setup     the options of one boot: checks, QEMU's command line
  matrix    many boots from a TOML file
  machine   the state of a machine that was stopped
  symptoms  tools/symptoms.toml
  bootcheck what bootcheck.bin has printed
  boot      one boot: its console and its verdict
  clock     wall clock of a boot, beside QEMU's own loader
  reports   TAP, JUnit, the summary

Problem is the one exception that a user sees.
"""

import pathlib

TOOLS = pathlib.Path(__file__).resolve().parent.parent
TOP = TOOLS.parent


class Problem(Exception):
    """What is wrong, with the value; what to do about it."""
