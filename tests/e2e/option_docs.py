# option_docs.py - do --help and a document name the same options, values and defaults?
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""An option is (values, default), by name.  In --help it is a line `--name=<values> text [default]`; in Markdown a row of a table,
| `--name` | `value`, `value` | `default` | ..., and, where options are described too, a line that begins **`--name=; in a man page a line
after .TP, .BI \\-\\-name= values " [default]"."""

import re


class Unreadable(Exception):
    """A document that has no options; the text says what was looked for."""


def _unique(rows, what):
    found = {}
    for name, values, default in rows:
        if name in found:
            raise Unreadable(f"{what} has {name} twice")
        found[name] = (values.lower(), default)
    if not found:
        raise Unreadable(f"{what} has no options")
    return found


def of_help(text):
    """The options that --help, or --help-debug, tells of the tool itself."""
    sections = re.findall(r"^  (?:user|debugging) options for Rustgrind:\n((?:    .*\n)*)", text, re.M)
    if not sections:
        raise Unreadable("--help has no 'user options for Rustgrind:'")
    lines = "".join(sections)
    rows = re.findall(r"^    (--[\w-]+)=<(.*?)> .*?(?:\[(\S+)\])?$", lines, re.M)
    if len(rows) != lines.count("\n"):
        raise Unreadable("--help has lines that are no '--name=<values> text [default]'")
    return _unique(rows, "--help")


def of_markdown(text):
    rows = []
    for name, values, default in re.findall(r"^\| `(--[\w-]+)` \| (.*?) \| (?:`(.*?)`)? *\|", text, re.M):
        rows.append((name, "|".join(re.findall(r"`(.*?)`", values)) or values, default))
    found = _unique(rows, "the table `option | values | default`")
    described = re.findall(r"^\*\*`(--[\w-]+)=", text, re.M)
    if described and sorted(described) != sorted(found):
        raise Unreadable("the table and the descriptions differ in " + " ".join(sorted(set(described) ^ set(found)) or described))
    return found


def of_man_page(text):
    rows = re.findall(r'^\.TP\n\.B[IR] (--[\w-]+)= (\S+)(?: " \[(.*?)\]")?$', text.replace("\\-", "-"), re.M)
    return _unique(rows, "the man page")


def problem(help_text, path):
    """What the document PATH says otherwise than HELP_TEXT, or None."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    try:
        told, written = of_help(help_text), (of_markdown if path.endswith(".md") else of_man_page)(text)
    except Unreadable as e:
        return str(e)
    wrong = [f"{name} is in --help only" for name in told if name not in written]
    wrong += [f"{name} is not in --help" for name in written if name not in told]
    for name in told:
        for what, says, has in zip(("values", "default"), told[name], written.get(name, told[name])):
            if says != has:
                wrong.append(f"{name}: {what} '{has}', but in --help '{says}'")
    return "; ".join(wrong) or None
