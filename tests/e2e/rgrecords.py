# rgrecords.py - are the #rg records of a profile as docs/format.md has them?
#
# SPDX-License-Identifier: GPL-2.0-or-later

import re

CLASSES = {"glue", "drop", "panic", "allocation", "runtime", "async", "closure"}
LINES = {
    "version": re.compile(r"version 1$"),
    "crate": re.compile(r"crate (\d+) 0x[0-9a-f]+ \S.*$"),
    "item": re.compile(r"item (\d+) \S.*$"),
    "fn": re.compile(r"fn (\d+) (\d+) \d+((?: [a-z]+)*)$"),
    "workspace": re.compile(r"workspace((?: \d+)+)$"),
    "own": re.compile(r"own (\d+) \d+((?: \d+)+)$"),
}


def _functions(text):
    """How many functions the body has: levels of one function count once."""
    names, now, count, last = {}, {"ob": None, "fl": None}, 0, None
    for line in text.splitlines():
        found = re.match(r"(c?)(ob|fl|fi|fe|fn)=(?:\((\d+)\) ?)?(.*)$", line)
        if not found:
            continue
        called, key, number, name = found.groups()
        table = {"ob": "ob", "fn": "fn"}.get(key, "fl")
        if number and name:
            names[table, number] = name
        elif number:
            name = names[table, number]
        if called:
            continue
        if key != "fn":
            if key in now:
                now[key] = name
            continue
        this = (now["ob"], now["fl"], re.sub(r"'\d+$", "", name))
        count += this != last
        last = this
    return count


def _own_problem(lines, n_crates, n_functions, totals):
    """Of the lines of own code: every function once, in order, and all costs together are the program's."""
    sums, last = [0] * len(totals), -1
    for line in lines:
        found = LINES[line.split(" ")[0]].match(line)
        if line.startswith("workspace"):
            if last != -1 or not all(1 <= int(n) <= n_crates for n in found[1].split()):
                return f"not the crates of the workspace: '{line}'"
            last = -0.5
            continue
        number, costs = int(found[1]), [int(c) for c in found[2].split()]
        if number <= last or number > n_functions or len(costs) != len(totals) or not any(costs):
            return f"no cost of an own function: '{line}'"
        last = number
        sums = [a + b for a, b in zip(sums, costs)]
    return f"own code and the rest have {sums}, not {totals}" if lines and sums != totals else None


def problem(text):
    """What is wrong, or None."""
    body, _, rest = text.partition("\ntotals:")
    lines = [line[4:] for line in rest.split("\n")[1:] if line.startswith("#rg ") and not line.startswith("#rg leak")]
    if "\n#rg " in body:
        return "records before 'totals:'"
    if not lines or not LINES["version"].match(lines[0]):
        return "the first record is not 'version 1'"
    known, functions, own = {"crate": 0, "item": 0}, 0, []
    for line in lines[1:]:
        kind = line.split(" ")[0]
        found = LINES[kind].match(line) if kind in LINES and kind != "version" else None
        if not found:
            return f"no record of version 1: '{line}'"
        if kind in ("workspace", "own"):
            own.append(line)
            continue
        if own:
            return f"a record after those of own code: '{line}'"
        if kind in known:
            known[kind] += 1
            if int(found[1]) != known[kind]:
                return f"not the next number: '{line}'"
            continue
        functions += 1
        if not 1 <= int(found[1]) <= known["crate"] or int(found[2]) > known["item"]:
            return f"unknown crate or item: '{line}'"
        if set(found[3].split()) - CLASSES:
            return f"unknown class: '{line}'"
    if functions != _functions(body):
        return f"{functions} functions among the records, {_functions(body)} in the body"
    totals = [int(n) for n in rest.split("\n")[0].split()]
    return _own_problem(own, known["crate"], functions, totals)
