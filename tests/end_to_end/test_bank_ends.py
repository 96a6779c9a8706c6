"""How the bank ends when something is wrong: with the right status, the right words, and never by hanging."""
import signal
import subprocess

import support
from support import MEMORY, SHIPPED


class Test(support.Case):
    def test_bank_wrong_config(self):
        config = self.file("bank.yaml", "plugin: memory\noptions:\n  max_paylod: 1MiB\n")
        ended = self.bank("--config", config, SHIPPED)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("bank.yaml:3:3", ended.err)
        self.assertIn("max_payload", ended.err)  # what was meant
        self.assertEqual(ended.out, "")

    def test_bank_missing_config(self):
        ended = self.bank("--config", self.path("none.yaml"), SHIPPED)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("none.yaml", ended.err)
        ended = self.bank(SHIPPED, env={"EVENTCORE_CONFIG": ""})
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("--config", ended.err)

    def test_bank_missing_input(self):
        ended = self.bank("--config", MEMORY, self.path("none.csv"))
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("none.csv: No such file or directory", ended.err)
        ended = self.bank("--config", MEMORY, self.folder)
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("it is a folder", ended.err)

    def test_bank_wrong_options(self):
        for wrong in (["--workers", "0"], ["--workers", "many"], ["--opening-balance", "-1"], ["--nonsense"], ["a", "b"]):
            ended = self.bank("--config", MEMORY, *wrong)
            self.assertEqual(ended.status, 2, ended)
            self.assertNotEqual(ended.err, "", ended)

    def test_bank_sigint_ends_well(self):
        self.stops_by(signal.SIGINT)

    def test_bank_sigterm_ends_well(self):
        self.stops_by(signal.SIGTERM)

    def stops_by(self, number):
        lines = support.ring(500)
        bank = support.Watched(self, "--config", MEMORY, "-")
        bank.feed(support.transfers(lines) + "t-cut-off,a-1,a-2")  # and it waits for the rest of this line
        bank.wait_until_done(len(lines))
        ended = bank.signal(number)
        self.assertEqual(ended.status, 128 + number, ended)
        self.assertEqual(ended.number("committed"), len(lines), ended)
        self.assertEqual(ended.number("malformed"), 0, ended)
        self.assertIn(f"stopped after line {len(lines) + 1}", ended.out)
        self.assertIn("no money appeared or vanished", ended.out)

    def test_bank_store_that_fails_midway(self):
        lines = support.ring(3000)
        csv = self.file("transfers.csv", support.transfers(lines))
        ended = self.bank("--config", self.careless("fail: 100"), "--workers", "8", csv)
        self.assertEqual(ended.status, 1, ended)
        self.assertEqual(ended.number("committed"), 99, ended)
        failed = ended.number("failed")
        self.assertTrue(1 <= failed <= 8, ended)
        self.assertIn("READ_ONLY: the disk is gone, on purpose", ended.out)
        self.assertIn(f"the {len(lines) - 99 - failed} lines behind it were not taken", ended.out)
        self.assertIn("no money appeared or vanished", ended.out)

    def test_bank_store_that_fails_while_input_is_open(self):
        self.fails_while_input_is_open()

    def test_bank_in_flight_store_that_fails_while_input_is_open(self):
        self.fails_while_input_is_open("--in-flight", "8")

    def fails_while_input_is_open(self, *how):
        bank = support.Watched(self, "--config", self.careless("fail: 100"), *how, "-")
        bank.feed(support.transfers(support.ring(150)))
        out = bank.process.stdout.read().decode()
        self.assertEqual(bank.process.wait(support.PATIENCE_S), 1, out)
        self.assertIn("what comes behind it was not taken", out)

    def test_bank_store_that_loses_a_transfer(self):
        ended = self.bank("--config", self.careless("lose: 10"), "--workers", "1",
                          stdin=support.transfers(support.ring(100)))
        self.assertEqual(ended.status, 1, ended)
        committed = ended.number("committed")
        self.assertIn(f"{committed} transfers were committed by this run, the store has {committed - 1} of them", ended.out)

    def test_bank_store_that_keeps_half_a_transfer(self):
        lines = [("1", "a", "b", 5), ("2", "b", "c", 7), ("3", "c", "d", 9)]
        ended = self.bank("--config", self.careless("half: 2"), "--workers", "1", stdin=support.transfers(lines))
        self.assertEqual(ended.status, 1, ended)
        self.assertIn("7 was withdrawn from account/b and not deposited to account/c", ended.out)
        self.assertIn("4000 came in and 3993 is there: 7 vanished", ended.out)

    def test_bank_store_that_loses_an_answer(self):
        lines = support.ring(100)
        ended = self.bank("--config", self.careless("doubt: 10"), "--balances", self.path("balances"),
                          stdin=support.transfers(lines))
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.number("committed"), len(lines), ended)
        self.assertEqual(ended.number("done before"), 0, ended)
        self.assertEqual(self.read_balances(self.path("balances")), support.balances_after(lines, 1000))

    def test_bank_store_that_cannot_be_opened_again(self):
        ended = self.bank("--config", self.careless("fail_to_open: true"), stdin="t,a,b,1\n")
        self.assertEqual(ended.status, 1, ended)
        self.assertIn("cannot be opened again", ended.err)
        self.assertIn("the store is damaged, on purpose", ended.err)

    def test_bank_full_output(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([support.BANK, "--config", MEMORY], input=b"t,a,b,1\n", stdout=full,
                                  stderr=subprocess.PIPE, check=False, timeout=support.PATIENCE_S)
        self.assertEqual(done.returncode, 1, done.stderr)


if __name__ == "__main__":
    support.main()
