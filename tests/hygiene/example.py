#!/usr/bin/env python3
"""example.py HEADER INCLUDE_DIR COMPILER... : the header compiles on its own, and so does the example in its banner.

The convention: a public header opens with a comment, its banner. The last paragraph of the banner whose lines are all
indented by three or more spaces is the example. If its first line opens a declaration (a struct, a template, a
namespace, a function with its brace, a macro in capitals ...) it is compiled as it stands, else as the body of a
function. It may use <cstdio>, <string.h> and the header. Headers in detail/ are not public and need no example.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
UNUSED = ["-Wno-unused-variable", "-Wno-unused-parameter", "-Wno-unused-function", "-Wno-unused-but-set-variable"]
DECLARES = re.compile(r"(struct|class|template|namespace|extern|static_assert|static|constexpr|[A-Z_]{4,}\()|"
                      r"[\w:<>,*& ]+ \**\w+\(.*(\{.*|,)$")


def banner(text):
    """The lines of the comment that the file opens with, without the comment marks."""
    if text.startswith("/*"):
        lines = text[2:text.index("*/")].splitlines()
        return [line.removeprefix(" *").removeprefix(" ").rstrip() for line in lines]
    lines = []
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line.removeprefix("//").removeprefix(" ").rstrip())
    return lines


def example(text):
    paragraphs = [[]]
    for line in banner(text):
        if line:
            paragraphs[-1].append(line)
        else:
            paragraphs.append([])
    indented = [p for p in paragraphs if p and all(line.startswith("  ") for line in p)]
    return [line[2:] for line in indented[-1]] if indented else []


def source_with(header, lines):
    included = f"#include <{header}>\n"
    if not lines:
        return included
    body = "\n".join(lines)
    if not DECLARES.match(lines[0]):
        body = "void example(void);\nvoid example(void) {\n" + body + "\n}"
    return included + "#include <stdio.h>\n#include <string.h>\n" + body + "\n"


def languages(header):
    if header.endswith(".h"):
        return [("c", ["-x", "c", "-std=c99"]), ("cpp", ["-x", "c++", "-std=c++23"])]
    return [("cpp", ["-x", "c++", "-std=c++23"])]


def main():
    path, include_dir, compiler = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    header = path.relative_to(include_dir).as_posix()
    lines = example(path.read_text())
    if not lines and "detail/" not in header:
        sys.exit(f"{header}: the banner has no example; see example.py for how one is written")
    with tempfile.TemporaryDirectory() as folder:
        for ending, language in languages(header):
            source = pathlib.Path(folder) / f"example.{ending}"
            source.write_text(source_with(header, lines))
            command = compiler + language + ["-fsyntax-only", "-I", include_dir] + WARNINGS + UNUSED + [str(source)]
            if subprocess.run(command).returncode != 0:
                sys.exit(f"{header} with its example does not compile as {language[2]}:\n{source.read_text()}")


if __name__ == "__main__":
    main()
