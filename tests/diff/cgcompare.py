# SPDX-License-Identifier: GPL-2.0-or-later
"""Comparison of two callgrind parts: totals, self cost per position, calls and inclusive cost per edge.

The one exclusion there is (`subtree`): a function whose own work depends on the tool that watches it. glibc's
pthread_getattr_np reads /proc/self/maps, and that file shows the tool's own mappings. Its helpers (vfscanf, strtoul,
getdelim ...) are used by other callers as well, so they cannot just be left out. The rule, which is exact:

 1. The noisy set N begins with the function itself. A callee of a member joins N when, and only when, the edge that
    leads to it from a member differs (in calls or in inclusive cost). So a helper that was called alike stays compared.
 2. D is the difference of the inclusive cost of all edges that enter the function from outside N.
 3. Left out are: self cost of the members of N, and edges from N to N. But their differences must add up to D.
 4. Every edge that enters a member of N from outside, other than the function itself, must be equal: calls and cost.
 5. Inclusive cost of an edge to an ancestor of the function (by the call graph) may differ by exactly D, or not at all.
 6. Totals must differ by exactly D. Everything else must be equal.

What remains unseen is only how cost is spread inside N.
"""


class Difference:
    """One line of the report. `rank` orders kinds (0 first), `weight` orders within a kind (largest first)."""

    def __init__(self, rank, weight, text):
        self.rank, self.weight, self.text = rank, weight, text


class Result:
    """What a comparison found: differences (sorted), sizes of what was compared, and what was excluded."""

    def __init__(self):
        self.differences = []
        self.functions = self.lines = self.edges = 0
        self.excluded = 0
        self.excluded_delta = 0
        self.excluded_functions = []

    def add(self, rank, weight, text):
        self.differences.append(Difference(rank, weight, text))

    def sort(self):
        self.differences.sort(key=lambda d: (d.rank, -d.weight, d.text))


def short(path):
    """The last component of an object or file name: enough to find it, and it keeps lines readable."""
    return "???" if not path else path.rsplit("/", 1)[-1]


def node_text(node):
    return "%s:%s [%s]" % (short(node[1]), node[2], short(node[0]))


def place_text(key):
    text = "%s:%d" % (short(key[3]), key[4])
    return text if key[5] is None else "%s @%#x" % (text, key[5])


def minus(a, b):
    return [x - y for x, y in zip(a, b)]


def plus(a, b):
    return [x + y for x, y in zip(a, b)]


def base_name(function):
    """The function's name without callgrind's recursion suffix and without a symbol version."""
    return function.split("'")[0].split("@")[0]


class Comparer:
    """Compares part `a` with part `b`; `names` are what the two are called in the report."""

    def __init__(self, a, b, names=("A", "B"), subtree=None):
        self.a, self.b, self.names, self.subtree = a, b, names, subtree
        self.result = Result()
        self.roots = set()
        self.noisy = set()
        self.ancestors = set()
        self.entries = []
        self.delta = None

    # ---- the graph, by node ------------------------------------------------------------------------------------------

    @staticmethod
    def _graph(part):
        graph = {}
        for key, counts in part.edges.items():
            arrow = (key[:3], key[6:])
            old = graph.get(arrow)
            graph[arrow] = list(counts) if old is None else plus(old, counts)
        return graph

    def _find_noise(self):
        self.delta = [0] * len(self.a.events)
        if self.subtree is None:
            return
        ga, gb = self._graph(self.a), self._graph(self.b)
        arrows = set(ga) | set(gb)
        self.roots = roots = {callee for _, callee in arrows if base_name(callee[2]) == self.subtree}
        below, above = {}, {}
        for caller, callee in arrows:
            below.setdefault(caller, []).append(callee)
            above.setdefault(callee, []).append(caller)
        self.noisy, work = set(roots), list(roots)
        while work:
            caller = work.pop()
            for callee in below.get(caller, ()):
                if callee not in self.noisy and ga.get((caller, callee)) != gb.get((caller, callee)):
                    self.noisy.add(callee)
                    work.append(callee)
        work = list(roots)
        while work:
            for caller in above.get(work.pop(), ()):
                if caller not in self.ancestors and caller not in self.noisy:
                    self.ancestors.add(caller)
                    work.append(caller)
        zero = [0] * (len(self.a.events) + 1)
        for caller, callee in arrows:
            if callee in roots and caller not in self.noisy:
                step = minus(ga.get((caller, callee), zero), gb.get((caller, callee), zero))
                self.delta = plus(self.delta, step[1:])

    # ---- the parts of the comparison ---------------------------------------------------------------------------------

    def _header(self):
        for what, x, y in (("positions", self.a.positions, self.b.positions), ("events", self.a.events, self.b.events)):
            if x != y:
                self.result.add(0, 0, "%s: %s %s, %s %s" % (what, self.names[0], " ".join(x), self.names[1], " ".join(y)))
                return False
        return True

    def _totals(self):
        for what in ("totals", "summary"):
            x, y = getattr(self.a, what), getattr(self.b, what)
            if x is None or y is None:
                if x is not y:
                    self.result.add(0, 0, "%s: line missing in %s" % (what, self.names[0] if x is None else self.names[1]))
                continue
            width = len(self.a.events)
            x, y = x + [0] * (width - len(x)), y + [0] * (width - len(y))
            if minus(x, y) != self.delta:
                self._counts_differ(0, "%s" % what, x, y)
        for part, name in ((self.a, self.names[0]), (self.b, self.names[1])):
            if part.totals is not None:
                total = part.totals + [0] * (len(part.events) - len(part.totals))
                if total != part.event_sum():
                    self.result.add(0, 0, "totals: line of %s says %s, its cost lines add up to %s"
                                    % (name, total, part.event_sum()))

    def _counts_differ(self, rank, text, x, y, labels=None):
        labels = labels or self.a.events
        said = []
        for label, p, q in zip(labels, x, y):
            if p != q:
                said.append("%s %d, %d (%+d)" % (label, p, q, q - p))
        weight = max([abs(p - q) for p, q in zip(x, y)] or [0])
        self.result.add(rank, weight, "%s: %s" % (text, "; ".join(said)))

    def _self_cost(self):
        zero = [0] * len(self.a.events)
        by_node, noise = {}, list(zero)
        excluded = list(zero)
        for key in set(self.a.cost) | set(self.b.cost):
            node = key[:3]
            x, y = self.a.cost.get(key, zero), self.b.cost.get(key, zero)
            if node in self.noisy:
                noise = plus(noise, minus(x, y))
                excluded = plus(excluded, x)
            elif x != y:
                by_node.setdefault(node, []).append((key, x, y))
        for node, rows in by_node.items():
            self._node_differs(node, rows)
        if noise != self.delta:
            self.result.add(1, 0, "self cost inside %s differs by %s, its inclusive cost by %s"
                            % (self.subtree, noise, self.delta))
        self.result.excluded = excluded[0] if self.noisy and excluded else 0

    def _node_differs(self, node, rows):
        zero = [0] * len(self.a.events)
        sums = [zero, zero]
        for _, x, y in rows:
            sums = [plus(sums[0], x), plus(sums[1], y)]
        known = [any(k[:3] == node for k in p.cost) or any(k[:3] == node for k in p.edges) for p in (self.a, self.b)]
        rows.sort(key=lambda r: -max(abs(p - q) for p, q in zip(r[1], r[2])))
        places = []
        for key, x, y in rows[:3]:
            worst = [(e, p, q) for e, p, q in zip(self.a.events, x, y) if p != q][0]
            places.append("%s %s %d, %d" % (place_text(key), *worst))
        more = "" if len(rows) <= 3 else " and %d more" % (len(rows) - 3)
        where = " in lines %s%s" % (" | ".join(places), more)
        if not all(known):
            text = "function only in %s: %s" % (self.names[0 if known[0] else 1], node_text(node))
            self._counts_differ(1, text, *sums)
        elif sums[0] == sums[1]:
            weight = max(max(abs(p - q) for p, q in zip(r[1], r[2])) for r in rows)
            self.result.add(3, weight, "self %s: equal in sum, other%s" % (node_text(node), where))
        else:
            self._counts_differ(2, "self %s%s" % (node_text(node), where), *sums)

    def _edge(self, key, x, y):
        caller, callee = key[:3], key[6:]
        if caller in self.noisy and callee in self.noisy:
            return
        if x == y:
            return
        text = "%s -> %s at %s" % (node_text(caller), node_text(callee), place_text(key))
        if x[0] != y[0]:
            side = "" if x[0] and y[0] else " only in %s" % self.names[0 if x[0] else 1]
            self._counts_differ(1 if side else 2, "calls%s %s" % (side, text), x, y, ["calls"] + self.a.events)
            return
        step = minus(x, y)[1:]
        if self.noisy and step == self.delta and (callee in self.ancestors or callee in self.roots):
            return
        if callee in self.roots and len(self.entries) > 1:
            return  # D is the sum of several entries: it is compared in the totals
        self._counts_differ(4, "inclusive %s" % text, x[1:], y[1:])

    def _edges(self):
        zero = [0] * (len(self.a.events) + 1)
        keys = set(self.a.edges) | set(self.b.edges)
        self.entries = [key for key in keys if key[6:] in self.roots and key[:3] not in self.noisy]
        for key in keys:
            self._edge(key, self.a.edges.get(key, zero), self.b.edges.get(key, zero))

    def run(self):
        result = self.result
        if not self._header():
            return result
        self._find_noise()
        self._totals()
        self._self_cost()
        self._edges()
        if self.noisy:
            result.excluded_delta = self.delta[0] if self.delta else 0
            result.excluded_functions = sorted(node[2] for node in self.noisy)
        result.functions = len({k[:3] for k in self.a.cost})
        result.lines = len(self.a.cost)
        result.edges = len(self.a.edges)
        result.sort()
        return result


def compare_parts(a, b, names=("A", "B"), subtree=None):
    """Compare two parts; returns a Result."""
    return Comparer(a, b, names, subtree).run()


def compare_files(parts_a, parts_b, names=("A", "B"), subtree=None):
    """Compare two lists of parts, in order. Returns one Result that holds the differences of all of them."""
    whole = Result()
    if len(parts_a) != len(parts_b):
        whole.add(0, 0, "number of dumps: %s %d, %s %d" % (names[0], len(parts_a), names[1], len(parts_b)))
    several = max(len(parts_a), len(parts_b)) > 1
    for i, (a, b) in enumerate(zip(parts_a, parts_b)):
        one = compare_parts(a, b, names, subtree)
        for d in one.differences:
            whole.add(d.rank, d.weight, "dump %d: %s" % (i + 1, d.text) if several else d.text)
        whole.functions += one.functions
        whole.lines += one.lines
        whole.edges += one.edges
        whole.excluded += one.excluded
        whole.excluded_delta += one.excluded_delta
        whole.excluded_functions += one.excluded_functions
    whole.sort()
    return whole
