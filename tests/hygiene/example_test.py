#!/usr/bin/env python3
"""example_test.py COMPILER...: example.py lets a good header pass and refuses each kind of bad one."""
import pathlib
import subprocess
import sys
import tempfile

EXAMPLE = pathlib.Path(__file__).with_name("example.py")
STATEMENT = "// What it is.\n//\n//   const int y = x + 1;\n#pragma once\ninline constexpr int x = 1;\n"
DECLARATION = "// What it is.\n//\n//   int twice() {\n//     return 2 * x;\n//   }\n//\n// More.\n#pragma once\ninline constexpr int x = 1;\n"

CASES = [  # file, content, what is said of it: empty when it is good
    ("good.hpp", STATEMENT, ""),
    ("good.hpp", DECLARATION, ""),
    ("good.h", "/* What it is.\n *\n *   const int y = x;\n */\nstatic const int x = 1;\n", ""),
    ("detail/inner.hpp", "// No example.\n#pragma once\n", ""),
    ("bare.hpp", "#pragma once\n", "has no example"),
    ("none.hpp", "// What it is.\n//\n// - a list\n#pragma once\n", "has no example"),
    ("wrong.hpp", STATEMENT.replace("x + 1", "z + 1"), "does not compile"),
    ("alone.hpp", STATEMENT.replace("int x", "std::size_t x"), "does not compile"),
    ("cpp.h", "/* What it is.\n *\n *   auto y = x;\n */\nclass X {};\n", "does not compile"),
]

for name, content, words in CASES:
    with tempfile.TemporaryDirectory() as folder:
        header = pathlib.Path(folder) / name
        header.parent.mkdir(exist_ok=True)
        header.write_text(content)
        command = [sys.executable, str(EXAMPLE), str(header), folder, *sys.argv[1:]]
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if (ran.returncode == 0) != (words == "") or words not in ran.stdout:
            sys.exit(f"{name}, expected '{words}':\n{content}\n{ran.stdout}")
print("good headers pass, bad ones do not")
