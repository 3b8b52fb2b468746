# SPDX-License-Identifier: BSD-2-Clause
"""Many boots from a TOML file: read() makes the options of each.

The first of these that sets an option counts: the [[boot]] table, the command line,
the file's [defaults], the option's default."""

import argparse
import itertools
import pathlib
import re

import tomllib

from . import Problem, files
from .setup import EXCLUSIVE, dashed

# Options of the whole run, which one boot cannot have.
RUN_OPTIONS = {"matrix", "jobs", "junit", "tap", "interactive", "results", "dry_run", "help"}


def repeated(parser):
    """The options that may be given more than once."""
    return {action.dest for action in parser._actions
            if isinstance(action, argparse._AppendAction)}


def layered(*layers):
    """{option: value} by several layers; the last wins, also over what excludes it."""
    result = {}
    for layer in layers:
        for pair in EXCLUSIVE:
            if any(layer.get(name) for name in pair):
                for name in pair:
                    result.pop(name, None)
        result.update(layer)
    return result


def combinations(options, lists):
    """One dictionary for each combination of the values of lists, and what varies in it."""
    choices = []
    for key, value in options.items():
        varies = isinstance(value, list) and (
            key not in lists or value and all(isinstance(item, list) for item in value))
        choices.append([(key, item, varies) for item in (value if varies else [value])])
    for combination in itertools.product(*choices):
        yield ({key: value for key, value, _ in combination},
               {key: value for key, value, varies in combination if varies})


def words(where, options, lists):
    """The options as words of a command line."""
    result = []
    for key, value in options.items():
        option = dashed(key)
        for item in value if isinstance(value, list) else [value]:
            if item is True:
                result.append(option)
            elif isinstance(item, (dict, list)):
                raise Problem(f"{where}: {option[2:]} takes {'texts' if key in lists else 'one value'}"
                              "; correct the file")
            elif item is not False and item is not None:
                result.append(f"{option}={item}")
    return result


def load(path, lists):
    """([defaults], [[boot]] tables) with underscores in the options' names."""
    try:
        data = tomllib.loads(files.text("--matrix", path))
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"--matrix {path}: {error}; correct the file") from None
    except RecursionError:
        raise Problem(f"--matrix {path}: tables too deep in one another; correct the file") from None
    if set(data) - {"defaults", "boot"} or not isinstance(data.get("boot"), list) or \
            not data["boot"] or \
            not all(isinstance(entry, dict) for entry in [*data["boot"], data.get("defaults", {})]):
        raise Problem(f"--matrix {path}: it has to consist of [[boot]] tables and, optionally, "
                      "a [defaults] table; correct the file")

    def table(where, entry):
        result = {}
        for key, value in entry.items():
            name = key.replace("-", "_")
            if name in RUN_OPTIONS:
                raise Problem(f"{where}: {key} is of the whole run; pass it as --{key}")
            if not re.fullmatch(r"[a-z-]+", key):
                raise Problem(f"{where}: unknown option {key!r}; correct the file")
            if value == [] and name not in lists:
                raise Problem(f"{where}: {key}: an empty list boots nothing; correct the file")
            result[name] = value
        return result
    return (table(f"--matrix {path}, [defaults]", data.get("defaults", {})),
            [table(f"--matrix {path}, boot {entry.get('name', number)}", entry)
             for number, entry in enumerate(data["boot"], 1)])


def read(path, parser, given):
    """([argparse namespace of each boot], [notes]); `given`: options of the command line."""
    lists = repeated(parser)
    defaults, entries = load(path, lists)
    given = {key: value for key, value in given.items() if key not in RUN_OPTIONS}
    result, notes = [], []
    for number, entry in enumerate(entries, 1):
        own_name = entry.get("name", given.get("name", f"boot{number}"))
        where = f"--matrix {path}, boot {entry.get('name', number)}"
        if not isinstance(own_name, (str, int)):
            raise Problem(f"{where}: name takes text; correct the file")
        for options, varying in combinations(layered(defaults, given, entry), lists):
            options["name"] = "-".join([str(own_name)] + [
                re.sub(r"[^\w.=+-]+", "-", f"{key.replace('_', '-')}={pathlib.Path(str(value)).name}")
                for key, value in varying.items()])
            try:
                args = parser.parse_args(words(where, options, lists))
            except Problem as error:
                raise Problem(f"{where}: {error}") from None
            if any(args.name == other.name for other in result):
                raise Problem(f"{where}: a second boot of the name {args.name}; give it another")
            result.append(args)
            hidden = [key for key in given if key != "name" and options.get(key) != given[key]]
            if hidden:
                notes.append(f"{args.name}: keeps what its [[boot]] says in place of "
                             f"{', '.join(map(dashed, hidden))} of the command line")
    return result, notes
