#!/usr/bin/env python3
"""grow_headers.py ABI_FOLDER TO: the headers of some later minor version: each struct that may grow has grown."""
import os
import pathlib
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "abi"))
import growing  # pylint: disable=wrong-import-position

LATER = "  uint64_t later[4];\n"
grown = set()


def grow(match):
    name, body = match[1], match[2]
    if not growing.may_grow(name, body):
        return match[0]
    grown.add(name)
    return f"typedef struct {name} {{{body}{LATER}}} {name};"


to = pathlib.Path(sys.argv[2])
to.mkdir(parents=True, exist_ok=True)
for header in sorted(pathlib.Path(sys.argv[1]).glob("*.h")):
    text = growing.STRUCT.sub(grow, header.read_text(encoding="utf-8"))
    text = re.sub(r"(#define EC_ABI_MINOR) \d+", r"\1 99", text)
    written = to / header.name
    if not written.exists() or written.read_text(encoding="utf-8") != text:
        written.write_text(text, encoding="utf-8")
if len(grown) < 25 or not growing.STRIDED <= grown:
    sys.exit(f"too few structs have grown: {sorted(grown)}")
