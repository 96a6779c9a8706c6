// execute: what it reads, writes and answers on a store that does as it is told.
#include "support.hpp"

namespace {

using namespace typed;
using State = Probe::State;
using Out = Probe::Out;

TEST(Execute, ACommandIsCommittedOrNot) {
  ec::Store store = open_memory();
  const auto done = ec::execute(store, Deposit{ec::StreamId("account/a"), 5});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->attempts, 1U);
  EXPECT_FALSE(done->repeated);
  EXPECT_FALSE(done->commit_id.is_zero());
  EXPECT_EQ(done->first, (ec::Position{0, 1}));
  EXPECT_EQ(done->last, (ec::Position{0, 1}));
  EXPECT_EQ(done->version_of(ec::StreamId("account/a")), 1U);
  EXPECT_EQ(done->version_of(ec::StreamId("account/b")), 0U);
  EXPECT_EQ(all_events(store), (Texts{R"(account/a@1 deposited {"amount":5})"}));
}

TEST(Execute, WhatWasDecidedBeforeIsFoldedIntoTheState) {
  ec::Store store = open_memory();
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(ec::execute(store, Deposit{ec::StreamId("account/a"), i}));
  State seen;
  const Probe probe{.on_decide = [&](const State& state, Out&) {
    seen = state;
    return ec::Result<>{};
  }};
  const auto done = ec::execute(store, probe);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(seen.sum, 6);
  EXPECT_EQ(seen.versions, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(done->last, ec::Position{}) << "nothing was written";
  EXPECT_EQ(done->version_of(ec::StreamId("account/a")), 3U);
}

TEST(Execute, SeveralEventsOfOneDecisionStandTogether) {
  ec::Store store = open_memory();
  const Probe probe{.on_decide = [](const State&, Out& out) {
    for (int i = 1; i <= 3; ++i) out.write<&Probe::account>(Deposited{i});
    return ec::Result<>{};
  }};
  const auto done = ec::execute(store, probe);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->first, (ec::Position{0, 1}));
  EXPECT_EQ(done->last, (ec::Position{0, 3}));
  EXPECT_EQ(all_events(store), (Texts{R"(account/a@1 deposited {"amount":1})", R"(account/a@2 deposited {"amount":2})",
                                      R"(account/a@3 deposited {"amount":3})"}));
}

TEST(Execute, ARuleThatDoesNotHoldRejectsInItsOwnWords) {
  ec::Store store = open_memory();
  const Probe probe{.on_decide = [](const State& state, Out& out) -> ec::Result<> {
    out.write<&Probe::account>(Deposited{1});
    EC_REQUIRE(state.sum >= 10, "insufficient funds: available={}, requested={}", state.sum, 10);
    return {};
  }};
  const auto done = ec::execute(store, probe);
  EXPECT_FAILS(done, ec::Code::rejected, "insufficient funds: available=0, requested=10");
  EXPECT_TRUE(done.error().is_rejected());
  EXPECT_TRUE(all_events(store).empty());
}

TEST(Execute, ALongRejectionIsCutBetweenTwoCharacters) {
  ec::Store store = open_memory();
  for (std::string text : {"", "x"}) {
    for (int i = 0; i < 300; ++i) text += "\u00fc";
    const Probe probe{.on_decide = [&](const State&, Out&) -> ec::Result<> {
      return std::unexpected(ec::Error{ec::Code::rejected, text});
    }};
    const auto done = ec::execute(store, probe);
    ASSERT_FALSE(done.has_value());
    EXPECT_TRUE(text.starts_with(done.error().message));
    EXPECT_GT(done.error().message.size(), 400U);
    EXPECT_EQ(ec_utf8_check(ec::detail::str(done.error().message)), 1);
  }
}

struct Refusal {
  std::int64_t missing = 0;
  std::string message() const { return "short of " + std::to_string(missing); }
};
struct Closed {};

struct Withdraw {
  ec::StreamId account{"account/a"};
  std::int64_t amount = 0;
  using Streams = ec::StreamSet<&Withdraw::account>;
  using Events = ec::Events<Withdrawn>;
  using Rejections = ec::Rejections<Refusal, Closed>;
  struct State {};
  void apply(State&, const ec::Recorded<Withdrawn>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Withdraw>& out) const {
    if (amount > 100) return out.reject(Refusal{amount - 100});
    if (amount < 0) return out.reject(Closed{});
    out.write<&Withdraw::account>(Withdrawn{amount});
    return {};
  }
};

TEST(Execute, ARejectionMayHaveAType) {
  ec::Store store = open_memory();
  const auto short_of = ec::execute(store, Withdraw{.amount = 130});
  EXPECT_FAILS(short_of, ec::Code::rejected, "short of 30");
  ASSERT_NE(short_of.error().rejection<Refusal>(), nullptr);
  EXPECT_EQ(short_of.error().rejection<Refusal>()->missing, 30);
  EXPECT_EQ(short_of.error().rejection<Closed>(), nullptr);
  const auto closed = ec::execute(store, Withdraw{.amount = -1});
  EXPECT_FAILS(closed, ec::Code::rejected, "rejected by a rule");
  EXPECT_NE(closed.error().rejection<Closed>(), nullptr);
  EXPECT_TRUE(ec::execute(store, Withdraw{.amount = 1}).has_value());
}

TEST(Execute, AnEventThatTheCommandDoesNotKnowIsAnErrorThatNamesIt) {
  ec::Store store = open_memory();
  ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("account/a"))}, {ec::NewEvent::of(0, Renamed{"x"})}));
  const auto done = ec::execute(store, Probe{});
  EXPECT_FAILS(done, ec::Code::unsupported, "stream 'account/a', version 1");
  EXPECT_FAILS(done, ec::Code::unsupported, "type 'renamed'");
  EXPECT_TRUE(ec::execute(store, Deposit{ec::StreamId("account/a")}).has_value()) << "it ignores other events";
}

struct Audit {
  ec::StreamId account{"account/a"};
  using Streams = ec::StreamSet<&Audit::account>;
  using Events = ec::Events<Deposited>;
  using Ignores = ec::Ignore<Renamed>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Audit>&) const { return {}; }
};

TEST(Execute, OnlyTheNamedTypesAreIgnored) {
  ec::Store store = open_memory();
  const ec::Expect any = ec::Expect::any(ec::StreamId("account/a"));
  ASSERT_TRUE(store.append({any}, {ec::NewEvent::of(0, Renamed{"x"})}));
  EXPECT_TRUE(ec::execute(store, Audit{}).has_value());
  ASSERT_TRUE(store.append({any}, {ec::NewEvent::of(0, Withdrawn{1})}));
  EXPECT_FAILS(ec::execute(store, Audit{}), ec::Code::unsupported,
               "version 2: the command does not know events of type 'withdrawn'");
}

TEST(Execute, APayloadThatCannotBeDecodedIsAnErrorThatNamesIt) {
  ec::Store store = open_memory();
  ASSERT_TRUE(ec::execute(store, Deposit{ec::StreamId("account/a")}));
  ec::NewEvent broken = ec::NewEvent::of(0, Deposited{1});
  broken.payload = R"({"amount":"much"})";
  ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("account/a"))}, {broken}));
  const auto done = ec::execute(store, Deposit{ec::StreamId("account/a")});
  EXPECT_FAILS(done, ec::Code::corrupt, "stream 'account/a', version 2, type 'deposited': JSON, offset 10");
  EXPECT_FAILS(done, ec::Code::corrupt, "(member 'amount')");
}

struct Rename {
  ec::StreamId account{"account/a"};
  std::string name;
  using Streams = ec::StreamSet<&Rename::account>;
  using Events = ec::Events<Renamed>;
  struct State {};
  void apply(State&, const ec::Recorded<Renamed>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Rename>& out) const {
    out.write<&Rename::account>(Renamed{name});
    return {};
  }
};

TEST(Execute, TextThatIsNotUtf8IsRefusedBeforeItIsStored) {
  ec::Store store = open_memory();
  EXPECT_FAILS(ec::execute(store, Rename{.name = "\xff"}), ec::Code::invalid, "'renamed'");
  EXPECT_TRUE(all_events(store).empty()) << "it could never be read again";
  ec::ExecuteOptions options;
  options.metadata.actor = "\xff";
  EXPECT_FAILS(ec::execute(store, Rename{.name = "x"}, options), ec::Code::invalid, "metadata");
  EXPECT_TRUE(ec::execute(store, Rename{.name = "\u00fc"}).has_value());
}

TEST(Execute, WhatUserCodeThrowsComesOutAndNothingIsStored) {
  ec::Store store = open_memory();
  ASSERT_TRUE(ec::execute(store, Deposit{ec::StreamId("account/a")}));
  const auto write = [](const State&, Out& out) {
    out.write<&Probe::account>(Deposited{1});
    return ec::Result<>{};
  };
  const Probe in_apply{.on_decide = write, .on_apply = [](const auto&) { throw std::out_of_range("in apply"); }};
  EXPECT_THROW((void)ec::execute(store, in_apply), std::out_of_range);
  const Probe in_decide{.on_decide = [&](const State& state, Out& out) {
    (void)write(state, out);
    throw 42;
    return ec::Result<>{};
  }};
  EXPECT_THROW((void)ec::execute(store, in_decide), int);
  EXPECT_EQ(all_events(store).size(), 1U);
  EXPECT_TRUE(ec::execute(store, Probe{.on_decide = write}).has_value()) << "and the store works on";
}

TEST(Execute, AnErrorThatDecideGivesIsTheAnswer) {
  ec::Store store = open_memory();
  const Probe probe{.on_decide = [](const State&, Out&) -> ec::Result<> {
    return std::unexpected(ec::Error{ec::Code::conflict, "a clash of its own"});
  }};
  ec::Observer silent;
  ec::ExecuteOptions options;
  options.observer = &silent;
  EXPECT_FAILS(ec::execute(store, probe, options), ec::Code::conflict, "a clash of its own");
}

TEST(Execute, BadIdsAndPayloadsAreNamed) {
  ec::Store store = open_store("{plugin: memory, options: {max_payload: 20}}");
  EXPECT_FAILS(ec::execute(store, Deposit{ec::StreamId("account/*")}), ec::Code::invalid, "account/*");
  EXPECT_FAILS(ec::execute(store, Deposit{ec::StreamId()}), ec::Code::invalid, "stream id: is empty");
  EXPECT_FAILS(ec::execute(store, Deposit{ec::StreamId("account/a"), std::int64_t{1} << 60U}), ec::Code::limit,
               "bytes of payload");
  ec::ExecuteOptions options;
  options.metadata.actor = std::string(2'000'000, 'x');
  EXPECT_FAILS(ec::execute(store, Deposit{ec::StreamId("account/a")}, options), ec::Code::limit, "metadata");
}

TEST(Execute, AMovedStoreGoesOn) {
  ec::Store first = open_memory();
  ASSERT_TRUE(ec::execute(first, Deposit{ec::StreamId("account/a")}));
  ec::Store second = std::move(first);
  EXPECT_EQ(all_events(second).size(), 1U);
  ec::Store third = open_memory();
  third = std::move(second);
  EXPECT_TRUE(ec::execute(third, Deposit{ec::StreamId("account/a")}).has_value());
  EXPECT_EQ(all_events(third).size(), 2U);
}

}  // namespace
