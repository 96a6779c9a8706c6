#!/usr/bin/env python3
"""The table of lies in conformance/README.md.

table.py README SOURCES CONFORMANCE: each lie of the plugin stands in it, each lie in it is the plugin's, each test in
it is there.
"""
import pathlib
import re
import sys
from typing import NamedTuple


class Row(NamedTuple):
    promise: str
    test: str
    lie: str
    words: str

    @property
    def sanitizer(self):
        return "heap-use-after-free" if self.lie == "bytes_freed_early" else None


def rows_of(readme):
    text = pathlib.Path(readme).read_text(encoding="utf-8")
    return [Row(*found.groups()) for found in re.finditer(r"^\| ([^|]*) \| `(\w+\.\w+)` \| `(\w+)` \| (.*) \|$", text, re.M)]


def texts(folder):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(pathlib.Path(folder).glob("*.cpp")))


def problems(readme, sources, conformance):
    rows = rows_of(readme)
    listed = [row.lie for row in rows]
    told = re.findall(r'\{"(\w+)",\s*make<\w+>\}', texts(sources))
    tests = {f"{suite}.{name}" for suite, name in re.findall(r"^TEST_F\((\w+), (\w+)\)", texts(conformance), re.M)}
    yield from (f"the plugin can tell the lie '{lie}', which is not in the table" for lie in told if lie not in listed)
    yield from (f"the table has the lie '{lie}', which the plugin cannot tell" for lie in listed if lie not in told)
    yield from (f"the table has the lie '{lie}' twice" for lie in sorted(set(listed)) if listed.count(lie) > 1)
    yield from (f"the table has a test that is not there: {row.test}" for row in rows if row.test not in tests)
    if not rows:
        yield "there is no table"


def main():
    found = list(problems(*sys.argv[1:]))
    print("\n".join(found) or "nothing wrong")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
