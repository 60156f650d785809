# events.py - --heap-events=yes: costs of the heap in the profile.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""What makes inclusive costs exact is tested by conservation: what enters a function by its edges is its self cost and what leaves it.
Where that holds for Ir it must hold for each of the other events."""

import collections
import glob
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import cglint  # noqa: E402
import rgtest  # noqa: E402

EVENTS = ["Ir", "AllocBytes", "AllocBlocks", "PeakBytes", "LeakBytes"]
OPTIONS = (["--inline=no"], ["--dump-instr=yes"], ["--hot-after=0"], ["--separate-recs=5"], ["--compat=callgrind"],
           ["--cache-sim=yes", "--branch-sim=yes"])


def _add(sums, key, counts):
    for i, n in enumerate(counts):
        sums[key][i] += n


def _flows(part):
    """(what enters, what is spent in or leaves) each function."""
    enters, leaves = (collections.defaultdict(lambda: [0] * len(part.events)) for _ in range(2))
    for key, counts in part.cost.items():
        _add(leaves, key[:3], counts)
    for key, (_, *counts) in part.edges.items():
        _add(leaves, key[:3], counts)
        _add(enters, key[6:], counts)
    return enters, leaves


def _conservation_problem(part):
    enters, leaves = _flows(part)
    checked = [f for f in enters if enters[f][0] == leaves[f][0]]
    for f in checked:
        if enters[f] != leaves[f]:
            return f"{f}: {enters[f]} enter, {leaves[f]} leave"
    return None if len(checked) > 50 else f"only {len(checked)} functions could be checked"


def _numbers(pattern, text):
    m = re.search(pattern, text)
    return [int(n.replace(",", "")) for n in m.groups()] if m else [0]


def _of_summary(text):
    """What the events must add up to, from the text of the run."""
    allocs, size = _numbers(r"total heap usage: ([\d,]+) allocs, [\d,]+ frees, ([\d,]+) bytes", text)
    peak, = _numbers(r"peak heap: ([\d,]+) bytes", text)
    lost = sum(_numbers(kind + r" lost: ([\d,]+) bytes", text)[0] for kind in ("definitely", "indirectly"))
    return [size, allocs, peak, lost]


def _run(options, command, scratch):
    out = os.path.join(scratch, "out")
    for old in glob.glob(out + "*"):
        os.unlink(old)
    done = rgtest.run([rgtest.IN_PLACE, *options, "--rustgrind-out-file=" + out, *command], timeout=240)
    made = [name for name in sorted(glob.glob(out + "*")) if name != out or "--separate-threads=yes" not in options]
    return done, [cglint.read(name) for name in made]


def _problem(options, command, scratch):
    done, parts = _run(["--heap-events=yes", "--leak-check=full", *options], command, scratch)
    totals = collections.Counter()
    for part in parts:
        totals.update(dict(zip(part.events, part.totals)))
        problem = None if len(parts) > 1 else _conservation_problem(part)
        if problem:
            return problem
    if [totals[e] for e in EVENTS[1:]] != _of_summary(done.stderr):
        return f"totals are {dict(totals)}, the summary says {_of_summary(done.stderr)}"
    if totals["AllocBlocks"] == 0:
        return "nothing is allocated"
    return None


def everywhere(commands):
    """Totals and conservation for COMMANDS, the first of them with other options, too."""
    with tempfile.TemporaryDirectory() as scratch:
        runs = [([], c) for c in commands] + [(o, commands[0]) for o in OPTIONS] + [(["--separate-threads=yes"], commands[0])]
        for options, command in runs:
            problem = _problem(options, command, scratch)
            if problem:
                return f"{os.path.basename(command[0])} {' '.join(command[1:] + options)}: {problem}"
    return None


def on_their_lines(program, source):
    """Self cost is on the lines that call the allocator, and main's inclusive cost is the whole; other events stay as they are; without a leak
    check there is no LeakBytes."""
    with open(source, encoding="utf-8") as f:
        lines = f.read().splitlines()
    with tempfile.TemporaryDirectory() as scratch:
        _, (plain,) = _run([], [program], scratch)
        _, (part,) = _run(["--heap-events=yes"], [program], scratch)
    if part.events != EVENTS[:4]:
        return f"events without a check: {part.events}"
    if [n for n, *_ in plain.cost.values()] != [n[0] for n in part.cost.values() if n[0]]:
        return "Ir is not the same"
    found = {(key[2], lines[key[4] - 1].strip()): counts[1:] for key, counts in part.cost.items()
             if counts[2] and key[3].endswith(os.path.basename(source))}
    want = {("make", "return malloc(size); /* one */"): [2200, 22, 1100], ("main", "keep = calloc(10, 7); /* two */"): [70, 1, 70],
            ("main", "keep = realloc(keep, 1000); /* three */"): [1000, 1, 0]}
    if found != want:
        return f"{found}\nnot {want}"
    into_main = [sum(counts[i + 1] for key, counts in part.edges.items() if key[8] == "main") for i in range(4)]
    return None if into_main[1:] == [3270, 24, 1170] else f"inclusive cost of main: {into_main}"


def annotate(program):
    """callgrind_annotate shows the events, sorts by one of them, and sums them up."""
    rgtest.need("callgrind_annotate")
    with tempfile.TemporaryDirectory() as scratch:
        _, (part,) = _run(["--heap-events=yes", "--leak-check=full"], [program, "lost"], scratch)
        done = rgtest.run(["callgrind_annotate", "--sort=AllocBytes", "--inclusive=yes", os.path.join(scratch, "out")])
    for event in EVENTS:
        if not re.search(r"Events recorded:.* " + event + r"\b", done.stdout):
            return f"{event} is not shown:\n{done.stdout[:1500]}{done.stderr[-500:]}"
    shown = re.search(r"^(.*)PROGRAM TOTALS", done.stdout, re.M)
    totals = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+)(?: \([ \d.]+%\)|\s)", shown[1])] if shown else None
    return None if totals == part.totals else f"{totals}, not {part.totals}\n{done.stdout[:1500]}{done.stderr[-500:]}"
