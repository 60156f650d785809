# case.py - one end-to-end case: its file, and how it is run.
#
# SPDX-License-Identifier: GPL-2.0-or-later

import os
import re
import resource
import select
import shlex
import signal
import subprocess
import time

import rgtest

# key: may it be given more than once?
KEYS = {"about": False, "run": False, "prog": False, "args": False, "vgopts": False, "env": True, "stdin": False, "expect-exit": False,
        "prepare": True, "await": False, "while-running": True, "then": False, "check": True, "stderr-has": True, "stderr-lacks": True,
        "filter": True, "filter-stdout": True, "ignore": True, "skip-if": True, "time-limit": False, "file-size-limit": False}
COMMANDS = {"tool": lambda: rgtest.IN_PLACE, "valgrind": lambda: rgtest.configured("RG_VALGRIND_PROGRAM"),
            "rustgrind": lambda: os.environ.get("RG_COMMAND") or os.path.join(rgtest.BUILDDIR, "rustgrind", "host", "rustgrind")}
SKIPS = {"root": (lambda: os.geteuid() == 0, "root may write everywhere"),
         "no-avx": (lambda: not has_avx(), "the largest register of this machine has 16 bytes")}
STREAMS = {"stdout", "stderr"}


def has_avx():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
        return " avx " in f.read()


def default_signals():
    """In the child: what a shell in the background, or nohup, made us ignore, the guest must not inherit."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class BadCase(Exception):
    """A case file that breaks the rules; the text says where and how."""


class Stuck(Exception):
    """The run could not be begun, or did not come to the point that the case waits for."""


class Outcome:
    """What a run left behind.  `status` is an exit status, or minus the number of a signal."""

    def __init__(self, directory, pid, guest):
        self.directory = directory
        self.pid = pid
        self.guest = guest
        self.status = None
        self.stdout = self.stderr = ""
        self.problems = []

    def expand(self, text):
        return text.replace("{pid}", str(self.pid)).replace("{dir}", self.directory)

    def path(self, name):
        """The path of the file NAME, which is relative to the directory of the run."""
        return os.path.join(self.directory, self.expand(name))


class Case:
    def __init__(self, path):
        self.path = path
        self.stem = path[:-len(".test")]
        self.name = os.path.basename(self.stem)
        self.values = {}
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                if line.strip() and not line.startswith("#"):
                    self._line(number, line.rstrip("\n"))
        self.about = self.get("about")
        if not self.about:
            raise BadCase(f"{self.name}.test: no 'about:' line says what it shows")
        self.ignored = set(self.all("ignore"))
        for value, known in ((self.ignored, STREAMS), (set(self.all("skip-if")), SKIPS), ({self.get("run", "tool")}, COMMANDS)):
            if value - set(known):
                raise BadCase(f"{self.name}.test: unknown {' '.join(value - set(known))}; allowed: {' '.join(sorted(known))}")

    def _line(self, number, line):
        key, colon, value = line.partition(":")
        if not colon or key not in KEYS:
            raise BadCase(f"{self.name}.test:{number}: unknown key '{key}'; allowed: {' '.join(KEYS)}")
        if key in self.values and not KEYS[key]:
            raise BadCase(f"{self.name}.test:{number}: a second '{key}:'")
        self.values.setdefault(key, []).append(value.strip())

    def get(self, key, default=""):
        return self.values.get(key, [default])[0]

    def all(self, key):
        return self.values.get(key, [])

    def skip_reason(self):
        for name in self.all("skip-if"):
            holds, why = SKIPS[name]
            if holds():
                return why
        return None

    def expected_status(self):
        """The exit status, or minus the number of a signal; None for 'any failure'."""
        text = self.get("expect-exit", "0")
        if text == "failure":
            return None
        if text.startswith("signal "):
            return -getattr(signal, "SIG" + text.split()[1])
        return int(text)

    def build(self, prog):
        """Builds PROG, c/NAME or rust/NAME of tests/programs, and returns its path."""
        ext = {"c": ".c", "rust": ".rs"}.get(prog.split("/")[0])
        if ext is None:
            raise BadCase(f"{self.name}.test: prog '{prog}' is neither c/NAME, rust/NAME, a path nor 'none'")
        return rgtest.build(f"programs/{prog}{ext}")

    def guest(self, directory):
        """The path of the guest, or None."""
        prog = self.get("prog", "c/small")
        if prog == "none":
            return None
        return prog.replace("{dir}", directory) if prog.startswith(("/", "{")) else self.build(prog)

    def expand(self, text, directory):
        """The values of the words in braces."""
        text = re.sub(r"\{guest:([^}]*)\}", lambda found: self.build(found.group(1)), text)
        for name, value in (("dir", directory), ("build", rgtest.BUILDDIR), ("src", rgtest.SRCDIR), ("nl", "\n"), ("xff", "\udcff")):
            text = text.replace("{" + name + "}", value)
        return text

    def run(self, directory):
        os.mkdir(directory)
        guest = self.guest(directory)
        env = {k: v for k, v in os.environ.items() if k not in ("VALGRIND_OPTS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        env["LC_ALL"] = "C"
        for setting in self.all("env"):
            key, _, value = setting.partition("=")
            env[key] = self.expand(value, directory)
        for command in self.all("prepare"):
            done = rgtest.run(["sh", "-ec", self.expand(command, directory)], cwd=directory)
            if done.returncode:
                raise Stuck(f"'prepare: {command}' failed with status {done.returncode}\n{done.stderr}")
        argv = [COMMANDS[self.get("run", "tool")](), *shlex.split(self.expand(self.get("vgopts"), directory))]
        if guest:
            argv += [guest, *shlex.split(self.expand(self.get("args"), directory))]
        with subprocess.Popen(argv, cwd=directory, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, start_new_session=True, preexec_fn=self._before_exec) as child:
            outcome = Outcome(directory, child.pid, guest)
            self._drive(child, outcome)
        return outcome

    def _before_exec(self):
        """What the child does before it becomes the command."""
        default_signals()
        if self.get("file-size-limit"):
            size = int(self.get("file-size-limit"))
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    def _drive(self, child, outcome):
        limit = float(self.get("time-limit", "120"))
        try:
            early = self._await(child, outcome, limit)
            given = self.get("stdin").encode().decode("unicode_escape").encode()
            out, err = child.communicate(given or None, timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            raise Stuck(f"not finished after {limit:g} s") from None
        outcome.status = child.returncode
        outcome.stdout = (early + out).decode("utf-8", "backslashreplace")
        outcome.stderr = err.decode("utf-8", "backslashreplace")

    def _await(self, child, outcome, limit):
        """Waits for the text of `await:` on standard output, makes the checks of `while-running:`, and does what `then:` says.
        Returns what was read."""
        if not self.get("await"):
            return b""
        import checks  # it needs Outcome
        got = b""
        end = time.monotonic() + limit
        while not re.search(self.get("await").encode(), got):
            if time.monotonic() > end or child.poll() is not None or not select.select([child.stdout], [], [], 1)[0]:
                if child.poll() is None and time.monotonic() <= end:
                    continue
                os.killpg(child.pid, signal.SIGKILL)
                raise Stuck(f"'{self.get('await')}' did not appear on standard output, only {got!r}; stderr: {child.stderr.read()!r}")
            got += os.read(child.stdout.fileno(), 4096)
        outcome.problems += [p for p in (checks.problem(outcome, text) for text in self.all("while-running")) if p]
        then = self.get("then").split()
        if then and then[0] == "signal":
            os.kill(child.pid, getattr(signal, "SIG" + then[1]))
        elif then:
            raise BadCase(f"{self.name}.test: then: '{self.get('then')}' is not 'signal NAME'")
        return got
