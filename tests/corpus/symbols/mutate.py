# mutate.py - broken symbols, made of good ones.
#
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random changes keep most of a symbol, so that what is wrong is met deep inside of it.  The same seed gives the same symbols."""

import random

# What has a meaning in one of the manglings, and sends a reader somewhere else than noise would.
PIECES = ["_", "E", "B_", "B0_", "B1_", "Bz_", "C0", "C1a", "Cs_1a", "s_", "s0_", "Nt", "Nv", "NC", "NS", "NK", "Nf", "M", "M0", "X", "XC0",
          "Y", "I", "L_", "L0_", "G_", "G0_", "GZ_", "K", "Kp", "Kj0_", "Kjff_", "Kanb_", "Kb1_", "Kb2_", "Kc41_", "Kc27_", "Kcd800_",
          "Ke616263_", "Ke27_", "Kec3bc_", "Kec3_", "KRe22_", "KA", "KTj1_E", "KVC1aU", "KVC1aTj1_E", "KVC1aS1bj1_E", "R", "Q", "P", "O",
          "A", "Aj3_", "S", "T", "TE", "F", "FUKCEu", "FK8C_unwindEu", "FK0Eu", "D", "DEL_", "DG_C1aEL0_", "DC1ap1bjEL_", "DIC1ajEp1bjEL_",
          "W", "WmRm1_m9_", "WmORm1_m2_Rm5_m6_E", "WPmN", "u", "u0", "u3gr_", "u7_n3a_4ga", "u30____7hkackfecea1cbdathfdh9hlq6y", "j", "h",
          "b", "c", "e", "z", "v", "p", "k", "0", "9", "99999999999999999999", "1", "12", "_R", "_ZN", "ZN", "R", "17h0123456789abcdefE",
          "3h01E", "$LT$", "$GT$", "$RF$", "$u7b$", "$u41$", "$u0041$", "$ud800$", "$u7f$", "$uA0$", "$u3b1$", "$C$", "$CC$", "$", "..", ".",
          ".llvm.123", ".llvm.12@@3", ".llvm.x", ".cold", ".0", " ", "\u00e9", "\U0001f600", "\x7f", "{", "~"]


def mutated(rng, symbol, others):
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        at = rng.randrange(len(symbol) + 1)
        to = min(len(symbol), at + rng.choice((0, 0, 1, 1, 2, 5, 20)))
        kind = rng.randrange(5)
        if kind == 0:
            new = ""
        elif kind == 1:
            new = chr(rng.randrange(33, 127))
        elif kind == 2:
            other = rng.choice(others)
            begin = rng.randrange(len(other))
            new = other[begin:begin + rng.choice((1, 3, 10, 40))]
        else:
            new = rng.choice(PIECES)
        symbol = symbol[:at] + new + symbol[to:]
    return symbol


def invented(rng):
    """A symbol of pieces only."""
    head = rng.choice(("_RC", "_RINv", "_RIC0", "_RNvC1a1b", "_RMC0", "_RXC0", "_RYT", "_RIC0T", "_RMC0T", "_ZN3foo", "_ZN", "RC1a", "__RC1a", "ZN1a", "__ZN1a"))
    return head + "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 25)))


def broken(symbols, n, seed):
    """N lines: no newlines, no carriage returns."""
    rng = random.Random(seed)
    for i in range(n):
        made = invented(rng) if i % 4 == 0 else mutated(rng, rng.choice(symbols), symbols)
        yield made.replace("\n", "").replace("\r", "")
