# rgtest.py - what the test runners share: where things are, how cases are reported, how guest programs are built.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""A runner prints '# ...' for progress and one line per case: 'ok NAME', 'not ok NAME: why' or 'SKIP NAME: why'; the last line counts
them.  Environment: RG_SRCDIR (the source tree), RG_BUILDDIR (where things are built), RG_IN_PLACE (a script that runs
`valgrind --tool=rustgrind "$@"` with the tool as built, not as installed)."""

import os
import re
import shutil
import signal
import subprocess
import sys

SRCDIR = os.path.abspath(os.environ.get("RG_SRCDIR") or os.path.join(os.path.dirname(__file__), "..", ".."))
BUILDDIR = os.path.abspath(os.environ.get("RG_BUILDDIR") or SRCDIR)
IN_PLACE = os.path.abspath(os.environ.get("RG_IN_PLACE") or os.path.join(BUILDDIR, "rg-in-place"))
PROGRAMS = os.path.join(SRCDIR, "tests", "programs")
ARTIFACTS = os.path.join(BUILDDIR, "artifacts")

# A runner that a shell has started in the background ignores SIGINT, and so would all that it starts; what is handled here is not
# ignored there.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Report:
    """Prints the result of each case and keeps count."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def note(self, text):
        print("# " + text, flush=True)

    def ok(self, name):
        self.passed += 1
        print("ok " + name, flush=True)

    def fail(self, name, why):
        self.failed += 1
        first, *rest = str(why).splitlines() or ["no reason given"]
        print(f"not ok {name}: {first}", flush=True)
        for line in rest:
            self.note("    " + line)

    def skip(self, name, why):
        self.skipped += 1
        print(f"SKIP {name}: {' '.join(str(why).split())}", flush=True)

    def check(self, name, problem):
        """PROBLEM is a text, or None or empty when all is well.  Returns True when all is well."""
        if problem:
            self.fail(name, problem)
        else:
            self.ok(name)
        return not problem

    def end(self):
        """Prints the counts and returns the exit status.  A run in which nothing passed is not a success."""
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed or not self.passed else 0


class BuildError(Exception):
    """A guest program could not be built; the text says why."""


class Unavailable(Exception):
    """Something that a case needs is not on this machine; the text says what."""


def require_in_place():
    """Ends the runner with a message when the tool has not been built."""
    if not os.access(IN_PLACE, os.X_OK):
        sys.exit(f"{os.path.basename(sys.argv[0])}: no executable {IN_PLACE}: build the tool first, or set RG_IN_PLACE")


def configured(name):
    """The text that configure has found for NAME, such as RG_VALGRIND_VERSION."""
    with open(os.path.join(BUILDDIR, "rg_config.h"), encoding="utf-8") as f:
        return re.search(rf'^#define {name} "(.*)"$', f.read(), re.M).group(1)


def need(*commands):
    """Raises Unavailable unless all COMMANDS are in the PATH."""
    missing = [c for c in commands if not shutil.which(c)]
    if missing:
        raise Unavailable("not installed: " + " ".join(missing))


COMPILERS = {
    ".c": (os.environ.get("CC") or "cc", ["-g", "-O1", "-fno-inline", "-fno-optimize-sibling-calls", "-pthread", "-Wall"]),
    ".rs": (os.environ.get("RUSTC") or "rustc", ["--edition=2021", "-C", "opt-level=3", "-g"]),
}


def build(source):
    """Builds SOURCE (a path below tests/) and returns the path of the program, in BUILDDIR/tests/guests.  A program newer than
    its source is kept."""
    path = os.path.join(SRCDIR, "tests", source)
    stem, ext = os.path.splitext(os.path.basename(source))
    compiler, usual = COMPILERS[ext]
    compiler, *rest = compiler.split()
    need(compiler)
    if not os.path.exists(path):
        raise BuildError("no such source: tests/" + source)
    outdir = os.path.join(BUILDDIR, "tests", "guests")
    os.makedirs(outdir, exist_ok=True)
    program = os.path.join(outdir, stem)
    if os.path.exists(program) and os.path.getmtime(program) >= os.path.getmtime(path):
        return program
    fresh = f"{program}.{os.getpid()}"  # another suite may be building it too
    done = subprocess.run([compiler, *rest, *usual, "-o", fresh, path], capture_output=True, text=True, cwd=outdir, check=False)
    if done.returncode:
        raise BuildError(f"{compiler} failed on tests/{source}:\n{done.stderr}")
    os.rename(fresh, program)
    return program


def run(argv, timeout=120, **kw):
    """subprocess.run with text output captured.  The command leads a process group of its own, and when TIMEOUT seconds are over the
    whole group is killed and TimeoutError raised."""
    kw.setdefault("stdin", subprocess.DEVNULL)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                          start_new_session=True, **kw) as child:
        try:
            out, err = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            raise TimeoutError(f"{os.path.basename(argv[0])}: not finished after {timeout} s") from None
    return subprocess.CompletedProcess(argv, child.returncode, out, err)
