# fromcrates.py - leaks of programs from crates.io, or with crates from there.
#
# SPDX-License-Identifier: GPL-2.0-or-later

import os
import shutil
import sys

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
