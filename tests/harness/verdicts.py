# SPDX-License-Identifier: BSD-2-Clause
"""Judge what the console or the build said."""

import re

from .builds import CHECK, run_make
from .settings import BOARD, DTB, VMLINUZ

# What none of our lines may contain: CI systems take it for a failure.
ALARMS = re.compile(r"WARNING:|BUG:|Oops|panic")


def own_lines(log):
    return [line.strip() for line in log.splitlines() if line.startswith("boot-wrapper: ")]


def verdict(text):
    """(passed, failed lines) of a complete TAP run."""
    checks = re.findall(r"^(not ok|ok) \d+ - .*$", text, re.M)
    failed = [line.strip() for line in text.splitlines() if line.startswith("not ok")]
    plan = re.search(r"^1\.\.(\d+)\r?$", text, re.M)
    assert plan and int(plan[1]) == len(checks), text
    return len(checks) - len(failed), failed


def check_refusal(tmp_path, settings, expected):
    """One clear line, and a failure; no image is left behind."""
    settings = {key: value(tmp_path) if callable(value) else value
                for key, value in {"KERNEL": VMLINUZ, "DTB": DTB, **settings}.items()}
    image = CHECK / "bad" / BOARD / "linux-system.axf"
    image.unlink(missing_ok=True)
    done = run_make("bad", "all", **settings)
    assert done.returncode != 0
    assert expected in done.stderr
    lines = [line for line in done.stderr.splitlines() if expected in line]
    assert len(lines) == 1, done.stderr
    assert not image.exists()
