#!/usr/bin/env python3
"""check_files.py ROOT: files are of a size to read, without tabs, trailing space or a path of somebody's machine.

check_files.py --self-test: the check finds what it should.
"""
import pathlib
import re
import sys
import tempfile

MOST_LINES = 500
# Larger ones, each with its reason.
LARGE = {
    "examples/data/transfers.csv": "data, made by scripts/make_transfers.py",
    "tests/abi/baseline/eventcore_1.0.abi": "data, made by tests/abi/check_abi.py",
}
SKIPPED = {".git", "build", "var", ".cache", "__pycache__"}
NAMES = {"CMakeLists.txt", "LICENSE", ".clang-format", ".clang-tidy", ".gitignore"}
ENDINGS = {".h", ".hpp", ".c", ".cpp", ".py", ".sh", ".md", ".cmake", ".yaml", ".yml", ".json", ".map", ".csv", ".txt", ".abi"}
# A folder at the root that belongs to one machine or one person; put together, so that this line is none.
MACHINE = re.compile(r"(?<![\w.$}])/(" + "|".join(["work", "root", "home", "Users"]) + r")/\w")


def texts(root):
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if SKIPPED & set(path.relative_to(root).parts) or not path.is_file():
            continue
        is_script = not path.suffix and path.read_bytes()[:2] == b"#!"
        if path.suffix in ENDINGS or path.name in NAMES or is_script:
            yield path, name


def problems_of(name, text):
    lines = text.splitlines()
    if len(lines) > MOST_LINES and name not in LARGE:
        yield f"{name}: has {len(lines)} lines, more than {MOST_LINES}: split it, or give a reason in check_files.py"
    if text and not text.endswith("\n"):
        yield f"{name}: the last line has no end"
    if name in LARGE:
        return
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            yield f"{name}:{number}: a tab"
        if line != line.rstrip():
            yield f"{name}:{number}: space at the end of the line"
        if MACHINE.search(line):
            yield f"{name}:{number}: a path of one machine"


def check(root):
    found = []
    for path, name in texts(root):
        try:
            found += problems_of(name, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            found.append(f"{name}: is not UTF-8")
    found += [f"{name}: is listed as large and is not there" for name in LARGE if not (root / name).exists()]
    return found


def self_test():
    good = {"a.cpp": b"int x;\n", "build/b.cpp": b"\t\n", "c.md": b"see " + b"https://x.org/home/" + b"y\n", "empty.txt": b""}
    bad = {
        "a.cpp": b"\tint x;\n",
        "b.hpp": b"int x; \n",
        "c.md": b"in /wo" + b"rk/main\n",
        "d.py": b"x = '/ho" + b"me/me'\n",
        "e.c": b"int x;",
        "f.h": b"\n" * (MOST_LINES + 1),
        "g.txt": b"\xff\n",
        "script": b"#!/bin/sh\n\ttrue\n",
    }

    def tree(files):
        with tempfile.TemporaryDirectory() as folder:
            for name, content in {**files, **{large: b"x\n" for large in LARGE}}.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            return check(pathlib.Path(folder))

    failures = [f"a good tree is refused: {found}" for found in [tree(good)] if found]
    return failures + [f"this is not noticed: {name}" for name in bad if len(tree({name: bad[name]})) != 1]


def main():
    problems = self_test() if sys.argv[1] == "--self-test" else check(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) or "nothing wrong")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
