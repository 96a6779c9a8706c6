"""Running the programs of a build tree as a user does. Called as: test_x.py BUILD_DIR SOURCE_DIR Test.test_y"""
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import uuid

BUILD, SOURCE = (os.path.abspath(path) for path in sys.argv[1:3])
MEMORY = os.path.join(SOURCE, "config", "memory.yaml")
SERVER = os.path.join(BUILD, "postgres", "dsn")  # of the server that is a fixture of CTest
PATIENCE_S = 300  # for what takes a second; a test that gets there has failed


SKIPPED = 77  # as CMake's add_python_tests knows


def main():
    result = unittest.main(argv=[sys.argv[0]] + sys.argv[3:], exit=False).result
    for _, why in result.skipped:
        print(f"skipped: {why}")
    sys.exit(1 if not result.wasSuccessful() or result.testsRun == 0 else SKIPPED if result.skipped else 0)


class Ended:
    """How a run of a program ended, and what it said."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __str__(self):
        return f"status {self.status}\n--- out\n{self.out[:20_000]}\n--- err\n{self.err[:20_000]}"


class Case(unittest.TestCase):
    ended = Ended

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="eventcore-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", newline="") as out:
            out.write(text)
        return self.path(name)

    def rocksdb(self, *options, name="rocksdb", data="data"):
        lines = ["plugin: rocksdb", "options:", f"  path: {self.path(data)}", *(f"  {line}" for line in options)]
        return self.file(f"{name}.yaml", "\n".join(lines) + "\n")

    def postgres(self, *options):
        """A store of its own: a new schema."""
        name = f"test_{uuid.uuid4().hex}"
        lines = ["plugin: postgres", "options:", f"  dsn: ${{file:{SERVER}}}", f"  schema: {name}",
                 *(f"  {line}" for line in options)]
        return self.file(f"{name}.yaml", "\n".join(lines) + "\n")

    def fixture_plugin(self, name, *options):
        """A store on one of the plugins that are made for tests."""
        plugin = os.path.join(BUILD, "lib", "eventcore", "test_plugins", f"eventcore_plugin_{name}.so")
        return self.file(f"{name}.yaml", f"plugin: {plugin}\noptions: {{{', '.join(options)}}}\n")

    def run_program(self, *command, stdin="", env=None, cwd=None):
        done = subprocess.run(command, input=stdin.encode() if isinstance(stdin, str) else stdin, capture_output=True,
                              timeout=PATIENCE_S, check=False, cwd=cwd,
                              env=None if env is None else {**os.environ, **env})
        return self.ended(done.returncode, done.stdout.decode(), done.stderr.decode())


class Terminal:
    """A program with a terminal for its standard error, and for its standard output too if that is said."""

    def __init__(self, case, *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=None):
        self.terminal, its_end = pty.openpty()
        case.addCleanup(os.close, self.terminal)
        self.seen = ""
        self.process = subprocess.Popen(command, stdin=stdin, stdout=its_end if stdout == "terminal" else stdout,
                                        stderr=its_end, env=None if env is None else {**os.environ, **env})
        case.addCleanup(self.end)
        os.close(its_end)

    def feed(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def wait_for(self, find):
        """Until `find` gives something for what is seen; gives that."""
        while not (found := find(self.seen)):
            self.seen += self.read()
        return found

    def read(self):
        """What is shown next; nothing once the program has ended and all is read."""
        ready, _, _ = select.select([self.terminal], [], [], PATIENCE_S)
        assert ready, f"nothing is shown any more; so far: {self.seen}"
        return os.read(self.terminal, 65536).decode()

    def read_to_end(self):
        """All that is shown; with the terminal as standard output that is what the program says."""
        try:
            while True:
                self.seen += self.read()
        except OSError:  # the other end is closed
            pass
        return self.seen.replace("\r\n", "\n")

    def signal(self, number):
        """Sends the signal and waits for the end, with the input still open; gives status and standard output."""
        self.process.send_signal(number)
        out = self.process.stdout.read().decode()
        return self.process.wait(PATIENCE_S), out

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
