#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the reader (cgparts) and the comparer (cgcompare), on small hand-made files. Each test that a change must be noticed
makes one change in base.cg and names the differences it expects."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import cgcompare  # noqa: E402
import cgparts  # noqa: E402

FN = "pthread_getattr_np"
PROG, LIBC, MAIN, ATTR, INLINE = "/bin/prog", "/lib/libc.so", "/src/main.c", "/libc/attr.c", "/src/inline.h"
HEAD = "version: 1\ncreator: t\npositions: line\nevents: Ir\n"

with open(os.path.join(HERE, "base.cg"), encoding="utf-8") as _stream:
    BASE = _stream.read()


def changed(*pairs):
    """base.cg with each (old, new) replaced; old must be there exactly once."""
    text = BASE
    for old, new in pairs:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def differences(text, subtree=None, other=BASE):
    result = cgcompare.compare_files(cgparts.read_text(other), cgparts.read_text(text), ("A", "B"), subtree)
    return [d.text for d in result.differences]


class Reader(unittest.TestCase):
    def setUp(self):
        self.part, = cgparts.read_text(BASE)

    def test_header(self):
        self.assertEqual(self.part.events, ["Ir", "Dr"])
        self.assertEqual(self.part.header["cmd"], "./prog")
        self.assertEqual(self.part.desc, ["Trigger: Program termination"])
        self.assertEqual((self.part.summary, self.part.totals), ([1000, 50], [1000, 50]))

    def test_cost_lines(self):
        cost = self.part.cost
        self.assertEqual(cost[(PROG, MAIN, "main", MAIN, 10, None)], [100, 5])
        self.assertEqual(cost[(PROG, MAIN, "main", MAIN, 12, None)], [20, 0], "relative line, missing count is 0")
        self.assertEqual(cost[(PROG, MAIN, "main", INLINE, 7, None)], [30, 0], "fi= changes the file of the line only")
        self.assertNotIn((PROG, MAIN, "main", MAIN, 16, None), cost, "a line of zeros is no cost")
        self.assertEqual(self.part.event_sum(), [1000, 50])

    def test_calls(self):
        edges = self.part.edges
        self.assertEqual(edges[(PROG, MAIN, "main", MAIN, 12, None, LIBC, ATTR, FN)], [1, 300, 20])
        self.assertEqual(edges[(PROG, MAIN, "main", MAIN, 13, None, PROG, MAIN, "work")], [4, 500, 20],
                         "cob= and cfi= hold for one call only")
        self.assertEqual(edges[(PROG, MAIN, "main", INLINE, 7, None, PROG, INLINE, "inlined_callee")], [2, 50, 5],
                         "without cfi= the callee is in the current fi= file")
        self.assertEqual(len(edges), 6)

    def test_function_resets_file(self):
        text = HEAD + "ob=o\nfl=a.c\nfn=f\nfi=b.h\n5 1\n\nfn=g\n6 1\n"
        cost = cgparts.read_text(text)[0].cost
        self.assertIn(("o", "a.c", "g", "a.c", 6, None), cost)

    def test_call_without_calls_line(self):
        text = HEAD + "ob=o\nfl=a.c\nfn=f\n5 1\ncob=x\ncfi=y\ncfn=dropped\ncfn=kept\ncalls=1 9\n* 7\n"
        edges = cgparts.read_text(text)[0].edges
        self.assertEqual(list(edges), [("o", "a.c", "f", "a.c", 5, None, "o", "a.c", "kept")])

    def test_target_position_is_not_current(self):
        text = HEAD + "ob=o\nfl=a.c\nfn=f\n100 1\ncfn=g\ncalls=1 +50\n+3 7\n+2 1\n"
        part, = cgparts.read_text(text)
        self.assertEqual([k[4] for k in part.edges], [103])
        self.assertEqual(sorted(k[4] for k in part.cost), [100, 105])

    def test_dialect_of_callgrind(self):
        """After a call at another place callgrind goes on from the last cost line; the format itself goes on from the call."""
        body = HEAD + "ob=o\nfl=a\nfn=f\n10 1\nfi=???\ncfn=g\ncalls=1 7\n0 50\ncfi=b\ncfn=h\ncalls=1 9\n0 60\n+2 3\nfi=c\n+1 4\n"
        part, = cgparts.read_text(body.replace("creator: t", "creator: callgrind-3.19.0"))
        self.assertEqual(sorted((k[3:5], v[0]) for k, v in part.cost.items()), [(("a", 10), 1), (("a", 12), 3), (("c", 13), 4)])
        self.assertEqual([k[3:5] + k[7:] for k in part.edges], [("???", 0, "a", "g"), ("???", 0, "b", "h")])
        part, = cgparts.read_text(body)
        self.assertEqual(sorted((k[3:5], v[0]) for k, v in part.cost.items()), [(("???", 2), 3), (("a", 10), 1), (("c", 3), 4)])
        self.assertEqual([k[3:5] + k[7:] for k in part.edges], [("???", 0, "???", "g"), ("???", 0, "b", "h")])

    def test_instructions(self):
        text = "version: 1\npositions: instr line\nevents: Ir\nob=o\nfl=a\nfn=f\n0x1000 5 1\n+4 * 2\n+3 -2 1\ncfn=g\n" \
               "calls=1 0x2000 9\n* * 10\n0x1010 3 1\n"
        part, = cgparts.read_text(text)
        self.assertEqual(sorted((k[5], k[4], v[0]) for k, v in part.cost.items()),
                         [(0x1000, 5, 1), (0x1004, 5, 2), (0x1007, 3, 1), (0x1010, 3, 1)])
        self.assertEqual([(k[5], k[4], v) for k, v in part.edges.items()], [(0x1007, 3, [1, 10])])

    def test_jumps_are_passed_over(self):
        text = HEAD + "ob=o\nfl=a\nfn=f\n5 1\njump=3 +2\n* \njfi=(9) other.c\njfn=(8) other\njcnd=1/4 -1\n* \n+1 1\n"
        part, = cgparts.read_text(text)
        self.assertEqual(sorted(k[4] for k in part.cost), [5, 6])
        self.assertEqual(part.edges, {})

    def test_parts(self):
        body = "part: %d\npositions: line\nevents: Ir\nob=(1) o\nfl=(1) a\nfn=(1) %s\n5 1\ntotals: 1\n"
        parts = cgparts.read_text("version: 1\ncmd: x\n" + body % (1, "f") + body % (2, "g"))
        self.assertEqual([next(iter(p.cost))[2] for p in parts], ["f", "g"], "names are defined anew in every part")
        self.assertEqual([p.header["part"] for p in parts], ["1", "2"])

    def test_empty(self):
        self.assertEqual(cgparts.read_text(""), [])

    def test_bad_files(self):
        for text, why in ((HEAD + "5 1\n", "before 'fn='"), (HEAD + "fn=(3)\n", "before it is defined"),
                          (HEAD + "fn=(1) a\nfn=(1) b\n", "defined twice"), (HEAD + "fn=a\n5 1 2\n", "2 counts"),
                          (HEAD + "fn=a\n5 1\ncalls=1 2\n* 1\n", "without 'cfn='"), (HEAD + "wrong\n", "not understood"),
                          (HEAD + "fn=a\nzz=5\n", "unknown line"), (HEAD + "fn=a\ncfn=b\ncalls=1 2\n", "file ends"),
                          ("version: 1\npart: 1\n", "no 'events:'"), ("version: 1\npositions: byte\n", "unknown position")):
            with self.assertRaises(cgparts.FormatError, msg=text) as caught:
                cgparts.read_text(text)
            self.assertIn(why, str(caught.exception))


class Expecting(unittest.TestCase):
    def expect(self, text, *starts, subtree=None):
        """Each difference must begin with the start of that place, and there must be no other."""
        found = differences(text, subtree)
        self.assertEqual(len(found), len(starts), found)
        for one, start in zip(found, starts):
            self.assertTrue(one.startswith(start), "%r does not begin with %r" % (one, start))


class Comparer(Expecting):
    def test_equal(self):
        self.expect(BASE)
        self.expect(BASE, subtree=FN)

    def test_order_and_compression_do_not_matter(self):
        functions = BASE.split("\nfn=(5)\n")
        text = functions[0] + "\nfn=(6)\n90 60 5\n\nfn=helper\n80 240 20\n\nfn=(6)\n+90 40\n\ntotals: 1000 50\n"
        self.expect(text)

    def test_moved_between_lines(self):
        self.expect(changed(("10 100 5\n+2 20", "10 99 5\n+2 21")), "self main.c:main [prog]: equal in sum, other")

    def test_self_cost(self):
        self.expect(changed(("30 400 10", "30 401 10"), ("totals: 1000", "totals: 1001"), ("summary: 1000", "summary: 1001")),
                    "summary: Ir 1000, 1001 (+1)", "totals: Ir 1000, 1001 (+1)", "self main.c:work [prog] in lines main.c:30")

    def test_second_event(self):
        self.expect(changed(("30 400 10", "30 400 11"), ("totals: 1000 50", "totals: 1000 51"),
                            ("summary: 1000 50", "summary: 1000 51")),
                    "summary: Dr 50, 51", "totals: Dr 50, 51", "self main.c:work [prog] in lines main.c:30 Dr 10, 11")

    def test_calls(self):
        self.expect(changed(("calls=4 30", "calls=5 30")), "calls main.c:main [prog] -> main.c:work [prog] at main.c:13: calls 4, 5")

    def test_inclusive(self):
        self.expect(changed(("+1 500 20", "+1 499 20")), "inclusive main.c:main [prog] -> main.c:work [prog]")

    def test_call_at_another_line(self):
        self.expect(changed(("+1 500 20", "+2 500 20")), "calls only in A main.c:main", "calls only in B main.c:main")

    def test_other_callee_file(self):
        self.expect(changed(("cfn=(4) inlined_callee", "cfi=(1)\ncfn=(4) inlined_callee")), "calls only in A", "calls only in B")

    def test_other_name(self):
        self.expect(changed(("(6) other", "(6) other'2")), "calls only in A", "calls only in B",
                    "function only in A: attr.c:other", "function only in B: attr.c:other'2")

    def test_other_object(self):
        self.assertTrue(differences(changed(("ob=(1) /bin/prog", "ob=(1) /bin/other"))))

    def test_totals_line_must_be_true(self):
        self.expect(changed(("totals: 1000", "totals: 1001")), "totals: Ir 1000, 1001", "totals: line of B says")

    def test_missing_summary(self):
        self.expect(changed(("summary: 1000 50\n", "")), "summary: line missing in B")

    def test_other_events(self):
        self.expect(changed(("events: Ir Dr", "events: Ir Dw")), "events: A Ir Dr, B Ir Dw")

    def test_other_number_of_parts(self):
        self.expect(BASE + "\npart: 2\nevents: Ir\n", "number of dumps: A 1, B 2")


class Subtree(Expecting):
    """pthread_getattr_np calls helper (which others call as well) and other. 30 more in helper below it are noise."""

    NOISE = (("summary: 1000 50", "summary: 1030 50"), ("totals: 1000 50", "totals: 1030 50"), ("* 300 20", "* 330 20"),
             ("+4 140 10", "+4 170 10"), ("80 240 20", "80 270 20"))

    def without(self, index, new=None):
        """The noise, but with one of its changes left out or replaced."""
        pairs = list(self.NOISE)
        if new is None:
            del pairs[index]
        else:
            pairs[index] = new
        return changed(*pairs)

    def test_noise_is_excluded(self):
        self.assertEqual(len(differences(changed(*self.NOISE))), 5, "without the rule all of it is reported")
        self.expect(changed(*self.NOISE), subtree=FN)
        result = cgcompare.compare_files(cgparts.read_text(BASE), cgparts.read_text(changed(*self.NOISE)), subtree=FN)
        self.assertEqual((result.excluded, result.excluded_delta), (300, -30))
        self.assertEqual(result.excluded_functions, ["helper", FN])

    def test_total_must_follow(self):
        self.expect(self.without(1, ("totals: 1000 50", "totals: 1031 50")), "totals: Ir 1000, 1031", "totals: line of B says",
                    subtree=FN)

    def test_noise_must_add_up(self):
        self.expect(self.without(4, ("80 240 20", "80 271 20")), "totals: line of B", "self cost inside " + FN, subtree=FN)

    def test_helper_from_elsewhere_is_compared(self):
        self.expect(changed(*self.NOISE, ("+1 100 10", "+1 101 10")), "inclusive main.c:work [prog] -> attr.c:helper", subtree=FN)
        self.expect(changed(*self.NOISE, ("calls=1 80", "calls=2 80")), "calls main.c:work [prog] -> attr.c:helper", subtree=FN)

    def test_callee_called_alike_is_compared(self):
        self.expect(changed(*self.NOISE, ("90 100 5", "90 90 5\n+1 10")), "self attr.c:other", subtree=FN)

    def test_function_outside_is_compared(self):
        self.expect(changed(*self.NOISE, ("10 100 5", "10 98 5\n+1 1\n+1 1\n-2 0")), "self main.c:main", subtree=FN)

    def test_calls_of_the_function_are_compared(self):
        self.expect(changed(*self.NOISE, ("calls=1 50", "calls=2 50")), "calls main.c:main [prog] -> attr.c:" + FN, subtree=FN)

    def test_ancestors_may_differ_by_the_noise_only(self):
        top = "fn=(9) top\n5 1\ncfn=(1) main\ncalls=1 10\n* %d 49\n\nfn=(1)\n"
        fix = [("summary: 1000 50", "summary: 1001 50"), ("totals: 1000 50", "totals: 1001 50"), ("fn=(1) main\n", top % 999)]
        base = changed(*fix)
        noise = [("summary: 1000 50", "summary: 1031 50"), ("totals: 1000 50", "totals: 1031 50")] + list(self.NOISE[2:])
        self.assertEqual(differences(changed(*noise, ("fn=(1) main\n", top % 1029)), FN, base), [])
        found = differences(changed(*noise, ("fn=(1) main\n", top % 1028)), FN, base)
        self.assertEqual(len(found), 1, found)
        self.assertIn("inclusive main.c:top [prog] -> main.c:main", found[0])

    def test_other_edges_may_not_differ_by_the_noise(self):
        self.expect(changed(*self.NOISE, ("+1 500 20", "+1 530 20")), "inclusive main.c:main [prog] -> main.c:work", subtree=FN)

    def test_versioned_and_levelled_names(self):
        self.assertEqual(cgcompare.base_name("pthread_getattr_np@@GLIBC_2.32'2"), FN)
        self.assertEqual(cgcompare.base_name("f'caller'2"), "f")


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=0, argv=sys.argv[:1], testRunner=unittest.TextTestRunner(sys.stdout, verbosity=0))
    sys.exit(0 if program.result.wasSuccessful() and program.result.testsRun > 30 else 1)
