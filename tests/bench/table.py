# table.py - the table of ratios.
#
# SPDX-License-Identifier: GPL-2.0-or-later

import math

from measure import OURS


def geometric_mean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values))


def gain_column(tool):
    return (f"{tool}/rustgrind", lambda r: f"{r.gain(tool):.2f}", lambda r: r.gain(tool))


def columns(mode):
    """(title, text of a row, value to take the mean of or None)"""
    peer, counter = mode.peer, mode.counter()
    base = ((f"rustgrind/{mode.base}", lambda r: f"{r.beside_base():.2f}", lambda r: r.beside_base()),) if mode.base else ()
    return (
        ("workload", lambda r: r.name, None),
        ("rustgrind/none", lambda r: f"{r.overhead():.2f}", lambda r: r.overhead()),
        *base,
        gain_column(peer),
        *(gain_column(tool) for tool in mode.others()),
        (f"{peer}/none", lambda r: f"{r.ceiling():.2f}", lambda r: r.ceiling()),
        (f"memory rustgrind/{peer}", lambda r: f"{r.memory():.2f}", lambda r: r.memory()),
        ("noise", lambda r: f"{100 * r.noise():.0f} %", None),
        ("Ir rustgrind", lambda r: f"{r.total(OURS):,}", None),
        (f"Ir {counter}", lambda r: f"{r.total(counter):,}", None),
    )


def lines(rows, mode):
    """The table as lines: a row per workload, and the geometric means of those that count."""
    if not rows:
        return []
    cols = columns(mode)
    cells = [[title for title, _, _ in cols]] + [[text(r) for _, text, _ in cols] for r in rows]
    steady = [r for r in rows if r.workload.steady]
    if steady:
        means = [f"{geometric_mean([mean(r) for r in steady]):.2f}" if mean else "" for _, _, mean in cols]
        cells.append([f"mean of {len(steady)}"] + means[1:])
    widths = [max(len(row[i]) for row in cells) for i in range(len(cols))]
    return ["  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))).rstrip() for row in cells]
