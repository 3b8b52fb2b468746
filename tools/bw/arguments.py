# SPDX-License-Identifier: BSD-2-Clause
"""Parser: argparse, with one line for a wrong command line (Problem)."""

import argparse

from . import Problem


class Parser(argparse.ArgumentParser):
    def __init__(self, prog, remedy, **settings):
        super().__init__(prog=prog, allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter, **settings)
        self.remedy = remedy

    def error(self, message):
        raise Problem(f"{message}; {self.remedy}")

    def _get_values(self, action, arg_strings):
        """Before Python 3.13, argparse drops a "--" that is an option's value."""
        if action.option_strings and arg_strings == ["--"]:
            value = self._get_value(action, "--")
            self._check_value(action, value)
            return value
        return super()._get_values(action, arg_strings)
