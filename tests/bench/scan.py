# scan.py - how long the search for leaks takes, and how much memory it and the table of blocks need.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""The program makes a list of N nodes and keeps it, so that N blocks are alive at its end.  The tool tells with -v how long it searched.  What it
needs for a block is how much more memory a run needs than one that does not look at the heap, less what that is for few blocks."""

import os
import re
import statistics
import subprocess
from dataclasses import dataclass

import rgtest
from measure import RunFailed

# Blocks: the goal for the search in seconds.
SECONDS = {1_000_000: 0.25, 10_000_000: 2.5}
QUICK = (100_000,)
BYTES = 40  # of the tool's memory, per block
FEW = 1000
CHECK = ["-v", "--leak-check=full"]
TOLD = re.compile(r"searched ([\d,]+) blocks in ([\d,]+) ms(?: \(([\d,]+) ms of the CPU\))?")


@dataclass
class Search:
    blocks: int
    seconds: float  # of the processor, where the tool tells them
    bytes: float    # of memory, per block


def number(text):
    return int(text.replace(",", ""))


def _run(options, command):
    """(peak memory in KiB, what the tool said)"""
    child = subprocess.Popen([rgtest.IN_PLACE, "--rustgrind-out-file=/dev/null", *options, *command],  # pylint: disable=consider-using-with
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    text = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RunFailed(f"{' '.join(options)}: ended with status {child.returncode}\n{text[-1000:]}")
    return usage.ru_maxrss, text


def _more(program, blocks):
    """(KiB that a run with a check needs more than one without, what it said)"""
    command = [program, f"many={blocks}"]
    plain, _ = _run([], command)
    searched, text = _run(CHECK, command)
    return searched - plain, text


def measure(blocks, reps, note):
    program = rgtest.build("programs/rust/leaks.rs")
    seconds, more = [], []
    for rep in range(1, reps + 1):
        anyway, _ = _more(program, FEW)
        in_all, text = _more(program, blocks)
        told = TOLD.search(text)
        if not told or number(told[1]) < blocks:
            raise RunFailed(f"{blocks} blocks, but the tool says: {told and told[0]}")
        seconds.append(number(told[3] or told[2]) / 1000)
        more.append((in_all - anyway) * 1024 / blocks)
        note(f"{blocks:,} blocks, run {rep} of {reps}: {seconds[-1]:.2f} s, {more[-1]:.1f} bytes of memory per block")
    return Search(blocks, statistics.median(seconds), statistics.median(more))


def lines(found):
    yield "    blocks  search [s]  bytes per block"
    for s in found:
        yield f"{s.blocks:10,}  {s.seconds:10.2f}  {s.bytes:15.1f}"
