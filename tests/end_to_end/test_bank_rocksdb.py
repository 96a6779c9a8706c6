"""The bank on RocksDB: what holds over the end of a process, however it ends."""
import os
import signal

import support
from support import BUILD

FORGE = os.path.join(BUILD, "bin", "forge_deposit")


class Test(support.Case):
    def test_bank_rocksdb_twice(self):
        self.check_twice(self.rocksdb())

    def test_bank_rocksdb_twice_in_flight(self):
        self.check_twice(self.rocksdb(), "--in-flight", "200")

    def test_bank_rocksdb_twice_moves_nothing(self):
        self.check_twice_moves_nothing(self.rocksdb())

    def test_bank_rocksdb_id_of_another_transfer(self):
        config = self.rocksdb()
        self.assertEqual(self.bank("--config", config, stdin="t-1,a,b,1\nt-2,a,b,2\n").status, 0)
        for other in ("t-1,a,b,2\n", "t-1,a,c,1\n", "t-1,b,a,1\n", "t-1,c,d,1\n"):
            ended = self.bank("--config", config, "--balances", self.path("balances"), stdin=other + "t-2,a,b,2\n")
            self.assertEqual(ended.status, 0, ended)
            self.assertEqual((ended.number("committed"), ended.number("done before")), (0, 1), ended)
            self.assertEqual(ended.number("id reused"), 1, ended)
            self.assertIn("line 1: the id 't-1' was used for another transfer before", ended.out)
            held = self.read_balances(self.path("balances"))
            self.assertEqual((held["a"], held["b"]), (997, 1003))

    def test_bank_rocksdb_killed_and_run_again(self):
        self.check_killed_and_run_again()

    def test_bank_rocksdb_killed_in_flight_and_run_again(self):
        self.check_killed_and_run_again("--in-flight", "100")

    def check_killed_and_run_again(self, *how):
        config, lines = self.rocksdb(), support.ring(2000)
        csv = self.file("transfers.csv", support.transfers(lines))
        for at_least in (1, 500, 1000):  # in the middle: far more than this is on its way
            bank = support.Watched(self, "--config", config, *how, "-")
            bank.feed(support.transfers(lines))
            killed_at = bank.wait_until_done(at_least)
            self.assertEqual(bank.signal(signal.SIGKILL).status, -signal.SIGKILL)
        ended = self.bank("--config", config, *how, "--balances", self.path("balances"), csv)
        self.assertEqual(ended.status, 0, ended)
        self.assertGreaterEqual(ended.number("done before"), killed_at, ended)
        self.assertEqual(ended.number("committed") + ended.number("done before"), len(lines), ended)
        self.assertEqual(self.read_balances(self.path("balances")), support.balances_after(lines, 1000))

    def test_bank_rocksdb_finds_forged_money(self):
        config = self.rocksdb()
        self.assertEqual(self.bank("--config", config, stdin="t-1,a,b,1\n").status, 0)
        forged = self.run_program(FORGE, config, "b", "77")
        self.assertEqual(forged.status, 0, forged)
        ended = self.bank("--config", config, stdin="t-2,a,b,1\n")
        self.assertEqual(ended.status, 1, ended)
        self.assertIn("MISMATCH", ended.out)
        self.assertIn("77 was deposited to account/b and not withdrawn from account/nobody", ended.out)
        self.assertIn("2000 came in and 2077 is there: 77 appeared", ended.out)

    def test_bank_rocksdb_read_only(self):
        self.assertEqual(self.bank("--config", self.rocksdb(), stdin="t-1,a,b,1\n").status, 0)
        ended = self.bank("--config", self.rocksdb("read_only: true"), stdin="t-2,a,b,1\n")
        self.assertEqual(ended.status, 2, ended)
        self.assertIn("for reading only", ended.err)


if __name__ == "__main__":
    support.main()
