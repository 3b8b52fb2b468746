# SPDX-License-Identifier: BSD-2-Clause
"""The wrapper's options, as loader/options.def has them: OPTIONS is {name: {value: help}}."""

import re

from . import TOP

OPTIONS = {}
for _name, _value, _help in re.findall(r'^OPTION\("(.*?)", "(.*?)", .*, "(.*)"\)$',
                                       (TOP / "loader" / "options.def").read_text(), re.M):
    OPTIONS.setdefault(_name, {})[_value] = _help

# Those that bw-run passes on; its --quiet is another.
PASSED = [_name for _name in OPTIONS if _name != "quiet"]


def help_text(indent="  "):
    """A line for each value."""
    return "\n".join(f"{indent}{name}={value}: {text}" for name, values in OPTIONS.items()
                     for value, text in values.items())
