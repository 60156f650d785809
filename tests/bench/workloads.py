# workloads.py - the programs of the benchmark.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sizes are chosen so that callgrind needs 10 to 20 seconds without simulation on a machine of today, and that with simulation even
rustgrind needs 3 to 6: start-up, which is the same for all tools, hardly counts.  The quick ones need a fraction of a second."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Callable

import rgtest
from measure import Command

HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's, which is stripped
HELLO = 'fn main() {\n    println!("Hello, world!");\n}\n'


@dataclass
class Workload:
    about: str
    prepare: Callable   # (scratch directory, "full", "simulation" or "quick") -> Command
    floor: float = 3    # callgrind / rustgrind must not be below
    steady: bool = True  # runs 5 seconds or more under callgrind: it counts in the geometric means
    extra: bool = False  # only when named


def rust(name, full, simulation, quick):
    sizes = {"full": full, "simulation": simulation, "quick": quick}

    def prepare(_scratch, size):
        program = rgtest.build(f"programs/rust/{name}.rs")
        return Command([program, str(sizes[size])])
    return prepare


def python(_scratch, size):
    if not os.access(SYSTEM_PYTHON, os.X_OK):
        raise rgtest.Unavailable("not installed: " + SYSTEM_PYTHON)
    script = os.path.join(HERE, "python_work.py")
    return Command([SYSTEM_PYTHON, "-S", "-B", script, {"full": "700", "simulation": "300", "quick": "3"}[size]], {"PYTHONHASHSEED": "0"})


def rustc(source, options):
    """The compiler itself, not rustup's proxy, which would start it by exec.  It makes an object: no linker is started."""
    def prepare(scratch, _size):
        compiler = os.environ.get("RUSTC") or "rustc"
        rgtest.need(compiler)
        done = subprocess.run([compiler, "--print", "sysroot"], capture_output=True, text=True, check=False)
        driver = os.path.join(done.stdout.strip(), "bin", "rustc")
        if not os.access(driver, os.X_OK):
            raise rgtest.Unavailable(f"no rustc in the sysroot: {driver}")
        path = os.path.join(scratch, "input.rs")
        if source is None:
            with open(path, "w", encoding="ascii") as f:
                f.write(HELLO)
        else:
            shutil.copy(os.path.join(rgtest.PROGRAMS, source), path)
        return Command([driver, "--edition=2021", "-A", "warnings", "-C", "codegen-units=1", *options, "--emit=obj",
                        "-o", os.path.join(scratch, "output.o"), path])
    return prepare


WORKLOADS = {
    "w1d": Workload("JSON built, parsed and walked; maps, strings, sorting", rust("w1d", 150000, 75000, 2000)),
    "call": Workload("recursion and dynamic dispatch", rust("call", 40, 40, 22)),
    "mem": Workload("matrix columns and a random table", rust("mem", 700, 420, 60)),
    "thr": Workload("16 threads, a mutex, a channel", rust("thr", 1200000, 1200000, 5000)),
    "python3": Workload("a stripped interpreter", python, floor=2),
    "rustc-hello": Workload("rustc compiles a hello-world: 100 MB of code, little of it run twice", rustc(None, [])),
    "short": Workload("w1d, about one second under callgrind", rust("w1d", 7000, 1200, 300), floor=1, steady=False),
    "rustc": Workload("rustc optimizes w1d: a large Rust program at work", rustc("rust/w1d.rs", ["-O"]), extra=True),
}
