#!/usr/bin/env python3
"""Writes examples/data/transfers.csv: 20,000 lines over 1,000 accounts, the same each time.

Accounts are chosen by Zipf's law, so a few of them take part in a large share of the transfers; some transfers ask for
more than an account can have; 40 lines are broken, each in a way that real files are.
"""
import bisect
import itertools
import random
import sys

LINES = 20_000
ACCOUNTS = 1_000
random.seed(20_000)

weights = list(itertools.accumulate(1 / rank for rank in range(1, ACCOUNTS + 1)))
names = [f"acc-{n:04d}" for n in range(1, ACCOUNTS + 1)]
random.shuffle(names)


def account():
    return names[bisect.bisect(weights, random.random() * weights[-1])]


def transfer(number):
    source, target = account(), account()
    while target == source:
        target = account()
    amount = random.randint(5_000, 50_000) if random.random() < 0.03 else random.randint(1, 120)
    return f"t-{number:06d},{source},{target},{amount}"


BROKEN = [
    lambda n: "",
    lambda n: f"t-{n:06d},acc-0001,acc-0002",
    lambda n: f"t-{n:06d},acc-0001,acc-0002,10,EUR",
    lambda n: f"t-{n:06d},acc-0001,acc-0002,ten",
    lambda n: f"t-{n:06d},acc-0001,acc-0002,-25",
    lambda n: f"t-{n:06d},acc-0001,acc-0002,0",
    lambda n: f"t-{n:06d},acc-0001,acc-0002,12.50",
    lambda n: f"t-{n:06d},acc-0001,acc-0002,99999999999999999999",
    lambda n: f"t-{n:06d},,acc-0002,10",
    lambda n: f",acc-0001,acc-0002,10",
    lambda n: f't-{n:06d},"acc-0001,acc-0002,10',
    lambda n: f"t-{n:06d},acc-*,acc-0002,10",
    lambda n: f"t-{n:06d};acc-0001;acc-0002;10",
    lambda n: f"t-{n:06d},acc-0001,acc-0002,10 ",
    lambda n: f"t-000001,acc-0003,acc-0004,10",
    lambda n: f"t-{n:06d},acc-0001,acc-0001,10",
    lambda n: f"t-{n:06d},acc\x07-0001,acc-0002,10",
    lambda n: f"t-{n:06d},acc-0001,acc-0002,0x10",
    lambda n: f"t-{n:06d},acc-0001,acc-0002,1e3",
    lambda n: f"t-{n:06d},acc-0001",
]

broken_at = sorted(random.sample(range(100, LINES), 2 * len(BROKEN)))
with open(sys.argv[1] if len(sys.argv) > 1 else "examples/data/transfers.csv", "w", encoding="utf-8", newline="") as out:
    out.write("id,from,to,amount\n")
    for number in range(1, LINES):
        if number in broken_at:
            out.write(BROKEN[broken_at.index(number) % len(BROKEN)](number) + "\n")
        else:
            out.write(transfer(number) + "\n")
