# python_work.py - a CPU-bound program for the benchmark: method calls, dictionaries, strings, sorting, floats.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: python_work.py ROUNDS.  Uses no module but sys, so that start-up is short.

import sys


class Account:
    __slots__ = ("name", "balance", "history")

    def __init__(self, name):
        self.name = name
        self.balance = 0
        self.history = []

    def deposit(self, amount):
        self.balance += amount
        self.history.append(amount)


class Saver(Account):
    __slots__ = ()

    def deposit(self, amount):
        super().deposit(amount - amount % 7)


def transfers(seed, accounts, count):
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        accounts[seed % len(accounts)].deposit(seed % 1000)
    return seed


def words(accounts):
    text = " ".join(f"{a.name}:{a.balance}" for a in accounts)
    counts = {}
    for word in text.replace(":", " ").split():
        counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda w: (-counts[w], w))


def julia(width):
    inside = 0
    for y in range(width):
        for x in range(width):
            z = complex(3.0 * x / width - 1.5, 3.0 * y / width - 1.5)
            for _ in range(12):
                if abs(z) > 2.0:
                    break
                z = z * z + complex(-0.7, 0.27)
            else:
                inside += 1
    return inside


def main():
    rounds = int(sys.argv[1])
    seed, inside, first = 42, 0, ""
    for _ in range(rounds):
        accounts = [(Saver if i % 3 else Account)(f"account{i}") for i in range(40)]
        seed = transfers(seed, accounts, 800)
        first = words(accounts)[-1]
        inside += julia(12)
    print(seed, inside, first)


main()
