# cglint.py - is a profile one that every reader of callgrind files opens?
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules are those of docs/format.md.  Most are about single lines and are checked here; names, positions and sums come from the
reader in tests/diff, which shares no code with the tool."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "diff"))

import cgparts  # noqa: E402

FIRST_LINE = "# callgrind format"
HEADER_KEYS = {"version", "creator", "pid", "cmd", "part", "thread", "desc", "positions", "event", "events", "summary", "totals"}
MAY_REPEAT = {"desc", "event"}
BODY_KEYS = {"ob", "fl", "fi", "fe", "fn", "cob", "cfi", "cfl", "cfn", "calls"}
BODY = re.compile(r"([A-Za-z_]+)=(.*)$")
SUBPOSITION = r"(?:\*|[+-]\d+|\d+|0x[0-9a-f]+)"


class Bad(Exception):
    """The file breaks a rule; the text says where, and which."""


class _Lines:
    """Goes through the lines of a file once."""

    def __init__(self):
        self.number = 0
        self.seen = set()
        self.positions = ["line"]
        self.cost = None
        self.in_function = False

    def bad(self, why):
        return Bad(f"line {self.number}: {why}")

    def read(self, text):
        if not text.endswith("\n"):
            raise Bad("the file does not end with a newline: half-written?")
        lines = text[:-1].split("\n")
        if lines[0] != FIRST_LINE:
            raise Bad(f"the first line is not '{FIRST_LINE}'")
        for self.number, line in enumerate(lines, 1):
            if line and not line.startswith("#"):
                if "totals" in self.seen:
                    raise self.bad("something follows 'totals:'")
                self.line(line)
        if "totals" not in self.seen:
            raise Bad("no 'totals:' line: half-written?")

    def line(self, line):
        body = BODY.match(line)
        if body or line[0] in "0123456789+-*":
            if line != line.rstrip():
                raise self.bad("a trailing blank")
            if body:
                self.position(*body.groups())
            else:
                self.costs(line)
        elif ":" in line:
            self.header(*line.split(":", 1))
        else:
            raise self.bad(f"neither header, position nor cost: {line[:60]!r}")

    def header(self, key, value):
        if key not in HEADER_KEYS:
            raise self.bad(f"unknown header key '{key}'")
        if key in self.seen and key not in MAY_REPEAT:
            raise self.bad(f"a second '{key}:' line, which begins a second part")
        if self.in_function and key != "totals":
            raise self.bad(f"'{key}:' after the first cost")
        if key in ("summary", "totals") and "events" not in self.seen:
            raise self.bad(f"'{key}:' before 'events:'")
        if "events" in self.seen and key not in ("summary", "totals"):
            raise self.bad(f"'{key}:' after 'events:': callgrind_annotate does not read it")
        if key == "events":
            self.events(value.split())
        if key == "positions":
            self.positions = value.split()
        self.seen.add(key)

    def events(self, names):
        if not names:
            raise self.bad("no event")
        self.cost = re.compile(" ".join([SUBPOSITION] * len(self.positions) + [r"\d+"] * len(names)) + "$")

    def position(self, key, value):
        if key not in BODY_KEYS:
            raise self.bad(f"unknown line '{key}='")
        if not value:
            raise self.bad(f"'{key}=' without a name")
        if key in ("fi", "fe") and not self.in_function:
            raise self.bad(f"'{key}=' before the first 'fn='")
        if key == "calls" and not re.match(r"[1-9]\d*(?: " + SUBPOSITION + "){%d}$" % len(self.positions), value):
            raise self.bad(f"not a number of calls and a position: '{value}'")
        self.in_function = self.in_function or key == "fn"

    def costs(self, line):
        if not self.cost or not self.in_function:
            raise self.bad("a cost line before 'events:' or the first 'fn='")
        if not self.cost.match(line):
            raise self.bad(f"not a position and all counts: '{line[:60]}'")


def read(path):
    """Reads the profile PATH and returns it as a cgparts.Part, or raises Bad."""
    try:
        with open(path, encoding="utf-8") as f:
            _Lines().read(f.read())
        part, = cgparts.read_file(path, os.path.basename(path))
    except UnicodeDecodeError as e:
        raise Bad(f"byte {e.start} is not UTF-8") from None
    except cgparts.FormatError as e:
        raise Bad(str(e)) from None
    for key in ("totals", "summary"):
        if getattr(part, key) != part.event_sum():
            raise Bad(f"the cost lines add up to {part.event_sum()}, '{key}:' says {getattr(part, key)}")
    return part


def functions(part):
    """The names of all functions that have cost or are called."""
    return {key[2] for key in part.cost} | {key[-1] for key in part.edges}


def self_costs(part):
    """The self cost, of the first event, of each function that has any."""
    costs = {}
    for key, counts in part.cost.items():
        costs[key[2]] = costs.get(key[2], 0) + counts[0]
    return costs


def problem(path):
    """What is wrong with the file PATH, in words, or None."""
    try:
        read(path)
    except Bad as e:
        return str(e)
    return None
