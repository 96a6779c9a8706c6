#!/usr/bin/env python3
"""find_twin.py FOLDER TEST PROGRAM [OPTION...]: with the plugin in FOLDER, TEST of PROGRAM fails.

The conformance suite is given a configuration with the options, other programs find the plugin through
EVENTCORE_TEST_TWIN. A crash is no answer: the test itself must notice.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

PATIENCE_S = 55


def arguments_of(program, plugin, options, folder):
    if pathlib.Path(program).name != "eventcore-conformance":
        return []
    lines = "".join(f"  {option}\n" for option in options) or "  {}\n"
    config = folder / "twin.yaml"
    config.write_text(f"plugin: {plugin}\noptions:\n{lines}", encoding="utf-8")
    return ["--config", str(config), "--operations", "10000"]


def main():
    twin, test, program, *options = sys.argv[1:]
    plugin, = pathlib.Path(twin).glob("eventcore_plugin_*.so")
    with tempfile.TemporaryDirectory(dir=os.getcwd()) as folder:
        os.chmod(folder, 0o755)  # a server that runs as a user of its own has its files in it
        arguments = arguments_of(program, plugin, options, pathlib.Path(folder))
        ended = subprocess.run([program, *arguments, f"--gtest_filter={test}"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=PATIENCE_S, check=False,
                               env={**os.environ, "EVENTCORE_TEST_TWIN": twin, "TMPDIR": folder})
    output = ended.stdout.decode(errors="replace")
    print(output)
    if ended.returncode != 1 or f"[  FAILED  ] {test}" not in output:
        sys.exit(f"the program ended in {ended.returncode}: {test} does not notice that {plugin} breaks a promise")
    print(f"{test} notices it")


if __name__ == "__main__":
    main()
