# mono.py - what rustc says of instances (-Zdump-mono-stats) beside what our items say of its symbols.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""rustc's list has a row for each function as it is written, with the number of its instances.  It names functions by the paths that
users write (std::vec::Vec), we by those of their definitions (alloc::vec::Vec), so both are reduced to what they have in common: the type or
trait, and the function.  Several functions may be reduced to one name; then their numbers of instances are a list."""

import collections
import json
import os
import re
import subprocess

import rgtest

ITEMS = os.path.join(rgtest.BUILDDIR, "tests", "names", "items")
CALL = re.compile(r"^<.* as core::ops::function::Fn(Once|Mut)?<.*>>::call(_once|_mut)?$")


def _close(s, i):
    """The index behind the < > that begins at I."""
    depth = 0
    while i < len(s):
        if s[i] == "<":
            depth += 1
        elif s[i] == ">" and s[i - 1] != "-":
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return i


def _split(s, what):
    """S in two at the first WHAT that is in no < >."""
    depth = 0
    for i, c in enumerate(s):
        depth += (c == "<") - (c == ">" and s[i - 1] != "-")
        if depth == 0 and s.startswith(what, i):
            return s[:i], s[i + len(what):]
    return s, None


def _segments(s):
    parts = []
    while s is not None:
        part, s = _split(s, "::")
        parts.append(part)
    return parts


def _head(type_name):
    """The name of a type without path and arguments."""
    type_name = re.sub(r"'\w+ ?", "", type_name).strip()
    if type_name.startswith(("dyn ", "(dyn ")):
        return "dyn"
    if type_name[:1] in "&*[(":
        return type_name[:1]
    last = [p for p in _segments(type_name) if not p.startswith("<") or p.startswith("<impl")][-1]
    return last.split("<")[0]


def reduced(name):
    parts = []  # names, and whether they are types in any case
    for part in _segments(name):
        if part.startswith("<impl "):
            parts.append((_head(_split(part[6:-1], " for ")[0]), True))
        elif part.startswith("<") and _close(part, 0) == len(part) and not parts:
            of, trait = _split(part[1:-1], " as ")
            parts.append((_head(trait if trait is not None else of), True))
        elif not part.startswith("<"):
            parts.append((part.split("<")[0], False))
    tail = []
    while parts and parts[-1][0].startswith("{"):
        tail.insert(0, parts.pop()[0])
    of_type = len(parts) > 1 and (parts[-2][1] or parts[-2][0][:1].isupper() or re.match(r"_*m\d", parts[-2][0]))
    return "::".join([p[0] for p in parts[-2 if of_type else -1:]] + tail)


def counts(rows):
    """Lists of numbers of instances, by reduced name, of rows with name and number."""
    found = collections.defaultdict(list)
    for name, n, *_ in rows:
        if not reduced(name).isupper():  # a static
            found[reduced(name)].append(n)
    return {name: sorted(ns) for name, ns in found.items()}


def items(symbols):
    """(key, instance) of each symbol."""
    done = subprocess.run([ITEMS], input="".join(s + "\n" for s in symbols), capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def is_shim(key, instance):
    """What rustc makes without a function in the source: glue, and calls of closures and functions through the traits for calls."""
    return "{shim" in instance or key == "core::ptr::drop_in_place" or (CALL.match(instance) and not key.endswith("}::call" + instance.rpartition("::call")[2]))


def ours(ir):
    """(an instance, number of instances, key) of the items of all functions that a file in LLVM's language defines."""
    with open(ir, encoding="utf-8") as f:
        symbols = sorted(set(re.findall(r'^define .*?@"?([\w.$]+)"?\(', f.read(), re.M)))
    found = collections.defaultdict(set)
    for key, instance in items(s for s in symbols if s.startswith("_R")):
        if not is_shim(key, instance):
            found[key].add(instance)
    return [(min(instances), len(instances), key) for key, instances in found.items()]


def theirs(scratch, source, name):
    """(function, number of instances) as rustc tells them, and the file that it has written; None: this rustc does not tell."""
    rgtest.need("rustc")
    ir = os.path.join(scratch, name + ".ll")
    command = [os.environ.get("RUSTC") or "rustc", "--edition=2021", "-A", "warnings", "-C", "symbol-mangling-version=v0", "--emit=llvm-ir",
               "-C", "no-prepopulate-passes", "-C", "codegen-units=1", "--crate-name", name, "-o", ir, source]
    told = command + ["-Zdump-mono-stats=" + scratch, "-Zdump-mono-stats-format=json"]
    done = rgtest.run(told, cwd=scratch, env=dict(os.environ, RUSTC_BOOTSTRAP="1"))
    listed = os.path.join(scratch, name + ".mono_items.json")
    if done.returncode == 0 and os.path.exists(listed):
        with open(listed, encoding="utf-8") as f:
            return [(r["name"], r["instantiation_count"]) for r in json.load(f)], ir
    done = rgtest.run(command, cwd=scratch)
    if done.returncode:
        raise rgtest.BuildError(done.stderr)
    return None, ir
