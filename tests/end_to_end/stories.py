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
