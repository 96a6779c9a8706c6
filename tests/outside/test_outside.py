"""Plugins as strangers build them: in an empty folder, on an installed eventcore, with a compiler of their own."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "package"))
import support  # pylint: disable=wrong-import-position

CLANG = ["-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_CXX_FLAGS=-stdlib=libc++"]


class Test(support.Case):
    def example(self, name):
        """An example's folder, as it is copied to begin from."""
        shutil.copytree(os.path.join(support.SOURCE, "examples", name), self.folder, dirs_exist_ok=True)

    def memory_plugin(self):
        self.copy("plugins/memory/src/*")
        self.copy("tests/package/plugin/CMakeLists.txt")

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

    def test_libcxx_plugin(self):
        """Another compiler, another standard library than the host's, in one process."""
        self.memory_plugin()
        needed = self.check_plugin("mine", *CLANG)
        self.assertIn("libc++.so.1", needed)
        self.assertNotIn("libstdc++.so.6", needed)
        suite = self.run_well("readelf", "--dynamic", os.path.join(support.PREFIX, "bin", "eventcore-conformance"))
        self.assertIn("libstdc++.so.6", suite)


if __name__ == "__main__":
    support.main()
