# filters.py - takes out of a text what differs from run to run and from machine to machine.
#
# SPDX-License-Identifier: GPL-2.0-or-later

import os
import re

import case as e2e_case
import rgtest

# Applied to every text, in this order.
ALWAYS = (
    (r"\b(rustgrind|Rustgrind|valgrind|Valgrind)-\d[\w.+-]*", r"\1-VERSION"),
    (r"(built for Valgrind |Valgrind in \S+ is )(9?)[\d.]+\d", r"\1\2VERSION"),
    (r"\brustgrind \d+\.\d[\w.+-]*", "rustgrind VERSION"),
    (r"0x[0-9A-Fa-f]{4,}", "0xADDRESS"),
    (r"^==\d+==", "==PID=="),
    (r"^--\d+--", "--PID--"),
)


def _always(outcome, text):
    guests = os.path.join(rgtest.BUILDDIR, "tests", "guests")
    for path, name in ((outcome.directory, "DIR"), (guests, "GUESTS"), (rgtest.BUILDDIR, "BUILD"), (rgtest.SRCDIR, "SRC")):
        text = re.sub(re.escape(path) + r"(?=\W|$)", name, text)
    text = re.sub(rf"\b{outcome.pid}\b", "PID", text)
    for pattern, by in ALWAYS:
        text = re.sub(pattern, by, text, flags=re.M)
    return text


def numbers(_outcome, text):
    """Counts and percentages become N and P%, and the blanks that align them become one."""
    text = re.sub(r"(?<=  \()(?=\d[\d,]* (?:rd|cond) )", " ", text)  # the first of a pair may have no blank before it
    text = re.sub(r" +(?:\d{1,3}(?:,\d{3})+|\d+)(?![\w.,])", " N", text)
    return re.sub(r" *\(? ?\d+\.\d+ ?%\)?", " P%", text)


def own_rows(outcome, text):
    """Rows of the function tables that tell of other objects than the guest are left out: they depend on the C library."""
    guest = os.path.basename(outcome.guest or "")
    kept = []
    for row in text.splitlines(True):
        place = re.search(r"\([^()\s]*:([^():\s]+)\)\s*$", row)
        if not place or place.group(1) == guest:
            kept.append(row)
    return "".join(kept)


def tool_options(_outcome, text):
    """Of the output of --help, only what it says of the tool's own options."""
    found = re.search(r"^  user options for \w+:\n((?:    .*\n)*)", text, re.M)
    return found.group(0) if found else "no options of the tool in:\n" + text


def no_banner(_outcome, text):
    """The lines before the first blank one, which name the tool and the command, are left out."""
    return re.sub(r"^==\d+== .*\n(?:==\d+== .+\n)*==\d+== *\n", "", text)


FILTERS = {"numbers": numbers, "own-rows": own_rows, "tool-options": tool_options, "no-banner": no_banner}


def apply(case, outcome, stream):
    """The text of STREAM as it is compared with its golden."""
    text = getattr(outcome, stream)
    for name in case.all({"stderr": "filter", "stdout": "filter-stdout"}[stream]):
        if name not in FILTERS:
            raise e2e_case.BadCase(f"{case.name}.test: unknown filter '{name}'; allowed: {' '.join(FILTERS)}")
        text = FILTERS[name](outcome, text)
    return _always(outcome, text)
