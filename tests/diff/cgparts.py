# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading of callgrind files: every part of a file becomes a Part, with all names and positions resolved.

What is kept: header lines, the cost of each position of each function, and each call edge with its position.
What is read but not kept: jump= and jcnd= lines (and the position line that follows them).

Three rules that readers get wrong, and that this one follows:
 - without cob= the callee is in the object of the calling function (ob=);
 - without cfi= the callee's file is the *current* fi=/fe= file, not the function's own fl= file;
 - a cfn= that is followed by another cfn= without a calls= line between them says nothing at all.

Files of callgrind itself (`creator: callgrind-`) are read as callgrind means them. It measures everything from the last cost line:
cfi= is left out when the callee's file is that of the last cost line, and a call at another place (code without line numbers, a call
without cost of its own) moves neither the position nor the file for the next cost line. Read by the letter of the format, such a file
gives costs and callees to the wrong file.
"""

import re

SPACES = {"ob": "ob", "cob": "ob", "fl": "file", "fi": "file", "fe": "file", "cfi": "file", "cfl": "file",
          "jfi": "file", "fn": "fn", "cfn": "fn", "jfn": "fn"}
COMPRESSED = re.compile(r"\((\d+)\)(?: (.*))?\Z", re.S)
KEY_EQUALS = re.compile(r"([a-z]+)=(.*)\Z", re.S)
HEADER = re.compile(r"([A-Za-z0-9_-]+):\s*(.*)\Z", re.S)


class FormatError(Exception):
    """The text is not a callgrind file; the message names file, line and reason."""


class Part:
    """One dump. Keys of `cost`: (object, file of function, function, file, line, address).
    Keys of `edges`: the same six, then (object, file, function) of the callee. Address is None without `instr`.
    Values of `cost` are lists of event counts; values of `edges` are [calls, inclusive counts...]."""

    def __init__(self, name):
        self.name = name
        self.header = {}
        self.desc = []
        self.positions = ["line"]
        self.events = []
        self.summary = None
        self.totals = None
        self.cost = {}
        self.edges = {}

    def event_sum(self):
        """The sum of all cost lines: what `totals:` has to say."""
        total = [0] * len(self.events)
        for counts in self.cost.values():
            for i, n in enumerate(counts):
                total[i] += n
        return total


def _number(word):
    return int(word, 16) if word[:2] in ("0x", "0X") else int(word)


class _Reader:
    def __init__(self, name):
        self.name = name
        self.lineno = 0
        self.parts = []
        self.part = None
        self.in_body = False
        self.file_header = {}
        self.from_last_cost = False
        self._new_ids()

    def _new_ids(self):
        self.ids = {"ob": {}, "file": {}, "fn": {}}
        self.ob = self.fl = self.fn = self.file = self.cost_file = None
        self.after_call = False
        self.last = []
        self._drop_call()

    def _drop_call(self):
        self.cob = self.cfile = self.cfn = None

    def fail(self, why):
        raise FormatError("%s:%d: %s" % (self.name, self.lineno, why))

    # ---- header ----------------------------------------------------------------------------------------------------

    def _open_part(self):
        if self.part is None or self.in_body:
            self.part = Part("%s part %d" % (self.name, len(self.parts) + 1))
            self.part.header = dict(self.file_header)
            self.parts.append(self.part)
            self.in_body = False
            self._new_ids()

    def _header(self, key, value):
        if key in ("version", "creator", "pid", "cmd") and (self.part is None or self.in_body):
            self.file_header[key] = value
            if key == "creator":
                self.from_last_cost = value.startswith("callgrind-")
            return
        if key == "totals":
            if self.part is None:
                self.fail("'totals:' before any part")
            self.part.totals = [_number(w) for w in value.split()]
            return
        self._open_part()
        part = self.part
        if key == "positions":
            part.positions = value.split()
            for word in part.positions:
                if word not in ("instr", "bb", "line"):
                    self.fail("unknown position '%s'" % word)
        elif key == "events":
            if part.events:
                self.fail("second 'events:' in one part")
            part.events = value.split()
        elif key == "summary":
            part.summary = [_number(w) for w in value.split()]
        elif key == "desc":
            part.desc.append(value)
        elif key == "event":
            part.header.setdefault("event", []).append(value)
        else:
            part.header[key] = value

    # ---- body ------------------------------------------------------------------------------------------------------

    def _name(self, key, text):
        found = COMPRESSED.match(text)
        if not found:
            return text
        table = self.ids[SPACES[key]]
        ident, name = found.group(1), found.group(2)
        if name is not None:
            if table.setdefault(ident, name) != name:
                self.fail("%s=(%s) defined twice: '%s' and '%s'" % (key, ident, table[ident], name))
            return name
        if ident not in table:
            self.fail("%s=(%s) used before it is defined" % (key, ident))
        return table[ident]

    def _assign(self, key, text):
        name = self._name(key, text)
        self.in_body = True
        if key == "ob":
            self.ob = name
        elif key == "fl":
            self.fl = self.file = self.cost_file = name
        elif key in ("fi", "fe"):
            self.file = name
            self.after_call = False
        elif key == "fn":
            self.fn = name
            if self.fl is None:
                self.fl = "???"
            self.file = self.cost_file = self.fl
            self.after_call = False
            self.last = [0] * len(self.part.positions)
            self._drop_call()
        elif self.cfn is not None and key in ("cob", "cfi", "cfl", "cfn"):
            self._drop_call()
        if key == "cob":
            self.cob = name
        elif key in ("cfi", "cfl"):
            self.cfile = name
        elif key == "cfn":
            self.cfn = name

    def _positions(self, words, update):
        now = []
        if len(words) < len(self.part.positions):
            self.fail("expected %d positions" % len(self.part.positions))
        for i, word in enumerate(words[:len(self.part.positions)]):
            old = self.last[i] if i < len(self.last) else 0
            if word == "*":
                now.append(old)
            elif word[0] in "+-":
                now.append(old + int(word))
            else:
                now.append(_number(word))
        if update:
            self.last = now
        return now

    def _place(self, now):
        where = dict(zip(self.part.positions, now))
        return (self.ob, self.fl, self.fn, self.file, where.get("line", 0), where.get("instr"))

    def _counts(self, words):
        counts = [_number(w) for w in words]
        width = len(self.part.events)
        if len(counts) > width:
            self.fail("%d counts where 'events:' names %d" % (len(counts), width))
        return counts + [0] * (width - len(counts))

    @staticmethod
    def _add(table, key, counts):
        old = table.get(key)
        if old is None:
            table[key] = list(counts)
        else:
            for i, n in enumerate(counts):
                old[i] += n

    def _cost_line(self, text):
        if self.part is None or not self.part.events:
            self.fail("a cost line before 'events:'")
        if self.fn is None:
            self.fail("a cost line before 'fn='")
        words = text.split()
        now = self._positions(words, True)
        counts = self._counts(words[len(now):])
        if self.from_last_cost and self.after_call:
            self.file = self.cost_file
        self.cost_file = self.file
        self.after_call = False
        if any(counts):
            self._add(self.part.cost, self._place(now), counts)

    def _call(self, text, lines):
        words = text.split()
        if self.cfn is None:
            self.fail("'calls=' without 'cfn='")
        same_file = self.cost_file if self.from_last_cost else self.file
        callee = (self.cob if self.cob is not None else self.ob, self.cfile if self.cfile is not None else same_file, self.cfn)
        self._positions(words[1:], False)
        follow = self._next(lines).split()
        now = self._positions(follow, not self.from_last_cost)
        counts = [_number(words[0])] + self._counts(follow[len(now):])
        if any(counts):
            self._add(self.part.edges, self._place(now) + callee, counts)
        self._drop_call()
        self.after_call = True

    def _next(self, lines):
        for line in lines:
            self.lineno += 1
            line = line.rstrip("\n")
            if line and line[0] != "#":
                return line
        self.fail("the file ends after 'calls=' or 'jump='")

    def _equals(self, key, value, lines):
        if key in ("jfi", "jfn"):
            self._name(key, value)
        elif key in SPACES:
            if self.part is None:
                self.fail("'%s=' before the header" % key)
            self._assign(key, value)
        elif key == "calls":
            self._call(value, lines)
        elif key in ("jump", "jcnd"):
            self._positions(value.split()[1:], False)
            self._positions(self._next(lines).split(), not self.from_last_cost)
            self.after_call = True
        else:
            self.fail("unknown line '%s='" % key)

    def read(self, stream):
        lines = iter(stream)
        for line in lines:
            self.lineno += 1
            line = line.rstrip("\n")
            if not line or line[0] == "#":
                continue
            if line[0] in "0123456789+-*":
                self._cost_line(line)
                continue
            found = KEY_EQUALS.match(line)
            if found:
                self._equals(found.group(1), found.group(2), lines)
                continue
            found = HEADER.match(line)
            if not found:
                self.fail("not understood: '%s'" % line[:60])
            self._header(found.group(1), found.group(2))
        for part in self.parts:
            if not part.events:
                self.fail("no 'events:' line in %s" % part.name)
        return self.parts


def read_file(path, name=None):
    """All parts of the file at `path`. An empty file has none. Raises FormatError."""
    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
        return _Reader(name or path).read(stream)


def read_text(text, name="text"):
    """The same from a string, for tests."""
    return _Reader(name).read(text.splitlines(True))
