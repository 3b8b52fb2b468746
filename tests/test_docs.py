# SPDX-License-Identifier: BSD-2-Clause
"""What the documentation lists is what there is."""

import re

import pytest

import harness

DOCS = harness.TOP / "docs"


def header_functions():
    """{name: number} of all that boot_wrapper.h has by SMC."""
    text = (harness.TOP / "include" / "boot_wrapper.h").read_text()
    found = re.findall(r"^#define ((?:PSCI|SMCCC|SMC)_\w+)\s+(0x8[0-9a-f]{7})\b", text, re.M)
    assert len(found) > 10
    return dict(found)


def answered():
    """The functions that psci_smc() knows."""
    body = re.search(r"^uint32_t psci_smc\(.*?^}", (harness.TOP / "psci.c").read_text(),
                     re.M | re.S)[0]
    return re.findall(r"^\t(?:case |if \(function == )(\w+)[:)]", body, re.M)


def test_psci_functions():
    """docs/psci.md has a row for each function of psci.c, and no other; by the right number."""
    text = (DOCS / "psci.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` `(0x[0-9a-f]{8})` \|", text, re.M))
    header = header_functions()
    assert sorted(rows) == sorted(answered())
    assert rows == {name: header[name] for name in rows}
    absent = dict(re.findall(r"(PSCI_\w+) `(0x[0-9a-f]{8})`", text.split("## What is absent")[1]))
    assert {**rows, **absent} == header


def test_psci_functions_in_contract():
    """The contract has the same functions, those of PSCI without their prefix."""
    text = (DOCS / "contract.md").read_text().split("\n## SMC: PSCI\n")[1].split("\n## ")[0]
    numbers = {name: int(number, 16) for name, number in header_functions().items()}
    rows = {}
    for names, number, more in re.findall(r"^\| ([\w, ]+) \| `(0x8[0-9a-f]{7})`(?:, `(\w+)`)? \|",
                                          text, re.M):
        for n, name in enumerate(names.split(", ")):
            name = name if name.startswith(("PSCI_", "SMCCC_")) else f"PSCI_{name}"
            rows[name] = int(number, 16) + n
    assert rows == {name: numbers[name] for name in answered() if name != "SMC_SET_VECTORS"}


PAGES = [*harness.TOP.glob("*.md"), *DOCS.glob("*.md")]


@pytest.mark.parametrize("path", sorted(PAGES), ids=lambda path: str(path.relative_to(harness.TOP)))
def test_links_and_tests(path):
    """Files that are linked, and tests that are named, are there."""
    text = path.read_text()
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (path.parent / target).exists(), target
    for file, name in re.findall(r"\b(test_\w+\.py)::(test_\w+)", text):
        assert f"def {name}(" in (harness.TOP / "tests" / file).read_text(), f"{file}::{name}"


def test_index_has_every_page():
    links = re.findall(r"\]\(([^)#]+)", (DOCS / "README.md").read_text())
    assert {path.name for path in DOCS.glob("*.md")} - {"README.md"} <= set(links)
    for page in harness.TOP.glob("*.md"):
        assert f"../{page.name}" in links, page


@pytest.mark.parametrize("name", sorted(path.stem for path in (DOCS / "pictures").glob("*.dot")))
def test_pictures_are_drawn(name):
    """`make docs` has been run: all words of the source are in the picture, and no others."""
    source = re.sub(r"^\s*//.*$", "", (DOCS / "pictures" / f"{name}.dot").read_text(), flags=re.M)
    labels = re.findall(r'label="((?:[^"\\]|\\.)*)"|label=<(.*?)>[,\]]', source, re.S)
    text = " ".join(re.sub(r"<[^>]*>", " ", html) or re.sub(r"\\[nlr]", " ", plain)
                    for plain, html in labels)
    drawn = " ".join(re.findall(r"<text[^>]*>(.*?)</text>", (DOCS / "pictures" / f"{name}.svg").read_text()))
    words, drawn_words = (sorted(re.findall(r"\w+", re.sub(r"&\S+?;", " ", t)))
                          for t in (text, drawn))
    assert words and words == drawn_words


@pytest.mark.parametrize("picture", sorted((DOCS / "pictures").glob("*.svg")), ids=lambda p: p.stem)
def test_pictures_are_legible(picture):
    """At a page's width, 880 pixels, the smallest letters have 9 pixels."""
    text = picture.read_text()
    width = float(re.search(r'viewBox="\S+ \S+ (\S+) ', text)[1])
    smallest = min(float(size) for size in re.findall(r'font-size[=:]"?([\d.]+)', text))
    assert smallest * 880 / width >= 9
