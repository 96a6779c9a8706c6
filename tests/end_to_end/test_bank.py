"""The bank on a store in memory: what it takes, what it does, what it says."""
import os
import pty
import re
import subprocess

import support
from support import BANK, MEMORY, PATIENCE_S, SHIPPED


class Test(support.Case):
    def test_bank_shipped_file(self):
        ended = self.bank("--config", MEMORY, SHIPPED)
        self.assertEqual(ended.status, 0, ended)
        malformed = ended.number("malformed")
        self.assertGreater(malformed, 24, ended)
        decided = ended.number("committed") + ended.number("rejected")
        self.assertEqual(decided + malformed + 1, 20_000, ended)  # and the header
        self.assertGreater(ended.number("rejected"), 0, ended)
        self.assertGreaterEqual(ended.number("attempts"), decided, ended)
        self.assertIn("backend: memory", ended.out)
        self.assertIn("it is gone when the program ends", ended.out)
        self.assertIn("keeps nothing beyond its closing, so it is replayed before", ended.out)
        self.assertRegex(ended.out, r"1000 accounts, \d+ transfers")
        self.assertIn("no money appeared or vanished: 1000000 came in, 1000000 is there", ended.out)
        self.assertRegex(ended.out, r"[\d.]+ transfers/s")
        self.assertRegex(ended.out, r"p50 [\d.]+ ms, p99 [\d.]+ ms, p99.9 [\d.]+ ms, max [\d.]+ ms")
        self.assertEqual(ended.err, "")

    def test_bank_one_worker_is_exact(self):
        csv = support.transfers([("1", "a", "b", 70), ("2", "a", "b", 40), ("3", "b", "c", 170), ("4", "c", "c", 1),
                                 ("5", "c", "a", 20)])
        ended = self.bank("--config", MEMORY, "--workers", "1", "--opening-balance", "100", "--balances",
                          self.path("balances"), "-", stdin=csv)
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.number("committed"), 3, ended)
        self.assertRegex(ended.out, r"rejected +2\n  1 from and to are the same account\n  1 insufficient funds\n")
        self.assertEqual(self.read_balances(self.path("balances")), {"a": 50, "b": 0, "c": 250})

    def test_bank_hot_account_does_not_starve(self):
        lines = [(f"t-{n}", f"a-{n}", "hot", 1) if n % 2 else (f"t-{n}", "hot", f"a-{n}", 1) for n in range(2000)]
        ended = self.bank("--config", MEMORY, "--workers", "32", "--balances", self.path("balances"),
                          stdin=support.transfers(lines))
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.number("committed"), 2000, ended)
        self.assertEqual(self.read_balances(self.path("balances")), support.balances_after(lines, 1000))

    def test_bank_in_flight(self):
        lines = support.ring(2000) + [(f"hot-{n}", f"a-{n}", "hot", 1) for n in range(300)]
        ended = self.bank("--config", MEMORY, "--in-flight", "300", "--balances", self.path("balances"),
                          stdin=support.transfers(lines))
        self.assertEqual(ended.status, 0, ended)
        self.assertIn("300 in flight on one thread", ended.out)
        self.assertEqual(ended.number("committed"), len(lines), ended)
        self.assertEqual(self.read_balances(self.path("balances")), support.balances_after(lines, 1000))
        both = self.bank("--config", MEMORY, "--in-flight", "2", "--workers", "2", stdin="t,a,b,1\n")
        self.assertEqual(both.status, 2, both)

    def test_bank_in_flight_carries_out_what_is_there(self):
        bank = support.Watched(self, "--config", MEMORY, "--in-flight", "8", "-")
        for count in range(1, 13):  # each is sent when the one before is done, and more than may be under way
            bank.feed(f"t-{count},a,b,1\n")
            bank.wait_until_done(count)
        bank.process.stdin.close()
        out = bank.process.stdout.read().decode()
        self.assertEqual(bank.process.wait(support.PATIENCE_S), 0, out)
        self.assertEqual(support.Ended(0, out, bank.seen).number("committed"), 12, out)

    def test_bank_malformed_lines_by_number(self):
        csv = ("id,from,to,amount\r\n"
               "t-1,a,b,1\r\n"
               "\r\n"
               "t-3,a,b\r\n"
               "t-4,a,b,1,2\r\n"
               "t-5,a,b,ten\r\n"
               "t-6,a,b,99999999999999999999\r\n"
               "t-7,a,b,0\r\n"
               ",a,b,1\r\n"
               "t-9,,b,1\r\n"
               "t-10,a*,b,1\r\n"
               '"t-11,a,b,1\r\n'
               '"t-12"x,a,b,1\r\n'
               "t-1,b,a,1\r\n"
               f"{'x' * 5000},a,b,1\r\n"
               't-16,a\x1b[2J,b,1\r\n'
               '"t-17","a","b","1"')
        ended = self.bank("--config", MEMORY, "--workers", "1", "-", stdin=csv)
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.number("committed"), 2, ended)  # lines 2 and 17
        listed = dict(re.findall(r"^  line (\d+): (.*)$", ended.out, re.MULTILINE))
        self.assertEqual(list(listed), [str(n) for n in range(3, 17)])
        self.assertEqual(ended.number("malformed"), 14, ended)
        self.assertEqual(listed["3"], "the line is empty")
        self.assertEqual(listed["4"], "4 fields are needed (id,from,to,amount), here are 3")
        self.assertEqual(listed["6"], "the amount 'ten' is not a whole number")
        self.assertEqual(listed["14"], "the id 't-1' was used on line 2")
        self.assertEqual(listed["15"], "the line has more than 4096 bytes")
        self.assertNotIn("\x1b", ended.out)

    def test_bank_empty_input(self):
        for csv in ("", "id,from,to,amount\n"):
            ended = self.bank("--config", MEMORY, stdin=csv)
            self.assertEqual(ended.status, 0, ended)
            self.assertEqual(ended.number("committed"), 0, ended)

    def test_bank_progress_on_a_terminal_only(self):
        csv = self.file("transfers.csv", support.transfers(support.ring(200)))
        piped = self.bank("--config", MEMORY, csv)
        self.assertEqual(piped.err, "")
        terminal, its_end = pty.openpty()
        self.addCleanup(os.close, terminal)
        done = subprocess.run([BANK, "--config", MEMORY, csv], stdout=subprocess.PIPE, stderr=its_end, check=True,
                              timeout=PATIENCE_S)
        os.close(its_end)
        shown = os.read(terminal, 65536).decode()
        self.assertRegex(shown, r"\[#{30}\] 100%  \d+ transfers")
        self.assertNotIn("[#", done.stdout.decode())

    def test_bank_config_from_the_environment(self):
        ended = self.bank(stdin="t,a,b,1\n", env={"EVENTCORE_CONFIG": MEMORY})
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.number("committed"), 1, ended)

    def test_bank_help(self):
        ended = self.bank("--help")
        self.assertEqual(ended.status, 0, ended)
        for word in ("--config", "--workers", "--in-flight", "--opening-balance", "--balances", "EVENTCORE_CONFIG", "Exit status",
                     "moves nothing twice"):
            self.assertIn(word, ended.out)


if __name__ == "__main__":
    support.main()
