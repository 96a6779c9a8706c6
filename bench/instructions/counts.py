"""Instructions of one operation of each hot path: how they are counted, kept in a file, and compared with it."""

import os
import platform
import re
import subprocess
from pathlib import Path

TOLERANCE = 0.05
# What the C library chooses by the processor is the same on all of them, and symbols are looked up before anything is
# counted. The rest of the environment is left out.
ENVIRONMENT = {
    "LD_BIND_NOW": "1",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-AVX,-ERMS,-FSRM,-BMI2,-SSSE3,-SSE4_2,-SSE4_1,-RTM:"
                      "glibc.cpu.x86_non_temporal_threshold=0xc0000",
}
COMMAND = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no"]


class Failed(Exception):
    pass


def parse_dump(text):
    """(path, instructions) of what callgrind wrote at a mark; None for the rest, written when the program ended."""
    path = re.search(r"^desc: Trigger: Client Request: (\w+)$", text, re.MULTILINE)
    total = re.search(r"^totals: (\d+)$", text, re.MULTILINE)
    return (path[1], int(total[1])) if path and total else None


def combine(printed, dumps):
    """Instructions an operation by path, from what the program printed and callgrind wrote."""
    operations = {name: int(count) for name, count in re.findall(r"^path: (\w+) (\d+)$", printed, re.MULTILINE)}
    totals = dict(filter(None, map(parse_dump, dumps)))
    if not operations or operations.keys() != totals.keys() or not all(totals.values()):
        raise Failed(f"callgrind counted {sorted(totals)}, and the program ran {sorted(operations)}")
    return {name: totals[name] / operations[name] for name in operations}


def built_by(printed, build):
    """What else decides over the counts. `build` is its type and flags."""
    about = dict(re.findall(r"^(compiler|library): (.+)$", printed, re.MULTILINE))
    return about | {"processor": platform.machine(), "build": build}


def count(program, folder, build):
    """Runs the program; what callgrind wrote of each path stays in the folder, as PATH.callgrind."""
    for old in folder.glob("*.callgrind*"):
        old.unlink()
    command = [*COMMAND, f"--callgrind-out-file={folder / 'all.callgrind'}", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env=ENVIRONMENT | {"PATH": os.environ.get("PATH", os.defpath)})
    if done.returncode != 0:
        raise Failed(f"{Path(program).name} ended with status {done.returncode}: {done.stderr.strip()[-2000:]}")
    files = list(folder.glob("all.callgrind*"))
    figures = combine(done.stdout, [file.read_text() for file in files])
    for file in files:
        dump = parse_dump(file.read_text())
        file.rename(folder / f"{dump[0] if dump else 'end'}.callgrind")
    return built_by(done.stdout, build), figures


def write(built, figures):
    lines = ["# Instructions of one operation: `bench/instructions/check --update` writes this file."]
    lines += [f"{name}: {value}" for name, value in built.items()]
    return "\n".join(lines + [f"{name} {figure:.1f}" for name, figure in figures.items()]) + "\n"


def read(text):
    built = dict(re.findall(r"^(\w+): (.+)$", text, re.MULTILINE))
    return built, {name: float(figure) for name, figure in re.findall(r"^(\w+) ([\d.]+)$", text, re.MULTILINE)}


def differences(kept, counted):
    """A line of each path that is not what is kept: less counts as well, or what grows later would be hidden by it."""
    found = [f"{name}: is counted and not kept" for name in counted.keys() - kept.keys()]
    found += [f"{name}: is kept and not counted" for name in kept.keys() - counted.keys()]
    for name in kept.keys() & counted.keys():
        change = counted[name] / kept[name] - 1
        if abs(change) > TOLERANCE:
            found.append(f"{name}: {counted[name]:,.1f} instructions an operation, {abs(change):.1%} "
                         f"{'more' if change > 0 else 'less'} than {kept[name]:,.1f}")
    return sorted(found)
