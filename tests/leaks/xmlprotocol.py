# xmlprotocol.py - is an XML file what Valgrind's protocol 4 says, in memcheck's variant?
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""The protocol is prose (docs/internals/xml-output-protocol4.txt of Valgrind's sources).  Here it is a grammar: what an element may
contain, as a regular expression over the tags of its children, or over its text.  What the prose says beyond that (which kinds have
leaked bytes, that error counts speak of errors that were shown) is in functions.  The prose does not say where a fatal signal stands; memcheck
writes it between the program's start and the end of the run. And it says that a suppression stands in its error, but Valgrind's core writes
those of leaks behind the error, memcheck's, too. Protocol 6, of later versions of Valgrind, adds a summary of errors.

selftest() breaks a file in many ways, each of which must be noticed."""

import copy
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import rgtest  # noqa: E402

FIRST_LINE = b'<?xml version="1.0"?>\n'
INT, HEX, TEXT, ANY = r"-?\d+", r"0x[0-9A-Fa-f]{1,16}", r"(?s).+", r"(?s).*"

KINDS = {"UninitValue", "UninitCondition", "CoreMemError", "InvalidRead", "InvalidWrite", "InvalidJump", "SyscallParam", "ClientCheck",
         "InvalidFree", "MismatchedFree", "Overlap", "Leak_DefinitelyLost", "Leak_IndirectlyLost", "Leak_PossiblyLost",
         "Leak_StillReachable", "InvalidMemPool", "FishyValue"}

# By tag, or by parent/tag where the parent matters.  An element has children ("tag tag? (a|b)*") or text.
CHILDREN = {
    "valgrindoutput": "protocolversion protocoltool preamble pid ppid tool logfilequalifier* usercomment? args status"
                      " (errorcounts|error|clientmsg|fatal_signal)* status (errorcounts|error suppression?)* suppcounts error_summary?",
    "error_summary": "errors error_contexts suppressed suppressed_contexts",
    "preamble": "line*",
    "logfilequalifier": "var value",
    "args": "vargv argv",
    "vargv": "exe arg*",
    "argv": "exe arg*",
    "status": "state time",
    "error": "unique tid threadname? kind (what|xwhat) (what|xwhat)? stack (auxwhat|xauxwhat|stack)* suppression?",
    "xwhat": "text leakedbytes? leakedblocks?",
    "xauxwhat": "text file? line? dir?",
    "stack": "frame frame*",
    "frame": "ip obj? fn? dir? file? line?",
    "errorcounts": "pair*",
    "errorcounts/pair": "count unique",
    "suppcounts": "pair*",
    "suppcounts/pair": "count name",
    "suppression": "sname skind skaux? sframe sframe* rawtext",
    "sframe": "(obj|fun)",
    "clientmsg": "tid threadname? text stack?",
    "fatal_signal": "tid threadname? signo signame sicode event? siaddr? stack",
}
TEXTS = {
    "protocolversion": "4|6", "protocoltool": TEXT, "preamble/line": ANY, "pid": INT, "ppid": INT, "tool": TEXT, "var": TEXT, "value": ANY,
    "usercomment": ANY, "exe": TEXT, "arg": ANY, "state": "RUNNING|FINISHED", "time": TEXT, "unique": HEX, "tid": INT, "threadname": ANY,
    "kind": "|".join(sorted(KINDS)), "what": TEXT, "text": TEXT, "auxwhat": TEXT, "leakedbytes": INT, "leakedblocks": INT, "ip": HEX,
    "obj": TEXT, "fn": TEXT, "dir": TEXT, "file": TEXT, "line": INT, "count": INT, "name": TEXT, "sname": TEXT, "skind": r"\w+:\w+", "skaux": TEXT,
    "fun": TEXT, "rawtext": TEXT, "signo": INT, "signame": TEXT, "sicode": INT, "event": TEXT, "siaddr": HEX,
    "errors": INT, "error_contexts": INT, "suppressed": INT, "suppressed_contexts": INT,
}


class Invalid(Exception):
    """The text says where and why."""


def _rule(table, element, parent):
    return table.get(f"{parent}/{element.tag}", table.get(element.tag))


def _compiled(model):
    """A regular expression over tags that are each followed by a blank."""
    words = re.findall(r"\w+|[()|*?]", model)
    return re.compile("".join(f"(?:{w} )" if w[0].isalpha() else w for w in words))


def _check(element, parent=""):
    where = f"<{parent}><{element.tag}>" if parent else f"<{element.tag}>"
    if element.attrib:
        raise Invalid(f"{where}: attributes {element.attrib}")
    model, text = _rule(CHILDREN, element, parent), _rule(TEXTS, element, parent)
    if element.tag == "usercomment":
        return
    if model is not None:
        tags = [child.tag for child in element]
        if not _compiled(model).fullmatch("".join(tag + " " for tag in tags)):
            raise Invalid(f"{where}: {' '.join(tags)} is not {model}")
        loose = [element.text or ""] + [child.tail or "" for child in element]
        if "".join(loose).strip():
            raise Invalid(f"{where}: text between the elements: {''.join(loose).strip()[:60]!r}")
        for child in element:
            _check(child, element.tag)
    elif text is not None:
        if len(element):
            raise Invalid(f"{where}: has <{element[0].tag}>")
        if not re.fullmatch(text, (element.text or "").strip() if text != ANY else element.text or ""):
            raise Invalid(f"{where}: {element.text!r} is not {text[:60]}")
    else:
        raise Invalid(f"{where}: unknown")


def _check_meaning(root, tools):
    if root.findtext("protocoltool") not in tools:
        raise Invalid(f"the protocol of {root.findtext('protocoltool')}")
    if [s.findtext("state") for s in root.findall("status")] != ["RUNNING", "FINISHED"]:
        raise Invalid("the states are not RUNNING, then FINISHED")
    ids = [e.findtext("unique") for e in root.findall("error")]
    if len(set(ids)) != len(ids):
        raise Invalid("two errors of one number")
    for error in root.findall("error"):
        is_leak = error.findtext("kind").startswith("Leak_")
        for part in ("leakedbytes", "leakedblocks"):
            if (error.find("xwhat/" + part) is not None) != is_leak:
                raise Invalid(f"{error.findtext('kind')} and {part}")
    unknown = {p.findtext("unique") for p in root.findall("errorcounts/pair")} - set(ids)
    if unknown:
        raise Invalid(f"counts of errors that were not shown: {unknown}")


def check(data, tools=("memcheck",)):
    """Raises Invalid unless the bytes DATA are a whole file; returns its root.  TOOLS: what <protocoltool> may say."""
    if not data.startswith(FIRST_LINE):
        raise Invalid(f"the first line is {data[:40]!r}")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as e:
        raise Invalid(str(e)) from None
    if root.tag != "valgrindoutput":
        raise Invalid(f"<{root.tag}>")
    _check(root)
    _check_meaning(root, tools)
    return root


# ---- broken files ----

def _remove(path):
    def edit(root):
        parent = root.find(path.rpartition("/")[0] or ".")
        parent.remove(root.find(path))
    return edit


def _add(path, tag, text, at=0):
    def edit(root):
        new = ElementTree.Element(tag)
        new.text = text
        root.find(path).insert(at if at >= 0 else len(root.find(path)), new)
    return edit


def _set(path, text):
    def edit(root):
        root.find(path).text = text
    return edit


def _swap(path):
    def edit(root):
        parent = root.find(path)
        parent[0], parent[1] = copy.deepcopy(parent[1]), copy.deepcopy(parent[0])
    return edit


def _double(path):
    def edit(root):
        parent = root.find(path.rpartition("/")[0] or ".")
        child = root.find(path)
        parent.insert(list(parent).index(child), copy.deepcopy(child))
    return edit


def _attribute(root):
    root.find("error").set("id", "1")


def _tail(root):
    root.find("error/kind").tail = "stray"


BROKEN = [_remove(p) for p in ("protocolversion", "protocoltool", "preamble", "pid", "ppid", "tool", "args", "args/vargv", "args/argv/exe", "status",
                               "suppcounts", "error/unique", "error/tid", "error/kind", "error/xwhat", "error/xwhat/text", "error/stack",
                               "error/xwhat/leakedbytes", "error/xwhat/leakedblocks", "error/stack/frame/ip")] + \
         [_double(p) for p in ("pid", "protocolversion", "error/kind", "error/xwhat/text", "error/stack/frame/ip", "error/stack/frame/fn", "suppcounts",
                               "error", "status")] + \
         [_swap(p) for p in (".", "error", "error/xwhat", "error/stack/frame", "status", "args")] + \
         [_set("protocolversion", "3"), _set("protocoltool", "helgrind"), _set("pid", "one"), _set("error/unique", "12"), _set("error/kind", "Leak_Found"),
          _set("error/kind", "InvalidRead"), _set("error/xwhat/leakedbytes", "1,024"), _set("error/stack/frame/ip", "main"), _set("status/state", "FINISHED"),
          _set("error/stack/frame/line", "a"), _add("error", "class", "rc-cycle", -1), _add("error", "auxwhat", "too early"), _add("error/stack", "ip", "0x1"),
          _add("error/xwhat", "owner", "Box", -1), _add(".", "error", ""), _add(".", "line", "at the end", -1), _attribute, _tail]


def selftest(data):
    """DATA, which is right, is broken in each of these ways.  Returns those that are not noticed."""
    missed = []
    for number, edit in enumerate(BROKEN):
        root = ElementTree.fromstring(data)
        edit(root)
        try:
            check(FIRST_LINE + ElementTree.tostring(root))
            missed.append(f"edit {number}")
        except Invalid:
            pass
    for name, text in (("cut", data[:-20]), ("first line", data[1:]), ("two", data + data[len(FIRST_LINE):]),
                       ("not escaped", data.replace(b"&lt;", b"<", 1).replace(b"<fn>", b"<fn>a<b", 1))):
        try:
            check(text)
            missed.append(name)
        except Invalid:
            pass
    return missed


# ---- files of memcheck and of ours ----

SUPPRESSION = """{
   nothing that main allocates
   Memcheck:Leak
   match-leak-kinds: definite
   ...
   fun:lost
}
"""


def files_problem(run_ours, run_memcheck, programs, scratch):
    """PROGRAMS are (options, command); RUN_OURS and RUN_MEMCHECK run one with --xml-file=.  Returns what is wrong with any of the files."""
    supp = os.path.join(scratch, "supp")
    with open(supp, "w", encoding="ascii") as f:
        f.write(SUPPRESSION)
    seen = set()
    for who, run, tools in (("memcheck", run_memcheck, ("memcheck",)), ("rustgrind", run_ours, ("rustgrind",))):
        for number, (options, command) in enumerate(programs):
            path = os.path.join(scratch, f"{who}-{number}.xml")
            run(["--xml=yes", "--xml-file=" + path, *(o.replace("@SUPP@", supp) for o in options)], command)
            with open(path, "rb") as f:
                data = f.read()
            protocol = re.search(rb"<protocolversion>(\d+)<", data)
            if who == "memcheck" and protocol and protocol[1] != b"4":
                raise rgtest.Unavailable(f"this Valgrind writes protocol {protocol[1].decode()}; the grammar is of 4")
            try:
                root = check(data, tools)
            except Invalid as e:
                return f"{who} {' '.join(options)} {' '.join(command)}: {e}"
            seen |= {(who, e.tag) for e in root.iter()}
            if number == 0:
                missed = selftest(data)
                if missed:
                    return f"what is broken passes: {missed}"
    for who in ("memcheck", "rustgrind"):  # else the rules have not been tried
        missing = {t for t in ("suppression", "pair", "errorcounts", "fatal_signal", "leakedbytes", "sframe", "usercomment") if (who, t) not in seen}
        if missing:
            return f"no file of {who} has {missing}"
    return None
