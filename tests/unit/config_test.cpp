// The configuration: what is read from it, and what is said, and where, when it is wrong.
#include "config.hpp"
#include "failure.hpp"
#include "files.hpp"

#include <sys/stat.h>

namespace {

using ec::core::Config;
using ec::core::parse_config;
using ec::core::read_config_file;
using ec::test::contains;
using ec::test::Environment;
using ec::test::failure_of;
using ec::test::TempFolder;

std::string problem(const std::string& yaml) {
  return failure_of(EC_CONFIG, [&] { parse_config(yaml, "bank.yaml"); });
}
std::string file_problem(const std::string& path) {
  return failure_of(EC_CONFIG, [&] { read_config_file(path); });
}
std::string value_of(const std::string& text, const std::string& name = "bank.yaml") {
  return parse_config("plugin: memory\noptions:\n  key: " + text + "\n", name).options.at(0).value;
}

TEST(Config, AllThatAFileCanSay) {
  const TempFolder folder;
  const std::string file = folder.write("bank.yaml",
                                        "eventcore: 1\n"
                                        "plugin: rocksdb\n"
                                        "plugin_path: [plugins, /opt/plugins, ../up]\n"
                                        "options:\n"
                                        "  path: data\n"
                                        "  cache:\n"
                                        "    size: 64MiB\n"
                                        "  sync: true\n"
                                        "group_commit: {max_appends: 7, max_bytes: 1MiB}\n");
  const Config config = read_config_file(file);
  EXPECT_EQ(config.plugin, "rocksdb");
  EXPECT_EQ(config.plugin_origin.text(), file + ":2:9");
  ASSERT_EQ(config.plugin_path.size(), 3U);
  EXPECT_EQ(config.plugin_path[0], folder.path() / "plugins") << "from the file's folder, not the working directory";
  EXPECT_EQ(config.plugin_path[1], "/opt/plugins");
  EXPECT_EQ(config.plugin_path[2], folder.path().parent_path() / "up");
  ASSERT_EQ(config.options.size(), 3U);
  EXPECT_EQ(config.options[1].key, "cache.size");
  EXPECT_EQ(config.options[1].value, "64MiB");
  EXPECT_EQ(config.options[1].origin.line, 7);
  EXPECT_EQ(config.options[1].origin.column, 5);
  EXPECT_EQ(config.group_commit.max_appends, 7U);
  EXPECT_EQ(config.group_commit.max_bytes, 1024U * 1024U);
}

TEST(Config, OptionsAndAllElseMayBeLeftOut) {
  const Config config = parse_config("plugin: memory\noptions:\n", "bank.yaml");
  EXPECT_EQ(config.plugin, "memory");
  EXPECT_TRUE(config.options.empty());
  EXPECT_EQ(config.group_commit.max_appends, 256U);
}

TEST(Config, WhatIsWrongIsSaidWithItsPlaceAndWhatToDo) {
  const struct {
    const char* yaml;
    const char* problem;
  } cases[] = {
      {"", "bank.yaml: is empty; name the storage plugin, as in 'plugin: memory'"},
      {"# nothing\n", "bank.yaml: is empty"},
      {"options: {}", "bank.yaml: 'plugin' is missing; name the storage plugin"},
      {"plugin:", "'plugin' has no value"},
      {"plugin: ''", "bank.yaml:1:9: 'plugin' is empty"},
      {"plugin: [memory]", "bank.yaml:1:9: 'plugin' is a list; it must be a single value"},
      {"memory", "bank.yaml:1:1: the file is a single value; it must be a map"},
      {"- plugin", "bank.yaml:1:1: the file is a list"},
      {"plugin: memory\nplugins: x", "bank.yaml:2:1: unknown key 'plugins'; did you mean 'plugin'?"},
      {"plugin: memory\ncolour: x",
       "unknown key 'colour'; known are: eventcore, plugin, plugin_path, options, group_commit"},
      {"plugin: memory\nplugin: rocksdb",
       "bank.yaml:2:1: 'plugin' stands here a second time, first in line 1; remove one"},
      {"plugin: memory\noptions: {a: 1, a: 2}", "bank.yaml:2:17: 'a' stands here a second time, first in line 2"},
      {"plugin: memory\noptions: {a.b: 1, a: {b: 2}}", "option 'a.b' stands here a second time"},
      {"plugin: memory\noptions: 3", "bank.yaml:2:10: 'options' is a single value; it must be a map"},
      {"plugin: memory\noptions: {a: [1]}", "bank.yaml:2:14: 'a' is a list; it must be a single value; quote it"},
      {"plugin: memory\noptions: {a: }", "'a' has no value; give one, or remove the line"},
      {"plugin: memory\noptions: {a: ~}", "bank.yaml:2:14: 'a' has no value"},
      {"plugin: memory\nplugin_path: plugins",
       "bank.yaml:2:14: 'plugin_path' is a single value; it must be a list of folders"},
      {"plugin: memory\nplugin_path: ['']", "bank.yaml:2:15: 'plugin_path' has an empty folder"},
      {"plugin: memory\ngroup_commit: 3", "'group_commit' is a single value; it must be a map"},
      {"plugin: memory\ngroup_commit: {max_append: 3}",
       "bank.yaml:2:16: unknown key of group_commit 'max_append'; did you mean 'max_appends'?"},
      {"plugin: memory\ngroup_commit: {max_appends: many}",
       "bank.yaml:2:29: 'group_commit.max_appends' must be a whole number, is 'many'"},
      {"plugin: memory\ngroup_commit: {max_appends: 0}", "'group_commit.max_appends' must be at least 1, is '0'"},
      {"plugin: memory\ngroup_commit: {max_appends: 65537}", "must be at most 65536"},
      {"plugin: memory\ngroup_commit: {max_bytes: 5GiB}", "must be at most 4294967296 bytes, is '5GiB'"},
      {"eventcore: 2\nplugin: memory", "bank.yaml:1:12: 'eventcore: 2' is a newer format; this version reads format 1"},
      {"eventcore: one\nplugin: memory", "'eventcore' must be a whole number"},
      {"eventcore: 0\nplugin: memory", "'eventcore' must be at least 1"},
  };
  for (const auto& each : cases) EXPECT_TRUE(contains(problem(each.yaml), each.problem)) << each.yaml;
}

TEST(Config, BrokenYamlIsSaidWithItsPlace) {
  for (const char* yaml :
       {"plugin: [memory", "plugin: {a", "plugin: 'memory", "a: b: c", "plugin: memory\n  options: x",
        "plugin: memory\n\tx: 1", "%YAML 9\n---\n!", "plugin: \"\\q\"", "&", "*", "? [", "plugin: @x"}) {
    const std::string said = problem(yaml);
    EXPECT_TRUE(said.starts_with("bank.yaml:")) << yaml << ": " << said;
    EXPECT_TRUE(contains(said, ";")) << "says what to do";
  }
  EXPECT_TRUE(contains(problem("plugin: memory\noptions: {path: [}\n"), "bank.yaml:2:18: this is not valid YAML"));
}

TEST(Config, WhatOnlyAnAttackNeedsIsRefused) {
  EXPECT_TRUE(
      contains(problem("plugin: &x memory\noptions: {a: *x}"), "bank.yaml:2:14: aliases (*name) are not taken"));
  EXPECT_TRUE(contains(problem("plugin: !!str memory"), "tags (!name) are not taken"));
  EXPECT_TRUE(contains(problem("plugin: !x memory"), "tags (!name) are not taken"));
  EXPECT_TRUE(contains(problem("plugin: memory\noptions: !x {}"), "tags (!name) are not taken"));
  EXPECT_TRUE(contains(problem("plugin: memory\n---\nplugin: rocksdb"), "a second document begins here"));
  EXPECT_TRUE(contains(problem("plugin: memory\n? [a]\n: b"), "a key must be a plain word"));
  EXPECT_TRUE(contains(problem("a: " + std::string(100, '[') + std::string(100, ']')), "nested deeper than 16 levels"));
  EXPECT_TRUE(problem("a: " + std::string(100'000, '[')).starts_with("bank.yaml:1:"));
  EXPECT_TRUE(problem("a: " + std::string(100'000, '{')).starts_with("bank.yaml:1:"));
  EXPECT_TRUE(contains(problem("a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}}}}}}}}"),
                       "nested deeper than 16 levels"));
  std::string many = "plugin: memory\noptions:\n";
  for (int i = 0; i < 1100; ++i) many += "  k" + std::to_string(i) + ": 1\n";
  EXPECT_TRUE(contains(problem(many), "more than 1000 values"));
  EXPECT_TRUE(contains(problem("plugin: memory # " + std::string(2'000'000, 'x')), "larger than 1 MiB"));
}

TEST(Config, BytesThatAreNoTextAreRefused) {
  EXPECT_TRUE(contains(problem(std::string("plugin: mem\0ory", 15)), "bank.yaml:1:12: there is a NUL byte"));
  EXPECT_TRUE(contains(problem("plugin: mem\xff"), "bank.yaml: is not valid UTF-8"));
  EXPECT_TRUE(contains(problem("plugin: memory\noptions: {a: \"\\0\"}"), "'a' holds a NUL character; remove it"));
}

TEST(Config, KeysAreShownHarmless) {
  EXPECT_TRUE(contains(problem("plugin: \"\\\x1b\""), "unknown escape character: \\x1b;"));
  EXPECT_TRUE(contains(problem("plugin: memory\n\"a\\e[31mb\": 1"), "unknown key 'a\\x1b[31mb'"));
}

TEST(ConfigFile, ThatCannotBeReadIsSaidSo) {
  const TempFolder folder;
  EXPECT_TRUE(contains(file_problem(""), "no configuration file was named"));
  const std::string missing = (folder.path() / "none.yaml").string();
  EXPECT_EQ(file_problem(missing), missing + ": cannot read the configuration: there is no such file; check the path");
  EXPECT_TRUE(contains(file_problem(folder.path().string()), "it is a folder; name a file in it"));
  const std::string fifo = (folder.path() / "fifo").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_TRUE(contains(file_problem(fifo), "it is not a regular file"));
  EXPECT_TRUE(contains(file_problem("/dev/zero"), "it is not a regular file"));
  const std::string huge = folder.write("huge.yaml", std::string(1024 * 1024 + 1, '#'));
  EXPECT_TRUE(contains(file_problem(huge), "larger than 1024 KiB"));
  EXPECT_TRUE(contains(file_problem(folder.write("empty.yaml", "")), "is empty"));
  EXPECT_TRUE(contains(file_problem((folder.path() / "empty.yaml" / "below").string()), "Not a directory"));
}

TEST(ConfigFile, ALongPathIsCutInItsMiddle) {
  const std::string path = "/no/" + std::string(200, 'x') + "/end.yaml";
  const std::string said = file_problem(path);
  EXPECT_LT(said.size(), 200U);
  EXPECT_TRUE(contains(said, "/end.yaml"));
  EXPECT_TRUE(contains(said, "..."));
}

TEST(Expand, VariablesAndTheirDefaults) {
  const Environment set("EVENTCORE_TEST_A", "one ${EVENTCORE_TEST_B}");
  const Environment empty("EVENTCORE_TEST_EMPTY", "");
  const Environment unset("EVENTCORE_TEST_B");
  EXPECT_EQ(value_of("'<${EVENTCORE_TEST_A}>'"), "<one ${EVENTCORE_TEST_B}>") << "what comes in is not expanded again";
  EXPECT_EQ(value_of("'${EVENTCORE_TEST_B:-two}'"), "two");
  EXPECT_EQ(value_of("'${EVENTCORE_TEST_B:-}'"), "");
  EXPECT_EQ(value_of("'${EVENTCORE_TEST_EMPTY:-two}'"), "two");
  EXPECT_EQ(value_of("'${EVENTCORE_TEST_EMPTY}'"), "");
  EXPECT_EQ(value_of("'${EVENTCORE_TEST_A:-two}${EVENTCORE_TEST_B:-a:-b}'"), "one ${EVENTCORE_TEST_B}a:-b");
}

TEST(Expand, DollarsOfOtherKindsStay) {
  EXPECT_EQ(value_of("'$5 $$ $'"), "$5 $$ $");
  EXPECT_EQ(value_of("'$${HOME} $$${X:-x}'"), "${HOME} $${X:-x}") << "$${ is a plain ${, whatever comes before it";
  EXPECT_EQ(value_of("a}b"), "a}b");
}

TEST(Expand, FilesFromTheFolderOfTheConfiguration) {
  const TempFolder folder;
  folder.write("secrets/password", "xyz\r\n");
  folder.write("two", "a\n\n");
  const std::string name = (folder.path() / "bank.yaml").string();
  EXPECT_EQ(value_of("'<${file:secrets/password}>'", name), "<xyz>");
  EXPECT_EQ(value_of("'${file:" + (folder.path() / "two").string() + "}'", name), "a\n") << "one line end is cut off";
}

TEST(Expand, WhatCannotBeExpandedIsSaidWithoutTheValue) {
  const Environment unset("EVENTCORE_TEST_B");
  const Environment bad("EVENTCORE_TEST_BAD", "\xff");
  const TempFolder folder;
  const std::string big = folder.write("big", std::string(65 * 1024, 'x'));
  const std::string nul = folder.write("nul", std::string("a\0b", 3));
  const auto said = [&](const std::string& text) { return problem("plugin: memory\noptions:\n  key: '" + text + "'"); };
  EXPECT_TRUE(contains(said("${EVENTCORE_TEST_B}"),
                       "bank.yaml:3:8: the environment variable EVENTCORE_TEST_B is not set; set it, or write "
                       "${EVENTCORE_TEST_B:-default}"));
  EXPECT_TRUE(contains(said("a ${b"), "a '${' has no '}'; write $${ for a plain ${"));
  EXPECT_TRUE(contains(said("${A:-${B}}"), "stands inside another one"));
  EXPECT_TRUE(contains(said("${file:}"), "${file:} needs a path"));
  EXPECT_TRUE(contains(said("${file:/no/such/file}"), "cannot read ${file:...} /no/such/file: there is no such file"));
  EXPECT_TRUE(contains(said("${file:" + folder.path().string() + "}"), "it is a folder"));
  EXPECT_TRUE(contains(said("${file:" + big + "}"), "larger than 64 KiB"));
  EXPECT_TRUE(contains(said("${file:" + nul + "}"), "'key' holds a NUL character"));
  EXPECT_TRUE(contains(said("${EVENTCORE_TEST_BAD}"), "'key' is not valid UTF-8"));
  for (const char* text : {"${}", "${pass word}", "${9x}", "${-x}", "${:-x}"}) {
    EXPECT_TRUE(contains(said(text), "a ${...} names no environment variable")) << text;
    EXPECT_FALSE(contains(said(text), "pass word"));
  }
}

TEST(Expand, ThePluginAndItsPathToo) {
  const Environment set("EVENTCORE_TEST_A", "memory");
  const Config config =
      parse_config("plugin: '${EVENTCORE_TEST_A}'\nplugin_path: ['/x/${EVENTCORE_TEST_A}']", "bank.yaml");
  EXPECT_EQ(config.plugin, "memory");
  EXPECT_EQ(config.plugin_path.at(0), "/x/memory");
}

}  // namespace
