# readers.py - one check per real reader of callgrind files.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each check is called with a path and a tuple of function names that the reader must show.  It returns what is wrong, in words, or
None.  It raises rgtest.Unavailable when the reader is not on this machine."""

import base64
import contextlib
import glob
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time

import rgtest

HERE = os.path.dirname(os.path.abspath(__file__))
SCREEN_SIZE = ("1600", "1000")
WAIT = 60  # seconds until a reader must be ready
KCACHEGRINDRC = "[TipOfDay]\nRunOnStart=false\n"


def is_named(name, full):
    """Whether the function name FULL, with path, generics or recursion suffix, stands for the function NAME."""
    return re.search(r"(?:^|::)" + re.escape(name) + r"(?:::h[0-9a-f]{16})?(?:::<.*>)?(?:'\d+)?$", full) is not None


def missing_names(names, text):
    missing = [n for n in names if not re.search(r"\b" + re.escape(n) + r"\b", text)]
    return "does not show the function " + " ".join(missing) if missing else None


def total_of(path):
    """The first count of the last `totals:` line, or None."""
    with open(path, encoding="utf-8", errors="replace") as f:
        found = re.findall(r"^totals: (\d+)", f.read(), re.M)
    return int(found[-1]) if found else None


def number(text):
    return int(re.sub(r"\D", "", text))


def until(condition, seconds=WAIT, what="ready"):
    """Polls CONDITION until it returns something true, and returns that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise TimeoutError(f"not {what} after {seconds} s")


def callgrind_annotate(path, names):
    rgtest.need("callgrind_annotate")
    for option in ("--inclusive=no", "--inclusive=yes"):
        done = rgtest.run(["callgrind_annotate", "--threshold=100", "--auto=no", option, path])
        if done.returncode:
            return f"{option}: exit status {done.returncode}\n{done.stderr}"
        if done.stderr.strip():
            return f"{option}: on stderr: {done.stderr}"
        shown = re.search(r"^ *([\d,]+)(?: \([^)]*\))?  PROGRAM TOTALS", done.stdout, re.M)
        if not shown:
            return f"{option}: no PROGRAM TOTALS"
        if number(shown.group(1)) != total_of(path):
            return f"{option}: PROGRAM TOTALS {shown.group(1)}, 'totals:' {total_of(path)}"
        problem = missing_names(names, done.stdout.split("PROGRAM TOTALS", 1)[1])
        if problem:
            return f"{option}: {problem}"
    return None


def stop(child):
    """Ends CHILD's process group, which is its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def artifact(name):
    os.makedirs(rgtest.ARTIFACTS, exist_ok=True)
    return os.path.join(rgtest.ARTIFACTS, name)


@contextlib.contextmanager
def display():
    """A virtual X server of our own; yields its name.  It must not reset itself when a client leaves and none is left: clients that
    come at that moment are turned away."""
    get, put = os.pipe()
    with subprocess.Popen(["Xvfb", "-displayfd", str(put), "-screen", "0", "x".join(SCREEN_SIZE) + "x24", "-nolisten", "tcp", "-noreset"], pass_fds=[put],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as server:
        os.close(put)
        try:
            if not select.select([get], [], [], WAIT)[0]:
                raise TimeoutError("Xvfb did not start")
            line = os.read(get, 32).decode().strip()
            if not line:
                raise rgtest.Unavailable("Xvfb ended at once")
            yield ":" + line
        finally:
            os.close(get)
            stop(server)


class Ended(Exception):
    """A reader ended by itself; the text says how."""


class KCachegrind:
    """One window on one profile."""

    def __init__(self, path, scratch, screen, preload):
        self.labels = os.path.join(scratch, "labels")
        self.screen = screen
        home = os.path.join(scratch, "home")
        os.makedirs(os.path.join(home, ".config"), mode=0o700)
        with open(os.path.join(home, ".config", "kcachegrindrc"), "w", encoding="ascii") as f:
            f.write(KCACHEGRINDRC)
        kept = ("PATH", "LANG", "LD_LIBRARY_PATH")
        self.env = {k: v for k, v in os.environ.items() if k in kept}
        self.env.update(HOME=home, XDG_RUNTIME_DIR=home, DISPLAY=screen, QT_QPA_PLATFORM="xcb", LC_ALL="C.UTF-8",
                        QT_LABELS_LOG=self.labels, LD_PRELOAD=preload)
        os.chmod(home, 0o700)
        self.err = open(os.path.join(scratch, "stderr"), "w+b")  # pylint: disable=consider-using-with
        self.child = subprocess.Popen(  # pylint: disable=consider-using-with
            ["dbus-run-session", "--", "kcachegrind", path], env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=self.err, start_new_session=True)

    def close(self):
        stop(self.child)
        self.err.close()

    def x(self, *argv):
        """Runs an X client in the window's world."""
        env = {k: v for k, v in self.env.items() if k != "LD_PRELOAD"}
        return rgtest.run(argv, timeout=WAIT, env=env).stdout

    def titles(self):
        return [t for t in self.x("xdotool", "search", "--onlyvisible", "--name", ".", "getwindowname", "%@").splitlines() if t]

    def title(self):
        """The title, as soon as the file has been loaded or refused."""
        def loaded():
            if self.child.poll() is not None:
                raise Ended(f"kcachegrind ended by itself with status {self.child.returncode}\n{self.stderr()}")
            return next((t for t in self.titles() if "KCachegrind" in t and t != "KCachegrind"), None)
        return until(loaded, what="loaded: no window title")

    def status_total(self):
        """The total cost in the status bar, or None when it does not come."""
        def shown():
            with contextlib.suppress(FileNotFoundError), open(self.labels, encoding="ascii") as f:
                found = re.findall(r" - Total .* Cost: ([\d ]+)$", f.read(), re.M)
                return found and number(found[-1]) + 1
            return None
        try:
            return until(shown, 20) - 1
        except TimeoutError:
            return None

    def stderr(self):
        self.err.seek(0)
        return self.err.read().decode("utf-8", "replace")

    def screenshot(self, path):
        """Fills the screen, waits until the picture stands still, and keeps it."""
        self.x("xdotool", "search", "--onlyvisible", "--name", ".", "windowsize", "%@", *SCREEN_SIZE)
        before = None
        for _ in range(40):
            self.x("import", "-silent", "-window", "root", path)
            with open(path, "rb") as f:
                now = f.read()
            if now == before:
                break
            before = now
            time.sleep(0.2)


class Toolbox:
    """The readers that need some setting up, which is done once."""

    def __init__(self, scratch, offline):
        self.scratch = scratch
        self.offline = offline
        self.made = {}
        self.count = 0

    def once(self, name, make):
        """The value of MAKE, made at the first call.  That it is unavailable is remembered too."""
        if name not in self.made:
            try:
                self.made[name] = make()
            except rgtest.Unavailable as e:
                self.made[name] = e
        if isinstance(self.made[name], Exception):
            raise self.made[name]
        return self.made[name]

    def directory(self):
        self.count += 1
        path = os.path.join(self.scratch, f"reader-{self.count}")
        os.mkdir(path)
        return path

    # KCachegrind

    def label_logger(self):
        cc = os.environ.get("CC", "cc").split()
        rgtest.need(cc[0])
        library = os.path.join(self.scratch, "qt-labels.so")
        done = rgtest.run([*cc, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library,
                           os.path.join(HERE, "qt-labels.c"), "-ldl"])
        if done.returncode:
            raise rgtest.Unavailable("qt-labels.c does not compile: " + done.stderr)
        return library

    def kcachegrind(self, path, _names):
        rgtest.need("kcachegrind", "Xvfb", "xdotool", "import", "dbus-run-session")
        logger = self.once("labels", self.label_logger)
        totals = [total_of(f) for f in sorted(glob.glob(glob.escape(path) + "*")) if os.path.getsize(f)]
        with display() as screen:
            window = KCachegrind(path, self.directory(), screen, logger)
            try:
                title = window.title()
                refused = title.startswith("Error")
                total = None if refused else window.status_total()
                window.screenshot(artifact(f"kcachegrind-{label(path)}.png"))
                stderr = window.stderr()
            except Ended as e:
                return str(e)
            finally:
                window.close()
        complaints = [line for line in stderr.splitlines() if line.startswith("Loading ")]
        if complaints:
            return f"{len(complaints)} loader diagnostics\n" + "\n".join(complaints[:10])
        if refused:
            return f"refused the file: window title '{title}'"
        if not re.search(re.escape(os.path.basename(path)) + r".* \[.+\]", title):
            return f"the window title '{title}' does not name file and [command]"
        if total is None or None in totals or total != sum(totals):
            return f"the status bar says {total}, 'totals:' {totals}"
        return None

    # speedscope

    def speedscope_page(self):
        rgtest.need("chromium")
        given = os.environ.get("RG_SPEEDSCOPE")
        if given:
            return os.path.join(given, "index.html")
        if self.offline:
            raise rgtest.Unavailable("speedscope is not fetched with --offline, and RG_SPEEDSCOPE is not set")
        rgtest.need("npm")
        place = os.path.join(self.scratch, "npm")
        os.mkdir(place)
        done = fetch(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", place, "speedscope"], place)
        page = os.path.join(place, "node_modules", "speedscope", "dist", "release", "index.html")
        if not os.path.exists(page):
            raise rgtest.Unavailable("npm could not install speedscope: " + done)
        return page

    def speedscope(self, path, _names):
        page = self.once("speedscope", self.speedscope_page)
        directory = self.directory()
        script = os.path.join(directory, "profile.js")
        with open(path, "rb") as f:
            data = base64.b64encode(f.read()).decode("ascii")
        with open(script, "w", encoding="ascii") as f:
            f.write(f"speedscope.loadFileFromBase64({json.dumps(os.path.basename(path))}, '{data}')\n")
        picture = artifact(f"speedscope-{label(path)}.png")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(picture)
        done = rgtest.run(
            ["chromium", "--headless=new", "--no-sandbox", "--allow-file-access-from-files", "--hide-scrollbars",
             "--use-angle=swiftshader", "--enable-unsafe-swiftshader",  # WebGL without a graphics card: newer versions want to be told
             "--disable-background-networking", "--no-first-run", "--user-data-dir=" + os.path.join(directory, "profile"),
             "--enable-logging=stderr", "--virtual-time-budget=15000", "--window-size=1400,900", "--screenshot=" + picture,
             f"file://{page}#localProfilePath={script}"], timeout=WAIT * 2, cwd=directory)
        console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
        if "Importing as Callgrind profile" not in console:
            return "not recognised as a callgrind profile; the console:\n" + console
        if re.search(r"Failed to load|Error|Unrecognized line|Duplicate", console):
            return "errors on the console:\n" + console
        if not re.search(r"import: [\d.]+ ?ms", console):
            return "the import did not finish; the console:\n" + console
        if not os.path.exists(picture):
            return "no screenshot was written"
        return None

    # gprof2dot

    def gprof2dot_command(self):
        given = os.environ.get("RG_GPROF2DOT")
        if given:
            return [sys.executable, given]
        if self.offline:
            raise rgtest.Unavailable("gprof2dot is not fetched with --offline, and RG_GPROF2DOT is not set")
        place = os.path.join(self.scratch, "pip")
        done = fetch([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", place, "gprof2dot"], self.scratch)
        script = os.path.join(place, "gprof2dot.py")
        if not os.path.exists(script):
            raise rgtest.Unavailable("pip could not install gprof2dot: " + done)
        return [sys.executable, script]

    def gprof2dot(self, path, names):
        command = self.once("gprof2dot", self.gprof2dot_command)
        done = rgtest.run([*command, "-f", "callgrind", "-n0", "-e0", path])
        if done.returncode:
            return f"exit status {done.returncode}\n{done.stderr}"
        if done.stderr.strip():
            return "on stderr: " + done.stderr
        nodes = re.findall(r"^\t(?:\w+|\"[^\"]*\") \[.*label=\"((?:[^\"\\]|\\.)*)\"", done.stdout, re.M)
        if not nodes:
            return "a graph without nodes"
        return missing_names(names, "\n".join(n.replace("\\n", "\n") for n in nodes))


def label(path):
    """A name for the artifacts of PATH: that of the directory (broken files) or of the file."""
    name = os.path.basename(path)
    return os.path.basename(os.path.dirname(path)) if name == "callgrind.broken" else name.replace(".out", "")


def fetch(argv, place):
    """Runs a package client, and returns the end of what it said."""
    if not shutil.which(argv[0]):
        raise rgtest.Unavailable("not installed: " + argv[0])
    env = dict(os.environ, npm_config_cache=os.path.join(place, "cache"))
    try:
        done = rgtest.run(argv, timeout=180, cwd=place, env=env)
    except TimeoutError as e:
        return str(e)
    return (done.stderr.strip().splitlines() or ["no message"])[-1]
