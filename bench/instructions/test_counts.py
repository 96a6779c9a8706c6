"""test_counts.py BUILD: that a path which executes more is told, and what a file of figures says."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import counts  # noqa: E402

BUILD = Path(sys.argv.pop(1))
PRINTED = "compiler: g++ 12.2.0\nlibrary: glibc 2.36\npath: fast 10\npath: slow 2\n"
FAST = "desc: Trigger: Client Request: fast\nsummary: 1005\ntotals: 1005\n"
SLOW = "desc: Trigger: Client Request: slow\nsummary: 4\ntotals: 4000\n"
END = "desc: Trigger: Program termination\ntotals: 0\n"


def check(figures, *more):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.txt"
        file.write_text(figures)
        return subprocess.run([HERE / "check", "--build", BUILD, "--figures", file, *more], capture_output=True, text=True,
                              check=False)


class Counting(unittest.TestCase):
    def test_operations(self):
        self.assertEqual(counts.combine(PRINTED, [END, SLOW, FAST]), {"fast": 100.5, "slow": 2000})

    def test_a_path_that_was_not_counted(self):
        for dumps in ([FAST, END], [FAST, SLOW.replace("slow", "other")], [FAST, SLOW.replace("totals: 4000", "totals: 0")]):
            with self.assertRaises(counts.Failed):
                counts.combine(PRINTED, dumps)
        with self.assertRaises(counts.Failed):
            counts.combine("", [])

    def test_a_file_is_read_as_it_was_written(self):
        built = counts.built_by(PRINTED, "Release -O2")
        figures = {"fast": 100.5, "slow": 2000.0}
        self.assertEqual(counts.read(counts.write(built, figures)), (built, figures))


class Comparing(unittest.TestCase):
    def test_within_five_percent(self):
        self.assertEqual(counts.differences({"a": 1000, "b": 1000}, {"a": 1049, "b": 951}), [])

    def test_more_and_less(self):
        self.assertEqual(counts.differences({"a": 1000, "b": 1000, "c": 1}, {"a": 1051, "b": 949, "c": 1}),
                         ["a: 1,051.0 instructions an operation, 5.1% more than 1,000.0",
                          "b: 949.0 instructions an operation, 5.1% less than 1,000.0"])

    def test_paths_that_come_and_go(self):
        self.assertEqual(counts.differences({"a": 1}, {"b": 1}), ["a: is kept and not counted", "b: is counted and not kept"])


class TheCheck(unittest.TestCase):
    """Against what this build counts, written down and changed."""

    @classmethod
    def setUpClass(cls):
        cls.kept = (HERE / "figures.txt").read_text()
        done = check(cls.kept)
        if done.returncode == 77:
            raise unittest.SkipTest(done.stdout)

    def test_a_path_that_grew_is_told(self):
        smaller = re.sub(r"^(json_encode) ([\d.]+)$", lambda kept: f"{kept[1]} {float(kept[2]) / 1.2}", self.kept, flags=re.M)
        done = check(smaller)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stderr, r"json_encode: .* more than .*\n(.|\n)*--update")

    def test_another_compiler_is_no_growth(self):
        done = check(self.kept.replace("compiler: ", "compiler: another "))
        self.assertEqual(done.returncode, 77)
        self.assertIn("the figures are not of this build: compiler ", done.stdout)

    def test_other_flags_of_the_preset_are_told(self):
        done = check(self.kept.replace("-O2", "-O1"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("the preset release is", done.stderr)


if __name__ == "__main__":
    unittest.main()
