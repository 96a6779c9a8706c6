"""An import that is stopped or killed, and comes again."""
import array
import fcntl
import json
import signal
import subprocess
import termios

import support
from support import EVENTCORE, Terminal, commit_id, line, many, ndjson

COUNT = 20_000  # takes long enough to be killed in between


class Test(support.Case):
    def test_import_killed_and_repeated(self):
        text = many(COUNT)
        expected = [json.loads(each) for each in text.splitlines()]
        file, config, hits = self.file("events", text), self.rocksdb(), []
        for least in (1, 20, 40, 60, 80):
            program = Terminal(self, EVENTCORE, "import", "--config", config, file, stdin=subprocess.DEVNULL)
            program.wait_for(lambda seen: support.percent(seen, least, "importing"))
            program.signal(signal.SIGKILL)
            stored = self.events(config)
            hits.append(len(stored))
            # A beginning of the file, and no commit in part.
            self.assertEqual([(each["stream"], each["version"], each.get("commit")) for each in stored],
                             [(each["stream"], each["version"], each.get("commit")) for each in expected[:len(stored)]])
            if 0 < len(stored) < COUNT:
                self.assertTrue(expected[len(stored)].get("commit") is None or
                                expected[len(stored)].get("commit") != stored[-1].get("commit"))
        self.assertTrue(any(0 < hit < COUNT for hit in hits), hits)
        told = json.loads(self.works("import", "--json", config=config, stdin=text))
        self.assertEqual((told["events"], told["already_there"]), (COUNT - hits[-1], hits[-1]))
        stored = self.events(config)
        self.assertEqual([each["data"] for each in stored], [each["data"] for each in expected])
        self.assertIn("nothing is wrong", self.works("verify", config=config))

    def interrupted(self, numbers, status, told):
        """By signals that come at once, while it waits for more of its input, in the middle of a line of a commit that has begun."""
        config = self.rocksdb()
        program = subprocess.Popen([EVENTCORE, "import", "--config", config], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for clean in (program.stdin.close, program.stdout.close, program.stderr.close, program.wait, program.kill):
            self.addCleanup(clean)
        whole = ndjson(line("a", 1), line("a", 2, commit_id(1)), line("b", 1, commit_id(1)))
        text = whole + ndjson(line("c", 1, commit_id(2))) + '{"stream":"c","ver'
        # More than a pipe holds of lines that are there, so that it has read on once all is written.
        program.stdin.write((ndjson(line("first", 1)) + "\n" * 300_000 + text).encode())
        program.stdin.flush()
        self.wait_until_read(program)
        for number in (signal.SIGSTOP, *numbers, signal.SIGCONT):
            program.send_signal(number)
            if number == signal.SIGSTOP:
                self.wait_for_state(program, "T")
        out, err = program.stdout.read().decode(), program.stderr.read().decode()  # with the input still open
        self.assertEqual((program.wait(support.PATIENCE_S), out, err), (status, told, ""))
        self.assertEqual([each["stream"] for each in self.events(config)], ["first", "a", "a", "b"])

    def wait_until_read(self, program):
        """Until nothing is left in its pipe, and it sleeps."""
        left = array.array("i", [1])
        while left[0] != 0:
            fcntl.ioctl(program.stdin.fileno(), termios.FIONREAD, left)
        self.wait_for_state(program, "S")

    def wait_for_state(self, program, expected):
        state = None
        while state != expected:
            with open(f"/proc/{program.pid}/stat", encoding="ascii") as stat:
                state = stat.read().rpartition(")")[2].split()[0]

    def test_import_interrupted_while_it_waits(self):
        self.interrupted([signal.SIGINT], 130, "stopped: 4 events imported in 3 appends, 0 were there before\n")

    def test_import_terminated_while_it_waits(self):
        self.interrupted([signal.SIGTERM], 143, "stopped: 4 events imported in 3 appends, 0 were there before\n")

    def test_import_is_told_twice_at_once(self):
        """As timeout(1) does, which tells the process and its group."""
        self.interrupted([signal.SIGTERM, signal.SIGINT], 130,
                         "stopped: 4 events imported in 3 appends, 0 were there before\n")

    def test_import_in_the_background_ignores_what_its_shell_had_it_ignore(self):
        config = self.rocksdb()
        program = Terminal(self, "sh", "-c", 'trap "" INT; exec "$@"', "sh", EVENTCORE, "import", "--config", config)
        program.feed(ndjson(line("a", 1)) + "\n" * 300_000)
        program.process.send_signal(signal.SIGINT)
        program.feed(ndjson(line("a", 2)))
        program.process.stdin.close()
        self.assertEqual(program.process.stdout.read(), b"2 events imported in 2 appends, 0 were there before\n")
        self.assertEqual(program.process.wait(support.PATIENCE_S), 0)


if __name__ == "__main__":
    support.main()
