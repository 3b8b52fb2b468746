# SPDX-License-Identifier: BSD-2-Clause
"""tools/symptoms.toml, which explains its keys: read() it, diagnose() a boot."""

import functools
import re

import tomllib

from . import TOOLS, Problem, files

FILE = TOOLS / "symptoms.toml"


@functools.cache
def read():
    try:
        return tomllib.loads(files.read(FILE).decode())["symptom"]
    except (ValueError, KeyError) as error:
        raise Problem(f"{files.short(FILE)}: {error}; restore the file") from None


def diagnose(outcome, reason, text, state):
    """The first symptom of the table that applies, or None."""
    said = text + "".join(f"\n{line}" for line in (state.log if state else []) if line not in text)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    shown = f"{said}\nbw-run: {reason}"
    facts = {"shows": shown, "last": lines[-1] if lines else "",
             "cpu": "\n".join(state.lines) if state else ""}
    for symptom in read():
        if symptom.get("outcome", outcome) == outcome and \
                all(re.search(symptom[key], fact, re.M) for key, fact in facts.items()
                    if key in symptom) and \
                not ("without" in symptom and re.search(symptom["without"], shown, re.M)):
            return symptom
    return None
