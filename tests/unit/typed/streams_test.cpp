// The streams of a command: one, optional, many, read only, equal, discovered.
#include "support.hpp"

#include <optional>

namespace {

using namespace typed;
using ec::StreamId;

// Moves something out of a box into each bin, under a tariff that it only reads.
struct Spread {
  StreamId box{"box"};
  std::vector<StreamId> bins{};
  std::optional<StreamId> note{};
  StreamId tariff{"tariff"};
  struct State {
    Texts seen;
  };
  std::function<void(ec::Decision<Spread>&)> on_decide = [](auto&) {};
  std::function<void(const State&)> on_state = [](auto&) {};

  using Streams = ec::StreamSet<&Spread::box, &Spread::bins, &Spread::note, ec::read_only<&Spread::tariff>>;
  using Events = ec::Events<Deposited>;
  void apply(State& state, const ec::Recorded<Deposited>& event) const {
    state.seen.push_back(ec::format("{}@{}", event.stream(), event.version()));
  }
  ec::Result<> decide(const State& state, ec::Decision<Spread>& out) const {
    on_state(state);
    on_decide(out);
    return {};
  }
};

void deposit(ec::Store& store, const char* stream) {
  ASSERT_TRUE(ec::execute(store, Deposit{StreamId(stream)}).has_value());
}

TEST(StreamSet, EachMemberIsWrittenThroughItsName) {
  ec::Store store = open_memory();
  const Spread spread{.bins = {StreamId("bin/1"), StreamId("bin/2")},
                      .note = StreamId("note"),
                      .on_decide = [](ec::Decision<Spread>& out) {
                        out.write<&Spread::bins>(1, Deposited{2});
                        out.write<&Spread::bins>(0, Deposited{1});
                        out.write<&Spread::note>(Deposited{3});
                        out.write<&Spread::box>(Deposited{4});
                      }};
  const auto done = ec::execute(store, spread);
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(all_events(store), (Texts{R"(bin/2@1 deposited {"amount":2})", R"(bin/1@1 deposited {"amount":1})",
                                      R"(note@1 deposited {"amount":3})", R"(box@1 deposited {"amount":4})"}));
  EXPECT_EQ(done->versions.size(), 5U);
  EXPECT_EQ(done->version_of(StreamId("tariff")), 0U);
}

TEST(StreamSet, AnOptionalOneAndAnEmptyVectorNameNone) {
  ec::Store store = open_memory();
  const auto done = ec::execute(store, Spread{});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->versions.size(), 2U);
}

struct Maybe {
  std::optional<StreamId> one{};
  using Streams = ec::StreamSet<&Maybe::one>;
  using Events = ec::Events<Deposited>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Maybe>&) const { return {}; }
};

TEST(StreamSet, ACommandNeedsAtLeastOneStream) {
  ec::Store store = open_memory();
  EXPECT_FAILS(ec::execute(store, Maybe{}), ec::Code::invalid, "the command names no stream");
}

TEST(StreamSet, WritingToAMemberThatNamesNoStreamIsAnError) {
  ec::Store store = open_memory();
  const Spread to_none{.on_decide = [](auto& out) { out.template write<&Spread::note>(Deposited{}); }};
  EXPECT_FAILS(ec::execute(store, to_none), ec::Code::invalid, "through a member that names no stream");
  const Spread beyond{.bins = {StreamId("bin/1"), StreamId("bin/2")},
                      .on_decide = [](auto& out) { out.template write<&Spread::bins>(2, Deposited{}); }};
  EXPECT_FAILS(ec::execute(store, beyond), ec::Code::invalid, "to stream 2 of a member that names 2");
  EXPECT_TRUE(all_events(store).empty());
}

TEST(StreamSet, EventsOfAllStreamsComeMergedInPositionOrder) {
  ec::Store store = open_memory();
  for (const char* stream : {"tariff", "box", "elsewhere", "bin/1", "box"}) deposit(store, stream);
  Texts seen;
  const Spread spread{.bins = {StreamId("bin/1")}, .on_state = [&](const auto& state) { seen = state.seen; }};
  ASSERT_TRUE(ec::execute(store, spread).has_value());
  EXPECT_EQ(seen, (Texts{"tariff@1", "box@1", "bin/1@1", "box@2"}));
}

// Which streams conflict, is decided by what happens between reading and appending: the test writes from within decide.
TEST(StreamSet, AReadOnlyStreamIsCheckedLikeTheOthers) {
  ec::Store store = open_memory();
  int decisions = 0;
  const Spread spread{.on_decide = [&](ec::Decision<Spread>& out) {
    if (decisions++ == 0) deposit(store, "tariff");
    out.write<&Spread::box>(Deposited{decisions});
  }};
  const auto done = ec::execute(store, spread);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->attempts, 2U);
  EXPECT_EQ(all_events(store).back(), R"(box@1 deposited {"amount":2})");
}

TEST(StreamSet, ADecisionWithoutEventsIsCheckedToo) {
  ec::Store store = open_memory();
  int decisions = 0;
  const Spread spread{.on_decide = [&](auto&) {
    if (decisions++ == 0) deposit(store, "box");
  }};
  const auto done = ec::execute(store, spread);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->attempts, 2U);
}

struct Transfer {
  StreamId from, to;
  using Streams = ec::StreamSet<&Transfer::from, &Transfer::to>;
  using Events = ec::Events<Deposited, Withdrawn>;
  struct State {
    int applied = 0;
  };
  void apply(State& state, const ec::Recorded<Deposited>&) const { ++state.applied; }
  void apply(State& state, const ec::Recorded<Withdrawn>&) const { ++state.applied; }
  ec::Result<> decide(const State& state, ec::Decision<Transfer>& out) const {
    out.write<&Transfer::from>(Withdrawn{state.applied});
    out.write<&Transfer::to>(Deposited{state.applied});
    return {};
  }
};

TEST(StreamSet, EqualStreamsAreOneStream) {
  ec::Store store = open_memory();
  const StreamId account("account/a");
  ASSERT_TRUE(ec::execute(store, Transfer{account, account}).has_value());
  const auto done = ec::execute(store, Transfer{account, account});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->versions.size(), 1U);
  EXPECT_EQ(done->version_of(account), 4U);
  EXPECT_EQ(all_events(store).back(), R"(account/a@4 deposited {"amount":2})") << "each event is applied once";
}

// Follows a chain of links from stream to stream.
struct Linked {
  std::string next;
};
EC_EVENT(Linked, "linked", next)

struct Follow {
  StreamId start{"link/0"};
  std::string write_to{};
  using Streams = ec::StreamSet<&Follow::start>;
  using Events = ec::Events<Linked>;
  struct State {
    std::vector<StreamId> named;
  };
  std::vector<StreamId> discover(const State& state) const { return state.named; }
  void apply(State& state, const ec::Recorded<Linked>& event) const { state.named.emplace_back(event->next); }
  ec::Result<> decide(const State& state, ec::Decision<Follow>& out) const {
    out.write_to(write_to.empty() ? state.named.back() : StreamId(write_to), Linked{"start"});
    return {};
  }
};

void make_chain(ec::Store& store, int links) {
  for (int i = 0; i < links; ++i)
    ASSERT_TRUE(store.append({ec::Expect::absent(StreamId("link/" + std::to_string(i)))},
                             {ec::NewEvent::of(0, Linked{"link/" + std::to_string(i + 1)})}));
}

TEST(Discover, StreamsAreFollowedUntilNoNewOneIsNamed) {
  ec::Store store = open_memory();
  make_chain(store, 3);
  const auto done = ec::execute(store, Follow{});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(all_events(store).back(), R"(link/3@1 linked {"next":"start"})");
  EXPECT_EQ(done->versions.size(), 4U) << "each of them was read and checked";
}

TEST(Discover, NamingAKnownStreamAgainDoesNoHarm) {
  ec::Store store = open_memory();
  const ec::Expect any = ec::Expect::any(StreamId("link/0"));
  for (const char* next : {"link/0", "other", "other"})
    ASSERT_TRUE(store.append({any}, {ec::NewEvent::of(0, Linked{next})}));
  const auto done = ec::execute(store, Follow{});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->versions.size(), 2U);
  EXPECT_EQ(done->version_of(StreamId("other")), 1U);
}

TEST(Discover, WritingToWhatWasNotDiscoveredIsAnErrorThatNamesIt) {
  ec::Store store = open_memory();
  make_chain(store, 1);
  EXPECT_FAILS(ec::execute(store, Follow{.write_to = "stranger"}), ec::Code::invalid,
               "stream 'stranger' was not discovered by this command");
  EXPECT_FAILS(ec::execute(store, Follow{.write_to = "link/0"}), ec::Code::invalid,
               "write to a declared stream by its member");
}

TEST(Discover, RoundsAndStreamsAreBounded) {
  ec::Store store = open_memory();
  make_chain(store, 5);
  ec::ExecuteOptions options;
  options.max_rounds = 4;
  EXPECT_FAILS(ec::execute(store, Follow{}, options), ec::Code::limit, "raise max_rounds");
  options.max_rounds = 5;
  EXPECT_TRUE(ec::execute(store, Follow{}, options).has_value());
  options.max_streams = 5;
  EXPECT_FAILS(ec::execute(store, Follow{}, options), ec::Code::limit, "more than 5 streams; raise max_streams");
}

TEST(Discover, ABadIdIsNamed) {
  ec::Store store = open_memory();
  ASSERT_TRUE(store.append({ec::Expect::any(StreamId("link/0"))}, {ec::NewEvent::of(0, Linked{"link/*"})}));
  EXPECT_FAILS(ec::execute(store, Follow{}), ec::Code::invalid, "link/*");
}

}  // namespace
