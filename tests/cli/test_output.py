"""Where the output goes: a terminal, a pipe, a file, and what happens when that is full."""
import array
import fcntl
import json
import os
import re
import socket
import subprocess
import termios

import looks
import support
from support import EVENTCORE, MEMORY, Terminal, commit_id, line, ndjson


class Test(support.Case):
    def shown(self, *args):
        """What is on the screen."""
        program = Terminal(self, EVENTCORE, *args, stdin=subprocess.DEVNULL, stdout="terminal")
        shown = program.read_to_end()
        self.assertEqual(program.process.wait(support.PATIENCE_S), 0, shown)
        return shown

    def test_tables_on_a_terminal(self):
        config = self.rocksdb_with(looks.EVENTS)
        self.assertEqual(self.shown("streams", "--config", config),
                         "VERSION  STREAM\n"
                         "2        account/1\n"
                         "1        account/2\n"
                         "1        other\n")
        rows = self.shown("info", "--config", config).splitlines()
        self.assertEqual(rows[0].split(), ["WHAT", "VALUE"])
        column = rows[0].index("VALUE")
        self.assertTrue(all(row[column - 1] == " " and row[column] != " " for row in rows), rows)
        self.assertRegex(self.shown("plugins"), r"^NAME +VERSION +FILE +WHAT IT IS\n")
        self.assertRegex(self.shown("plugins", "describe", "memory"), r"^memory .*\n\nOPTION +TYPE +DEFAULT +WHAT IT DOES\n")
        self.assertEqual(json.loads(self.shown("info", "--json", "--config", config))["head"], "4")

    def test_events_are_the_same_on_a_terminal(self):
        config = self.rocksdb_with(looks.EVENTS)
        self.assertEqual(self.shown("read", "account/1", "--config", config), self.works("read", "account/1", config=config))

    def test_what_a_terminal_would_obey_is_escaped_there(self):
        data = '["\u009b2J \u007f \u00e9 \u2028"]'
        config = self.rocksdb()
        self.assertIn(data, self.works("append", "s", "--type", "t", "--data", data, config=config))
        shown = self.shown("read", "s", "--config", config)
        self.assertIn('["\\u009b2J \\u007f \u00e9 \u2028"]', shown)
        self.assertEqual(json.loads(shown)["data"], json.loads(data))

    def test_no_progress_among_the_events(self):
        config = self.rocksdb_with(looks.EVENTS)
        self.assertEqual(self.shown("export", "--config", config), self.exported(config))

    def test_export_writes_whole_commits(self):
        """An import behind a pipe that breaks off has all of a commit or nothing."""
        config = self.rocksdb_with(ndjson(*(line("s", n + 1, commit_id(n // 20), data="x" * 5000) for n in range(100))))
        ours, its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # keeps apart what is written apart
        with ours, its_end:
            its_end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            with subprocess.Popen([EVENTCORE, "export", "--config", config], stdout=its_end) as program:
                its_end.close()
                written = list(iter(lambda: ours.recv(1 << 20), b""))
                self.assertEqual(program.wait(support.PATIENCE_S), 0)
        self.assertEqual(b"".join(written).decode(), self.exported(config))
        self.assertGreater(len(written), 2)
        ends = [[json.loads(lines[at])["commit"] for at in (0, -1)] for lines in map(bytes.splitlines, written)]
        for (_, last), (first, _) in zip(ends, ends[1:]):
            self.assertNotEqual(last, first)

    def test_export_into_a_pipe_that_is_non_blocking(self):
        config = self.rocksdb_with(support.many(3000))
        end, its_end = os.pipe()
        os.set_blocking(its_end, False)
        with open(end, "rb") as out, subprocess.Popen([EVENTCORE, "export", "--config", config], stdout=its_end) as program:
            os.close(its_end)
            held = array.array("i", [0])
            while program.poll() is None and held[0] < fcntl.fcntl(end, fcntl.F_GETPIPE_SZ):  # until it is full
                fcntl.ioctl(end, termios.FIONREAD, held)
            self.assertEqual(out.read().decode(), self.exported(config))
            self.assertEqual(program.wait(support.PATIENCE_S), 0)

    def test_progress_on_a_terminal_only(self):
        file, source = self.file("events", support.many(3000)), self.rocksdb()
        target = self.rocksdb(name="target", data="target")
        for command, words in ((("import", "--config", source, file), ("importing",)),
                               (("export", "--config", source, "-o", self.path("out")), ("exporting",)),
                               (("copy", "--from", source, "--to", target), ("copying", "comparing")),
                               (("verify", "--config", target), ("reading in the store's order", "looking commits up",
                                                                 "reading stream by stream"))):
            shown = self.shown(*command)
            for word in words:
                self.assertRegex(shown, rf"\r{word}  100%  \d+ events  \d+/s\x1b\[K\n")
            self.assertEqual(self.eventcore(*command).err, "")

    def test_control_characters_do_not_reach_a_table(self):
        self.file("eventcore_plugin_\x1b[2J.so", "no library")
        self.assertNotIn("\x1b", self.works("plugins", env={"EVENTCORE_PLUGIN_PATH": self.folder}))

    def test_what_a_terminal_would_obey_is_escaped_in_complaints(self):
        line_of_others = '{"stream":"s","version":1,"type":"t","\\u001b[2J\\u009b2J":1}'
        complaint = self.fails(2, "import", config=self.rocksdb(), stdin=line_of_others)
        self.assertIn("line 1: member '\\u001b[2J\\u009b2J': is unknown", complaint)

    def test_descriptors_that_are_closed_are_none_of_the_store(self):
        config = self.rocksdb_with(looks.EVENTS)
        for closed, command in (("0<&-", "import"), ("1>&-", "export"), ("0<&- 1>&-", "append s --type t --data 1")):
            told = self.run_program("sh", "-c", f'exec "$@" {closed}', "sh", EVENTCORE, *command.split(), "--config", config)
            self.assertNotEqual(told.status, 0)
            self.assertIn("Bad file descriptor", told.err, command)

    def test_closed_output(self):
        config = self.rocksdb_with(looks.EVENTS)
        for command in ("info", "streams", "export", "read account/1", "verify", "plugins", "tail", "completion bash"):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([EVENTCORE, "--config", config, *command.split()], stdin=subprocess.DEVNULL,
                                      stdout=full, stderr=subprocess.PIPE, timeout=support.PATIENCE_S, check=False)
            self.assertEqual((done.returncode, done.stderr.decode()),
                             (1, "eventcore: cannot write to standard output: No space left on device\n"), command)

    def test_export_into_what_is_full(self):
        config = self.rocksdb_with(support.many(5000))
        complaint = self.fails(1, "export", "-o", "/dev/full", config=config)
        self.assertEqual(complaint, "eventcore: cannot write /dev/full: No space left on device\n")
        self.assertTrue(os.path.exists("/dev/full"))
        if os.geteuid() != 0:
            self.skipTest("a small disk needs root")
        os.mkdir(self.path("small"))
        mounted = self.run_program("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", self.path("small"))
        if mounted.status != 0:
            self.skipTest(f"no small disk: {mounted.err}")
        self.addCleanup(self.run_program, "umount", self.path("small"))
        file = os.path.join(self.path("small"), "events")
        with open(file, "w", encoding="ascii") as before:
            before.write("before")
        complaint = self.fails(1, "export", "-o", file, config=config)
        self.assertEqual(complaint, f"eventcore: cannot write {file}: No space left on device\n")
        # What was there is there, and nothing else.
        self.assertEqual(os.listdir(self.path("small")), ["events"])
        with open(file, encoding="ascii") as after:
            self.assertEqual(after.read(), "before")

    def test_export_into_a_folder_that_is_none(self):
        self.assertIn("No such file", self.fails(1, "export", "-o", self.path("none/events"), config=MEMORY))
        self.fails(1, "export", "-o", self.folder, config=MEMORY)

    def test_export_that_fails_leaves_no_file(self):
        config = self.fixture_plugin("lying", "lie: fails")
        self.assertIn("a bad block", self.fails(1, "export", "-o", self.path("events"), config=config))
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("events")], [])

    def test_json_is_json(self):
        config = self.rocksdb_with(looks.EVENTS)
        for command in ("info", "streams", "plugins", "plugins describe rocksdb", "verify", "import"):
            for each in self.works(*command.split(), "--json", config=config).splitlines():
                self.assertTrue(re.match(r"[\[{]", each))
                json.loads(each)


if __name__ == "__main__":
    support.main()
