# checks.py - what a case can ask of the exit status, the error text and the files of a run.
#
# SPDX-License-Identifier: GPL-2.0-or-later

import glob
import os
import re
import shlex
import signal

import case as e2e_case
import cglint
import option_docs
import rgrecords
import rgtest


def _lint(path):
    if not os.path.exists(path):
        return "does not exist"
    if not os.path.getsize(path):
        return "is empty"
    return cglint.problem(path)


def profile(outcome, name, *functions):
    """profile FILE [FUNCTION...]: a complete profile that has these functions."""
    path = outcome.path(name)
    problem = _lint(path)
    if problem:
        return f"{name}: {problem}"
    known = {f.split("'")[0] for f in cglint.functions(cglint.read(path))}
    missing = [f for f in functions if f not in known]
    return f"{name}: no function {' '.join(missing)}" if missing else None


def no_function(outcome, name, *functions):
    """no-function FILE FUNCTION...: a complete profile that has none of these functions."""
    problem = profile(outcome, name)
    if problem:
        return problem
    known = {f.split("'")[0] for f in cglint.functions(cglint.read(outcome.path(name)))}
    return f"{name}: has the function {' '.join(known & set(functions))}" if known & set(functions) else None


def functions(outcome, name, count, pattern):
    """functions FILE COUNT REGEX: a complete profile in which so many functions, whatever their recursion levels, have such a name
    and self cost."""
    problem = profile(outcome, name)
    if problem:
        return problem
    costs = cglint.self_costs(cglint.read(outcome.path(name)))
    found = sorted({f.split("'")[0] for f, cost in costs.items() if cost and re.search(pattern, f)})
    return None if len(found) == int(count) else f"{name}: {len(found)} functions match {pattern}, not {count}: {' '.join(found)}"


def records(outcome, name):
    """records FILE: a complete profile with #rg records for all its functions, as docs/format.md has them."""
    problem = profile(outcome, name)
    if problem:
        return problem
    with open(outcome.path(name), encoding="utf-8") as f:
        text = f.read()
    found = rgrecords.problem(text)
    return f"{name}: {found}" if found else None


def empty(outcome, name):
    """empty FILE: it exists and has no bytes."""
    path = outcome.path(name)
    if not os.path.exists(path):
        return f"{name} does not exist"
    return f"{name} has {os.path.getsize(path)} bytes" if os.path.getsize(path) else None


def complete_or_empty(outcome, name):
    """complete-or-empty FILE: never half-written."""
    return empty(outcome, name) and profile(outcome, name)


def absent(outcome, name):
    """absent FILE: there is no such file."""
    return f"{name} exists" if os.path.lexists(outcome.path(name)) else None


def files(outcome, pattern, count):
    """files PATTERN COUNT: so many files match."""
    found = sorted(os.path.basename(f) for f in glob.glob(os.path.join(glob.escape(outcome.directory), outcome.expand(pattern))))
    return None if len(found) == int(count) else f"{len(found)} files {pattern}, not {count}: {' '.join(found)}"


def mode(outcome, name, expected):
    """mode FILE MODE: its permissions, in octal."""
    actual = os.stat(outcome.path(name)).st_mode & 0o7777
    return None if actual == int(expected, 8) else f"{name} has mode {actual:04o}, not {expected}"


def _has_line(outcome, name, pattern):
    with open(outcome.path(name), encoding="utf-8") as f:
        return re.search(outcome.expand(pattern), f.read(), re.M) is not None


def line(outcome, name, pattern):
    """line FILE REGEX: a line matches."""
    return None if _has_line(outcome, name, pattern) else f"{name}: no line matches {pattern}"


def no_line(outcome, name, pattern):
    """no-line FILE REGEX: no line matches."""
    return f"{name}: a line matches {pattern}" if _has_line(outcome, name, pattern) else None


def options(outcome, name):
    """options FILE: standard output, that of --help, and FILE of the source tree name the same options, values and defaults."""
    wrong = option_docs.problem(outcome.stdout, os.path.join(rgtest.SRCDIR, outcome.expand(name)))
    return f"{name}: {wrong}" if wrong else None


CHECKS = {f.__doc__.split()[0].rstrip(":"): f for f in
          (profile, no_function, functions, records, empty, complete_or_empty, absent, files, mode, line, no_line, options)}


def problem(outcome, text):
    """Makes the check described by TEXT.  Returns what is wrong, or None."""
    name, *words = shlex.split(text)
    if name not in CHECKS:
        raise e2e_case.BadCase(f"unknown check '{name}'; allowed: {' '.join(CHECKS)}")
    try:
        return CHECKS[name](outcome, *words)
    except TypeError:
        raise e2e_case.BadCase(f"check '{text}' is not of the form: {CHECKS[name].__doc__}") from None
    except (FileNotFoundError, UnicodeDecodeError) as e:
        return f"check '{text}': {e}"


def status_name(status):
    if status is None:
        return "any failure"
    return f"exit status {status}" if status >= 0 else f"signal {signal.Signals(-status).name[3:]}"


def all_problems(case, outcome):
    found = []
    expected = case.expected_status()
    if outcome.status != expected if expected is not None else outcome.status <= 0:
        found.append(f"ended with {status_name(outcome.status)}, not {status_name(expected)}")
    for pattern in case.all("stderr-has"):
        if not re.search(outcome.expand(pattern), outcome.stderr, re.M):
            found.append(f"nothing in stderr matches '{pattern}'")
    for pattern in case.all("stderr-lacks"):
        if re.search(outcome.expand(pattern), outcome.stderr, re.M):
            found.append(f"stderr matches '{pattern}'")
    found += [p for p in (problem(outcome, text) for text in case.all("check")) if p]
    if found and outcome.stderr:
        found.append("stderr:\n" + outcome.stderr)
    return found
