"""An installed eventcore as its users build on it."""
import os
import re
import shutil

import support
from support import PREFIX, TRANSFER

# What is not needed to build on eventcore, neither by a host nor by a plugin.
ALONE = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON"
         for name in ("Boost", "yaml-cpp", "RocksDB", "PostgreSQL", "PkgConfig", "Threads")]

C_WARNINGS = "-Wall -Wextra -Wpedantic -Werror"
C_TRANSFER = "30 moved, committed at position 3\nREJECTED: insufficient funds\n"
PLUGINS = ("memory", "postgres", "rocksdb")
# What a transfer on memory runs on.
LIBRARIES = ("libeventcore.so.0", "eventcore/plugins/eventcore_plugin_memory.so")


class Test(support.Case):
    def host(self, program="main.cpp", example="010_transfer.cpp", project="host"):
        self.copy(f"tests/package/{project}/*")
        self.copy(f"examples/{example}", program)
        self.copy("examples/transfer.hpp")

    def pkg_config(self, *command, prefix=PREFIX):
        """With a prefix in which neither pkg-config nor the linker looks by itself."""
        lib = os.path.join(prefix, "lib")
        return self.run_well(*command, env={"PKG_CONFIG_PATH": os.path.join(lib, "pkgconfig"), "LD_RUN_PATH": lib})

    def check_runs(self, program, prefix=PREFIX, config=None, libraries=LIBRARIES):
        """A transfer, with these libraries of eventcore's under this prefix and no other."""
        ended = self.run_program(program, config or self.memory(), env={"LD_DEBUG": "files"})
        self.assertEqual((ended.status, ended.out), (0, TRANSFER), ended)
        loaded = {os.path.realpath(file) for file in re.findall(r"calling init: (\S+)", ended.err)}
        self.assertEqual({file for file in loaded if "eventcore" in os.path.basename(file)},
                         {os.path.realpath(os.path.join(prefix, "lib", name)) for name in libraries}, ended.err)

    def test_host_by_find_package(self):
        self.host()
        self.build(*ALONE)
        self.check_runs("build/shop")

    def test_host_by_pkg_config(self):
        self.host()
        self.pkg_config("sh", "build.sh")
        self.check_runs("./shop")
        plugins = self.pkg_config("pkg-config", "--variable=plugindir", "eventcore").strip()
        self.assertTrue(os.path.exists(os.path.join(plugins, "eventcore_plugin_memory.so")), plugins)

    def test_host_by_subdirectory(self):
        """The project gets library and plugins, no tests of eventcore's and nothing to install."""
        self.host(project="host_by_subdirectory")
        self.build(f"-DEVENTCORE_SOURCES={support.SOURCE}", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
                   targets=("shop",))
        built = self.path("build", "eventcore")
        self.check_runs("build/shop", prefix=built)
        self.assertEqual(os.listdir(os.path.join(built, "lib", "eventcore", "plugins")), ["eventcore_plugin_memory.so"])
        self.assertIn("Total Tests: 0", self.run_well("ctest", "--test-dir", "build", "-N"))
        self.run_well("cmake", "--install", "build", "--prefix", self.path("installed"))
        files = [name for _, _, names in os.walk(self.path("installed")) for name in names]
        self.assertEqual(files, ["shop"])

    def test_host_in_c(self):
        """Of a project that has no C++."""
        self.host(program="main.c", example="060_command_in_c.c", project="host_in_c")
        self.build(*ALONE, f"-DCMAKE_C_FLAGS={C_WARNINGS}")
        self.assertEqual(self.run_well("build/shop", self.memory()), C_TRANSFER)
        self.pkg_config("sh", "build.sh")
        self.assertEqual(self.run_well("./shop", self.memory()), C_TRANSFER)

    def test_host_with_static_plugins(self):
        """One file that needs nothing of eventcore's, and a program that has but the plugin in it."""
        self.host(project="host_static")
        self.build()
        self.check_runs("build/shop", libraries=())
        rocksdb = self.file("rocksdb.yaml", f"plugin: rocksdb\noptions:\n  path: {self.path('data')}\n")
        self.check_runs("build/shop", config=rocksdb, libraries=())
        self.assertTrue(os.path.exists(self.path("data", "CURRENT")))
        self.check_runs("build/shop_with_memory", libraries=LIBRARIES[:1])

        # A plugin that is not linked is a file, beside the program, and not where the name leads that it was called by.
        os.makedirs(self.path("eventcore", "plugins"))
        stray = self.path("eventcore", "plugins", "eventcore_plugin_stray.so")
        shutil.copy(os.path.join(PREFIX, "lib", LIBRARIES[1]), stray)
        self.file("called", "")
        config = self.file("stray.yaml", "plugin: stray\n")
        ended = self.run_program("bash", "-c", 'exec -a ./called build/shop "$0"', config)
        self.assertEqual(ended.status, 1, ended)
        self.assertIn("plugin 'stray' was not found", ended.err)
        shutil.move(self.path("eventcore"), self.path("build"))
        self.assertEqual(self.run_well("bash", "-c", 'exec -a ./called build/shop "$0"', config), TRANSFER)

    def test_static_plugin_by_hand(self):
        self.copy("tests/package/host_static/*by_hand*")
        self.memory()
        self.pkg_config("sh", "build_by_hand.sh")
        self.assertEqual(self.run_well("./shop"), "opened\n")

    def test_static_plugins_in_c(self):
        self.copy("tests/package/host_static/CMakeLists.txt")
        self.copy("examples/060_command_in_c.c", "main.c")
        with open(self.path("CMakeLists.txt"), encoding="utf-8") as file:
            self.file("CMakeLists.txt", file.read().replace("shop CXX", "shop C").replace("main.cpp", "main.c"))
        self.build()
        for program in ("build/shop", "build/shop_with_memory"):
            self.assertEqual(self.run_well(program, self.memory()), C_TRANSFER)

    def test_static_plugin_twice(self):
        """Two plugins of one name in a program: it says so and ends before main begins."""
        self.host(project="host_static")
        self.copy("plugins/memory/src/*")
        with open(self.path("CMakeLists.txt"), "a", encoding="utf-8") as file:
            file.write("find_package(eventcore REQUIRED COMPONENTS plugin)\n"
                       "eventcore_add_plugin(NAME mine STATIC\n"
                       "  SOURCES plugin.cpp store.cpp cursors.cpp bookkeeping.cpp)\n"
                       "add_library(other MODULE empty.cpp)\n"
                       "target_link_libraries(other PRIVATE eventcore::eventcore)\n"
                       "eventcore_link_plugins(other mine)\n"
                       "target_link_options(shop_with_memory PRIVATE -Wl,--no-as-needed)\n"
                       "target_link_libraries(shop_with_memory PRIVATE $<TARGET_FILE:other>)\n"
                       "add_dependencies(shop_with_memory other)\n")
        self.file("empty.cpp", "")
        self.build(targets=("shop_with_memory",))
        ended = self.run_program("build/shop_with_memory", self.memory())
        self.assertLess(ended.status, 0, ended)
        self.assertIn("a plugin 'memory' is registered already, and it is another one", ended.err)

    def test_wrong_static_plugin(self):
        self.host(project="host_static")
        with open(self.path("CMakeLists.txt"), encoding="utf-8") as file:
            text = file.read()
        for wrong, words in (("shop rocksbd", "there is no static plugin 'rocksbd'"), ("shop", "names of plugins")):
            self.file("CMakeLists.txt", text.replace("shop memory rocksdb", wrong))
            ended = self.configure()
            self.assertNotEqual(ended.status, 0, ended)
            self.assertIn(words, ended.err)

    def test_moved_prefix(self):
        """The installed tree goes on in another place: for CMake, for pkg-config, for its programs, at run time."""
        moved = self.path("elsewhere")
        shutil.copytree(PREFIX, moved, symlinks=True)
        self.host()
        self.build(prefix=moved)
        self.check_runs("build/shop", prefix=moved)
        self.pkg_config("sh", "build.sh", prefix=moved)
        self.check_runs("./shop", prefix=moved)
        self.check_conformance(moved)

    def check_conformance(self, prefix):
        out = self.run_well(os.path.join(prefix, "bin", "eventcore-conformance"), "--config", self.memory(),
                            "--gtest_filter=Append.*", env={"LD_DEBUG": "files"})
        self.assertIn("[  PASSED  ]", out)

    def test_nothing_of_the_tests_is_installed(self):
        for folder, wanted in ((".", ["bin", "include", "lib", "share"]), ("include", ["eventcore"]),
                               ("bin", ["eventcore", "eventcore-conformance"]),
                               ("lib/eventcore/plugins", [f"eventcore_plugin_{name}.so" for name in PLUGINS]),
                               ("lib/eventcore/static", [f"libeventcore_plugin_{name}.a" for name in PLUGINS])):
            self.assertEqual(sorted(os.listdir(os.path.join(PREFIX, folder))), wanted)

    def test_no_file_knows_its_place(self):
        binary = (b"\x7fELF", b"!<arch>\n")  # the debug information of a library names its sources
        for folder, _, names in os.walk(PREFIX):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                for place in [PREFIX] if content.startswith(binary) else [PREFIX, support.SOURCE]:
                    self.assertFalse(place.encode() in content, f"{os.path.join(folder, name)} names {place}")

    def test_plugin_alone(self):
        """The plugin of the tree, copied as an author would, built with eventcore alone and held to the contract."""
        self.copy("plugins/memory/src/*")
        self.copy("tests/package/plugin/CMakeLists.txt")
        with open(self.path("plugin.cpp"), encoding="utf-8") as file:
            self.file("plugin.cpp", file.read().replace('"memory"', '"mine"'))
        self.build(*ALONE, f"-DCMAKE_INSTALL_PREFIX={self.path('installed')}")
        out = self.run_well("ctest", "--test-dir", "build", "--output-on-failure")
        self.assertIn("100% tests passed, 0 tests failed out of 2", out)
        self.run_well("cmake", "--install", "build")
        folder = self.path("installed/lib/eventcore/plugins")
        self.assertEqual(os.listdir(folder), ["eventcore_plugin_mine.so"])
        config = self.file("mine.yaml", f"plugin: mine\nplugin_path: [{folder}]\n")
        self.assertIn("[  PASSED  ] 2 tests.", self.run_well(
            os.path.join(PREFIX, "bin/eventcore-conformance"), "--config", config, "--gtest_filter=Head.*"))

    def test_plugin_without_the_tools(self):
        without = self.path("without")
        shutil.copytree(PREFIX, without, symlinks=True)
        os.remove(os.path.join(without, "bin", "eventcore-conformance"))
        self.copy("plugins/memory/src/*")
        self.copy("tests/package/plugin/CMakeLists.txt")
        ended = self.configure(prefix=without)
        self.assertNotEqual(ended.status, 0, ended)
        self.assertIn("the Debian package eventcore-tools", " ".join(ended.err.split()))

    def test_plugin_component_brings_no_library(self):
        self.file("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(author CXX)\n"
                  "find_package(eventcore REQUIRED COMPONENTS plugin)\n"
                  "if(TARGET eventcore::eventcore OR NOT TARGET eventcore::headers)\n"
                  "  message(FATAL_ERROR \"not what was asked for\")\nendif()\n")
        ended = self.configure(*ALONE)
        self.assertEqual(ended.status, 0, ended)

    def test_wrong_component_and_version(self):
        for wanted, words in (("COMPONENTS hots", "eventcore has no component 'hots'; there are: host"),
                              ("0.2", "version: 0.1."), ("1", "version: 0.1.")):
            self.file("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(shop CXX)\n"
                      f"find_package(eventcore {wanted} REQUIRED)\n")
            ended = self.configure()
            self.assertNotEqual(ended.status, 0, ended)
            self.assertIn(words, ended.err, ended)


if __name__ == "__main__":
    support.main()
