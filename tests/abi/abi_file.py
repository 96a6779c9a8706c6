"""Turns the headers of the ABI into a library that abidw and abidiff can read.

libeventcore is built without the debug information that they need, and its headers are all that others see. So a small C
file is made from them, in which each function is defined, each struct is the type of a variable, and each number of the
contract is the size of an array; full debug information says the rest.
"""
import pathlib
import re
import subprocess

import growing

CHANGES_BY_DESIGN = {"EC_ABI_MINOR"}
FUNCTION = re.compile(r"^EC_API ([^;{}]*?\w+\([^;{}]*\));", re.M)
NUMBER = re.compile(r"^#define (EC_\w+) \(?(?:UINT64_C\()?(?:0x)?[0-9a-f]+", re.M)
ENUM = re.compile(r"\benum \{(.*?)\};", re.S)
LARGE = {"EC_PLUGIN_MAGIC"}  # no array is that long; layout.c holds it
TEXT = re.compile(r'^#define (EC_\w+) "', re.M)


def headers_in(folder):
    return sorted((pathlib.Path(folder) / "eventcore" / "abi").glob("*.h"))


def declarations(folder):
    """All headers as one text without comments."""
    return "\n".join(re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.S)
                     for header in headers_in(folder))


def functions(folder):
    return sorted(re.search(r"(\w+)\(", each)[1] for each in FUNCTION.findall(declarations(folder)))


def source(folder):
    text = declarations(folder)
    lines = [f"#include <eventcore/abi/{header.name}>" for header in headers_in(folder)]
    lines += [f"{each} {{ __builtin_trap(); }}" for each in FUNCTION.findall(text)]
    lines += [f"EC_API extern {name} struct_{name}; {name} struct_{name};" for name, _ in growing.STRUCT.findall(text)]
    numbers = NUMBER.findall(text) + [name for body in ENUM.findall(text) for name in re.findall(r"\b(EC_\w+)\b", body)]
    for name in sorted(set(numbers) - LARGE - CHANGES_BY_DESIGN) + TEXT.findall(text):
        size = f"sizeof({name})" if name in TEXT.findall(text) else f"({name}) + 1"
        lines.append(f"EC_API extern char number_{name}[{size}]; char number_{name}[{size}];")
    return "\n".join(lines) + "\n"


def build(folder, compiler, library):
    """The library of the headers below `folder`."""
    made = pathlib.Path(library).with_suffix(".c")
    made.write_text(source(folder), encoding="utf-8")
    subprocess.run([compiler, "-std=c99", "-g", "-gdwarf-4", "-fvisibility=hidden", "-fPIC", "-shared", "-nostdlib", "-I", str(folder),
                    f"-ffile-prefix-map={folder}=.", f"-ffile-prefix-map={made.parent}=.", "-o", str(library),
                    str(made)], check=True)
