# SPDX-License-Identifier: BSD-2-Clause
"""Where the parts of a payload go (loader/place.c), on the host: the engine finds a
placement whenever brute force finds one, and otherwise names two things that collide."""

import re
import subprocess

import pytest

import harness

SOURCE = harness.TOP / "loader" / "place.c"


def compiled(tmp_path, source=SOURCE):
    return harness.host_program(tmp_path, "place_fuzz", source, flags=("-Wno-error",))


def test_brute_force(tmp_path):
    done = subprocess.run([compiled(tmp_path), "300000"], capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0, done.stderr
    placed, moved, refused = map(int, re.findall(r"\d+", done.stdout))
    assert min(placed, moved, refused) > 20000, done.stdout


# Errors put into the engine on purpose, each of which brute force must notice.
ERRORS = {
    "ranges that touch, taken to overlap": ("&& other_start < end;", "&& other_start <= end;"),
    "ranges that are empty, taken to overlap": ("start < end && start < other_end", "start < other_end"),
    "reservations that are not looked at": ("if (!in_the_way && !range)", "if (!in_the_way)"),
    "images in memory that are overwritten": ("(sources || !s->claims[i].source) &&",
                                              "!s->claims[i].source &&"),
    "no work space": ("return end_of(part->size, part->work, UINT32_MAX);",
                      "return part->size;"),
    "no second try for an earlier part": (
        "\t\t\tif (place_from(s, i + 1))\n\t\t\t\treturn true;\n\t\t\ts->count = count;\n\t\t}",
        "\t\t\treturn place_from(s, i + 1);\n\t\t}"),
    "nothing below what is preferred": ("n < 4;", "n < 1;"),
    "no place in its own way": ("part == p->parts && inflated ? in_its_own_way(s, part) : inflated",
                                "inflated"),
    "a kernel that moves itself over others": (
        'claim(s, copy.start, copy.end, part, " while it inflates", false);', ""),
    "a kernel that inflates over others": (
        'claim(s, inflated->start, inflated->end, part, " once inflated", false);\n\tclaim(s, copy',
        "claim(s, copy"),
    "an order that is not that of the limits": ("s->order[k - 1]->limit > part->limit", "0"),
    "unaligned addresses": ("!(at & (part->align - 1))", "true"),
    "the wrapper's window": ('claim(s, map->window.start, map->window.end, &wrapper, "", false);\n'
                             "\tfor", "for"),
    "no room that one reservation leaves": ("return page_at(end);", "return page_at(end) + PAGE;"),
}


@pytest.mark.parametrize("error", ERRORS)
def test_errors_are_noticed(tmp_path, error):
    right, wrong = ERRORS[error]
    text = SOURCE.read_text()
    assert text.count(right) == 1
    (tmp_path / "place.c").write_text(text.replace(right, wrong))
    done = subprocess.run([compiled(tmp_path, tmp_path / "place.c"), "300000"],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode != 0, done.stdout
