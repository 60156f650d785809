# debian.py - packages of other releases of Debian, for the tests that need another Valgrind.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""apt-get with lists and a cache of its own: nothing is installed, and the machine's configuration stays as it is.  The archive is the one
that the machine itself uses.  What was fetched once is kept in BUILDDIR/tests/versions, so that a second run needs no network."""

import glob
import os
import re
import shutil

import rgtest

# Releases and the versions of Valgrind that they are known to have.
VALGRINDS = {"bookworm": "3.19", "trixie": "3.24", "sid": "3.27"}

ROOT = os.path.join(rgtest.BUILDDIR, "tests", "versions")
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
LIMIT = 240


def _archive():
    """The address of Debian's archive in the machine's own configuration."""
    done = rgtest.run(["apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"])
    for line in done.stdout.splitlines():
        found = re.match(r"Debian ([a-z]+) main (\S+)$", line)  # a hyphen in the name: updates, security
        if found:
            return found.group(2)
    raise rgtest.Unavailable("apt-get knows no archive of Debian (is this Debian, and has apt-get update run?)")


class Release:
    """One release of Debian, such as trixie; with SOURCES its source packages."""

    def __init__(self, name, sources=False):
        rgtest.need("apt-get", "dpkg-deb")
        self.name = name
        self.dir = os.path.join(ROOT, "apt", name + ("-src" if sources else ""))
        for part in ("lists/partial", "archives/partial"):
            os.makedirs(os.path.join(self.dir, part), exist_ok=True)
        kind, target = ("deb-src", "Sources") if sources else ("deb", "Packages")
        listing = os.path.join(self.dir, "sources.list")
        with open(listing, "w", encoding="ascii") as f:
            f.write(f"{kind} [signed-by={KEYS} target={target}] {_archive()} {name} main\n")
        settings = {"Dir::Etc::sourcelist": listing, "Dir::Etc::sourceparts": "/dev/null", "Dir::Etc::preferencesparts": "/dev/null",
                    "Dir::State::lists": os.path.join(self.dir, "lists"), "Dir::State::status": "/dev/null", "Dir::Cache": self.dir,
                    "Acquire::Languages": "none", "Acquire::Retries": "1", "APT::Sandbox::User": ""}
        self.options = [x for key, value in settings.items() for x in ("-o", f"{key}={value}")]
        self.updated = False

    def apt_get(self, *args, cwd=None):
        if not self.updated:
            self.updated = True
            self.apt_get("update", "-o", "APT::Update::Error-Mode=any")
        try:
            done = rgtest.run(["apt-get", "-q", *self.options, *args], cwd=cwd, timeout=LIMIT)
        except TimeoutError as e:
            raise rgtest.Unavailable(f"apt-get {args[0]}: {e}") from None
        if done.returncode:
            raise rgtest.Unavailable(f"apt-get {args[0]} failed (is the archive reachable?): " + " / ".join(done.stderr.strip().splitlines()[-2:]))


def _fetched(name, what, fetch):
    """The directory of WHAT of the release NAME; FETCH fills it, unless it is there."""
    path = os.path.join(ROOT, f"{what}-{name}")
    if not os.path.isdir(path):
        os.makedirs(ROOT, exist_ok=True)
        fresh = f"{path}.{os.getpid()}"
        os.mkdir(fresh)
        try:
            fetch(fresh)
            os.rename(fresh, path)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return path


def unpacked(name, package):
    """A directory with the files of PACKAGE of the release NAME."""
    def fetch(directory):
        Release(name).apt_get("download", package, cwd=directory)
        deb, = glob.glob(os.path.join(directory, "*.deb"))
        done = rgtest.run(["dpkg-deb", "-x", deb, directory])
        os.unlink(deb)
        if done.returncode:
            raise rgtest.Unavailable("dpkg-deb -x: " + done.stderr.strip())
    return _fetched(name, package, fetch)


def source(name, package):
    """The unpacked source of PACKAGE of the release NAME, with Debian's patches."""
    rgtest.need("dpkg-source")

    def fetch(directory):
        Release(name, sources=True).apt_get("source", "--only-source", package, cwd=directory)
    found = [d for d in glob.glob(os.path.join(_fetched(name, package + "-source", fetch), package + "-*")) if os.path.isdir(d)]
    if len(found) != 1:
        raise rgtest.Unavailable(f"apt-get source {package} left {len(found)} directories")
    return found[0]


def valgrind_source(version):
    """The unpacked source of Valgrind VERSION."""
    for name, known in VALGRINDS.items():
        if version.startswith(known + "."):
            found = source(name, "valgrind")
            if os.path.basename(found) == "valgrind-" + version:
                return found
    raise rgtest.Unavailable(f"no release of Debian that we know has Valgrind {version}")
