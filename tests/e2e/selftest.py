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

HELP = """
  user options for Rustgrind:
    --first=<no|yes>         the first one [yes]
    --second=<file>          the second one; %p = pid

  debugging options for Rustgrind:
    --third=<0..9>           the third one [3]

  Extra options read from ~/.valgrindrc
"""

MANUAL = """
| option | values | default |
|---|---|---|
| `--first` | `no`, `yes` | `yes` |
| `--second` | file | |
| `--third` | `0..9` | `3` |

**`--first=no|yes`**

**`--second=FILE`**

**`--third=0..9`**
"""

MAN_PAGE = """
.TP
.BR \\-\\-first= no|yes " [yes]"
The first one.
.TP
.BI \\-\\-second= file
.TP
.BR \\-\\-third= 0..9 " [3]"
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

RECORDS = GOOD + "#rg version 1\n#rg crate 1 0x1f a\n#rg item 1 x::y\n#rg fn 1 1 10\n#rg fn 1 0 0 glue drop\n"
FILES.update({
    "rg-good": RECORDS,
    "rg-version": RECORDS.replace("version 1\n#rg crate", "version 2\n#rg crate"),
    "rg-crate": RECORDS.replace("#rg crate 1", "#rg crate 2"),
    "rg-item": RECORDS.replace("fn 1 1 10", "fn 1 2 10"),
    "rg-class": RECORDS.replace("glue", "other"),
    "rg-fewer": RECORDS.replace("#rg fn 1 1 10\n", ""),
    "rg-kind": RECORDS.replace("#rg item", "#rg thing"),
})

# documents for the check of options
DOCUMENTS = {
    "good.md": MANUAL,
    "default.md": MANUAL.replace("| `yes` |", "| `no` |"),
    "values.md": MANUAL.replace("`no`, `yes`", "`yes`"),
    "no-row.md": MANUAL.replace("| `--second` | file | |\n", ""),
    "no-text.md": MANUAL.replace("**`--second=FILE`**", ""),
    "neither.md": MANUAL.replace("| `--second` | file | |\n", "").replace("**`--second=FILE`**", ""),
    "more.md": MANUAL.replace("| `--second`", "| `--fourth` | file | |\n| `--second`") + "\n**`--fourth=FILE`**\n",
    "default.1": MAN_PAGE.replace("[yes]", "[no]"),
    "missing.1": MAN_PAGE[:MAN_PAGE.rindex(".TP")],
    "more.1": MAN_PAGE + ".TP\n.BI \\-\\-fourth= file\n",
}

# a check that holds for the files above, and some that do not
TRIALS = {
    "profile": ("good main work", ["good other", "half", "cut-line", "no-totals", "wrong-total", "unknown-key", "unknown-id",
                                   "two-parts", "empty", "missing"]),
    "no-function": ("good other", ["good work", "half", "missing"]),
    "functions": ("good 2 'main|work'", ["good 1 'main|work'", "good 3 'main|work'", "half 2 'main|work'", "missing 0 x"]),
    "records": ("rg-good", ["good", "missing", "rg-version", "rg-crate", "rg-item", "rg-class", "rg-fewer", "rg-kind"]),
    "empty": ("empty", ["good", "missing"]),
    "complete-or-empty": ("empty", ["half", "cut-line", "no-totals", "missing"]),
    "absent": ("missing", ["good", "empty"]),
    "files": ("*o* 8", ["*o* 5", "missing 1"]),
    "mode": ("good 0640", ["good 0600", "missing 0600"]),
    "line": ("good '^creator: self-test$'", ["good '^creator: other$'", "missing x"]),
    "no-line": ("good '^creator: other$'", ["good '^creator: self-test$'", "missing x"]),
    "options": ("{dir}/manuals/good.md", ["{dir}/manuals/" + name for name in DOCUMENTS if name != "good.md"] + ["{dir}/missing"]),
}


def run(report, directory):
    os.makedirs(os.path.join(directory, "manuals"))
    for name, text in [*FILES.items(), *((os.path.join("manuals", name), text) for name, text in DOCUMENTS.items())]:
        path = os.path.join(directory, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        os.chmod(path, 0o640)
    outcome = e2e_case.Outcome(directory, 1, None)
    outcome.stdout = HELP
    for name in checks.CHECKS:
        holds, fails = TRIALS[name]
        wrong = [f"'{name} {holds}' must hold: {p}" for p in [checks.problem(outcome, f"{name} {holds}")] if p]
        wrong += [f"'{name} {words}' must not hold" for words in fails if not checks.problem(outcome, f"{name} {words}")]
        report.check("self-test/" + name, "\n".join(wrong))
