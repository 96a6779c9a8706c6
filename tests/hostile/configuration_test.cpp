// Configuration files that are made to hang, to crash or to fill the memory.
#include "support.hpp"

#include <unistd.h>
#include <utility>

namespace ec::hostile {
namespace {

constexpr std::size_t largest = 1024 * 1024;

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string result;
  result.reserve(bytes + piece.size());
  while (result.size() + piece.size() <= bytes) result += piece;
  return result;
}

class Configuration : public testing::Test {
 protected:
  void TearDown() override { expect_alive(); }
  // Each refusal says where.
  static std::string problem(std::string_view yaml) {
    const std::string said = refusal(open_text(yaml));
    EXPECT_TRUE(said.starts_with("/etc/bank.yaml:")) << said;
    EXPECT_TRUE(contains(said, ";")) << "and what to do";
    return said;
  }
};

TEST_F(Configuration, ABombOfAliasesDoesNotGoOff) {
  std::string bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + ", " + before + "]\n";
  }
  EXPECT_TRUE(contains(problem(bomb), "/etc/bank.yaml:2:10: aliases (*name) are not taken"));
  EXPECT_TRUE(contains(problem("&a {plugin: *a}"), "aliases (*name) are not taken")) << "one that holds itself";
  EXPECT_TRUE(contains(problem("plugin: memory\n<<: &a {b: c}"), "unknown key '<<'"));
  EXPECT_TRUE(contains(problem("plugin: memory\noptions: {<<: *a}"), "the referenced anchor is not defined"));
}

// One thing over and over: whatever is nested deep, is looked back for far, or is kept. The time limit of the test sees
// to it that none takes for ever.
TEST_F(Configuration, AMebibyteOfAnythingIsRefusedWithoutCrashing) {
  const char* pieces[] = {
      "[",           "{",    "]",  "}",     "- ",      "? ",      ": ",        ", ",      "&a ",      "*a ",
      "!a ",         "!<",   "'",  "\"",    "|\n",     ">\n",     "%",         "#",       "\t",       "\n",
      "\r",          "\r\n", " ",  "---\n", "a: ",     "a:\n",    "a: [",      "a: {",    "{a: ",     "[? ",
      "- - ",        "? - ", "\\", "\"\\x", "a",       "...\n",   "{,",        "[a,",     "a\n ",     "- [",
      "<<: ",        "~: ",  "`",  "@",     "{a: b, ", "%TAG ! ", "!!binary ", "x: &a {", "\xC2\x85", "\xE2\x80\xA8",
      "\xEF\xBB\xBF"};
  for (const char* piece : pieces) {
    problem(repeated(piece, largest));
    problem("plugin: memory\noptions:\n  a: " + repeated(piece, largest / 8));
    problem("plugin: memory\noptions: {a: " + repeated(piece, largest / 8));
  }
}

TEST_F(Configuration, IndentationThatGrowsWithEachLineIsRefused) {
  std::string stairs;
  for (int i = 0; stairs.size() + static_cast<std::size_t>(i) < largest - 1000; ++i)
    stairs += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_TRUE(contains(problem(stairs), "nested deeper than 16 levels"));
}

TEST_F(Configuration, AFileOfTwoGigabytesIsRefusedUnread) {
  const TempFolder folder;
  const std::string path = folder.write("bank.yaml", "plugin: memory\n");
  ASSERT_EQ(truncate(path.c_str(), off_t{2} << 30U), 0);
  EXPECT_EQ(refusal(open_file(path)),
            path + ": cannot read the configuration: it is larger than 1024 KiB; name another");
  EXPECT_TRUE(contains(problem("plugin: '${file:" + path + "}'"), "it is larger than 64 KiB; name another"));
}

TEST_F(Configuration, BytesThatAreNoTextAreRefused) {
  for (const std::string_view bytes : {std::string_view("\0", 1), std::string_view("plugin: mem\0ory", 15),
                                       std::string_view("plugin: memory\n\0", 16)})
    EXPECT_TRUE(contains(problem(bytes), "there is a NUL byte; save the file as plain UTF-8 text"));
  for (const char* bytes : {"plugin: \xff", "plugin: \xC0\x80", "plugin: \xED\xA0\x80", "plugin: \xF4\x90\x80\x80",
                            "plugin: \xE2\x82", "\xFE\xFFplugin", "a\x80"})
    EXPECT_TRUE(contains(problem(bytes), "is not valid UTF-8; save the file as plain UTF-8 text"));
  const std::string utf16("\xFF\xFEp\0l\0", 6);
  EXPECT_TRUE(contains(problem(utf16), "/etc/bank.yaml:1:4: there is a NUL byte"));
}

TEST_F(Configuration, AMarkOfItsEncodingAndForeignLineEndsAreTaken) {
  EXPECT_EQ(open_text("\xEF\xBB\xBFplugin: memory\noptions: {max_payload: 1KiB}\n").message, "");
  EXPECT_EQ(open_text("plugin: memory\r\noptions:\r\n  max_payload: 1KiB\r\n").message, "");
  EXPECT_EQ(open_text("plugin: \"memory\"   # a comment\n...\n").message, "");
}

TEST_F(Configuration, WhatYamlCanSayAndAConfigurationNeedNotIsRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"plugin: memory\nplugin: memory", "'plugin' stands here a second time, first in line 1; remove one"},
      {"plugin: memory\noptions: {a: 1, \"a\": 2}", "'a' stands here a second time"},
      {"plugin: memory\n\toptions: {}", "this is not valid YAML"},
      {"plugin: memory\noptions:\n\tmax_payload: 1", "this is not valid YAML"},
      {"plugin: memory\n---\nplugin: memory", "a second document begins here"},
      {"--- {plugin: memory}\n--- {}", "a second document begins here"},
      {"plugin: !!binary bWVtb3J5", "tags (!name) are not taken"},
      {"plugin: !<tag:yaml.org,2002:str> memory", "tags (!name) are not taken"},
      {"%TAG ! tag:x,1:\n---\nplugin: !y memory", "tags (!name) are not taken"},
      {"%YAML 3.0\n---\nplugin: memory", "this is not valid YAML"},
      {"? {a: b}\n: c", "a key must be a plain word"},
      {"plugin: [memory", "this is not valid YAML"},
      {"plugin: \"\\uD800\"", "this is not valid YAML"},
      {"plugin: \"\\U00110000\"", "this is not valid YAML"},
      {"plugin: \"mem\\0ory\"", "'plugin' holds a NUL character"},
  };
  for (const auto& [yaml, said] : cases) EXPECT_TRUE(contains(problem(yaml), said)) << yaml;
}

TEST_F(Configuration, ExpansionsThatGrowAreRefused) {
  const TempFolder folder;
  const std::string value = folder.write("value", std::string(60'000, 'x'));
  const std::string self = folder.write("self", "${file:" + (folder.path() / "self").string() + "}");
  EXPECT_TRUE(contains(refusal(open_text("plugin: '${file:" + self + "}'")), "give a name"))
      << "what comes in is not expanded";
  EXPECT_TRUE(contains(problem("plugin: '" + repeated("${", 100'000) + repeated("}", 100'000) + "'"),
                       "stands inside another one"));
  EXPECT_TRUE(contains(problem("plugin: '" + repeated("${HOME", 100'000) + "'"), "a '${' has no '}'"));
  EXPECT_TRUE(contains(problem("plugin: '${" + std::string(100'000, 'A') + "}'"), "is not set"));
  EXPECT_TRUE(contains(problem("plugin: '" + repeated("${file:" + value + "}", largest - 1000) + "'"),
                       "with its ${...} filled in this has more than 128 KiB; make it shorter"));
}

}  // namespace
}  // namespace ec::hostile
