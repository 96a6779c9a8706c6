// A group of appends that the suite puts together itself (ec_store_append_all): what Group finds only when a group
// happens to form, a fast backend's too.
#include "contract.hpp"

namespace ec::conformance {
namespace {

class GroupInOneCall : public Contract {
 protected:
  using Outcomes = std::vector<Result<Appended>>;

  static Outcomes send(const std::vector<Append>& appends) { return store().append_all(appends); }
  // "ok" or the name of the status, for each.
  static std::vector<std::string> ends_of(const Outcomes& outcomes) {
    std::vector<std::string> ends;
    for (const auto& each : outcomes) ends.emplace_back(each ? "ok" : name_of(each.error().code));
    return ends;
  }
  using Ends = std::vector<std::string>;
  static constexpr const char* refused = "CONFLICT";
};

TEST_F(GroupInOneCall, OneThatIsRefusedEndsNoOther) {
  const Uuid taken = Uuid::make();
  written({Expect::any(stream("first"))}, {event(0, "first")}, {.commit_id = taken});
  const Outcomes outcomes = send({{{Expect::any(stream("a"))}, {event(0, "1")}, {}},
                                  {{Expect::any(stream("a")), Expect::exists(stream("none"))}, {event(0, "no")}, {}},
                                  {{Expect::any(stream("b"))}, {event(0, "2")}, {}},
                                  {{Expect::any(stream("b"))}, {event(0, "no")}, taken},
                                  {{Expect::any(stream("a"))}, {event(0, "3")}, {}}});
  EXPECT_EQ(ends_of(outcomes), (Ends{"ok", refused, "ok", "DUPLICATE", "ok"}));
  EXPECT_EQ(all().payloads(), (std::vector<std::string>{"first", "1", "2", "3"}));
}

TEST_F(GroupInOneCall, ALaterAppendSeesWhatAnEarlierOneWrote) {
  const Outcomes outcomes = send({{{Expect::absent(stream("a"))}, {event(0, "1"), event(0, "2")}, {}},
                                  {{Expect::absent(stream("a"))}, {event(0, "no")}, {}},
                                  {{Expect::exact(stream("a"), 2)}, {event(0, "3")}, {}},
                                  {{Expect::exact(stream("a"), 2), Expect::any(stream("b"))}, {event(1, "no")}, {}},
                                  {{Expect::exists(stream("a")), Expect::absent(stream("b"))}, {event(1, "4")}, {}}});
  EXPECT_EQ(ends_of(outcomes), (Ends{"ok", refused, "ok", refused, "ok"}));
  ASSERT_TRUE(outcomes[2]);
  EXPECT_EQ(outcomes[2]->versions, std::vector<std::uint64_t>{3});
  ASSERT_FALSE(outcomes[3]);
  EXPECT_EQ(outcomes[3].error().actual_version, 3U);
  EXPECT_EQ(all().payloads(), (std::vector<std::string>{"1", "2", "3", "4"}));
}

TEST_F(GroupInOneCall, ACommitIdThatStandsTwiceInItHasOneEffect) {
  const Uuid id = Uuid::make();
  const Append transfer{{Expect::any(stream("a"))}, {event(0, "x"), event(0, "y")}, id};
  const Outcomes outcomes = send({transfer, {{Expect::any(stream("b"))}, {event(0, "z")}, {}}, transfer});
  ASSERT_EQ(ends_of(outcomes), (Ends{"ok", "ok", "ok"}));
  EXPECT_FALSE(outcomes[0]->repeated);
  EXPECT_TRUE(outcomes[2]->repeated);
  EXPECT_EQ(outcomes[2]->first, outcomes[0]->first);
  EXPECT_EQ(outcomes[2]->last, outcomes[0]->last);
  EXPECT_EQ(outcomes[2]->versions, outcomes[0]->versions);
  EXPECT_EQ(version(stream("a")), 2U);
}

TEST_F(GroupInOneCall, IsCarriedOutInItsOrder) {
  std::vector<Append> appends;
  for (int i = 0; i < 40; ++i)
    appends.push_back({{Expect::any(stream(i % 3 == 0 ? "a" : "b"))},
                       {event(0, std::to_string(2 * i)), event(0, std::to_string(2 * i + 1))},
                       {}});
  const Outcomes outcomes = send(appends);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(outcomes[i]) << outcomes[i].error().message;
    EXPECT_LT(outcomes[i]->first, outcomes[i]->last);
    const Position before = i == 0 ? Position{} : outcomes[i - 1]->last;
    EXPECT_GT(outcomes[i]->first, before);
  }
  const std::vector<std::string> payloads = all().payloads();
  ASSERT_EQ(payloads.size(), 80U);
  for (std::size_t i = 0; i < payloads.size(); ++i) EXPECT_EQ(payloads[i], std::to_string(i));
}

}  // namespace
}  // namespace ec::conformance
