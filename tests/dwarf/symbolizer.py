# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares inline chains of the DWARF reader (tests/dwarf/chains) with those of llvm-symbolizer, address by address."""

import os
import re
import subprocess

SUFFIX = re.compile(r"(\.llvm)?\.\d+$")


def chains_of(text, with_address):
    """[(frame...)] where a frame is (function, file, line, column), from the output of either program."""
    result = []
    for block in text.split("\n\n"):
        lines = block.strip("\n").split("\n")
        if with_address:
            lines = lines[1:]
        if not lines or lines == [""]:
            continue
        frames = []
        for name, position in zip(lines[0::2], lines[1::2]):
            path, line, column = position.rsplit(":", 2)
            frames.append((name, os.path.normpath(path) if path != "??" else path, int(line), int(column)))
        result.append(tuple(frames))
    return result


def same_position(ours, theirs, innermost):
    """The innermost column is not compared: the reader does not keep it. Line 0 means unknown, in whatever file."""
    if ours[2] != theirs[2] or (ours[2] and ours[1] != theirs[1]):
        return False
    return innermost or ours[3] == theirs[3]


def difference(ours, theirs):
    """None when the chains agree in function, file, line and column of every frame; else what differs, 'symbol' or 'chain'.

    A function out of line gets its name from the symbol table in llvm-symbolizer. Debug information has no suffixes like .llvm.123 and
    may have no linkage name; where the linker has folded equal functions into one, each has the name of another of them ('symbol')."""
    last = len(ours) - 1
    if len(ours) != len(theirs) or not all(same_position(a, b, i == 0) for i, (a, b) in enumerate(zip(ours, theirs))):
        return "chain"
    if any(a[0] != b[0] for a, b in zip(ours[:last], theirs[:last])):
        return "chain"
    name, symbol = ours[last][0], theirs[last][0]
    return None if name == SUFFIX.sub("", symbol) or not name.startswith("_") else "symbol"


def compare(chains, symbolizer, program, addresses):
    """Returns (addresses, frames, {kind: [(address, ours, theirs)]}). Addresses that no unit describes are left out."""
    addresses = sorted(set(addresses))
    text = "".join("0x%x\n" % a for a in addresses)
    ours = subprocess.run([chains, program], input=text, capture_output=True, text=True, check=True).stdout
    theirs = subprocess.run([symbolizer, "--obj=" + program, "--no-demangle", "--inlines", "--output-style=LLVM"],
                            input=text, capture_output=True, text=True, check=True).stdout
    ours, theirs = chains_of(ours, True), chains_of(theirs, False)
    if not len(ours) == len(theirs) == len(addresses):
        raise ValueError("%d addresses, %d chains, %d of llvm-symbolizer" % (len(addresses), len(ours), len(theirs)))
    known, frames, different = 0, 0, {"chain": [], "symbol": []}
    for address, a, b in zip(addresses, ours, theirs):
        if a == (("??", "??", 0, 0),) and len(b) == 1 and b[0][2] == 0:
            continue
        known += 1
        frames += len(b)
        kind = difference(a, b)
        if kind:
            different[kind].append((address, a, b))
    return known, frames, different
