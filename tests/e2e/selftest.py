# selftest.py - the checks on trial: each must accept what is right and reject what is wrong.
#
# SPDX-License-Identifier: GPL-2.0-or-later

import os

import case as e2e_case
import checks

GOOD = """# callgrind format
version: 1
creator: self-test
pid: 1
cmd:  ./guest
part: 1

positions: line
events: Ir
summary: 30

fl=(1) a.c
fn=(1) main
3 10
cfn=(2) work
calls=2 7
4 20

fn=(2) work
7 20

totals: 30
"""

FILES = {
    "good": GOOD,
    "half": GOOD[:len(GOOD) // 2],
    "cut-line": GOOD[:-2],
    "no-totals": GOOD.replace("totals: 30\n", ""),
    "wrong-total": GOOD.replace("7 20\n\n", "7 21\n\n"),
    "unknown-key": GOOD.replace("fn=(1) main", "fn=(1) main\ncfni=inlined"),
    "unknown-id": GOOD.replace("fn=(2) work", "fn=(3)"),
    "two-parts": GOOD + GOOD,
    "empty": "",
}

# a check that holds for the files above, and some that do not
TRIALS = {
    "profile": ("good main work", ["good other", "half", "cut-line", "no-totals", "wrong-total", "unknown-key", "unknown-id",
                                   "two-parts", "empty", "missing"]),
    "no-function": ("good other", ["good work", "half", "missing"]),
    "empty": ("empty", ["good", "missing"]),
    "complete-or-empty": ("empty", ["half", "cut-line", "no-totals", "missing"]),
    "absent": ("missing", ["good", "empty"]),
    "files": ("*o* 6", ["*o* 5", "missing 1"]),
    "mode": ("good 0640", ["good 0600", "missing 0600"]),
    "line": ("good '^creator: self-test$'", ["good '^creator: other$'", "missing x"]),
    "no-line": ("good '^creator: other$'", ["good '^creator: self-test$'", "missing x"]),
}


def run(report, directory):
    os.mkdir(directory)
    for name, text in FILES.items():
        path = os.path.join(directory, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        os.chmod(path, 0o640)
    outcome = e2e_case.Outcome(directory, 1, None)
    for name in checks.CHECKS:
        holds, fails = TRIALS[name]
        wrong = [f"'{name} {holds}' must hold: {p}" for p in [checks.problem(outcome, f"{name} {holds}")] if p]
        wrong += [f"'{name} {words}' must not hold" for words in fails if not checks.problem(outcome, f"{name} {words}")]
        report.check("self-test/" + name, "\n".join(wrong))
