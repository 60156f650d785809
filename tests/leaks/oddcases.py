# oddcases.py - heapodd.c: programs that are hard on who watches their allocator.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""run(TOOL, SUMS, USAGE) returns what is wrong, or nothing.  Counts and kinds are compared with memcheck's; linked statically, where
memcheck sees no heap, with those of the program that is not."""

import os
import re
import subprocess
import tempfile

import rgtest

SAME = ("spawned", "races", "jumped", "handled", "coroutines", "huge")
ALLOC_FN = ["--alloc-fn=my_alloc:malloc", "--alloc-fn=my_free:free"]
OWN = {"definite": (1, 48), "reachable": (2, 96)}
MOST_KB = 200 << 10  # of 1 GB that is allocated


def _build(scratch, *options):
    program = os.path.join(scratch, "heapodd" + "".join(options))
    done = rgtest.run(["cc", "-O1", "-g", "-w", *options, "-o", program, os.path.join(rgtest.PROGRAMS, "c", "heapodd.c"), "-lpthread"])
    if done.returncode:
        raise rgtest.BuildError(done.stderr)
    return program


def _memchecks(usage, program, case):
    text = rgtest.run(["valgrind", "--leak-check=full", "--show-leak-kinds=all", program, case], timeout=240).stderr
    found = re.findall(r"(definite|indirect|possib|reachable)\w*(?: lost)?: ([\d,]+) bytes in ([\d,]+) blocks\n", text)
    kinds = {{"possib": "possible"}.get(k, k): (int(n.replace(",", "")), int(size.replace(",", ""))) for k, size, n in found if n != "0"}
    return usage(text)[0::2], kinds


def _peak_kb(program):
    with subprocess.Popen([rgtest.IN_PLACE, "--rustgrind-out-file=/dev/null", "--leak-check=full", program, "huge"],
                          stderr=subprocess.DEVNULL) as p:
        return os.wait4(p.pid, 0)[2].ru_maxrss


def run(tool, sums, usage):
    wrong = []
    with tempfile.TemporaryDirectory() as scratch:
        program, static = _build(scratch), _build(scratch, "-static")
        for case in SAME:
            done, records = tool(["--leak-check=full"], [program, case])
            kinds = {k: n for k, n in sums([r for r in records if r["class"] != "libc"], "kind").items()}
            ours, theirs = (usage(done.stderr)[0::2], kinds), _memchecks(usage, program, case)
            if ours != theirs:
                wrong.append(f"{case}: {ours}, memcheck has {theirs}")
            _, records = tool(["--leak-check=full"], [static, case])
            lost = {k: n for k, n in sums(records, "kind").items() if k != "reachable"}
            if lost != {k: n for k, n in kinds.items() if k != "reachable"}:
                wrong.append(f"{case}, linked statically: {lost}, dynamically {kinds}")
        for p in (program, static):
            _, records = tool(["--leak-check=full", *ALLOC_FN], [p, "own"])
            kinds = sums([r for r in records if r["class"] != "libc"], "kind")
            if kinds["definite"] != OWN["definite"] or (p == program and kinds != OWN):
                wrong.append(f"own: {kinds}")
            peak = _peak_kb(p)
            if peak > MOST_KB:
                wrong.append(f"huge: {peak} KB of memory")
    return "\n".join(wrong)
