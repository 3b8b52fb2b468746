# SPDX-License-Identifier: BSD-2-Clause
"""Tables of the documentation that tests make: check_row()."""

import fcntl
import os
import re


def check_row(page, columns, name, variable, **found):
    """Compare what was found with the row of a page that begins with `name`: {column: text}.
    With `variable`=write in the environment, write it there instead."""
    write = os.environ.get(variable) == "write"
    with open(page, "r+" if write else "r") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        text = stream.read()
        row = re.search(rf"^\| {re.escape(name)} \|.*$", text, re.M)[0]
        cells = dict(zip(columns, (cell.strip() for cell in row.strip("|").split("|"))))
        if write:
            cells.update(found)
            stream.seek(0)
            stream.write(text.replace(row, f"| {' | '.join(cells.values())} |"))
            stream.truncate()
    assert {column: cells[column] for column in found} == found, \
        f"docs/{page.name} is not of this tree; run the test again with {variable}=write"
