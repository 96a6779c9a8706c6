"""What the examples print that tell a story, on any store."""
import os
import re

import support
from support import BUILD, MEMORY


class Stories(support.Case):
    def example(self, name, config=MEMORY):
        ended = self.run_program(os.path.join(BUILD, "bin", name), config)
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.err, "")
        return ended.out

    def check_fulfilment(self, config):
        out = re.sub(r"order/[-0-9a-f]{36}/", "order/", self.example("090_fulfilment", config))
        self.assertEqual(out,
                         "delivered: 3 x lamp\n"
                         "delivered: 1 x desk\n"
                         "order 1\n  place: done\n  reserve: done\n  ship: done\n"
                         "order 2\n  place: done\n  reserve: out of stock: desk, 1 wanted, 0 there\n"
                         "order 1 again\n  ship: order/1 is shipped already\n"
                         "delivered: 5 x desk\n"
                         "order 2 again\n  reserve: done\n  ship: done\n"
                         "delivered: 5 x lamp\n"
                         "delivered: 100 x bulb\n"
                         "rush: 16 orders at 4 counters: 5 shipped, 11 out of stock, 0 failed\n")

    def check_registration(self, config):
        out = re.sub(r"\.[-0-9a-f]{36} is taken", " is taken", self.example("100_registration", config))
        self.assertEqual(out,
                         "ada registers Ada@Example: done\n"
                         "bob registers  ada@EXAMPLE: ada@example is taken\n"
                         "bob registers bob: 'bob' is no e-mail address\n"
                         "bob registers bob@example: done\n"
                         "bob changes to ADA@example: ada@example is taken\n"
                         "ada changes to countess@example: done\n"
                         "bob changes to ADA@example: done\n"
                         "8 want the same address: 1 has it, 7 were told that it is taken, 0 failed\n")

    def lines_of(self, out, what):
        return [line.removeprefix(what) for line in out.splitlines() if line.startswith(what)]

    def check_statement(self, config):
        """Each kind of line has an order of its own; between them there is none."""
        out = self.example("110_statement", config)
        self.assertEqual(self.lines_of(out, "so far account/"), ["alice has 96", "bob has 107", "carol has 97"])
        self.assertEqual(self.lines_of(out, "balances: account/"),
                         ["bob has 103", "carol has 101", "carol has 96", "alice has 101", "alice has 95", "bob has 109",
                          "bob has 102", "carol has 103", "carol has 102", "alice has 96", "alice has 94", "bob has 104"])
        self.assertEqual(self.lines_of(out, "statement: "),
                         ["8 lines are from before it first ran", "line 9: +5 from account/carol", "line 10: -6 to account/bob",
                          "line 11: +1 from account/carol", "line 12: -2 to account/bob"])
        self.assertEqual(out.splitlines()[-1], "all is shown")

    def check_where_it_stays(self, config):
        """All of them on a store that a second program finds as the first one left it."""
        for _ in range(2):
            self.check_fulfilment(config)
            self.check_registration(config)
        self.check_statement(config)
        self.check_statement_again(config)

    def check_statement_again(self, config):
        """On the same store: balances are built anew, and in silence; the statement goes on, with what it missed."""
        out = self.example("110_statement", config)
        self.assertEqual(self.lines_of(out, "so far account/"), ["alice has 90", "bob has 111", "carol has 99"])
        self.assertEqual(len(self.lines_of(out, "balances: ")), 12)
        self.assertEqual([line.partition(":")[0] for line in self.lines_of(out, "statement: ")],
                         [f"line {number}" for number in range(13, 24)])
