#!/usr/bin/env python3
"""find_lie.py PROGRAM PLUGIN README LIE: the conformance suite finds the lie, by the test and with the words that the
table of README has for it. LIE `honest`: the plugin without a lie passes the whole suite.

Run is the suite that the test belongs to; with EVENTCORE_LONG_TESTS everything is. Where AddressSanitizer ends the
program at the lie's own deed, its words count, too. What shows only when threads meet has a few tries.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from table import rows_of

PATIENCE_S = 50  # for a suite that takes a second
RACES = {"Follow", "Group", "Threads"}
TRIES = 5


def run(program, plugin, lie, filters):
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "liar.yaml"
        config.write_text(f"plugin: {plugin}\noptions:\n  lie: '{lie}'\n", encoding="utf-8")
        ended = subprocess.run([program, "--config", config, "--kills", "2", "--operations", "1000", "--patience", "2",
                                f"--gtest_filter={filters}"],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE_S, check=False)
    return ended.returncode, ended.stdout.decode(errors="replace")


def said_by(test, output):
    """What stands between the test's beginning and its failure; None when it did not fail."""
    found = re.search(rf"^\[ RUN      \] {re.escape(test)}$(.*?)^\[  FAILED  \] {re.escape(test)} \(", output, re.M | re.S)
    return found and found.group(1)


def problem_with(status, output, row):
    if "ERROR: AddressSanitizer" in output:
        return None if row.sanitizer and row.sanitizer in output else "AddressSanitizer ended the program"
    if status != 1:
        return f"the program ended in {status}, not in 1"
    said = said_by(row.test, output)
    if said is None:
        return f"{row.test} did not fail"
    return None if row.words in said else f"{row.test} did not say '{row.words}'"


def main():
    program, plugin, readme, lie = sys.argv[1:]
    if lie == "honest":
        status, output = run(program, plugin, "", "*")
        problem = None if status == 0 else f"the program ended in {status}, not in 0"
    else:
        row = next(row for row in rows_of(readme) if row.lie == lie)
        long_run = "EVENTCORE_LONG_TESTS" in os.environ
        suite = row.test.split(".")[0]
        for _ in range(TRIES if suite in RACES else 1):
            status, output = run(program, plugin, lie, "*" if long_run else suite + ".*")
            problem = problem_with(status, output, row)
            if not problem:
                break
    if problem:
        sys.exit(f"{output}\n{lie}: {problem}")
    print(f"{lie}: {'passes' if lie == 'honest' else 'found'}")


if __name__ == "__main__":
    main()
