# goals.py - what the project wants to reach, and whether the measured rows do.
#
# SPDX-License-Identifier: GPL-2.0-or-later

from dataclasses import dataclass

import scan
from table import geometric_mean

MEMORY = 1.15         # rustgrind / peer


@dataclass
class Goal:
    met: bool
    text: str

    def __str__(self):
        return ("met:     " if self.met else "NOT met: ") + self.text


def at_least(what, value, goal):
    return Goal(value >= goal, f"{what} {value:.2f}, goal >= {goal:g}")


def at_most(what, value, goal):
    return Goal(value <= goal, f"{what} {value:.2f}, goal <= {goal:g}")


def judge(rows, mode):
    peer = mode.peer
    steady = [r for r in rows if r.workload.steady]
    found = []
    if steady:
        found.append(at_least(f"geometric mean {peer}/rustgrind", geometric_mean([r.gain() for r in steady]), mode.mean_gain))
    if steady and mode.mean_overhead:
        found.append(at_most("geometric mean rustgrind/none", geometric_mean([r.overhead() for r in steady]), mode.mean_overhead))
    found += [at_least(f"{r.name}: {peer}/rustgrind", r.gain(), mode.floor_of(r.workload)) for r in rows]
    if mode.base:
        found += [at_most(f"{r.name}: rustgrind/{mode.base}", r.beside_base(), mode.base_overhead) for r in rows]
    found += [at_least(f"{r.name}: {tool}/rustgrind", r.gain(tool), 1) for tool in mode.others() for r in rows]
    # A program that the peer hardly slows down leaves nothing to gain: say so beside the goal that it misses.
    found += [at_least(f"{r.name}: {peer}/none (the most that {peer}/rustgrind could be)", r.ceiling(), mode.floor_of(r.workload))
              for r in rows if r.ceiling() < mode.floor_of(r.workload)]
    able = [r for r in steady if r.ceiling() >= mode.floor_of(r.workload)]
    if able and len(able) < len(steady):
        found.append(at_least(f"geometric mean {peer}/rustgrind of the {len(able)} that could reach their goal",
                              geometric_mean([r.gain() for r in able]), mode.mean_gain))
    found += [at_most(f"{r.name}: memory rustgrind/{peer}", r.memory(), MEMORY) for r in rows]
    return found


def judge_searches(found):
    """The mode scan."""
    return [at_most(f"{s.blocks:,} blocks: search, seconds", s.seconds, scan.SECONDS[s.blocks]) for s in found] + \
           [at_most(f"{s.blocks:,} blocks: bytes of memory per block", s.bytes, scan.BYTES) for s in found]
