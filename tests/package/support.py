"""Projects that use an installed eventcore: each is built in an empty folder and run.

Called as: test_x.py BUILD_DIR SOURCE_DIR Test.test_y. Exit status 77: skipped, and why is printed.
"""
import glob
import os
import shutil
import subprocess
import sys
import unittest

BUILD, SOURCE = (os.path.abspath(path) for path in sys.argv[1:3])
ROOM = os.path.join(BUILD, "package_tests")
PREFIX = os.path.join(ROOM, "prefix")
HERE = os.path.join(SOURCE, "tests", "package")
PATIENCE_S = 600
TRANSFER = ("30 moved, committed at position 4\n"
            "REJECTED: insufficient funds: available=70, requested=1000\n")
# An object that was built before, here or in the main build, is not built again.
CCACHE = shutil.which("ccache")
ENVIRONMENT = {**os.environ, "CCACHE_BASEDIR": SOURCE, "CCACHE_NOHASHDIR": "1"}
for name in ("EVENTCORE_PLUGIN_PATH", "LD_LIBRARY_PATH", "DESTDIR"):
    ENVIRONMENT.pop(name, None)


def main():
    result = unittest.main(argv=[sys.argv[0]] + sys.argv[3:], exit=False).result
    for _, reason in result.skipped:
        print(f"skipped: {reason}")
    sys.exit(77 if result.skipped else 0 if result.wasSuccessful() and result.testsRun else 1)


class Ended:
    def __init__(self, command, done):
        self.command, self.status, self.out, self.err = command, done.returncode, done.stdout, done.stderr

    def __str__(self):
        return f"{self.command}\nstatus {self.status}\n--- out\n{self.out}\n--- err\n{self.err}"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.join(ROOM, self.id().rpartition(".test_")[2])
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def file(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return self.path(name)

    def copy(self, pattern, to=""):
        """Files of the tree, as a user copies them; `to` may be a new name."""
        found = glob.glob(os.path.join(SOURCE, pattern))
        self.assertTrue(found, pattern)
        for file in found:
            shutil.copy(file, self.path(to))

    def run_program(self, *command, env=None):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
                              env={**ENVIRONMENT, **(env or {})})
        return Ended(command, done)

    def run_well(self, *command, env=None):
        ended = self.run_program(*command, env=env)
        self.assertEqual(ended.status, 0, ended)
        return ended.out

    def configure(self, *definitions, prefix=PREFIX):
        launchers = [f"-DCMAKE_{language}_COMPILER_LAUNCHER={CCACHE}" for language in ("C", "CXX") if CCACHE]
        return self.run_program("cmake", "--no-warn-unused-cli", "-G", "Ninja", "-S", ".", "-B", "build",
                                f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release", *launchers, *definitions)

    def build(self, *definitions, targets=("all",), prefix=PREFIX):
        """Configured without a word of warning, and built."""
        ended = self.configure(*definitions, prefix=prefix)
        self.assertEqual(ended.status, 0, ended)
        self.assertNotIn("Warning", ended.err, ended)
        self.run_well("cmake", "--build", "build", "--target", *targets)

    def memory(self):
        return self.file("memory.yaml", "plugin: memory\n")
