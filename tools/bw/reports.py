# SPDX-License-Identifier: BSD-2-Clause
"""Reports on boots: Tap and Junit, written as boots end, and the summary()."""

import io
import re
import xml.etree.ElementTree as xml

from . import files
from .boot import COULD_NOT_RUN, FAIL, NOT_RUN, PASS, TIMEOUT, WORDS
from .files import short


class Tap:
    """TAP on stdout; boots are numbered in the order in which they end."""

    def __init__(self, boots):
        self.number = 0
        print(f"TAP version 13\n1..{len(boots)}", flush=True)

    def add(self, boot):
        self.number += 1
        print(f"{'' if boot.status == PASS else 'not '}ok {self.number} - {boot.setup.name}")
        for line in [*boot.report(), f"log: {short(boot.setup.log)}"]:
            print(f"# {line}")
        print(end="", flush=True)


def printable(text):
    """What XML 1.0 can hold."""
    return re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


class Junit:
    """A JUnit file, complete at any time: a boot that has not ended is marked as not run."""

    def __init__(self, path, boots):
        self.path, self.boots = files.writable("--junit", path), boots
        self.write()

    def write(self):
        boots = self.boots
        count = {status: sum(boot.status == status for boot in boots) for status in (*WORDS, None)}
        suite = xml.Element("testsuite", name="bw-run", tests=str(len(boots)),
                            failures=str(count[FAIL] + count[TIMEOUT]),
                            errors=str(count[COULD_NOT_RUN]),
                            skipped=str(count[NOT_RUN] + count[None]),
                            time=f"{sum(boot.seconds for boot in boots):.3f}")
        for boot in boots:
            case = xml.SubElement(suite, "testcase", classname="bw-run",
                                  name=printable(boot.setup.name), time=f"{boot.seconds:.3f}")
            if boot.status in (NOT_RUN, None):
                xml.SubElement(case, "skipped", message=printable(boot.reason or "not run"))
            elif boot.status != PASS:
                tag = "error" if boot.status == COULD_NOT_RUN else "failure"
                element = xml.SubElement(case, tag, message=printable(boot.reason),
                                         type=WORDS[boot.status].lower())
                element.text = printable("\n".join(boot.report()))
            xml.SubElement(case, "system-out").text = printable(
                "\n".join([boot.setup.describe(), f"log: {boot.setup.log}", *boot.tail()]))
        tree = xml.ElementTree(xml.Element("testsuites"))
        tree.getroot().append(suite)
        xml.indent(tree)
        data = io.BytesIO()
        tree.write(data, encoding="utf-8", xml_declaration=True)
        files.write(self.path, data.getvalue(), "--junit")


def summary(boots):
    """Lines: one for each boot, and how many have passed."""
    width = max(len(boot.setup.name) for boot in boots)
    for boot in boots:
        line = f"{boot.setup.name:{width}}  {WORDS[boot.status]:13}  {boot.seconds:6.1f} s"
        yield f"{line}  {boot.reason}".rstrip()
    yield f"{sum(boot.status == PASS for boot in boots)} of {len(boots)} passed"
