// Projections: order, checkpoints that are never ahead, what becomes of events that cannot be handled.
#include "support.hpp"

#include <eventcore/projection.hpp>

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>

namespace {

using namespace typed;
using namespace std::chrono_literals;
using ec::Expect;
using ec::NewEvent;
using ec::Position;
using ec::Reaction;
using ec::StreamId;

constexpr const char* id = "projection/book/1";

void write(ec::Store& store, const std::string& stream, const NewEvent& event) {
  const auto done = store.append({Expect::any(StreamId(stream))}, {event});
  ASSERT_TRUE(done.has_value()) << done.error().message;
}
void deposit(ec::Store& store, std::int64_t amount) { write(store, "account/a", NewEvent::of(0, Deposited{amount})); }
void withdraw(ec::Store& store, std::int64_t amount) { write(store, "account/a", NewEvent::of(0, Withdrawn{amount})); }

Position saved(ec::Store& store) { return ec::load_checkpoint(store, id).value().value_or(Position{}); }

// Keeps what it was told, and fails as the test wants.
struct Book {
  static constexpr std::string_view name = "book";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited, Withdrawn>;

  ec::Result<> on(const ec::Recorded<Deposited>& event, const ec::Delivery& delivery) {
    deliveries.push_back(delivery);
    if (on_deposit) return on_deposit(event->amount, delivery);
    told.push_back(event->amount);
    return {};
  }
  void on(const ec::Recorded<Withdrawn>& event) { told.push_back(-event->amount); }
  ec::Result<> flush() {
    if (flush_error) return std::unexpected(*std::exchange(flush_error, std::nullopt));
    flushed = told.size();
    return {};
  }
  Reaction on_failure(const ec::RecordedEvent& event, const ec::Error& error, std::uint32_t attempt) {
    failures.push_back(ec::format("{}:{}:{}", event.version(), attempt, error.message));
    if (throws_on_failure) throw std::runtime_error("confused");
    return reaction;
  }

  std::vector<std::int64_t> told;
  std::vector<ec::Delivery> deliveries;
  std::size_t flushed = 0;
  std::optional<ec::Error> flush_error;  // once
  Texts failures;
  Reaction reaction = Reaction::stop;
  bool throws_on_failure = false;
  std::function<ec::Result<>(std::int64_t, const ec::Delivery&)> on_deposit;
};

const ec::ProjectionOptions quick{.retry_base = 1ms, .retry_cap = 2ms};

ec::Result<> failed() { return std::unexpected(ec::Error{ec::Code::invalid, "no"}); }

TEST(Projection, HandlesEverythingInOrderAndRemembersHowFar) {
  ec::Store store = open_memory();
  deposit(store, 5);
  withdraw(store, 2);
  write(store, "other", NewEvent::of(0, Renamed{"x"}));
  Book book;
  EXPECT_EQ(ec::Projector(store, book).run_to_head().value(), (Position{0, 3}));
  EXPECT_EQ(book.told, (std::vector<std::int64_t>{5, -2}));
  EXPECT_EQ(saved(store), (Position{0, 3})) << "past what it has no handler for";
  deposit(store, 7);
  Book next;
  EXPECT_EQ(ec::Projector(store, next).run_to_head().value(), (Position{0, 4}));
  EXPECT_EQ(next.told, std::vector<std::int64_t>{7});
  EXPECT_EQ(ec::Projector(store, next).run_to_head().value(), (Position{0, 4})) << "nothing new";
}

TEST(Projection, RunsToTheHeadAndNotJustOnePage) {
  ec::Store store = open_memory();
  for (int i = 1; i <= 100; ++i) deposit(store, i);
  Book book;
  ASSERT_TRUE(ec::Projector(store, book, {.subscription = {.page = 7}}).run_to_head().has_value());
  EXPECT_EQ(book.told.size(), 100U);
}

TEST(Projection, FollowsUntilAStop) {
  ec::Store store = open_memory();
  Book book;
  ec::Projector projector(store, book, {.save_interval = 1h});
  std::stop_source stop;
  {
    const std::jthread runner([&] { EXPECT_TRUE(projector.run({.stop = stop.get_token()}).has_value()); });
    for (int i = 1; i <= 10; ++i) deposit(store, i);
    while (projector.progress().position < Position{0, 10}) std::this_thread::yield();
    stop.request_stop();
  }
  EXPECT_EQ(book.told.size(), 10U);
  EXPECT_EQ(saved(store), (Position{0, 10})) << "saved on the stop";
  EXPECT_EQ(projector.progress().handled, 10U);
  EXPECT_EQ(projector.progress().position, (Position{0, 10}));
}

TEST(Projection, WaitingForAPositionHasADeadline) {
  ec::Store store = open_memory();
  Book book;
  const ec::Projector projector(store, book);
  EXPECT_TRUE(projector.wait_for({}).has_value());
  EXPECT_FAILS(projector.wait_for({0, 1}, {.deadline = ec::Call::in(1ms)}), ec::Code::timeout, "did not come so far");
}

TEST(Projection, SavesAfterSoManyEventsAndWhileItIdles) {
  ec::Store store = open_memory();
  for (int i = 1; i <= 5; ++i) deposit(store, i);
  Book book;
  std::vector<Position> seen;
  book.on_deposit = [&](std::int64_t, const ec::Delivery&) -> ec::Result<> {
    seen.push_back(saved(store));
    return {};
  };
  ASSERT_TRUE(ec::Projector(store, book, {.save_every = 2, .save_interval = 1h}).run_to_head().has_value());
  EXPECT_EQ(seen, (std::vector<Position>{{}, {}, {0, 2}, {0, 2}, {0, 4}}));
  deposit(store, 6);
  Book idle;
  ec::Projector projector(store, idle, {.save_interval = 1ms});
  std::stop_source stop;
  const std::jthread runner([&] { (void)projector.run({.stop = stop.get_token()}); });
  while (saved(store) < Position{0, 6}) std::this_thread::yield();
  stop.request_stop();
}

TEST(Projection, TheCheckpointIsNeverAheadOfWhatWasFlushed) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Book book;
  book.flush_error = ec::Error{ec::Code::unavailable, "the disk is full"};
  EXPECT_FAILS(ec::Projector(store, book, {.save_every = 1}).run_to_head(), ec::Code::unavailable, "the disk is full");
  EXPECT_EQ(saved(store), Position{}) << "no later flush speaks for the one that failed";
  ASSERT_TRUE(ec::Projector(store, book).run_to_head().has_value());
  EXPECT_EQ(book.flushed, 2U) << "handled again: at least once";
  EXPECT_EQ(saved(store), (Position{0, 1}));
}

TEST(Projection, ACheckpointThatCannotBeReadIsNotNone) {
  ec::Store store = open_scripted("load:CORRUPT");
  deposit(store, 1);
  Book book;
  EXPECT_FAILS(ec::Projector(store, book).run_to_head(), ec::Code::corrupt, "the script says so");
  EXPECT_TRUE(book.told.empty());
}

TEST(Projection, ACheckpointThatCannotBeSavedEndsIt) {
  ec::Store store = open_scripted("save:OK save:CORRUPT");  // the first one says where the replay ends
  deposit(store, 1);
  deposit(store, 2);
  Book book;
  EXPECT_FAILS(ec::Projector(store, book, {.save_every = 1}).run_to_head(), ec::Code::corrupt, "the script says so");
  EXPECT_EQ(book.told, std::vector<std::int64_t>{1}) << "it does not go on as if it were saved";
  EXPECT_EQ(saved(store), (Position{0, 1})) << "on its way out it asks once more";
}

TEST(Projection, AStoreThatIsDownIsWaitedFor) {
  ec::Store store = open_scripted("load:UNAVAILABLE read_all:UNAVAILABLE next:UNAVAILABLE save:UNAVAILABLE");
  deposit(store, 1);
  deposit(store, 2);
  Book book;
  ec::Projector projector(store, book, quick);
  ASSERT_TRUE(projector.run_to_head().has_value());
  EXPECT_EQ(book.told, (std::vector<std::int64_t>{1, 2}));
  EXPECT_GE(projector.progress().store_failures, 4U);
  ec::Store down = open_scripted("load:UNAVAILABLE load:UNAVAILABLE load:UNAVAILABLE load:UNAVAILABLE");
  EXPECT_FAILS(ec::Projector(down, book, {.retry_base = 1h}).run_to_head({.deadline = ec::Call::in(500ms)}),
               ec::Code::unavailable, "");
}

TEST(Projection, StopsAtAnEventThatItCannotHandle) {
  ec::Store store = open_memory();
  for (const int amount : {1, 2, 3}) deposit(store, amount);
  Book book;
  book.on_deposit = [](std::int64_t amount, const ec::Delivery&) { return amount == 2 ? failed() : ec::Result<>(); };
  EXPECT_FAILS(ec::Projector(store, book).run_to_head(), ec::Code::invalid,
               "projection 'projection/book/1', position 2, stream 'account/a', version 2: no");
  EXPECT_EQ(saved(store), (Position{0, 1})) << "what came before is kept, and it comes again";
}

TEST(Projection, SkipsWhatItIsToldToSkipAndCounts) {
  ec::Store store = open_memory();
  deposit(store, 1);
  write(store, "account/a", NewEvent{0, "deposited", "no JSON"});
  deposit(store, 3);
  Book book;
  book.reaction = Reaction::skip;
  ec::Projector projector(store, book);
  ASSERT_TRUE(projector.run_to_head().has_value());
  EXPECT_EQ(book.told, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(projector.progress().skipped, 1U);
  ASSERT_EQ(book.failures.size(), 1U);
  EXPECT_NE(book.failures[0].find("JSON, offset 0"), std::string::npos) << book.failures[0];
}

// A page full of them is no end, and nothing behind them is held up.
TEST(Projection, PagesOfEventsThatCannotBeDecodedHoldNothingUp) {
  for (const Reaction reaction : {Reaction::skip, Reaction::dead_letter}) {
    ec::Store store = open_memory();
    for (int i = 0; i < 20; ++i) write(store, "account/a", NewEvent{0, "deposited", "no JSON"});
    deposit(store, 1);
    Book book;
    book.reaction = reaction;
    ec::Projector projector(store, book, {.subscription = {.page = 3}});
    ASSERT_TRUE(projector.run_to_head().has_value());
    EXPECT_EQ(book.told, std::vector<std::int64_t>{1});
    EXPECT_EQ(projector.progress().skipped + projector.progress().dead_letters, 20U);
    EXPECT_GE(saved(store), (Position{0, 21}));
  }
}

TEST(Projection, WhatIsThrownIsAnErrorWhateverItIs) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Book book;
  book.on_deposit = [](std::int64_t, const ec::Delivery&) -> ec::Result<> { throw 42; };
  EXPECT_FAILS(ec::Projector(store, book).run_to_head(), ec::Code::internal,
               "the handler threw what is no std::exception");
  book.throws_on_failure = true;
  EXPECT_FAILS(ec::Projector(store, book).run_to_head(), ec::Code::internal, "on_failure() threw: confused");
  EXPECT_EQ(saved(store), Position{});
}

TEST(Projection, TriesAgainAndTellsTheAttempt) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Book book;
  book.reaction = Reaction::retry;
  book.on_deposit = [](std::int64_t, const ec::Delivery& delivery) {
    return delivery.attempt < 4 ? failed() : ec::Result<>();
  };
  ec::Projector projector(store, book, quick);
  ASSERT_TRUE(projector.run_to_head().has_value());
  EXPECT_EQ(projector.progress().retries, 3U);
  EXPECT_EQ(book.failures.size(), 3U);
}

TEST(Projection, AStopEndsARetry) {
  ec::Store store = open_memory();
  deposit(store, 1);
  std::stop_source stop;
  Book book;
  book.reaction = Reaction::retry;
  book.on_deposit = [&](std::int64_t, const ec::Delivery&) {
    stop.request_stop();
    return failed();
  };
  EXPECT_TRUE(ec::Projector(store, book, {.retry_base = 1h}).run({.stop = stop.get_token()}).has_value());
  EXPECT_EQ(saved(store), Position{});
}

TEST(Projection, ADeadLetterIsKeptWithTheReasonAndThePosition) {
  ec::Store store = open_memory();
  deposit(store, 1);
  deposit(store, 2);
  Book book;
  book.reaction = Reaction::dead_letter;
  book.on_deposit = [](std::int64_t amount, const ec::Delivery&) -> ec::Result<> {
    if (amount == 1) throw std::runtime_error("cannot count to one \xff");
    return {};
  };
  ec::Projector projector(store, book);
  ASSERT_TRUE(projector.run_to_head().has_value());
  EXPECT_EQ(projector.progress().dead_letters, 1U);
  const auto letters = ec::dead_letters(store, id).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].position(), (Position{0, 1}));
  EXPECT_EQ(letters[0].stream, "account/a");
  EXPECT_EQ(letters[0].type, "deposited");
  EXPECT_EQ(letters[0].attempts, 1U);
  EXPECT_NE(letters[0].error.find("the handler threw: cannot count to one ?"), std::string::npos);
}

TEST(Projection, ADeadLetterWhoseAnswerIsLostIsKeptOnce) {
  ec::Store store = open_scripted("append:OK append:IN_DOUBT+ append:IN_DOUBT+");
  deposit(store, 1);
  Book book;
  book.reaction = Reaction::dead_letter;
  book.on_deposit = [](std::int64_t, const ec::Delivery&) { return failed(); };
  const auto done = ec::Projector(store, book, quick).run_to_head();
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(ec::dead_letters(store, id).value().size(), 1U);
}

// Takes all, so what nobody handles comes to it.
struct Strict : Book {
  static ec::Filter filter() { return {.prefixes = {"account/"}}; }
};
struct Lenient : Strict {
  using Ignores = ec::Ignore<Renamed>;
};

TEST(Projection, ATypeThatNobodyHandlesIsNotDroppedSilently) {
  ec::Store store = open_memory();
  write(store, "account/a", NewEvent::of(0, Renamed{"x"}));
  Strict strict;
  EXPECT_FAILS(ec::Projector(store, strict).run_to_head(), ec::Code::unsupported,
               "no handler for events of type 'renamed'");
  Lenient lenient;
  EXPECT_TRUE(ec::Projector(store, lenient).run_to_head().has_value());
}

TEST(Projection, PassesOverDeadLettersSoThatNoneBringsTheNext) {
  struct All : Book {
    static ec::Filter filter() { return {}; }
  };
  ec::Store store = open_memory();
  write(store, "account/a", NewEvent::of(0, Renamed{"x"}));
  All all;
  all.reaction = Reaction::dead_letter;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ec::Projector(store, all).run_to_head().has_value());
  EXPECT_EQ(ec::dead_letters(store, id).value().size(), 1U);
}

TEST(Projection, TellsWhatWasThereBeforeFromWhatCame) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Book book;
  ASSERT_TRUE(ec::Projector(store, book).run_to_head().has_value());
  deposit(store, 2);
  ASSERT_TRUE(ec::Projector(store, book).run_to_head().has_value()) << "another run, and still: it came";
  ASSERT_EQ(book.deliveries.size(), 2U);
  EXPECT_TRUE(book.deliveries[0].is_replay);
  EXPECT_FALSE(book.deliveries[1].is_replay);
}

}  // namespace
