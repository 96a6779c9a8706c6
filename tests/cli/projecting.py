"""Projections that a real process runs, looked at and asked with the command line."""
import json
import os
import select
import signal
import subprocess
import time

import support
from support import BUILD, EVENTCORE, PATIENCE_S, Terminal

HOST = os.path.join(BUILD, "bin", "projection_host")
LONG_AGO = "2024-01-01T00:00:00.000000Z"


class Host:
    """A process that runs the projection `notes`: see projection_host.cpp."""

    def __init__(self, case, config, *more):
        self.said = b""
        self.process = subprocess.Popen([HOST, config, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        case.addCleanup(self.clean)
        self.hear("runs")

    def hear(self, *lines):
        """Waits until it has said these, in this order, and others between them."""
        for line in lines:
            while (said := self.line()) != line:
                assert said and not said.startswith("failed"), f"instead of '{line}' it said '{said}'"

    def line(self):
        """What it says next; empty when it has ended."""
        while b"\n" not in self.said:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
            assert ready, "the host says nothing"
            if not (more := os.read(self.process.stdout.fileno(), 65536)):
                return ""
            self.said += more
        line, _, self.said = self.said.partition(b"\n")
        return line.decode()

    def tell(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.stdin.close()
        self.hear("ended")
        assert self.process.wait(PATIENCE_S) == 0

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def clean(self):
        self.kill()
        self.process.stdin.close()
        self.process.stdout.close()


class Case(support.Case):
    noted = 0

    def note(self, config, *texts, **more):
        """Events for the projection, before a process has the store for itself."""
        lines = []
        for text in texts:
            self.noted += 1
            lines.append(support.line("n", self.noted, type="noted", data={"text": text}, **more))
        self.works("import", config=config, stdin=support.ndjson(*lines))

    def shown(self, config, command=("list",)):
        return [json.loads(line) for line in self.works("projection", *command, "--json", config=config).splitlines()]

    def wait_until(self, config, find, at_most=1):
        """Until `find` holds of the first build that is listed; gives that."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            listed = self.shown(config)
            self.assertLessEqual(len(listed), at_most)
            if listed and find(listed[0]):
                return listed[0]
        return self.fail(f"it never comes: {listed}")

    def wait_until_caught_up(self, config):
        return self.wait_until(config, lambda it: it["state"] == "live" and it["events_behind"] == 0)

    def letters(self, config, *more):
        return [json.loads(line) for line in
                self.works("projection", "dead-letters", "notes", "--json", *more, config=config).splitlines()]

    def check_looks(self, config, host):
        """It runs, and has come to its end: one was handled, one skipped, one is a dead letter."""
        it = self.wait_until(config, lambda it: it["saved"] != "0" and it["events_behind"] <= 1 and it["state"] == "live")
        self.assertEqual([it[key] for key in ("name", "build", "is_active", "leader", "handled", "skipped", "dead_letters",
                                              "dead_letters_left", "fence", "replay_end")],
                         ["notes", "1", True, "host-1", 1, 1, 1, 1, 1, "3"])
        self.assertIn("no \x1b[2J\tfor \u009bpoison", it["error"])
        self.assertEqual(self.shown(config, ("show", "notes"))[0]["name"], "notes")
        row = self.works("projection", "list", config=config).rstrip("\n").split("\t")
        self.assertEqual(row[:5], ["notes", "1", "yes", "live", "host-1"])
        self.assertEqual(row[8:], ["1", "1"])
        # What a terminal would obey does not reach it.
        for command in (("list",), ("show", "notes"), ("dead-letters", "notes")):
            terminal = Terminal(self, EVENTCORE, "projection", *command, "--config", config, stdout="terminal")
            seen = terminal.read_to_end()
            self.assertNotRegex(seen, "[\x1b\x80-\x9f]")
            self.assertIn("poison" if command[0] != "list" else "EVENTS BEHIND, AT MOST", seen)
        letters = self.letters(config)
        self.assertEqual([[each[key] for key in ("number", "position", "stream", "version", "type", "attempts", "is_resolved")]
                          for each in letters], [[1, "3", "n", 3, "noted", 1, False]])
        self.assertIn("poison", letters[0]["error"])
        host.kill()
        self.assertEqual(self.wait_until(config, lambda it: it["state"] != "live")["state"], "not running")
        self.assertIsNone(self.shown(config)[0]["leader"])

    def check_reset_without_a_host(self, config):
        """Nobody runs it: what is asked is done when somebody does."""
        told = self.works("projection", "reset", "notes", config=config)
        self.assertRegex(told, r"^nobody runs build 1 of 'notes' now; request \d+ is done when somebody does\n$")
        host = Host(self, config, "host-2")
        host.hear("reset 0", "handled good")
        return host
