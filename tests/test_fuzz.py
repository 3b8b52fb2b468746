# SPDX-License-Identifier: BSD-2-Clause
"""`make fuzz`, for a short time: what reads a user's files, on Debian's and on damaged ones.

SEED in the environment sets what is random, so that a run does not fail by chance.
"""

import os
import re

import pytest

import harness

SECONDS = 15
SEED = int(os.environ.get("SEED", "1"))
TARGETS = re.search(r"^fuzz_targets\s*:= (.*)$",
                    (harness.TOP / "tests" / "host" / "fuzz.mk").read_text(), re.M)[1].split()


def test_every_target_is_fuzzed():
    sources = (harness.TOP / "tests" / "host").glob("fuzz_*.c")
    assert {path.stem for path in sources} == {f"fuzz_{target}" for target in TARGETS}


@pytest.mark.parametrize("target", TARGETS)
def test_fuzz(target):
    """libFuzzer tries the corpus, then changes of it."""
    name = f"fuzz-{target}"
    done = harness.run_make(name, f"{harness.CHECK / name}/fuzz/{target}.done",
                            FUZZ_SECONDS=SECONDS, SEED=SEED)
    assert done.returncode == 0, done.stderr[-5000:]
    runs = re.search(r"^Done (\d+) runs in", done.stderr, re.M)
    assert runs and int(runs[1]) > 1000, done.stderr[-2000:]
