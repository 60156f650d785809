# morecases.py - leaks2.rs: classes with blocks and bytes, and kinds of the lost, as truth2.tsv has them.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""run(VARIANT, ...) returns what is wrong, or nothing."""

import concurrent.futures
import os
import tempfile

import rgtest

HERE = os.path.dirname(os.path.abspath(__file__))


def run(variant, tool, sums, own, variants):
    rgtest.need("rustc")
    source = os.path.join(rgtest.PROGRAMS, "rust", "leaks2.rs")
    with open(os.path.join(HERE, "truth2.tsv"), encoding="utf-8") as f:
        table = [line.rstrip("\n").split("\t") for line in f][1:]
    with tempfile.TemporaryDirectory() as scratch:
        program = os.path.join(scratch, "leaks2")
        done = rgtest.run(["rustc", "--edition=2021", "-A", "warnings", *variants[variant], "-o", program, source], timeout=600)
        if done.returncode:
            return done.stderr

        def problem(row):
            done, records = tool(["--leak-check=full"], [program, row[0]], env=dict(os.environ, RUST_BACKTRACE="0"))
            found = " ".join(f"{c}={n}/{size}" for c, (n, size) in sorted(sums(records, "class").items()) if c not in own) or "nothing"
            kinds = sums(records, "kind")
            lost = " ".join(f"{k}={kinds[k][0]}/{kinds[k][1]}" for k in ("definite", "indirect", "possible") if k in kinds) or "-"
            wrong = done.returncode or [found, lost] != row[1:3]
            return wrong and f"{row[0]}: exit status {done.returncode}, {found}, {lost}; not {row[1]}, {row[2]}"

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return "\n".join(filter(None, pool.map(problem, table)))
