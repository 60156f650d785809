# crates.py - packages from crates.io for the tests that need real ones.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sources and builds are kept in BUILDDIR/tests/crates, so that a second run needs no network."""

import glob
import os
import shutil
import subprocess
import tempfile

import rgtest

ROOT = os.path.join(rgtest.BUILDDIR, "tests", "crates")
FETCH_LIMIT, BUILD_LIMIT = 180, 900


def environment(**more):
    """Our environment without what would steer cargo or the program."""
    drop = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "VALGRIND_OPTS", "VALGRIND_LIB", "RUSTFLAGS", "CARGO_TARGET_DIR")
    return {k: v for k, v in os.environ.items() if k not in drop and not k.startswith(("NEXTEST", "RUSTGRIND"))} | more


def cargo(*args, cwd, timeout=FETCH_LIMIT, **env):
    """Runs cargo; raises Unavailable when it fails, for a network that cannot be reached is no fault of ours."""
    rgtest.need("cargo")
    try:
        done = rgtest.run(["cargo", *args], cwd=cwd, timeout=timeout, env=environment(CARGO_NET_RETRY="1", **env))
    except TimeoutError as e:
        raise rgtest.Unavailable(f"cargo {args[0]}: {e}") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-3:]
        raise rgtest.Unavailable(f"cargo {' '.join(args[:2])} failed (is crates.io reachable?): {' / '.join(last)}")
    return done.stdout


def registry_source(name, version):
    """The unpacked package in cargo's own cache, after a fetch.  A made-up package that depends on it brings it there."""
    with tempfile.TemporaryDirectory(prefix="rg-fetch-") as scratch:
        os.mkdir(os.path.join(scratch, "src"))
        with open(os.path.join(scratch, "src", "lib.rs"), "w", encoding="ascii"):
            pass
        with open(os.path.join(scratch, "Cargo.toml"), "w", encoding="ascii") as f:
            f.write(f'[package]\nname = "fetch"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n{name} = "={version}"\n')
        cargo("fetch", "--quiet", cwd=scratch)
    home = os.environ.get("CARGO_HOME") or os.path.expanduser("~/.cargo")
    found = glob.glob(os.path.join(glob.escape(home), "registry", "src", "*", f"{name}-{version}"))
    if not found:
        raise rgtest.Unavailable(f"cargo fetch did not leave {name} {version} below {home}/registry/src")
    return found[0]


def source(name, version):
    """A copy of the package's source that may be built in."""
    path = os.path.join(ROOT, f"{name}-{version}")
    if not os.path.isdir(path):
        os.makedirs(ROOT, exist_ok=True)
        fresh = f"{path}.{os.getpid()}"
        shutil.copytree(registry_source(name, version), fresh)
        subprocess.run(["chmod", "-R", "u+w", fresh], check=True)
        try:
            os.rename(fresh, path)
        except OSError:  # another suite was faster
            shutil.rmtree(fresh)
    return path


def build(name, version):
    """The target directory of the package, built with --locked, not optimized, with lines."""
    path = source(name, version)
    cargo("build", "--locked", "--quiet", cwd=path, timeout=BUILD_LIMIT, CARGO_PROFILE_DEV_DEBUG="1")
    return os.path.join(path, "target")
