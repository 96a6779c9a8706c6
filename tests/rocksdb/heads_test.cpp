// What is remembered of streams' versions is bounded, never wrong, and of use when there are a few streams too many.
#include "heads.hpp"

#include <map>

#include <gtest/gtest.h>

namespace ec::rocks::test {
namespace {

constexpr std::size_t most = 1'000;

class HeadsKnown : public testing::Test {
 protected:
  static std::string name(std::size_t i) { return "stream/" + std::to_string(i); }
  void put(std::size_t stream) { heads.put(std::map<std::string, std::uint64_t>{{name(stream), ++versions[stream]}}); }
  std::size_t known(std::size_t streams) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < streams; ++i)
      if (const auto version = heads.find(name(i))) {
        EXPECT_EQ(*version, versions.at(i)) << i;
        ++count;
      }
    return count;
  }

  Heads heads{most};
  std::map<std::size_t, std::uint64_t> versions;
};

TEST_F(HeadsKnown, AreAllThatFit) {
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < most; ++i) put(i);
    EXPECT_EQ(known(most), most);
  }
}

TEST_F(HeadsKnown, AreNeverMoreAndNeverWrong) {
  for (std::size_t i = 0; i < 10 * most; ++i) put(i * i % 7'919);
  for (std::size_t i = 0; i < 10 * most; ++i) put(i);
  EXPECT_EQ(known(10 * most), most);
}

TEST_F(HeadsKnown, AreMostOfThoseWrittenInTurnWhenAFewAreTooMany) {
  constexpr std::size_t streams = most + most / 5;
  for (int round = 0; round < 5; ++round)
    for (std::size_t i = 0; i < streams; ++i) put(i);
  std::size_t met = 0;
  for (std::size_t i = 0; i < streams; ++i) {
    if (heads.find(name(i))) ++met;
    put(i);
  }
  EXPECT_GT(met, streams / 2);
}

TEST_F(HeadsKnown, KeepWhatIsWrittenToAgain) {
  constexpr std::size_t hot = most / 10;
  std::size_t met = 0;
  for (std::size_t cold = hot; cold < 10 * most; ++cold) {
    put(cold);
    const std::size_t stream = cold % hot;
    if (heads.find(name(stream))) ++met;
    put(stream);
  }
  EXPECT_GT(met, 10 * most * 9 / 10 - hot);
}

}  // namespace
}  // namespace ec::rocks::test
