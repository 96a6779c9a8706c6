"""The bank, run as a user runs it."""
import itertools
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import programs
from programs import BUILD, MEMORY, PATIENCE_S, SOURCE, main

BANK = os.path.join(BUILD, "bin", "bank")
SHIPPED = os.path.join(SOURCE, "examples", "data", "transfers.csv")


def transfers(lines):
    """The text of a CSV file from (id, from, to, amount)."""
    return "id,from,to,amount\n" + "".join(",".join(map(str, line)) + "\n" for line in lines)


def ring(count, accounts=10):
    """Transfers of 1 that no order of execution can overdraw, as each account has far more than it gives."""
    return [(f"t-{n}", f"a-{n % accounts}", f"a-{(n * 7 + 1) % accounts}", 1)
            for n in range(count) if n % accounts != (n * 7 + 1) % accounts]


def balances_after(lines, opening):
    """What the accounts hold when all of these transfers went through."""
    held = {}
    for _, source, target, amount in lines:
        held[source] = held.get(source, opening) - amount
        held[target] = held.get(target, opening) + amount
    return held


class Ended(programs.Ended):
    """With what the bank's summary says."""

    def number(self, what):
        found = re.search(rf"^{what} +(\d+)$", self.out, re.MULTILINE)
        assert found, f"the summary has no line '{what}':\n{self.out}\n{self.err}"
        return int(found.group(1))


class Case(programs.Case):
    ended = Ended

    def careless(self, *options):
        """A store that breaks a promise: see fixtures/careless.cpp."""
        return self.fixture_plugin("careless", *options)

    def bank(self, *args, **more):
        return self.run_program(BANK, *args, **more)

    def read_balances(self, path):
        with open(path, encoding="utf-8") as lines:
            return {name.strip('"'): int(amount) for name, amount in (line.rsplit(",", 1) for line in lines)}

    def check_twice(self, config, *how):
        """The same file twice on one store: nothing is moved twice. `how`: more arguments."""
        with open(SHIPPED, encoding="utf-8") as lines:
            csv = self.file("transfers.csv", "".join(itertools.islice(lines, 3000)))
        first = self.bank("--config", config, *how, csv)
        self.assertEqual(first.status, 0, first)
        self.assertIn("durable: what is committed is on stable storage", first.out)
        self.assertIn("closed, opened again, replayed", first.out)
        again = self.bank("--config", config, *how, csv)
        self.assertEqual(again.status, 0, again)
        # Nothing is moved twice. What was rejected had another chance, once.
        self.assertEqual(again.number("done before"), first.number("committed"), again)
        self.assertLessEqual(again.number("committed"), first.number("rejected"), again)
        self.assertIn("no money appeared or vanished", again.out)

    def check_twice_moves_nothing(self, config):
        """The same where nothing is rejected, by the balances."""
        lines = ring(1000)
        csv = self.file("transfers.csv", transfers(lines))
        for committed, repeated in ((len(lines), 0), (0, len(lines))):
            ended = self.bank("--config", config, "--balances", self.path("balances"), csv)
            self.assertEqual(ended.status, 0, ended)
            self.assertEqual(ended.number("committed"), committed, ended)
            self.assertEqual(ended.number("done before"), repeated, ended)
            self.assertEqual(self.read_balances(self.path("balances")), balances_after(lines, 1000))


class Watched(programs.Terminal):
    """A bank that is fed through a pipe, with a terminal for its standard error, so that one sees how far it is."""

    def __init__(self, case, *args):
        super().__init__(case, BANK, *args)

    def wait_until_done(self, count):
        """Until the progress says that so many transfers are done; gives how many it says."""
        def done(seen):
            most = max(map(int, re.findall(r"(\d+) transfers", seen)), default=0)
            return most if most >= count else None
        return self.wait_for(done)

    def signal(self, number):
        status, out = super().signal(number)
        return Ended(status, out, self.seen)
