#!/usr/bin/env python3
"""check_options.py SOURCE: the options of every plugin, and their defaults, are as its README and its file in config/ say.

check_options.py --self-test: the check finds what it should.
"""
import pathlib
import re
import sys

OPTION = re.compile(r'\{literal\("(\w+)"\), EC_OPTION_\w+, ([^,]+), literal\("([^"]*)"\)')
ROW = re.compile(r"^\| `(\w+)` \| (?:`([^`]*)`|needed) \|", re.M)
LINE = re.compile(r"^  #?(\w+): +(\S+)", re.M)


def differences(code, readme, config):
    options = {name: None if "REQUIRED" in flags else default for name, flags, default in OPTION.findall(code)}
    rows = {name: default or None for name, default in ROW.findall(readme)}
    values = dict(LINE.findall(config))
    if not options:
        yield "the plugin has no options that this script finds"
    for name in sorted(options.keys() | rows.keys()):
        if name not in rows or name not in options:
            yield f"option '{name}' is {'not in the README' if name in options else 'in the README only'}"
        elif rows[name] != options[name]:
            yield f"option '{name}' has the default {options[name]}, the README says {rows[name]}"
    for name, default in options.items():
        if name not in values:
            yield f"option '{name}' is not in config/"
        elif default is not None and values[name] != default:
            yield f"option '{name}' has the default {default}, config/ says {values[name]}"


def self_test():
    code = ('{literal("path"), EC_OPTION_PATH, EC_OPTION_REQUIRED, literal("")\n'
            '{literal("size"), EC_OPTION_SIZE, 0, literal("4KiB")')
    readme = "| `path` | needed | x |\n| `size` | `4KiB` | x |\n"
    config = "  path: ${X}\n  #size: 4KiB  # x\n"
    assert not list(differences(code, readme, config))
    for wrong in ((code, readme.replace("4", "5"), config), (code, readme, config.replace("4", "5")),
                  (code, readme, config.replace("size", "sizes")), (code, readme.replace("size", "sizes"), config),
                  (code, readme + "| `more` | `1` | x |\n", config), ("", readme, config)):
        assert list(differences(*wrong)), wrong


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    root = pathlib.Path(sys.argv[1])
    problems = []
    for code in sorted(root.glob("plugins/*/src/plugin.cpp")):
        plugin = code.parent.parent
        files = [code, plugin / "README.md", root / "config" / f"{plugin.name}.yaml"]
        texts = [file.read_text(encoding="utf-8") for file in files]
        problems += [f"{plugin.name}: {each}" for each in differences(*texts)]
    print("\n".join(problems) or "nothing wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
