// Plugins that throw, answer what nobody knows, or are replaced while they are loaded.
#include "support.hpp"

#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

namespace ec::hostile {
namespace {

std::string telling(const std::string& options) {
  return "plugin: " + telling_plugin() + "\noptions: {" + options + "}";
}

TEST(Misbehaving, AnOpenThatThrowsIsAnError) {
  for (const char* where : {"open", "info"}) {
    const Opened opened = open_text(telling(std::string("how: throw, where: ") + where));
    EXPECT_EQ(opened.status, EC_INTERNAL);
    EXPECT_TRUE(contains(opened.message, "the password  was not taken"));
  }
  expect_alive();
}

TEST(Misbehaving, AMessageWithoutAnEndIsCut) {
  const Opened opened = open_text(telling("how: endless, where: open"));
  EXPECT_EQ(opened.status, EC_UNAVAILABLE);
  EXPECT_EQ(opened.message, std::string(sizeof(ec_error::message) - 1, 'x'));
}

TEST(Misbehaving, AStatusThatNobodyKnowsIsGivenOn) {
  const Opened opened = open_text(telling("how: strange, where: open"));
  EXPECT_EQ(opened.status, 4711);
  EXPECT_STREQ(ec_status_name(opened.status), "UNKNOWN");
}

// C++ ends the program when the initialization of a static object throws, and the dynamic linker is C besides: nothing
// that loads such a library can stay alive. So the program says at least why.
TEST(MisbehavingDeathTest, AStaticObjectThatThrowsEndsTheProgram) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(open_plugin(EVENTCORE_TEST_PLUGIN_DIR "/deadly/eventcore_plugin_throws_while_loaded.so"),
               "thrown while it was loaded");
}

// Root and the user of the process can replace a file between the look at it and its loading, as an update does.
TEST(Misbehaving, WhatIsReplacedWhileItIsLoadedIsRefusedUntilTheProgramStartsAgain) {
  const TempFolder folder;
  const std::string file = folder.write("plugin.so", content_of(telling_plugin()));
  const Environment replaced("EVENTCORE_TEST_REPLACED_BY", folder.write("next", content_of(memory_plugin())));
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(refusal(open_plugin(file)), "/etc/bank.yaml:1:9: plugin " + file +
                                              ": was replaced while it was being loaded; start the program again");
  expect_alive();
}

TEST(Misbehaving, WhatIsReplacedAllTheTimeIsAnErrorOrOneOfThem) {
  const test::Log log;
  const TempFolder folder;
  const std::vector<std::string> contents{content_of(memory_plugin()), content_of(telling_plugin()), "no library"};
  constexpr int rounds = 40;
  constexpr int least_swaps = 30;
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string place = std::to_string(round);
    const std::string file = folder.write(place + "/plugin.so", contents[0]);
    std::atomic<int> swaps{0};
    std::atomic<bool> stop{false};
    std::thread swapping([&] {
      for (; !stop; ++swaps) {
        const std::string& next = contents[static_cast<std::size_t>(swaps) % contents.size()];
        std::rename(folder.write(place + "/next", next).c_str(), file.c_str());
      }
    });
    while (swaps < least_swaps) {
      const Opened opened = open_plugin(file);
      if (opened.status == EC_OK) continue;
      ++refused;
      const std::string said = refusal(opened);
      EXPECT_TRUE(contains(said, "was replaced while it was being loaded; start the program again") ||
                  contains(said, "is not a shared library") || contains(said, "cannot be loaded: "))
          << said;
      EXPECT_TRUE(contains(said, "plugin.so"));
    }
    stop = true;
    swapping.join();
  }
  EXPECT_GT(refused, 0);
  expect_alive();
}

}  // namespace
}  // namespace ec::hostile
