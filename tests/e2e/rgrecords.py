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


def problem(text):
    """What is wrong, or None."""
    body, _, rest = text.partition("\ntotals:")
    lines = [line[4:] for line in rest.split("\n")[1:] if line.startswith("#rg ") and not line.startswith("#rg leak")]
    if "\n#rg " in body:
        return "records before 'totals:'"
    if not lines or not LINES["version"].match(lines[0]):
        return "the first record is not 'version 1'"
    known, functions = {"crate": 0, "item": 0}, 0
    for line in lines[1:]:
        kind = line.split(" ")[0]
        found = LINES[kind].match(line) if kind in ("crate", "item", "fn") else None
        if not found:
            return f"no record of version 1: '{line}'"
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
    return None
