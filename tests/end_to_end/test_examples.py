"""The numbered examples do what their comments say."""
import os
import re
import signal
import subprocess

import support
from stories import Stories
from support import BUILD, MEMORY, PATIENCE_S


class Test(Stories):
    def test_example_010_transfer(self):
        self.assertEqual(self.example("010_transfer"),
                         "30 moved, committed at position 4\n"
                         "REJECTED: insufficient funds: available=70, requested=1000\n")

    def test_example_020_read_all(self):
        self.assertEqual(self.example("020_read_all"),
                         "measured so far:\n"
                         "  kitchen/oven version 2: 180.0\n"
                         "measured since position 4:\n"
                         "  kitchen/fridge version 2: 4.0\n")

    def test_example_030_discovery(self):
        out = self.example("030_discovery")
        self.assertRegex(out, r"^order/\S+ is at version 2\nstock/lamp is at version 2\nstock/desk is at version 2\n$")

    def test_example_040_observer(self):
        out = self.example("040_observer")
        self.assertRegex(out, r"commits 400, failures 0, mean [\d.]+ us\n")
        self.assertRegex(out, r"attempts \d+, conflicts \d+, retries \d+\n")

    def test_example_050_optional_and_many(self):
        out = self.example("050_optional_and_many")
        self.assertRegex(out, r"^bought two seats with a voucher, 4 streams took part\nalready sold: show/\S+/a2\n$")

    def test_example_060_command_in_c(self):
        self.assertEqual(self.example("060_command_in_c"),
                         "30 moved, committed at position 3\nREJECTED: insufficient funds\n")

    def test_example_070_exactly_once(self):
        self.assertEqual(self.example("070_exactly_once"), "10 accounts, 10000 in all: the read model is exact\n")

    def test_example_080_testing(self):
        self.assertEqual(self.example("080_testing"),
                         "".join(f"{what}: as it should be\n"
                                 for what in ("money moves", "nobody overdraws", "doubt is cleared")))

    def test_example_090_fulfilment(self):
        self.check_fulfilment(MEMORY)

    def test_example_100_registration(self):
        self.check_registration(MEMORY)

    def test_example_110_statement(self):
        self.check_statement(MEMORY)

    def test_example_120_asio(self):
        self.assertEqual(self.example("120_asio"),
                         "400 transfers on one thread, 400 in flight at once\n"
                         "committed 400, refused 0, in 400 attempts\n")

    def test_examples_follow_until_a_signal(self):
        process = subprocess.Popen([os.path.join(BUILD, "bin", "110_statement"), MEMORY, "--follow"],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if line.startswith("statement: line 13"):  # 12 are what it shows without --follow
                break
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.stdout.read().splitlines()[-1:], ["all is shown"])
        self.assertEqual(process.wait(PATIENCE_S), 0)

    def test_examples_are_all_here(self):
        files = os.listdir(os.path.join(support.SOURCE, "examples"))
        tested = [name for name in dir(self) if re.match(r"test_example_\d", name)]
        self.assertEqual(sorted(f"test_example_{os.path.splitext(name)[0]}" for name in files if name[:1].isdigit()), sorted(tested))

    def test_example_without_its_store(self):
        ended = self.run_program(os.path.join(BUILD, "bin", "010_transfer"), self.path("none.yaml"))
        self.assertEqual(ended.status, 1, ended)
        self.assertIn("none.yaml", ended.err)


if __name__ == "__main__":
    support.main()
