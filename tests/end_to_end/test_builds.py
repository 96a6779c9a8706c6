"""A read model built anew by real processes, beside the one that is read, while others write: killed in the middle and
started again, it takes over and is exact."""
import os
import random
import select
import signal
import subprocess

import support
from support import BUILD, PATIENCE_S

BUILDER = os.path.join(BUILD, "bin", "builder")


class Process:
    """One that says a line at a time."""

    def __init__(self, case, *args):
        self.process = subprocess.Popen([BUILDER, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.seen = b""
        case.addCleanup(self.kill)

    def fileno(self):
        return self.process.stdout.fileno()

    def wait_for_line(self, start):
        """The rest of the next line that begins so."""
        while True:
            *lines, rest = self.seen.split(b"\n")
            for number, line in enumerate(lines):
                if line.startswith(start.encode()):
                    self.seen = b"\n".join([*lines[number + 1:], rest])
                    return line[len(start):].decode().strip()
            ready, _, _ = select.select([self], [], [], PATIENCE_S)
            assert ready, f"it does not say '{start}'; so far: {self.seen}"
            more = os.read(self.fileno(), 65536)
            assert more, f"it ended and did not say '{start}'; so far: {self.seen}"
            self.seen += more

    def go(self):
        self.process.stdin.write(b"go\n")

    def end(self):
        """Waits for the end that it comes to by itself."""
        return self.process.wait(PATIENCE_S)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Test(support.Case):
    def setUp(self):
        super().setUp()
        self.config = self.postgres()
        self.writer = Process(self, "write", self.config, "600")
        self.writer.wait_for_line("written")

    def start(self, version, holder, *pause_at):
        return Process(self, "run", self.config, self.folder, version, holder, *pause_at)

    def says(self, what, *args):
        ended = self.run_program(BUILDER, what, self.config, *args)
        self.assertEqual(ended.status, 0, ended)
        return ended.out.strip()

    def wait_until_active(self, build):
        while self.says("active") != build:
            pass

    def test_builds_a_new_version_takes_over_though_it_was_killed(self):
        old = self.start("1", "old")
        old.wait_for_line("begins 1 0")
        self.assertEqual(self.says("check", self.folder), "build 1 is exact")
        new = self.start("2", "new", "300")
        new.wait_for_line("at 300")
        new.kill()
        self.assertEqual(self.says("check", self.folder), "build 1 is exact")
        again = self.start("2", "new")
        kept = int(again.wait_for_line("begins 2"))
        self.assertGreaterEqual(kept, 200)
        self.assertLess(kept, 300)
        self.wait_until_active("2")
        self.assertEqual(old.end(), 0)
        self.writer.go()
        self.assertEqual(self.writer.end(), 0)
        self.assertEqual(self.says("check", self.folder), "build 2 is exact")
        self.assertEqual(self.start("1", "old").end(), 0, "started again, the old one ends at once")

    def test_builds_a_rebuild_goes_on_in_another_process_when_one_is_killed(self):
        hosts = [self.start("1", "one", "300"), self.start("1", "two", "300")]
        self.first_to_say(b"begins 1 0", hosts)
        self.assertEqual(self.says("check", self.folder), "build 1 is exact")
        self.assertEqual(self.says("rebuild"), "1.1")
        speaker = self.first_to_say(b"at 300", hosts)
        speaker.kill()
        hosts.remove(speaker)
        self.assertEqual(self.says("check", self.folder), "build 1 is exact")
        hosts[0].wait_for_line("at 300")
        self.assertEqual(self.says("active"), "1")
        hosts[0].go()
        self.wait_until_active("1.1")
        self.writer.go()
        self.assertEqual(self.writer.end(), 0)
        self.assertEqual(self.says("check", self.folder), "build 1.1 is exact")

    def test_builds_survive_kills(self):
        """At any moment, before and after it has taken over."""
        moments = random.Random(1)
        for _ in range(40 if os.environ.get("EVENTCORE_LONG_TESTS") else 5):
            process = self.start("2", "new")
            try:
                process.process.wait(moments.uniform(0.02, 0.3))
                self.fail("it ended by itself")
            except subprocess.TimeoutExpired:
                process.kill()
        last = self.start("2", "new")
        last.wait_for_line("begins 2")
        self.writer.go()
        self.assertEqual(self.writer.end(), 0)
        self.assertEqual(self.says("check", self.folder), "build 2 is exact")

    def first_to_say(self, what, hosts):
        while True:
            for host in hosts:
                if what in host.seen:
                    return host
            ready, _, _ = select.select(hosts, [], [], PATIENCE_S)
            assert ready, "none of the processes says anything"
            for host in ready:
                host.seen += os.read(host.fileno(), 65536)


if __name__ == "__main__":
    support.main()
