# SPDX-License-Identifier: BSD-2-Clause
"""Judge the output of a console or a build."""

import re

from .builds import CHECK, run_make, seed
from .settings import BOARD, DTB, VMLINUZ

# CI systems take these words for a failure, so no line of the wrapper may contain them.
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
    """The build fails with one line that has `expected`, and leaves no image."""
    settings = {key: value(tmp_path) if callable(value) else value
                for key, value in {"KERNEL": VMLINUZ, "DTB": DTB, **settings}.items()}
    image = CHECK / "bad" / BOARD / "linux-system.axf"
    seed(image.parent, ())
    image.unlink(missing_ok=True)
    done = run_make("bad", "all", **settings)
    assert done.returncode != 0
    assert expected in done.stderr
    lines = [line for line in done.stderr.splitlines() if expected in line]
    assert len(lines) == 1, done.stderr
    assert not image.exists()
