# counts.py - allocations and bytes, compared with memcheck's.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs are those of check-diff whose runs can be repeated.  memcheck replaces the allocator and counts the calls of its own; we
see those of the real one.  Processes that a program forks have counts of their own.

What memcheck cannot count, or counts in another way, is listed with the reason."""

import concurrent.futures
import glob
import os
import re
import shlex
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import rgtest  # noqa: E402

GUESTS = os.path.join(rgtest.BUILDDIR, "tests", "guests", "counts")
STAND_IN = "steady.so"  # see docs/testing.md: glibc's pthread_getattr_np reads a file that lists the tool's own mappings

# Why memcheck counts nothing, by a part of the guest's name.
NOT_COUNTED = {"static": "memcheck cannot replace the allocator of a static executable", "faults": "memcheck does not come to an end"}
WITH_OTHER_ALLOCATORS = ("memory", "qsort", "threads", "threadseq", "dl", "libcalls-lazy", "rust-dynamic", "rust-panic", "rust-threadseq", "w1d", "mem",
                         "python", "dash")


class Case:
    """A row of check-diff's table."""

    def __init__(self, name, command):
        self.name = name
        self.program, *self.arguments = shlex.split(command)

    def guests(self):
        own = [] if self.program.startswith("/") else [self.program]
        return own + [a[1:] for a in self.arguments if a.startswith("@")]

    def command(self):
        path = self.program if self.program.startswith("/") else os.path.join(GUESTS, self.program)
        return [path] + [os.path.join(GUESTS, a[1:]) if a.startswith("@") else a for a in self.arguments]


def cases():
    found, seen = [], set()
    with open(os.path.join(HERE, "..", "diff", "cases"), encoding="utf-8") as f:
        for line in f:
            if not line.strip() or line.startswith("#"):
                continue
            name, command, options, notes = (field.strip() for field in line.split("|"))
            if options or command in seen or "real-maps" in notes or name.endswith("-long"):
                continue
            seen.add(command)
            found.append(Case(name, command))
    return found


def build(wanted):
    """Builds the guests; returns those that could not be, {name: why}."""
    os.makedirs(GUESTS, exist_ok=True)
    names = sorted({g for case in wanted for g in case.guests()} | {STAND_IN})
    done = rgtest.run([os.path.join(rgtest.PROGRAMS, "compile"), "--out", GUESTS, *names], timeout=900)
    if done.returncode:
        raise rgtest.BuildError(done.stderr)
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return {name: rest for name, rest in lines if rest.startswith("missing")}


def usages(text):
    """(allocs, frees, bytes) of each process."""
    found = re.findall(r"total heap usage: ([\d,]+) allocs, ([\d,]+) frees, ([\d,]+) bytes", text)
    return [tuple(int(n.replace(",", "")) for n in numbers) for numbers in found]


def environment(*preload):
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/nonexistent", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
            "RUST_BACKTRACE": "0", "LD_PRELOAD": ":".join([os.path.join(GUESTS, STAND_IN), *preload])}


def both(command, env, memchecks=()):
    """What rustgrind and memcheck count, each process sorted by what it is."""
    ours = rgtest.run([rgtest.IN_PLACE, "--heap=yes", "--rustgrind-out-file=/dev/null", *command], timeout=240, cwd=GUESTS, env=env)
    theirs = rgtest.run([rgtest.IN_PLACE, "--tool=memcheck", "--leak-check=no", *memchecks, *command], timeout=240, cwd=GUESTS, env=env)
    return sorted((a, size) for a, _, size in usages(ours.stderr)), sorted((a, size) for a, _, size in usages(theirs.stderr))


def _why_not(case, missing):
    for name in case.guests():
        if name in missing:
            return missing[name]
    if case.program.startswith("/") and not os.path.exists(case.program):
        return "not installed: " + case.program
    return next((why for part, why in NOT_COUNTED.items() if part in case.program), None)


def everywhere(report, wanted, env, memchecks=(), at_least=50):
    """The cases WANTED."""
    missing = build(wanted)
    reasons = {c.name: _why_not(c, missing) for c in wanted}
    possible = [c for c in wanted if not reasons[c.name]]

    def problem(case):
        try:
            a, b = both(case.command(), env, memchecks)
        except TimeoutError as e:
            return f"{case.name}: {e}"
        if not a or not any(count for count, _ in b):
            counted.append(0)
        return None if a == b else f"{case.name}: (allocs, bytes) are {a}, memcheck has {b}"

    counted = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        problems = [p for p in pool.map(problem, possible) if p]
    report.note(f"{len(possible)} programs, {len(possible) - len(counted)} of which allocate; not counted: " +
                ", ".join(name for name, why in reasons.items() if why))
    return "\n".join(problems) or (None if len(possible) - len(counted) >= at_least else "that is too few")


def usual(report):
    """All deterministic programs of check-diff."""
    return everywhere(report, cases(), environment())


def threads():
    """heap.c calls every function, and has 8 threads."""
    program = rgtest.build("programs/c/heap.c")
    build([])
    a, b = both([program], environment())
    return None if a and a == b else f"(allocs, bytes) are {a}, memcheck has {b}"


def preloaded(report, library):
    """Some of them with another allocator, which memcheck is told to count."""
    found = glob.glob(f"/usr/lib/x86_64-linux-gnu/{library}.so.?")
    if not found:
        raise rgtest.Unavailable(f"not installed: {library}")
    env, option = environment(found[0]), [f"--soname-synonyms=somalloc={library}*"]
    program = rgtest.build("programs/c/heap.c")
    wanted = [c for c in cases() if c.name in WITH_OTHER_ALLOCATORS]
    problem = everywhere(report, wanted, env, option, 8)
    if problem:
        return problem
    arguments = ["threads"] if library == "libmimalloc" else []  # memcheck leaves mimalloc its reallocarray, with blocks of its own
    a, b = both([program, *arguments], env, option)
    return None if a and a == b else f"heap.c: (allocs, bytes) are {a}, memcheck has {b}"
