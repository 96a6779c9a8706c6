// Outcomes that are not plain: repeated, in doubt, unavailable, read only, damaged. The scripted plugin plays the
// backend.
#include "support.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace {

using namespace typed;

const ec::StreamId account("account/a");

ec::ExecuteOptions quick(const std::optional<ec::Uuid>& commit_id = {}) {
  ec::ExecuteOptions options;
  options.backoff_base = options.backoff_cap = std::chrono::microseconds(1);
  options.commit_id = commit_id;
  return options;
}

TEST(CommitId, HasOneEffectHoweverOftenItIsExecuted) {
  ec::Store store = open_memory();
  const auto options = quick(ec::Uuid::make());
  const auto first = ec::execute(store, Deposit{account, 5}, options);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->attempts, 1U);
  EXPECT_EQ(first->commit_id, *options.commit_id);
  ASSERT_TRUE(ec::execute(store, Deposit{account, 1}).has_value());
  const auto again = ec::execute(store, Deposit{account, 5}, options);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->attempts, 0U);
  EXPECT_EQ(again->first, first->first);
  EXPECT_EQ(again->last, first->last);
  EXPECT_EQ(again->version_of(account), 1U) << "as it was right after the first execution";
  EXPECT_EQ(all_events(store).size(), 2U);
}

TEST(CommitId, ARepeatAsksTheCommandNothing) {
  ec::Store store = open_memory();
  const auto options = quick(ec::Uuid::make());
  ASSERT_TRUE(ec::execute(store, Deposit{account, 5}, options).has_value());
  const Probe never{.on_decide = [](const auto&, auto&) -> ec::Result<> {
                      ADD_FAILURE() << "decided again";
                      return {};
                    },
                    .on_apply = [](const auto&) { ADD_FAILURE() << "applied again"; }};
  EXPECT_TRUE(ec::execute(store, never, options).has_value());
}

TEST(CommitId, ZeroMeansANewOne) {
  ec::Store store = open_memory();
  const auto done = ec::execute(store, Deposit{account}, quick(ec::Uuid{}));
  ASSERT_TRUE(done.has_value());
  EXPECT_FALSE(done->commit_id.is_zero());
  const Probe refuse{.on_decide = [](const auto&, auto&) -> ec::Result<> {
    EC_REQUIRE(false, "no");
    return {};
  }};
  const auto refused = ec::execute(store, refuse, quick(ec::Uuid{}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_FALSE(refused.error().commit_id.is_zero());
}

TEST(InDoubt, IsSettledByAskingAgain) {
  for (const bool stored : {false, true}) {
    ec::Store store = open_scripted(stored ? "append:IN_DOUBT+" : "append:IN_DOUBT");
    const auto done = ec::execute(store, Deposit{account, 5}, quick());
    ASSERT_TRUE(done.has_value()) << done.error().message;
    EXPECT_EQ(done->repeated, stored);
    EXPECT_EQ(done->attempts, 2U);
    EXPECT_EQ(done->version_of(account), 1U);
    EXPECT_EQ(all_events(store).size(), 1U);
  }
}

TEST(InDoubt, NamesTheCommitIdToAskAgainWith) {
  ec::Store store = open_scripted("append:IN_DOUBT+ append:IN_DOUBT append:UNAVAILABLE");
  ec::ExecuteOptions options = quick();
  options.max_attempts = 3;
  const auto done = ec::execute(store, Deposit{account, 5}, options);
  EXPECT_FAILS(done, ec::Code::in_doubt, done.error().commit_id.str());
  EXPECT_TRUE(done.error().is_in_doubt());
  const auto again = ec::execute(store, Deposit{account, 5}, quick(done.error().commit_id));
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(all_events(store).size(), 1U);
}

TEST(InDoubt, ThatStoredNothingIsExecutedAnew) {
  ec::Store store = open_scripted("append:IN_DOUBT");
  ec::ExecuteOptions options = quick();
  options.max_attempts = 1;
  const auto done = ec::execute(store, Deposit{account, 5}, options);
  ASSERT_FALSE(done.has_value());
  const auto again = ec::execute(store, Deposit{account, 5}, quick(done.error().commit_id));
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->repeated);
  EXPECT_EQ(all_events(store).size(), 1U);
}

TEST(Trouble, OfAMomentIsWaitedOut) {
  for (const char* script : {"append:UNAVAILABLE", "read:UNAVAILABLE", "next:UNAVAILABLE"}) {
    ec::Store store = open_scripted(script);
    const auto done = ec::execute(store, Deposit{account, 5}, quick());
    ASSERT_TRUE(done.has_value()) << script << ": " << done.error().message;
    EXPECT_EQ(done->attempts, 2U) << script;
    EXPECT_EQ(all_events(store).size(), 1U);
  }
}

TEST(Trouble, ThatLastsIsTheAnswer) {
  ec::Store store = open_scripted("read:UNAVAILABLE read:UNAVAILABLE");
  ec::ExecuteOptions options = quick();
  options.max_attempts = 2;
  const auto done = ec::execute(store, Deposit{account, 5}, options);
  EXPECT_FAILS(done, ec::Code::unavailable, "the script says so");
  EXPECT_EQ(done.error().native_code, "E42");
}

TEST(Trouble, ThatNoRetryMendsIsTheAnswerAtOnce) {
  for (const auto& [script, code] :
       {std::pair{"append:READ_ONLY", ec::Code::read_only}, std::pair{"append:CORRUPT", ec::Code::corrupt},
        std::pair{"next:CORRUPT", ec::Code::corrupt}}) {
    ec::Store store = open_scripted(script);
    EXPECT_FAILS(ec::execute(store, Deposit{account, 5}, quick()), code, "the script says so");
    EXPECT_TRUE(ec::execute(store, Deposit{account, 5}, quick()).has_value()) << "the script is over";
  }
}

// A backend that contradicts itself must not be followed for ever.
TEST(Trouble, ACommitIdBothTakenAndNotStoredIsAnError) {
  std::string script;
  for (int i = 0; i < 50; ++i) script += "append:NOT_FOUND append:DUPLICATE ";
  ec::Store store = open_scripted(script);
  EXPECT_FAILS(ec::execute(store, Deposit{account, 5}, quick(ec::Uuid::make())), ec::Code::duplicate,
               "the script says so");
}

TEST(Trouble, AConflictOnAStreamThatWasNotNamedIsSurvived) {
  ec::Store store = open_scripted("append:CONFLICT");
  ec::Observer observer;
  ec::ExecuteOptions options = quick();
  options.observer = &observer;
  EXPECT_TRUE(ec::execute(store, Deposit{account, 5}, options).has_value());
}

}  // namespace
