# SPDX-License-Identifier: BSD-2-Clause
"""Wall clock of a boot, ours beside QEMU's own loader: measure() gives the ratios and
draw() a picture of them. A figure, not a test: it depends on how busy the host is."""

import os
import selectors
import statistics
import subprocess
import time
from xml.sax.saxutils import escape

from . import Problem, qemu

# What is timed, and the console's text for it (with earlycon in the bootargs).
MARKS = {"first_line": b"Booting Linux", "userspace": b"boot-wrapper-initramfs: ready"}
WORDS = {"first_line": "kernel's first line", "userspace": "userspace"}
LIMIT = 300             # seconds


def boot(command):
    """{mark: seconds} of one boot."""
    begin = time.monotonic()
    child = qemu.Child(command, "name it with QEMU=", stderr=subprocess.DEVNULL)
    found, text = {}, b""
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while len(found) < len(MARKS):
                data = b""
                if selector.select(max(begin + LIMIT - time.monotonic(), 0)):
                    data = os.read(child.stdout.fileno(), 65536)
                if not data:
                    last = text.decode(errors="replace").strip().splitlines()[-1:]
                    raise Problem(f"no userspace within {LIMIT} s; the console ended with {last}; "
                                  f"try: {' '.join(command)}")
                text += data
                for mark, shown in MARKS.items():
                    if mark not in found and shown in text:
                        found[mark] = time.monotonic() - begin
        return found
    finally:
        child.stop()
        child.close()


def measure(cases, rounds, tell=lambda text: None):
    """After each round, the entries of bench.json so far.

    cases: {(board, cpus): (our command, QEMU's own)}. Every round boots each case once in
    both ways, so that a host that becomes busier or hotter does so for both; which of the
    two goes first alternates.
    """
    seconds = {case: ([], []) for case in cases}
    for number in range(rounds):
        for case, commands in cases.items():
            for which in (0, 1) if number % 2 else (1, 0):
                seconds[case][which].append(boot(commands[which]))
            ours, own = (seconds[case][which][-1] for which in (0, 1))
            tell(f"round {number + 1} of {rounds}, {case[0]}, CPUs {case[1]}: " + ", ".join(
                f"{WORDS[mark]} after {ours[mark]:.1f} s, QEMU's own loader {own[mark]:.1f} s"
                for mark in MARKS))
        yield list(entries(seconds))


def entries(seconds):
    for (board, cpus), (ours, own) in seconds.items():
        for mark in MARKS:
            ratios = [a[mark] / b[mark] for a, b in zip(ours, own)]
            yield {"name": f"clock_{board}_{cpus}_{mark}", "board": board, "cpus": cpus,
                   "mark": mark, "unit": "ratio", "budget": None,
                   "value": round(statistics.median(ratios), 3),
                   "low": round(min(ratios), 3), "high": round(max(ratios), 3),
                   "ours": round(statistics.median(run[mark] for run in ours), 2),
                   "qemu": round(statistics.median(run[mark] for run in own), 2),
                   "rounds": len(ratios)}


# The picture: 880 pixels wide, one row for each board and number of CPUs.
WIDTH, LEFT, RIGHT, ROW, TOP, DOT = 880, 184, 640, 46, 74, 5
COLOURS = {"first_line": "#1b7837", "userspace": "#2166ac"}


def draw(entries):
    """An SVG: the median of each ratio as a dot, its spread as a line; 1 is QEMU's loader."""
    cases = list(dict.fromkeys((entry["board"], entry["cpus"]) for entry in entries))
    low = min(0.8, *(entry["low"] for entry in entries)) - 0.05
    high = max(1.2, *(entry["high"] for entry in entries)) + 0.05
    bottom = TOP + ROW * len(cases)

    def x(ratio):
        return round(LEFT + (ratio - low) / (high - low) * (RIGHT - LEFT), 1)

    parts = []

    def line(x1, y1, x2, y2, colour, width, extra=""):
        parts.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" '
                     f'stroke-width="{width}"{extra}/>')

    def text(at, y, words, anchor="start", extra=""):
        parts.append(f'<text x="{at}" y="{y}" text-anchor="{anchor}"{extra}>{escape(words)}</text>')

    for number, mark in enumerate(MARKS):
        at = LEFT + number * 190
        parts.append(f'<circle cx="{at}" cy="20" r="{DOT}" fill="{COLOURS[mark]}"/>')
        text(at + 12, 25, f"to the {WORDS[mark]}" if mark == "first_line" else f"to {WORDS[mark]}")
    text(RIGHT + 16, 25, "seconds, ours / QEMU's", extra=' font-weight="bold"')
    step = 0.1 if high - low < 1 else 0.5
    tick = round(low / step + 0.5) * step
    while tick <= high:
        line(x(tick), TOP - 8, x(tick), bottom, "#999" if abs(tick - 1) < 0.01 else "#e4e4e4",
             2 if abs(tick - 1) < 0.01 else 1)
        text(x(tick), TOP - 14, f"{tick:.1f}", "middle", ' fill="#555"')
        tick = round(tick + step, 2)
    for row, (board, cpus) in enumerate(cases):
        y = TOP + ROW * row + ROW // 2
        line(10, y - ROW // 2, WIDTH - 10, y - ROW // 2, "#ccc", 1)
        text(LEFT - 12, y + 5, f"{board}, {cpus} CPU{'s'[:cpus > 1]}", "end")
        for number, mark in enumerate(MARKS):
            entry = next(entry for entry in entries if
                         (entry["board"], entry["cpus"], entry["mark"]) == (board, cpus, mark))
            at, colour = y - 8 + 16 * number, COLOURS[mark]
            line(x(entry["low"]), at, x(entry["high"]), at, colour, 3, ' stroke-linecap="round"')
            parts.append(f'<circle cx="{x(entry["value"])}" cy="{at}" r="{DOT}" fill="{colour}"/>')
            text(RIGHT + 16, at + 5, f"{entry['ours']:.2f} / {entry['qemu']:.2f}",
                 extra=f' fill="{colour}"')
    text(LEFT, bottom + 24, "time of a boot by this wrapper / by QEMU's own loader: median, and the "
         f"spread of {entries[0]['rounds']} run{'s'[:entries[0]['rounds'] > 1]}", extra=' fill="#555"')
    height = bottom + 36
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="14">\n'
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>\n' + "\n".join(parts) +
            "\n</svg>\n")
