"""Plugins as strangers build them: in an empty folder, on an installed eventcore, with a compiler of their own."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "package"))
import support  # pylint: disable=wrong-import-position

DOCUMENT = os.path.join(support.SOURCE, "docs", "writing-a-plugin.md")
CLANG = ["-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_CXX_FLAGS=-stdlib=libc++"]


# The test that fails, the file, what is right in it, what is wrong instead, words of the suite that the document has.
MISTAKES = [
    ("Errors.AreUntouchedBySuccessfulCalls", "store.c", "head->lo = self->events.count;",
     "head->lo = self->events.count; error->code = EC_OK;", "a call that succeeded touched its error"),
    ("Append.ChecksAStreamThatItOnlyReads", "append.c", "if (holds(expect, actual)) continue;",
     "if (i > 0 || holds(expect, actual)) continue;", "CONFLICT is what the contract asks for"),
    ("ReadAll.CountsOnlyEventsThatPassAgainstTheLimit", "read_all.c",
     "if (!filter_passes(self->filter, &seen[i]->event)) continue;",
     "if (!filter_passes(self->filter, &seen[i]->event)) { --self->left; continue; }", ""),
    ("ReadAll.MovesThroughToTheHeadPastWhatTheFilterLeftOut", "read_all.c",
     "self->backward ? 0 : self->at < self->head ? self->at : self->head;",
     "self->backward || count == 0 ? 0 : self->events[count - 1].position.lo;", ""),
    ("Read.DoesNotSeeWhatIsAppendedAfterItBegan", "read.c", "each->next >= each->end",
     "each->next >= each->stream->events.count", ""),
    ("CommitId.OfAnotherContentIsRefused", "append.c", "if (!lookup && !same_content(self, stored, append)) {",
     "if (!lookup && 0) {", "DUPLICATE is what the contract asks for"),
    ("GroupInOneCall.OneThatIsRefusedEndsNoOther", "append.c",
     "append_one(self, CONST_ELEMENT(ec_append, appends, append_stride, i), outcome);",
     "append_one(self, CONST_ELEMENT(ec_append, appends, append_stride, i), outcome);\n"
     "    if (outcome->status != EC_OK) break;", ""),
]


class Test(support.Case):
    def example(self, name):
        """An example's folder, as it is copied to begin from."""
        shutil.copytree(os.path.join(support.SOURCE, "examples", name), self.folder, dirs_exist_ok=True)

    def check_plugin(self, name, *definitions):
        """Built, exports looked at, and held to the contract by the installed suite. Gives what it is linked with."""
        self.build(*definitions)
        out = self.run_well("ctest", "--test-dir", "build", "--output-on-failure")
        self.assertIn("100% tests passed, 0 tests failed out of 2", out)
        dynamic = self.run_well("readelf", "--dynamic", f"build/eventcore_plugin_{name}.so")
        return re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)

    def test_c_plugin(self):
        """Plain C: it needs the C library alone."""
        self.example("plugin_in_c")
        self.assertEqual(self.check_plugin("in_c"), ["libc.so.6"])

    def check_libcxx(self, name):
        """Another compiler, another standard library than the host's, in one process."""
        needed = self.check_plugin(name, *CLANG)
        self.assertIn("libc++.so.1", needed)
        self.assertNotIn("libstdc++.so.6", needed)
        suite = self.run_well("readelf", "--dynamic", os.path.join(support.PREFIX, "bin", "eventcore-conformance"))
        self.assertIn("libstdc++.so.6", suite)

    def test_libcxx_plugin(self):
        """With all extensions."""
        self.copy("plugins/memory/src/*")
        self.copy("tests/package/plugin/CMakeLists.txt")
        self.check_libcxx("mine")

    def test_libcxx_example(self):
        self.example("plugin_in_cpp")
        self.check_libcxx("in_cpp")

    def test_walkthrough(self):
        """The commands of docs/writing-a-plugin.md, as they stand there."""
        with open(DOCUMENT, encoding="utf-8") as file:
            blocks = re.findall(r"^<!-- run by outside.walkthrough -->\n```sh\n(.*?)^```$", file.read(), re.M | re.S)
        self.assertEqual(len(blocks), 2)
        commands = "".join(blocks).replace("/opt/eventcore", support.PREFIX)
        launcher = {"CMAKE_CXX_COMPILER_LAUNCHER": support.CCACHE} if support.CCACHE else {}
        out = self.run_well("bash", "-euo", "pipefail", "-c", f"cd '{support.SOURCE}'\n{commands}",
                            env={"HOME": self.folder, **launcher})
        self.assertIn("100% tests passed, 0 tests failed out of 2", out)
        self.assertRegex(out, r"\[  PASSED  \] \d+ tests\.")

    def test_mistakes(self):
        """Mistakes in the C plugin, one by one: the suite tells each by the test that the document names."""
        with open(DOCUMENT, encoding="utf-8") as file:
            named = re.findall(r"^\| [^|]* \| `(\w+\.\w+)` \|", file.read(), re.M)
        self.assertEqual(named, [test for test, *_ in MISTAKES])
        for test, file, right, wrong, words in MISTAKES:
            with self.subTest(test):
                self.example("plugin_in_c")
                source = self.path("src", file)
                with open(source, encoding="utf-8") as read:
                    text = read.read()
                self.assertEqual(text.count(right), 1, f"{right} in {file}: mend MISTAKES")
                self.file(source, text.replace(right, wrong))
                said = self.suite_on_sources(test)
                self.assertEqual(said.status, 1, said)
                self.assertIn(f"[  FAILED  ] {test}", said.out, said)
                self.assertIn(words, said.out, said)

    def suite_on_sources(self, test):
        library = self.path("eventcore_plugin_wrong.so")
        sources = [self.path("src", name) for name in os.listdir(self.path("src")) if name.endswith(".c")]
        self.run_well("cc", "-std=c99", "-shared", "-fPIC", "-pthread", "-I", os.path.join(support.PREFIX, "include"),
                      "-o", library, *sources)
        config = self.file("wrong.yaml", f"plugin: {library}\n")
        return self.run_program(os.path.join(support.PREFIX, "bin", "eventcore-conformance"), "--config", config,
                                f"--gtest_filter={test}")


if __name__ == "__main__":
    support.main()
