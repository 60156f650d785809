# fromcrates.py - leaks of programs from crates.io, or with crates from there.
#
# SPDX-License-Identifier: GPL-2.0-or-later

import glob
import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import crates  # noqa: E402
import rgtest  # noqa: E402

# What each function of arenas/src/main.rs loses, by class.
ARENAS = {
    "bump": "arena", "bump_of_many": "arena", "hand_made": "arena",
    "bump_in_box": "leaked-box", "typed": "leaked-box",  # a Box holds it: that is what was leaked
    "typed_of_numbers": "leaked-vec",                    # numbers do not tell that they are in an arena
    "words": "leaked-vec", "references": "leaked-vec", "future": "leaked-box",
}


def _build_arenas():
    path = os.path.join(crates.ROOT, "arenas")
    shutil.copytree(os.path.join(HERE, "arenas"), path, dirs_exist_ok=True)
    crates.cargo("build", "--release", "--quiet", cwd=path, timeout=crates.BUILD_LIMIT)
    return os.path.join(path, "target", "release", "arenas")


def arenas(tool):
    """Arenas of two crates and one made by hand are told as such; what only looks like one is not."""
    program = _build_arenas()
    wrong = []
    for case, want in ARENAS.items():
        done, records = tool(["--leak-check=full"], [program, case])
        found = {r["class"] for r in records if r["kind"] in ("definite", "indirect")}
        if found != {want}:
            wrong.append(f"{case}: {found}, not {want}\n{done.stderr[-800:]}")
    return "\n".join(wrong)


# ---- allocators that are linked to the program ----

LOST = {"leaked-box": (1, 160), "leaked-vec": (3, 33786), "rc-cycle": (1, 72)}


def allocator(feature, tool, sums, usage):
    """The same counts, kinds and classes as with libc's allocator."""
    path = os.path.join(crates.ROOT, "allocators")
    shutil.copytree(os.path.join(HERE, "allocators"), path, dirs_exist_ok=True)
    totals = []
    for options in ([], ["--features", feature]):
        crates.cargo("build", "--release", "--quiet", *options, cwd=path, timeout=crates.BUILD_LIMIT)
        done, records = tool(["--leak-check=full"], [os.path.join(path, "target", "release", "allocators")])
        found = sums([r for r in records if r["kind"] != "reachable"], "class")
        if found != LOST:
            return f"{options}: {found}, not {LOST}\n{done.stderr[-800:]}"
        totals.append(usage(done.stderr))
    return None if totals[0] == totals[1] else f"libc's allocator: {totals[0]}, {feature}: {totals[1]}"


# ---- cargo-valgrind ----

CARGO_VALGRIND = "2.4.1"

LEAKY = """
fn main() {
    if std::env::args().nth(1).is_some() {
        std::hint::black_box(Box::leak(Box::new([7u64; 9])));
    }
}
"""


def _cargo_valgrind():
    """The directory of the command, built once."""
    root = os.path.join(crates.ROOT, "cargo-valgrind-" + CARGO_VALGRIND)
    if not os.path.exists(os.path.join(root, "bin", "cargo-valgrind")):
        os.makedirs(root, exist_ok=True)
        crates.cargo("install", "cargo-valgrind", "--version", "=" + CARGO_VALGRIND, "--locked", "--debug", "--quiet", "--root", root, cwd=root,
                     timeout=crates.BUILD_LIMIT, CARGO_TARGET_DIR=os.path.join(root, "target"))
        shutil.rmtree(os.path.join(root, "target"), ignore_errors=True)
    return os.path.join(root, "bin")


def cargo_valgrind(script, tools):
    """cargo-valgrind, which reads memcheck's XML only, shows a leak that rustgrind found, and none where there is none."""
    commands = _cargo_valgrind()
    with tempfile.TemporaryDirectory() as scratch:
        os.mkdir(os.path.join(scratch, "src"))
        for name, text in (("Cargo.toml", '[package]\nname = "leaky"\nversion = "0.1.0"\nedition = "2021"\n'), ("src/main.rs", LEAKY)):
            with open(os.path.join(scratch, name), "w", encoding="ascii") as f:
                f.write(text)
        env = crates.environment(RUSTGRIND_TOOLS=tools, PATH=commands + os.pathsep + os.environ["PATH"])
        for args, status, shown in ((["--", "leak"], 127, r"Summary.* Leaked 72 B total"), ([], 0, None)):
            done = rgtest.run([script, "cargo", "valgrind", "run", *args], cwd=scratch, env=env, timeout=240)
            text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
            profiles = glob.glob(os.path.join(scratch, "rustgrind.out.*"))
            if done.returncode != status or (shown and not re.search(shown, text)) or (not shown and "eaked" in text) or not profiles:
                return f"cargo valgrind run {' '.join(args)}: exit status {done.returncode}, profiles {profiles}\n{text[-2500:]}"
    return None
