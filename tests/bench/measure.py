# measure.py - runs commands under several tools, interleaved, and takes medians.
#
# SPDX-License-Identifier: GPL-2.0-or-later

import os
import re
import signal
import statistics
import subprocess
import threading
from dataclasses import dataclass, field

import rgtest

TIME_LIMIT = 1800  # seconds of one run
MAX_IR_DIFFERENCE = 0.01  # two tools that differ by more did not run the same thing
NONE, OURS = "none", "rustgrind"


class RunFailed(Exception):
    """A run ended badly; the text says how."""


@dataclass
class Mode:
    about: str
    peer: str      # the tool that we are compared with
    tools: dict    # name -> options; {out} is the profile
    mean_gain: float               # goals: geometric means of peer / rustgrind
    mean_overhead: float = None    # and of rustgrind / none; None: no goal
    simulates: bool = False        # every tool is several times slower than without
    base: str = None               # rustgrind with less to do
    base_overhead: float = None    # goal of each workload: rustgrind / base
    floor: float = None            # goal of each workload: peer / rustgrind; None: the workload's

    def others(self):
        """The tools that build no call graph, and still must not be faster than rustgrind."""
        return [t for t in self.tools if t not in (NONE, OURS, self.peer, self.base)]

    def counter(self):
        """The other tool that counts instructions."""
        return self.base or self.peer

    def floor_of(self, workload):
        return self.floor or workload.floor


@dataclass
class Command:
    """What a workload runs."""
    argv: list
    env: dict = field(default_factory=dict)


@dataclass
class Sample:
    cpu: float     # user and system time, seconds
    rss: int       # peak memory, KiB
    total: int     # the profile's first total; 0 without profile
    output: bytes


def profile_total(path):
    """The first count of `totals:` (cachegrind: `summary:`), which only comments follow in a profile; 0 when there is no profile."""
    if not os.path.exists(path):
        return 0
    with open(path, "rb") as f:
        found = re.findall(rb"^(?:totals|summary): (\d+)", f.read(), re.M)
    if not found:
        raise RunFailed(f"the profile {os.path.basename(path)} has no line of totals")
    return int(found[-1])


def once(tool, options, command, scratch):
    """One run under one tool.  CPU time and memory are those of the process and of the children that it waited for."""
    out = os.path.join(scratch, tool + ".out")
    argv = [rgtest.IN_PLACE, "-q", *(o.replace("{out}", out) for o in options), *command.argv]
    with open(os.path.join(scratch, "stdout"), "w+b") as stdout, open(os.path.join(scratch, "stderr"), "w+b") as stderr:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,  # pylint: disable=consider-using-with
                                 env=dict(os.environ, **command.env), cwd=scratch)
        alarm = threading.Timer(TIME_LIMIT, os.kill, (child.pid, signal.SIGKILL))
        alarm.start()
        _, status, usage = os.wait4(child.pid, 0)
        alarm.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        if child.returncode:
            raise RunFailed(f"under {tool}: ended with status {child.returncode}\n{stderr.read().decode('utf-8', 'replace')}")
        output = stdout.read()
    total = profile_total(out)
    if os.path.exists(out):
        os.unlink(out)
    return Sample(usage.ru_utime + usage.ru_stime, usage.ru_maxrss, total, output)


@dataclass
class Row:
    """The samples of one workload, by tool."""
    name: str
    workload: object
    mode: Mode
    samples: dict

    def cpu(self, tool):
        return statistics.median(s.cpu for s in self.samples[tool])

    def rss(self, tool):
        return statistics.median(s.rss for s in self.samples[tool])

    def total(self, tool):
        return int(statistics.median(s.total for s in self.samples[tool]))

    def overhead(self):
        """rustgrind / none"""
        return self.cpu(OURS) / self.cpu(NONE)

    def gain(self, tool=None):
        """peer, or TOOL, / rustgrind"""
        return self.cpu(tool or self.mode.peer) / self.cpu(OURS)

    def ceiling(self):
        """peer / none: no tool can gain more"""
        return self.cpu(self.mode.peer) / self.cpu(NONE)

    def memory(self):
        """rustgrind / peer"""
        return self.rss(OURS) / self.rss(self.mode.peer)

    def beside_base(self):
        """rustgrind / base"""
        return self.cpu(OURS) / self.cpu(self.mode.base)

    def noise(self):
        """The widest relative spread of one tool's runs."""
        def spread(samples):
            times = [s.cpu for s in samples]
            return (max(times) - min(times)) / statistics.median(times)
        return max(spread(s) for s in self.samples.values())

    def problem(self):
        """Why the numbers must not be compared, or None."""
        outputs = {s.output for samples in self.samples.values() for s in samples}
        if len(outputs) > 1:
            return "the program's output is not the same in all runs"
        counter = self.mode.counter()
        ours, other = self.total(OURS), self.total(counter)
        if not ours or not other or abs(ours - other) > MAX_IR_DIFFERENCE * other:
            return f"rustgrind counts {ours}, {counter} {other}: not the same work"
        return None


def interleaved(name, workload, mode, command, reps, scratch, note):
    """Runs COMMAND under the tools of MODE in turn, REPS times."""
    samples = {tool: [] for tool in mode.tools}
    for rep in range(1, reps + 1):
        for tool, options in mode.tools.items():
            samples[tool].append(once(tool, options, command, scratch))
        first = samples[NONE][-1].cpu
        note(f"{name} run {rep} of {reps}: " + "  ".join(f"{t} {s[-1].cpu / first:.2f}" for t, s in samples.items()))
    return Row(name, workload, mode, samples)
