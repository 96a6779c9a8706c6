#!/usr/bin/env python3
"""Every snippet of the documentation is what it says: quoted from a file, compiled, opened or run.

    check_snippets.py SOURCE BUILD MODE     MODE: marked | quoted | compiled | opened | run

The line above a fenced block says how it is kept true:
    <!-- from FILE --> or <!-- from FILE#NAME -->   equal to the file, or to its part from `snippet: NAME` to `snippet end`
    <!-- compiles -->, <!-- compiles after FILE -->  a translation unit behind #include <eventcore/eventcore.hpp>, or FILE
    <!-- compiles in a function -->                  likewise, as a function's body, with `store` an ec::Store&
    <!-- opens -->                                   a configuration that 010_transfer runs on
    <!-- runs -->                                    console: each `$ command` prints just what stands below it
                                                     (both on Postgres: in an empty database of the tests' server;
                                                     an `export` and EVENTCORE_DATA are good for all of a block)
    <!-- run by NAME -->                             the test that runs it
Blocks without a language, or with `text`, are no snippets. Besides: links lead somewhere, and the test suites that
docs/reliability.md names, PostgresSomething, are there.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE, BUILD, MODE = sys.argv[1:4]
FENCE = re.compile(r"^(?:<!-- (?P<mark>[^\n]*) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)


def documents():
    listed = subprocess.run(["git", "-c", f"safe.directory={SOURCE}", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=SOURCE, check=True,
                            capture_output=True, text=True).stdout.split()
    return sorted(name for name in listed if os.path.exists(os.path.join(SOURCE, name)))


def read(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
        return file.read()


def part(name):
    file, _, region = name.partition("#")
    text = read(file)
    if not region:
        return text
    found = re.search(rf"^\s*(?://|#) snippet: {re.escape(region)}\n(.*?)^\s*(?://|#) snippet end$", text, re.M | re.S)
    return found.group(1) if found else f"there is no part '{region}' in {file}"


def environment(text):
    """With the DSN of an empty database, where the snippet wants one."""
    if "EVENTCORE_POSTGRES_DSN" not in text:
        return os.environ
    with open(os.environ["EVENTCORE_TEST_POSTGRES"], encoding="utf-8") as file:
        server = file.read().strip()
    name = f"docs_{MODE}"
    subprocess.run(["psql", "-qX", server, "-c", f"DROP DATABASE IF EXISTS {name}", "-c", f"CREATE DATABASE {name}"],
                   check=True, capture_output=True)
    return {**os.environ, "EVENTCORE_POSTGRES_DSN": server.rpartition("/")[0] + "/" + name}


def problem_of_compile(mark, text):
    after = mark.removeprefix("compiles").removeprefix(" in a function").removeprefix(" after ").strip()
    code = f'#include "{os.path.join(SOURCE, after)}"\n' if after else "#include <eventcore/eventcore.hpp>\n"
    code += "#include <cstdio>\n"
    code += f"[[maybe_unused]] static void run([[maybe_unused]] ec::Store& store) {{\n{text}}}\n" if "in a function" in mark else text
    command = [os.environ.get("CXX", "c++"), "-std=c++23", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I",
               os.path.join(SOURCE, "core/include"), "-x", "c++", "-"]
    ended = subprocess.run(command, input=code, text=True, capture_output=True)
    return ended.stderr if ended.returncode else None


def problem_of_open(text):
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        config = os.path.join(folder, "store.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        ended = subprocess.run([os.path.join(BUILD, "bin/010_transfer"), config], env=environment(text), text=True,
                               capture_output=True)
        return ended.stderr or ended.stdout if ended.returncode else None


def problem_of_run(text):
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        exports = ""
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.M):
            command = command.replace("build/release/", BUILD + "/")
            command = command.replace("$(scripts/postgres start)", "$EVENTCORE_POSTGRES_DSN")
            if command.startswith("export "):
                exports += command + "\n"
            env = {**environment(command), "EVENTCORE_DATA": os.path.abspath(os.path.join(folder, "data"))}
            ended = subprocess.run(["bash", "-c", exports + command], cwd=SOURCE, env=env, text=True, capture_output=True)
            if ended.stdout != expected:
                return f"$ {command}\nprinted:\n{ended.stdout}{ended.stderr}expected:\n{expected}"
    return None


def problem_of(mark, language, text):
    if mark is None:
        return f"a {language} snippet without a mark: say how it is kept true"
    kind = mark.split()[0]
    wanted = {"from": "quoted", "compiles": "compiled", "opens": "opened", "runs": "run", "run": "marked"}.get(kind)
    if wanted is None:
        return f"the mark '{mark}' is none of those in check_snippets.py"
    if MODE != wanted or kind == "run":
        return None
    if kind == "from":
        quoted = part(mark.removeprefix("from "))
        return None if quoted.rstrip() == text.rstrip() else f"differs from {mark.removeprefix('from ')}:\n{quoted}"
    if kind == "compiles":
        return problem_of_compile(mark, text)
    return problem_of_open(text) if kind == "opens" else problem_of_run(text)


def missing_suites():
    """Those that a promise is said to be held by."""
    tests = "".join(path.read_text(encoding="utf-8") for path in pathlib.Path(SOURCE, "tests").rglob("*_test.cpp"))
    return sorted(suite for suite in set(re.findall(r"\bPostgres[A-Z]\w+", read("docs/reliability.md")))
                  if not re.search(rf"^TEST(_F|_P)?\({suite},", tests, re.M))


problems = seen = 0
for name in documents():
    content = read(name)
    for match in FENCE.finditer(content):
        if match["language"] == "text":
            continue
        seen += 1
        if problem := problem_of(match["mark"], match["language"], match["text"]):
            problems += 1
            line = content[:match.start("text")].count("\n") + 1
            print(f"{name}:{line}: {problem}\n")
    prose = FENCE.sub("", content)  # `[](int x)` is no link in C++
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose) if MODE == "marked" else []:
        if not os.path.exists(os.path.join(SOURCE, os.path.dirname(name), target)):
            problems += 1
            print(f"{name}: a link to {target}, which does not exist\n")
for suite in missing_suites() if MODE == "marked" else []:
    problems += 1
    print(f"docs/reliability.md: there is no test suite {suite}\n")
print(f"{seen} snippets, {problems} problems")
sys.exit(1 if problems or not seen else 0)
