# SPDX-License-Identifier: BSD-2-Clause
"""What bootcheck.bin has printed, with the remedies of kernels/bootcheck/items.def: report(),
and explain(), which prints it."""

import re

from . import TOP, files

PASSED, FAILED = r"^conformance: PASS", r"^conformance: FAIL"
LINE = re.compile(r"^(not ok|ok) \d+ - (.*?)\[(\w+)\](.*)$", re.M)
_ITEM = re.compile(r'^ITEM\((\w+), \w+, "(?:[^"\\]|\\.)*", "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)$', re.M)


def report(text):
    """(whether all is well, lines) for a console's text; the last run in it counts."""
    text = text.replace("\r", "")
    text = text[max(text.rfind("TAP version 13"), 0):]
    checks = LINE.findall(text)
    if not checks:
        return False, ["no line of bootcheck's: it has not started, or the console is another; "
                       "docs/bootcheck.md says how to start it"]
    items = {name: fields for name, *fields in
             _ITEM.findall((TOP / "kernels/bootcheck/items.def").read_text())}
    failed, advice = {}, {}
    for verdict, what, name, rest in checks:
        if verdict == "not ok":
            found = advice if "# TODO" in rest else failed
            found.setdefault(name, []).append((what.strip(), rest.partition("# TODO")[0].strip(": ")))
    lines = []
    for found, word in ((failed, "not ok"), (advice, "advice")):
        for name, places in found.items():
            what, got = places[0]
            reference, remedy = items.get(name, ("another version of bootcheck", ""))
            lines.append(f"{word} {name}, {len(places)} times, first: {what}{f': {got}' if got else ''}")
            lines.append(f"    {remedy} ({reference})")
    plan = re.search(r"^1\.\.(\d+)$", text, re.M)
    whole = plan and int(plan[1]) == len(checks)
    if not whole:
        last = f"{checks[-1][1].strip()} [{checks[-1][2]}]"
        lines.append(f"bootcheck has not come to its end: the last of its lines is \"{last}\"; what it "
                     "did next has stopped it")
    lines.append(f"bootcheck: {len(checks)} checks, {len(failed)} items fail, {len(advice)} are "
                 "against advice")
    return bool(whole) and not failed, lines


def explain(log, say):
    """Report on a console's log; returns the exit status."""
    good, lines = report(files.read(log).decode(errors="replace"))
    for line in lines:
        say(line)
    return 0 if good else 1
