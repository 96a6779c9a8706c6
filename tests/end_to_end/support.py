"""Running the programs of a build tree as a user does. Called as: test_x.py BUILD_DIR SOURCE_DIR Test.test_y"""
import itertools
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE = (os.path.abspath(path) for path in sys.argv[1:3])
BANK = os.path.join(BUILD, "bin", "bank")
MEMORY = os.path.join(SOURCE, "config", "memory.yaml")
SHIPPED = os.path.join(SOURCE, "examples", "data", "transfers.csv")
PATIENCE_S = 300  # for what takes a second; a test that gets there has failed


def main():
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])


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


class Ended:
    """How a run of the bank ended, and what its summary says."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def number(self, what):
        found = re.search(rf"^{what} +(\d+)$", self.out, re.MULTILINE)
        assert found, f"the summary has no line '{what}':\n{self.out}\n{self.err}"
        return int(found.group(1))

    def __str__(self):
        return f"status {self.status}\n--- out\n{self.out}\n--- err\n{self.err}"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="eventcore-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", newline="") as out:
            out.write(text)
        return self.path(name)

    def rocksdb(self, *options):
        lines = ["plugin: rocksdb", "options:", f"  path: {self.path('data')}", *(f"  {line}" for line in options)]
        return self.file("rocksdb.yaml", "\n".join(lines) + "\n")

    def careless(self, *options):
        """A store that breaks a promise: see fixtures/careless.cpp."""
        plugin = os.path.join(BUILD, "lib", "eventcore", "test_plugins", "eventcore_plugin_careless.so")
        return self.file("careless.yaml", f"plugin: {plugin}\noptions: {{{', '.join(options)}}}\n")

    def run_program(self, *command, stdin="", env=None):
        done = subprocess.run(command, input=stdin.encode(), capture_output=True, timeout=PATIENCE_S, check=False,
                              env=None if env is None else {**os.environ, **env})
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def bank(self, *args, **more):
        return self.run_program(BANK, *args, **more)

    def read_balances(self, path):
        with open(path, encoding="utf-8") as lines:
            return {name.strip('"'): int(amount) for name, amount in (line.rsplit(",", 1) for line in lines)}

    def check_twice(self, config):
        """The same file twice on one store: nothing is moved twice."""
        with open(SHIPPED, encoding="utf-8") as lines:
            csv = self.file("transfers.csv", "".join(itertools.islice(lines, 3000)))
        first = self.bank("--config", config, csv)
        self.assertEqual(first.status, 0, first)
        self.assertIn("durable: what is committed is on stable storage", first.out)
        self.assertIn("closed, opened again, replayed", first.out)
        again = self.bank("--config", config, csv)
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


class Watched:
    """A bank that is fed through a pipe, with a terminal for its standard error, so that one sees how far it is."""

    def __init__(self, case, *args):
        terminal, its_end = pty.openpty()
        self.terminal = terminal
        case.addCleanup(os.close, terminal)
        self.seen = ""
        self.process = subprocess.Popen([BANK, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=its_end)
        case.addCleanup(self.end)
        os.close(its_end)

    def feed(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def wait_until_done(self, count):
        """Until the progress says that so many transfers are done; gives how many it says."""
        while True:
            done = max(map(int, re.findall(r"(\d+) transfers", self.seen)), default=0)
            if done >= count:
                return done
            self.seen += self.read()

    def read(self):
        ready, _, _ = select.select([self.terminal], [], [], PATIENCE_S)
        assert ready, f"the bank shows no progress; so far: {self.seen}"
        return os.read(self.terminal, 65536).decode()

    def signal(self, number):
        """Sends the signal and waits for the end, with the input still open."""
        self.process.send_signal(number)
        out = self.process.stdout.read().decode()
        return Ended(self.process.wait(PATIENCE_S), out, self.seen)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
