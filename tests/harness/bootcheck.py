# SPDX-License-Identifier: BSD-2-Clause
"""bootcheck.bin: started by bw-run behind this wrapper, and what it has printed."""

import collections
import pathlib
import subprocess
import tempfile

from bw.bootcheck import LINE

from .builds import build
from .settings import DEPS, TOP

# The number of checks, and sets of ids: of all items, and of those with such a check.
Found = collections.namedtuple("Found", "checks items failed advice skipped")


def found(text):
    """What a console's text, without carriage returns, says of each item."""
    lines = LINE.findall(text)
    bad = [(item, rest) for verdict, _, item, rest in lines if verdict == "not ok"]
    return Found(len(lines), {item for _, _, item, _ in lines},
                 {item for item, rest in bad if "# TODO" not in rest},
                 {item for item, rest in bad if "# TODO" in rest},
                 {item for _, _, item, rest in lines if "# SKIP" in rest})


def by_bw_run(board, source, *options):
    """Start it on a board, as bw-run does from a source; returns the console's text."""
    directory = build(f"by-bw-run-{board}", "wrapper", BOARD=board)
    with tempfile.TemporaryDirectory() as results:
        log = pathlib.Path(results) / "log"
        subprocess.run([TOP / "tools" / "bw-run", "--bootcheck", "--board", board, "--source", source,
                        "--quiet", "--log", log, "--results", results, "--deps", DEPS,
                        "--wrapper-dir", directory, *options], capture_output=True, check=False)
        return log.read_text(errors="replace").replace("\r", "")
