#!/usr/bin/env python3
"""The ABI against a committed baseline, by abidiff: what is added at an end passes, everything else fails.

    check_abi.py baseline INCLUDE COMPILER FILE     writes the baseline of these headers; done once for each release
    check_abi.py diff INCLUDE COMPILER FILE         compares today's headers with it
    check_abi.py exports INCLUDE LIBRARY FILE       LIBRARY exports each function of the headers and of the baseline
    check_abi.py self-test INCLUDE COMPILER         changed copies of the headers are told apart

What passes: new functions, structs and constants, and members at the end of a struct that may grow (growing.py). There is
no list of exceptions.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import abi_file
import growing

SKIPPED = 77
SUMMARY = re.compile(r"(Leaf changes|Changed leaf types|Removed/Changed/Added (functions|variables)) summary: |"
                     r"\d+ Changed variables?:|type of variable changed:|details were reported earlier|"
                     r"\d+ data member insertions?:|size of symbol changed from \d+ to \d+$")
OF_STRUCT = re.compile(r"\[C\] '(\w+) struct_\1' was changed:|(?:underlying type )?'struct (\w+)' changed:")
GROWTH = re.compile(r"type size changed from (\d+) to (\d+) \(in bits\)")
INSERTION = re.compile(r"'.*', at offset (\d+) \(in bits\)")


def refused_lines(report, growable):
    """Lines of abidiff's report that tell of something else than members at the end of a struct that may grow."""
    end = None
    for line in filter(None, map(str.strip, report.splitlines())):
        if named := OF_STRUCT.fullmatch(line):
            allowed = (named[1] or named[2]) in growable
        elif size := GROWTH.fullmatch(line):
            end = int(size[1])
            allowed = int(size[2]) > end
        elif inserted := INSERTION.fullmatch(line):
            allowed = end is not None and int(inserted[1]) >= end
        else:
            allowed = SUMMARY.match(line) is not None
        if not allowed:
            yield line


def compare(baseline, include, compiler):
    """Empty when the headers only add to the baseline, else what abidiff says."""
    growable = {name for name, body in growing.STRUCT.findall(abi_file.declarations(include))
                if growing.may_grow(name, body)}
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder, "abi.so")
        abi_file.build(include, compiler, library)
        ended = subprocess.run(["abidiff", "--leaf-changes-only", "--harmless", "--no-added-syms", "--no-show-locs",
                                str(baseline), str(library)], capture_output=True, text=True, check=False)
    refused = list(refused_lines(ended.stdout, growable))
    if ended.returncode & 3:
        return f"abidiff failed: {ended.stdout}{ended.stderr}"
    if ended.returncode & 8 or refused:
        return ended.stdout + "\nthis is more than an addition:\n  " + "\n  ".join(refused)
    return ""


def write_baseline(include, compiler, to):
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder, "abi.so")
        abi_file.build(include, compiler, library)
        subprocess.run(["abidw", "--no-show-locs", "--no-corpus-path", "--no-comp-dir-path", "--no-elf-needed",
                        "--out-file", str(to), str(library)], check=True)


def check_exports(include, library, baseline):
    listed = subprocess.run(["nm", "--dynamic", "--defined-only", library], capture_output=True, text=True, check=True)
    exported = {line.split()[-1].split("@")[0] for line in listed.stdout.splitlines()}
    released = re.findall(r"<elf-symbol name='(ec_\w+)'", pathlib.Path(baseline).read_text(encoding="utf-8"))
    missing = sorted(set(released + abi_file.functions(include)) - exported)
    if len(released) < 30 or missing:
        sys.exit(f"{len(released)} functions in the baseline; not exported: {missing}")
    print(f"{len(exported)} functions, none missing")


# What is changed: header, pattern, replacement.
ADDITIONS = [
    ("base.h", r"^/\* Text, UTF-8", "/* Another comment. */\n/* Text, UTF-8"),
    ("event_store.h", r"^\} ec_info;", "  uint64_t later;\n  ec_str and_another;\n} ec_info;"),
    ("event_store.h", r"^\} ec_store_api;", "  void (*later)(ec_backend* backend);\n} ec_store_api;"),
    ("plugin.h", r"^\} ec_plugin;", "  uint64_t later;\n} ec_plugin;"),
    ("stream_set.h", r"^\} ec_expect;", "  uint64_t later;\n} ec_expect;"),
    ("eventcore.h", r"^EC_API int ec_utf8_check", "EC_API int ec_new(void);\nEC_API int ec_utf8_check"),
    ("base.h", r"EC_IN_DOUBT = 17", "EC_IN_DOUBT = 17, EC_NEWS = 18"),
    ("command.h", r"^typedef struct ec_commit ", "typedef struct ec_new {\n  uint32_t struct_size;\n} ec_new;\ntypedef struct ec_commit "),
]
BREAKS = [
    ("eventcore.h", r"^EC_API int ec_utf8_check.*", ""),
    ("eventcore.h", r"^EC_API int ec_utf8_check", "EC_API long ec_utf8_check"),
    ("eventcore.h", r"ec_stream_id_check\(ec_str id, ", "ec_stream_id_check(ec_str id, int more, "),
    ("event_store.h", r"^  uint64_t max_payload; .*", "  uint64_t max_payload;\n  uint64_t inserted;"),
    ("event_store.h", r"^  uint64_t max_payload; .*", ""),
    ("event_store.h", r"^  uint64_t max_metadata;", "  uint64_t max_meta_data;"),
    ("event_store.h", r"^  uint64_t max_metadata;", "  uint32_t max_metadata;"),
    ("event_store.h", r"^  ec_status \(\*info\)\(ec_backend\* backend, ec_info\* info, ",
     "  ec_status (*info)(ec_backend* backend, ec_info* info, int more, "),
    ("event_store.h", r"^(  void \(\*close\)\(.*;)\n(  ec_status \(\*info\)\(.*;)", r"\2\n\1"),
    ("stream_set.h", r"^  uint64_t version; .*\n  uint32_t mode; .*\n  uint32_t reserved;",
     "  uint32_t mode;\n  uint32_t reserved;\n  uint64_t version;"),
    ("base.h", r"^\} ec_position;", "  uint64_t later;\n} ec_position;"),
    ("base.h", r"^  uint32_t conflict_index; ", "  int32_t conflict_index; "),
    ("base.h", r"char native_code\[16\]", "char native_code[24]"),
    ("base.h", r"EC_TIMEOUT = 11", "EC_TIMEOUT = 21"),
    ("base.h", r"EC_MAX_NAME 255u", "EC_MAX_NAME 100u"),
    ("event_store.h", r"EC_CAP_SHARED 2u", "EC_CAP_SHARED 32u"),
    ("extensions.h", r"^typedef struct ec_notify_api \{.*\} ec_notify_api;", ""),
]


def changed(include, folder, change):
    header, pattern, replacement = change
    copy = pathlib.Path(folder, "include")
    shutil.copytree(include, copy, ignore=shutil.ignore_patterns("*.hpp"))
    path = copy / "eventcore" / "abi" / header
    text = path.read_text(encoding="utf-8")
    new, count = re.subn(pattern, replacement, text, flags=re.M | (re.S if r"\{.*\}" in pattern else 0))
    if count != 1 or new == text:
        sys.exit(f"{header}: '{pattern}' is there {count} times; mend the self test")
    path.write_text(new, encoding="utf-8")
    return copy


def self_test(include, compiler):
    with tempfile.TemporaryDirectory() as folder:
        baseline = pathlib.Path(folder, "baseline.abi")
        write_baseline(include, compiler, baseline)
        for changes, good in ((ADDITIONS, True), (BREAKS, False)):
            for number, change in enumerate(changes):
                said = compare(baseline, changed(include, f"{folder}/{good}{number}", change), compiler)
                if (said == "") != good:
                    sys.exit(f"{'refused' if good else 'not noticed'}: {change}\n{said}")
    print(f"{len(ADDITIONS)} additions pass, {len(BREAKS)} other changes do not")


def main():
    mode, include = sys.argv[1], sys.argv[2]
    if shutil.which("abidiff") is None:
        print("there is no abidiff here; Debian has it in abigail-tools")
        sys.exit(SKIPPED)
    if mode == "baseline":
        write_baseline(include, *sys.argv[3:])
    elif mode == "exports":
        check_exports(include, *sys.argv[3:])
    elif mode == "self-test":
        self_test(include, sys.argv[3])
    elif said := compare(sys.argv[4], include, sys.argv[3]):
        sys.exit(said)
    else:
        print("nothing but additions")


if __name__ == "__main__":
    main()
