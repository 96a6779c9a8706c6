#include "group.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace cli {
namespace {

const ec::StreamId a("a"), b("b");

ec::NewEvent event(const std::string& payload) { return {0, "t", payload, "m"}; }

TEST(Group, BecomesOneAppend) {
  const ec::Uuid commit_id = ec::Uuid::make();
  Group group(commit_id);
  ASSERT_TRUE(group.add(a, 3, event("1")));
  ASSERT_TRUE(group.add(b, std::nullopt, event("22")));
  ASSERT_TRUE(group.add(a, 4, event("333")));
  EXPECT_EQ(group.size(), 3U);
  EXPECT_EQ(group.bytes(), 9U);
  EXPECT_EQ(group.count_for(0), 2U);
  EXPECT_EQ(group.count_for(1), 1U);
  const ec::Append append = std::move(group).take();
  EXPECT_EQ(append.commit_id, commit_id);
  ASSERT_EQ(append.expects.size(), 2U);
  EXPECT_EQ(append.expects[0].stream, a);
  EXPECT_EQ(append.expects[0].mode, EC_EXPECT_EXACT);
  EXPECT_EQ(append.expects[0].version, 2U);
  EXPECT_EQ(append.expects[1].mode, EC_EXPECT_ANY);
  ASSERT_EQ(append.events.size(), 3U);
  EXPECT_EQ(append.events[1].expect, 1U);
  EXPECT_EQ(append.events[2].expect, 0U);
  EXPECT_EQ(append.events[2].payload, "333");
}

TEST(Group, WhatDoesNotFollowIsNotAdded) {
  for (const auto& wrong :
       {std::optional<std::uint64_t>(3), std::optional<std::uint64_t>(5), std::optional<std::uint64_t>()}) {
    Group group(ec::Uuid::make());
    ASSERT_TRUE(group.add(a, 3, event("1")));
    const auto added = group.add(a, wrong, event("2"));
    ASSERT_FALSE(added);
    EXPECT_NE(added.error().message.find("'a'"), std::string::npos);
    EXPECT_EQ(group.size(), 1U);
    EXPECT_EQ(group.bytes(), 2U);
    EXPECT_TRUE(group.add(a, 4, event("2")));
  }
}

TEST(Group, AllOfAStreamHaveAVersionOrNone) {
  Group group(ec::Uuid::make());
  ASSERT_TRUE(group.add(a, std::nullopt, event("1")));
  ASSERT_TRUE(group.add(a, std::nullopt, event("2")));
  EXPECT_FALSE(group.add(a, 3, event("3")));
  EXPECT_EQ(group.size(), 2U);
}

ec_event stored(const char* payload) {
  ec_event made{};
  made.stream = {"s", 1};
  made.version = 1;
  made.position = {0, 1};
  made.type = {"t", 1};
  made.payload = ec::detail::bytes(payload);
  made.schema_version = 1;
  return made;
}

TEST(Group, EachMemberButThePositionMakesADifference) {
  const ec_event one = stored("1");
  ec_event other = one;
  other.position = {1, 2};
  other.stream_index = 4;
  EXPECT_EQ(difference(one, other), nullptr);
  const auto differs = [&](const char* what, auto&& change) {
    ec_event changed = one;
    change(changed);
    EXPECT_STREQ(difference(one, changed), what);
  };
  differs("stream", [](ec_event& e) { e.stream = {"x", 1}; });
  differs("version", [](ec_event& e) { e.version = 2; });
  differs("id", [](ec_event& e) { e.id.bytes[3] = 1; });
  differs("commit id", [](ec_event& e) { e.commit_id.bytes[3] = 1; });
  differs("type", [](ec_event& e) { e.type = {"x", 1}; });
  differs("schema version", [](ec_event& e) { e.schema_version = 2; });
  differs("encoding", [](ec_event& e) { e.encoding = 1000; });
  differs("time", [](ec_event& e) { e.recorded_at_us = 1; });
  differs("payload", [](ec_event& e) { e.payload = ec::detail::bytes("2"); });
  differs("metadata", [](ec_event& e) { e.metadata = ec::detail::bytes("2"); });
}

TEST(Group, ACopyKeepsIdAndTime) {
  ec_event event = stored("payload");
  event.id.bytes[0] = 7;
  event.recorded_at_us = -5;
  event.encoding = 1000;
  event.schema_version = 9;
  const ec::NewEvent copy = copy_of(event);
  EXPECT_EQ(copy.id, ec::Uuid{event.id});
  EXPECT_EQ(copy.recorded_at_us, -5);
  EXPECT_EQ(copy.encoding, 1000U);
  EXPECT_EQ(copy.schema_version, 9U);
  EXPECT_EQ(copy.payload, "payload");
  EXPECT_EQ(copy.type, "t");
}

}  // namespace
}  // namespace cli
