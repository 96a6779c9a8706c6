"""The bank on Postgres: several banks work on one store, one after the other and at the same time."""
import itertools
import subprocess

import support
from support import BANK, PATIENCE_S


def started(*args):
    return subprocess.Popen([BANK, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process):
    out, err = process.communicate(timeout=PATIENCE_S)
    return support.Ended(process.returncode, out.decode(), err.decode())


class Test(support.Case):
    def at_once(self, config, *files):
        """A bank for each of the files; each must end well."""
        banks = [started("--config", config, "--balances", self.path(f"balances-{n}"), csv)
                 for n, csv in enumerate(files)]
        for bank in banks:
            self.addCleanup(bank.kill)
        banks = [ended(bank) for bank in banks]
        for bank in banks:
            self.assertEqual(bank.status, 0, bank)
            self.assertIn("no money appeared or vanished", bank.out)
        return banks

    def balances(self, config):
        """What is there when all have ended."""
        last = self.bank("--config", config, "--balances", self.path("balances"), stdin="id,from,to,amount\n")
        self.assertEqual(last.status, 0, last)
        return self.read_balances(self.path("balances"))

    def test_bank_postgres_twice(self):
        self.check_twice(self.postgres())

    def test_bank_postgres_twice_in_flight(self):
        self.check_twice(self.postgres(), "--in-flight", "200")

    def test_bank_postgres_twice_moves_nothing(self):
        self.check_twice_moves_nothing(self.postgres())

    def test_bank_postgres_two_at_once_with_one_file(self):
        config, lines = self.postgres(), support.ring(1500)
        csv = self.file("transfers.csv", support.transfers(lines))
        banks = self.at_once(config, csv, csv)
        for bank in banks:
            self.assertEqual(bank.number("committed") + bank.number("done before"), len(lines), bank)
        # Each line was moved once, whichever bank did it.
        self.assertEqual(self.balances(config), support.balances_after(lines, 1000))

    def test_bank_postgres_two_at_once_with_two_files(self):
        config, lines = self.postgres(), support.ring(1500)
        halves = [self.file(f"transfers-{n}.csv", support.transfers(lines[n::2])) for n in (0, 1)]
        banks = self.at_once(config, *halves)
        for n, bank in enumerate(banks):
            self.assertEqual(bank.number("committed"), len(lines[n::2]), bank)
        self.assertEqual(self.balances(config), support.balances_after(lines, 1000))

    def test_bank_postgres_checks_while_another_moves(self):
        config, lines, fed = self.postgres(), support.ring(200), []
        csv = self.file("few.csv", support.transfers(lines))
        many = subprocess.Popen([BANK, "--config", config, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, pipesize=4096)
        self.addCleanup(many.kill)
        few = started("--config", config, csv)
        self.addCleanup(few.kill)
        # The other has something to do until this one has checked the money: the pipe is always full.
        for n in itertools.count():
            if few.poll() is not None:
                break
            fed.append((f"m-{n}", f"b-{n % 500}", f"b-{(n + 1) % 500}", 1))
            many.stdin.write(support.transfers(fed[-1:]).partition("\n")[2].encode())
        for bank in (few, many):
            bank = ended(bank)
            self.assertEqual(bank.status, 0, bank)
            self.assertIn("no money appeared or vanished", bank.out)
            self.assertEqual(bank.number("rejected"), 0, bank)
        self.assertEqual(self.balances(config), support.balances_after(lines + fed, 1000))


if __name__ == "__main__":
    support.main()
