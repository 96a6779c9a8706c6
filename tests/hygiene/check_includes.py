#!/usr/bin/env python3
"""check_includes.py ROOT: who may include whom. check_includes.py --self-test: the check finds what it should.

The rules stand in RULES and LIBRARIES below; they are those of the architecture: a plugin and a host share abi/ alone,
and each third-party library is known to one place.
"""
import pathlib
import re
import sys
import tempfile

AREAS = ["core", "plugins", "cli", "bench", "examples", "conformance", "fuzz", "tests"]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

ABI = r"eventcore/abi/"
SDK = r"eventcore/plugin/"
HOST = r"eventcore/(?!abi/|plugin/)"
C_STANDARD = r"(stddef|stdint)\.h$"

# Files whose path begins with the first may include none of eventcore's headers but those that match the second.
RULES = [
    ("core/include/eventcore/abi/", f"{ABI}|{C_STANDARD}", "the ABI includes itself and stddef.h and stdint.h alone"),
    ("core/include/eventcore/plugin/", f"{ABI}|{SDK}", "the plugin SDK includes abi/ and itself, no host header"),
    ("core/include/eventcore/", f"{ABI}|{HOST}", "a host header includes abi/ and host headers, nothing of plugin/"),
    ("core/src/", f"{ABI}|{SDK}", "libeventcore's sources include abi/ and helpers of plugin/, no host header"),
    ("plugins/", f"{ABI}|{SDK}", "a plugin includes abi/ and plugin/, no host header"),
    ("examples/plugin_in_", f"{ABI}|{SDK}", "a plugin includes abi/ and plugin/, no host header"),
    ("cli/", f"{ABI}|{HOST}", "a program includes abi/ and host headers, nothing of plugin/"),
    ("examples/", f"{ABI}|{HOST}", "an example includes abi/ and host headers, nothing of plugin/"),
]

# Headers that match the first may be included by files whose path matches the second alone.
LIBRARIES = [
    # The tools read files of their own, and libeventcore exports no YAML.
    (r"yaml-cpp/", r"(core/src/config_yaml|cli/yaml)\.cpp$", "yaml-cpp is config_yaml.cpp's and cli/yaml.cpp's alone"),
    (r"boost/dll", r"core/src/loader\.cpp$", "Boost.DLL is loader.cpp's alone"),
    (r"pqxx", r"(plugins/postgres|tests/postgres)/", "libpqxx is the Postgres plugin's alone"),
    (r"libpq", r"(plugins/postgres|bench|tests/postgres)/", "libpq is the Postgres plugin's alone"),
    (r"rocksdb/", r"(plugins/rocksdb|bench|tests/rocksdb)/", "RocksDB is the RocksDB plugin's alone"),
]

# These see what a user sees: a quoted include of theirs is never a file of libeventcore's sources.
OUTSIDE = ("cli/", "bench/", "examples/", "conformance/", "plugins/", "tests/unit/typed/")


def sources(root):
    for area in AREAS:
        for path in sorted((root / area).rglob("*")):
            if path.suffix in (".h", ".hpp", ".c", ".cpp", ".inc"):
                yield path, path.relative_to(root).as_posix()


def problem_of(root, path, name, quoted, included):
    for pattern, allowed, why in LIBRARIES:
        if re.match(pattern, included) and not re.match(allowed, name):
            return why
    rule = next((rule for rule in RULES if name.startswith(rule[0])), None)
    if rule and (included.startswith("eventcore/") or rule[0].endswith("abi/")):
        if quoted:
            return "headers of eventcore are included with < >"
        if not re.match(rule[1], included):
            return rule[2]
    if quoted and name.startswith(OUTSIDE) and not (path.parent / included).exists():
        if (root / "core/src" / included).exists():
            return "a file of core/src is included from outside of libeventcore"
    if quoted and name.startswith("plugins/"):
        own = root.joinpath(*pathlib.Path(name).parts[:2]).resolve()
        if not (path.parent / included).resolve().is_relative_to(own):
            return "a plugin includes its own files alone"
    if quoted and (path.parent / included).exists() and name.startswith(OUTSIDE):
        if (path.parent / included).resolve().is_relative_to((root / "core/src").resolve()):
            return "a file of core/src is included from outside of libeventcore"
    return None


def check(root):
    problems = []
    for path, name in sources(root):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            why = problem_of(root, path, name, found[1] == '"', found[2])
            if why:
                problems.append(f"{name}:{number}: {line.strip()}: {why}")
    return problems


GOOD = [
    ("core/include/eventcore/abi/a.h", "#include <stdint.h>\n#include <eventcore/abi/b.h>"),
    ("core/include/eventcore/plugin/p.hpp", "#include <eventcore/abi/b.h>\n#include <string>"),
    ("core/include/eventcore/store.hpp", "#include <eventcore/detail/x.hpp>"),
    ("core/src/loader.cpp", '#include "loader.hpp"\n#include <boost/dll/shared_library.hpp>'),
    ("core/src/loader.hpp", "#include <eventcore/plugin/p.hpp>"),
    ("core/src/config_yaml.cpp", "#include <yaml-cpp/parser.h>"),
    ("cli/yaml.cpp", "#include <yaml-cpp/yaml.h>"),
    ("plugins/memory/src/store.cpp", '#include "log.hpp"\n#include <eventcore/plugin/p.hpp>'),
    ("plugins/memory/src/log.hpp", ""),
    ("plugins/rocksdb/src/store.cpp", "#include <rocksdb/db.h>"),
    ("examples/a.cpp", '#include "b.hpp"\n#include <eventcore/store.hpp>'),
    ("examples/b.hpp", ""),
    ("examples/plugin_in_c/src/a.c", "#include <eventcore/abi/plugin.h>"),
    ("cli/main.cpp", "#include <eventcore/store.hpp>"),
    ("bench/b.cpp", "#include <rocksdb/db.h>"),
]
BAD = [
    ("core/include/eventcore/abi/a.h", "#include <eventcore/store.hpp>"),
    ("core/include/eventcore/abi/a.h", "#include <string>"),
    ("core/include/eventcore/plugin/p.hpp", "#include <eventcore/store.hpp>"),
    ("core/include/eventcore/store.hpp", "#include <eventcore/plugin/p.hpp>"),
    ("core/include/eventcore/detail/x.hpp", "  #  include <eventcore/plugin/p.hpp>"),
    ("core/src/store.cpp", "#include <eventcore/store.hpp>"),
    ("core/src/store.cpp", "#include <yaml-cpp/yaml.h>"),
    ("core/src/store.cpp", "#include <boost/dll.hpp>"),
    ("plugins/memory/src/store.cpp", "#include <eventcore/event.hpp>"),
    ("plugins/memory/src/store.cpp", "#include <rocksdb/db.h>"),
    ("plugins/memory/src/store.cpp", '#include "../../../core/src/loader.hpp"'),
    ("plugins/memory/src/store.cpp", '#include "../../rocksdb/src/key.hpp"'),
    ("plugins/memory/src/store.cpp", '#include "eventcore/event.hpp"'),
    ("examples/a.cpp", '#include "loader.hpp"'),
    ("examples/a.cpp", '#include "../core/src/loader.hpp"'),
    ("examples/a.cpp", "#include <eventcore/plugin/p.hpp>"),
    ("examples/plugin_in_c/src/a.c", "#include <eventcore/store.hpp>"),
    ("conformance/a.cpp", '#include "loader.hpp"'),
    ("bench/a.cpp", '#include "loader.hpp"'),
    ("cli/main.cpp", '#include "loader.hpp"'),
    ("cli/main.cpp", "#include <pqxx/pqxx>"),
    ("cli/main.cpp", "#include <yaml-cpp/yaml.h>"),
]


def self_test():
    failures = []

    def tree(files):
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files:
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content + "\n")
            return check(pathlib.Path(folder))

    if found := tree(GOOD):
        failures.append(f"a good tree is refused: {found}")
    base = [file for file in GOOD if file[0] == "core/src/loader.hpp"]
    for bad in BAD:
        if len(tree(base + [bad])) != 1:
            failures.append(f"this is not noticed: {bad}")
    return failures


def main():
    problems = self_test() if sys.argv[1] == "--self-test" else check(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) or "nothing wrong")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
