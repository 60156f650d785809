# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs one guest program under one Valgrind tool, in surroundings that are the same for every tool: what the guest can see (arguments,
environment, working directory, open files, length of every path) must not depend on the tool, or stack and heap would be laid out
differently and counts would differ.

Both tools are started through the same script (rg-in-place), with the tool's name as last --tool= option: the same VALGRIND_LIB, hence
the same LD_PRELOAD in the guest. Without that script (harness tests before there is a build) plain `valgrind` serves."""

import glob
import os
import re
import shutil
import signal
import subprocess

import cgparts

TIME_LIMIT = 300
COMPAT = {"rustgrind": ["--compat=callgrind"], "callgrind": []}
OUT_OPTION = {"rustgrind": "--callgrind-out-file=", "callgrind": "--callgrind-out-file=", "cachegrind": "--cachegrind-out-file="}

# The tools that say what the true number of instructions is: {name: (its options, options of rustgrind beside it)}. Valgrind must not
# follow jumps into one block: it then counts instructions that were only looked at. cachegrind loses up to 16 instructions of a block
# that a fault ends. lackey does not: it counts each one before it runs. But it is slow, and a handler that returns to the faulting
# instruction needs exact registers under it.
EXACT_REGISTERS = ["--px-default=allregs-at-each-insn", "--px-file-backed=allregs-at-each-insn"]
COARSE_REGISTERS = ["--px-default=sp-at-mem-access", "--px-file-backed=sp-at-mem-access"]  # as rustgrind has them by itself
JUDGES = {"cachegrind": (["--cache-sim=no", "--vex-guest-chase=no"], []),
          "lackey": (["--vex-guest-chase=no"] + EXACT_REGISTERS, EXACT_REGISTERS),
          "lackey-coarse": (["--vex-guest-chase=no"] + COARSE_REGISTERS, [])}


PID_WRAP = 1 << 22  # no process number is larger: a child whose number is lower than its parent's was made after the numbers began anew


class RunError(Exception):
    """The tool or the guest did not behave; the text says how."""


class Run:
    """What one run left behind: exit status (negative = killed by that signal), what the guest printed (and Valgrind before it opened
    its log), profiles by process."""

    def __init__(self, directory, status, pid):
        self.directory, self.status, self.pid = directory, status, pid
        self.stdout, self.stderr = self._read("stdout"), self._read("stderr")

    def _read(self, name):
        with open(os.path.join(self.directory, name), encoding="utf-8", errors="surrogateescape") as stream:
            return stream.read()

    def profiles(self):
        """Paths of the profiles: the first process first, its numbered dumps before its final one, threads in order."""
        def order(path):
            fields = os.path.basename(path).split(".")
            last, _, thread = fields[-1].partition("-")
            number = int(last) if len(fields) == 3 else 1 << 30
            pid = fields[1] if len(fields) == 3 else last
            return ((int(pid) - self.pid) % PID_WRAP, number, int(thread or 0))
        return sorted(glob.glob(os.path.join(glob.escape(self.directory), "out.*")), key=order)

    def parts(self):
        """All parts of all profiles, in that order."""
        found = []
        for path in self.profiles():
            found += cgparts.read_file(path, os.path.relpath(path, os.path.dirname(self.directory)))
        return found

    def log(self, lines=12):
        """The end of what the tool and the guest said to the user, for messages."""
        text = self.stderr
        for path in sorted(glob.glob(os.path.join(glob.escape(self.directory), "log.*"))):
            with open(path, encoding="utf-8", errors="replace") as stream:
                text += stream.read()
        return "\n".join(text.splitlines()[-lines:])


class Surroundings:
    """Where runs happen. `bindir` holds the guests and is the working directory of all of them."""

    def __init__(self, in_place, bindir, workdir):
        self.launcher = in_place if in_place and os.access(in_place, os.X_OK) else shutil.which("valgrind")
        self.bindir, self.workdir = bindir, workdir

    def environment(self, preload):
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/nonexistent", "PYTHONHASHSEED": "0",
               "PYTHONDONTWRITEBYTECODE": "1"}
        if preload:
            env["LD_PRELOAD"] = os.path.join(self.bindir, preload)
        return env

    def guest_command(self, program, arguments):
        """A program with a slash is one of the system; others are guests. '@' before an argument means a path in bindir."""
        path = program if program.startswith("/") else os.path.join(self.bindir, program)
        return [path] + [os.path.join(self.bindir, a[1:]) if a.startswith("@") else a for a in arguments]

    def run(self, directory, tool, options, command, preload=None, limit_stack=None, one_cpu=False):
        """Run `command` under `tool` with its files in workdir/directory. All directories given should have equal lengths."""
        where = os.path.join(self.workdir, directory)
        shutil.rmtree(where, ignore_errors=True)
        os.makedirs(where)
        argv = [self.launcher, "--tool=" + tool] + ([] if tool == "lackey" else ["--quiet"]) + [
                "--log-file=" + os.path.join(where, "log.%p")]
        if tool in OUT_OPTION:
            argv.append(OUT_OPTION[tool] + os.path.join(where, "out.%p"))
        argv += options + command
        if limit_stack:
            argv = ["prlimit", "--stack=" + limit_stack] + argv
        if one_cpu:
            argv = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))] + argv
        with open(os.path.join(where, "stdout"), "wb") as out, open(os.path.join(where, "stderr"), "wb") as err:
            with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=self.bindir,
                                  env=self.environment(preload), start_new_session=True) as child:
                try:
                    status = child.wait(TIME_LIMIT)
                except subprocess.TimeoutExpired:
                    os.killpg(child.pid, signal.SIGKILL)
                    child.wait()
                    raise RunError("%s: not finished after %d s" % (tool, TIME_LIMIT)) from None
        return Run(where, status, child.pid)


def _cachegrind_total(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        events = []
        for line in stream:
            if line.startswith("events:"):
                events = line.split()[1:]
            elif line.startswith("summary:"):
                return int(line.split()[1:][events.index("Ir")])
    raise RunError("%s: no 'summary:' line" % path)


def judged_totals(judge, run):
    """The numbers of instructions, one for each process, that the tool `judge` found."""
    if judge == "cachegrind":
        return [_cachegrind_total(path) for path in run.profiles() if os.path.getsize(path)]
    found = re.findall(r"guest instrs: +([0-9,]+)", run.log(1000))
    return [int(number.replace(",", "")) for number in found]
