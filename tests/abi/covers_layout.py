#!/usr/bin/env python3
"""covers_layout.py ABI_FOLDER LAYOUT_C: each member of each struct of the ABI has its line in layout.c."""
import pathlib
import re
import sys


def members_of(body):
    for declaration in filter(None, (" ".join(each.split()) for each in body.split(";"))):
        function = re.search(r"\(\*(\w+)\)\s*\(", declaration)
        yield function[1] if function else re.search(r"(\w+)$", re.sub(r"\[.*?\]", "", declaration))[1]


layout = pathlib.Path(sys.argv[2]).read_text()
missing = []
count = 0
for header in sorted(pathlib.Path(sys.argv[1]).glob("*.h")):
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\} \1;", text, flags=re.S):
        wanted = [f"SIZE({name}, "] + [f"AT({name}, {member}, " for member in members_of(body)]
        missing += [line for line in wanted if line not in layout]
        count += len(wanted)
if missing or count < 100:
    sys.exit(f"{count} lines looked for, not in layout.c: {missing}")
print(f"{count} lines, none missing")
