// ec::Store by itself: opening, appending, reading, listing, waiting, and its errors.
#include "support.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <thread>

namespace {

using namespace typed;
using namespace std::chrono_literals;
using ec::Expect;
using ec::NewEvent;
using ec::StreamId;

Texts versions_of(ec::Result<ec::EventCursor> cursor) {
  Texts texts;
  while (cursor && cursor->next()) {
    EXPECT_GT(cursor->batch().size(), 0U);
    for (const ec::RecordedEvent event : cursor->batch())
      texts.push_back(ec::format("{}@{}", event.stream(), event.version()));
  }
  EXPECT_TRUE(cursor && !cursor->error());
  return texts;
}

void fill(ec::Store& store, const std::vector<const char*>& streams) {
  for (const char* stream : streams)
    ASSERT_TRUE(store.append({Expect::any(StreamId(stream))}, {NewEvent::of(0, Deposited{1})}).has_value());
}

TEST(Store, OpensAFileOrAText) {
  const auto file =
      std::filesystem::temp_directory_path() / ("eventcore_store_test_" + ec::Uuid::make().str() + ".yaml");
  std::ofstream(file) << "plugin: memory\n";
  EXPECT_TRUE(ec::Store::open(file.string()).has_value());
  std::filesystem::remove(file);
  EXPECT_FAILS(ec::Store::open(file.string()), ec::Code::config, "there is no such file");
  EXPECT_FAILS(ec::Store::open_text("plugin: memory\noptions: {max_payloads: 1}", "bank.yaml"), ec::Code::config,
               "bank.yaml:2:11: plugin 'memory' has no option 'max_payloads'; did you mean 'max_payload'?");
}

TEST(Store, OpeningTakesADeadline) {
  ec::Call call;
  call.deadline = ec::Call::in(1h);
  EXPECT_TRUE(ec::Store::open_text("plugin: memory", "x", call).has_value());
}

TEST(Store, OpenedForLookingAloneIsAnOptionOfThePlugin) {
  const auto file =
      std::filesystem::temp_directory_path() / ("eventcore_store_test_" + ec::Uuid::make().str() + ".yaml");
  std::ofstream(file) << "{plugin: scripted, plugin_path: ['" EVENTCORE_TEST_PLUGIN_DIR "'], options: {read_only: no}}";
  auto store = ec::Store::open_read_only(file.string());
  ASSERT_TRUE(store.has_value()) << store.error().message;
  EXPECT_FAILS(store->append({Expect::any(StreamId("a"))}, {}), ec::Code::read_only, "opened with 'read_only: true'");
  store = ec::Store::open(file.string());
  ASSERT_TRUE(store.has_value()) << store.error().message;
  EXPECT_TRUE(store->append({Expect::any(StreamId("a"))}, {}).has_value());
  std::ofstream(file) << "plugin: memory\n";
  store = ec::Store::open_read_only(file.string());
  ASSERT_TRUE(store.has_value()) << "a plugin without that option opens as ever";
  const ec_open_options unknown{sizeof unknown, 2};
  ec_store* raw = nullptr;
  ec_error error = EC_ERROR_INIT;
  EXPECT_EQ(ec_store_open_with(file.c_str(), &unknown, nullptr, &raw, &error), EC_INVALID);
  EXPECT_STREQ(error.message, "ec_open_options: unknown flags 2");
  std::filesystem::remove(file);
}

TEST(Store, SaysWhatItIs) {
  ec::Store store = open_memory();
  const auto info = store.info();
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->max_payload, 16U * 1024 * 1024);
  EXPECT_EQ(ec::detail::view(ec_store_plugin(store.raw())->name), "memory");
}

TEST(Store, AnAppendChecksWhatItExpects) {
  ec::Store store = open_memory();
  const StreamId a("a"), b("b");
  const auto done =
      store.append({Expect::absent(a), Expect::any(b)},
                   {NewEvent::of(0, Deposited{1}), NewEvent::of(1, Deposited{2}), NewEvent::of(0, Deposited{3})});
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->first, (ec::Position{0, 1}));
  EXPECT_EQ(done->last, (ec::Position{0, 3}));
  EXPECT_EQ(done->versions, (std::vector<std::uint64_t>{2, 1}));
  EXPECT_TRUE(store.append({Expect::exists(a), Expect::exact(b, 1)}, {}).has_value());
  const auto conflict = store.append({Expect::exact(a, 1)}, {NewEvent::of(0, Deposited{1})});
  EXPECT_FAILS(conflict, ec::Code::conflict, "stream 'a' has version 2, expected was version 1");
  EXPECT_TRUE(conflict.error().retryable);
  EXPECT_EQ(conflict.error().expected_version, 1U);
  EXPECT_EQ(conflict.error().actual_version, 2U);
  EXPECT_FAILS(store.append({Expect::absent(a)}, {}), ec::Code::conflict, "expected was that it does not exist");
  EXPECT_FAILS(store.append({Expect::exists(StreamId("c"))}, {}), ec::Code::conflict, "expected was that it exists");
}

TEST(Store, ARepeatedCommitIdGivesTheFirstOutcome) {
  ec::Store store = open_memory();
  const ec::Uuid commit_id = ec::Uuid::make();
  const std::vector<NewEvent> events{NewEvent::of(0, Deposited{1})};
  ASSERT_TRUE(store.append({Expect::absent(StreamId("a"))}, events, commit_id).has_value());
  fill(store, {"a"});
  const auto again = store.append({Expect::absent(StreamId("a"))}, events, commit_id);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->versions, (std::vector<std::uint64_t>{1}));
  EXPECT_FAILS(store.append({Expect::any(StreamId("a"))}, {NewEvent::of(0, Deposited{2})}, commit_id),
               ec::Code::duplicate, "used before for an append with another content");
}

TEST(Store, ABadAppendIsRefusedInWords) {
  ec::Store store = open_memory();
  const NewEvent event = NewEvent::of(0, Deposited{1});
  EXPECT_FAILS(store.append({}, {}), ec::Code::invalid, "at least one expectation");
  EXPECT_FAILS(store.append({Expect::any(StreamId("a")), Expect::any(StreamId("a"))}, {event}), ec::Code::invalid,
               "stream 'a' stands twice");
  EXPECT_FAILS(store.append({Expect{StreamId("a"), 0, 0}}, {event}), ec::Code::invalid,
               "mode 0 is none of EC_EXPECT_*");
  EXPECT_FAILS(store.append({Expect::any(StreamId("a"))}, {NewEvent::of(1, Deposited{1})}), ec::Code::invalid,
               "event 0: stream_index 1 is not below 1");
  EXPECT_FAILS(store.append({Expect::any(StreamId("a"))}, {NewEvent{0, "", "x"}}), ec::Code::invalid,
               "event type: is empty");
  EXPECT_FAILS(store.append({Expect::any(StreamId("a"))}, {NewEvent{0, "$x", "x"}}), ec::Code::invalid,
               "begins with '$'");
}

TEST(Store, ReadsForwardBackwardFromAPlaceAndUpToALimit) {
  ec::Store store = open_memory();
  fill(store, {"a", "b", "a", "c", "a"});
  EXPECT_EQ(versions_of(store.read({{StreamId("a"), 0}, {StreamId("b"), 0}})), (Texts{"a@1", "b@1", "a@2", "a@3"}));
  EXPECT_EQ(versions_of(store.read({{StreamId("a"), 1}})), (Texts{"a@2", "a@3"}));
  EXPECT_EQ(versions_of(store.read({{StreamId("a"), 0}}, {.backward = true})), (Texts{"a@3", "a@2", "a@1"}));
  EXPECT_EQ(versions_of(store.read({{StreamId("a"), 3}}, {.backward = true, .limit = 1})), (Texts{"a@2"}));
  EXPECT_EQ(versions_of(store.read({{StreamId("nobody"), 0}})), Texts{});
  EXPECT_FAILS(store.read({}), ec::Code::invalid, "at least one stream");
  EXPECT_FAILS(store.read({{StreamId("a*"), 0}}), ec::Code::invalid, "a*");
}

TEST(Store, ReadsAllThroughAFilter) {
  ec::Store store = open_memory();
  fill(store, {"account/a", "order/1", "account/b"});
  ASSERT_TRUE(store.append({Expect::any(StreamId("account/a"))}, {NewEvent::of(0, Renamed{"x"})}).has_value());
  EXPECT_EQ(versions_of(store.read_all()).size(), 4U);
  EXPECT_EQ(versions_of(store.read_all({.prefixes = {"account/"}}, {}, {.limit = 2})),
            (Texts{"account/a@1", "account/b@1"}));
  EXPECT_EQ(versions_of(store.read_all({.patterns = {"*/[1a]"}, .types = {"deposited"}})),
            (Texts{"account/a@1", "order/1@1"}));
  EXPECT_EQ(versions_of(store.read_all({}, {0, 3})), (Texts{"account/a@2"}));
  EXPECT_EQ(versions_of(store.read_all({}, {0, 3}, {.backward = true})), (Texts{"order/1@1", "account/a@1"}));
  EXPECT_FAILS(store.read_all({.patterns = {"[a"}}), ec::Code::invalid, "has a '[' without its ']'");
  auto cursor = store.read_all({.prefixes = {"none"}});
  ASSERT_TRUE(cursor.has_value());
  EXPECT_FALSE(cursor->next());
  EXPECT_FALSE(cursor->error().has_value());
  EXPECT_EQ(cursor->head(), (ec::Position{0, 4}));
  EXPECT_EQ(cursor->through(), (ec::Position{0, 4})) << "looked at to the end, though nothing passed";
}

TEST(Store, ACursorMayMoveAndTellsItsFailureOnce) {
  ec::Store store = open_scripted("next:OK next:CORRUPT");
  fill(store, {"a"});
  auto cursor = store.read_all();
  ASSERT_TRUE(cursor.has_value());
  ec::EventCursor moved = std::move(*cursor);
  EXPECT_TRUE(moved.next());
  EXPECT_EQ((*moved.batch().begin()).stream(), "a");
  auto failing = store.read_all();
  ASSERT_TRUE(failing.has_value());
  EXPECT_FALSE(failing->next());
  ASSERT_TRUE(failing->error().has_value());
  EXPECT_EQ(failing->error()->code, ec::Code::corrupt);
  EXPECT_EQ(failing->batch().size(), 0U);
  EXPECT_FALSE(failing->next()) << "and it stays over";
}

TEST(Store, ListsStreamsByPrefixInByteOrder) {
  ec::Store store = open_memory();
  fill(store, {"b/2", "a", "b/1", "c", "b/1"});
  Texts found;
  const auto listed = store.list_streams("b/").value();
  for (const auto& each : listed) found.push_back(ec::format("{}:{}", each.stream, each.version));
  EXPECT_EQ(found, (Texts{"b/1:2", "b/2:1"}));
  EXPECT_EQ(store.list_streams().value().size(), 4U);
  EXPECT_EQ(store.list_streams("", "a", 2).value().back().stream, "b/2");
}

TEST(Store, WaitsForSomethingNew) {
  ec::Store store = open_memory();
  EXPECT_EQ(store.head().value(), ec::Position{});
  ec::Call soon;
  soon.deadline = ec::Call::in(1ms);
  EXPECT_FAILS(store.wait({}, soon), ec::Code::timeout, "nothing new");
  {
    const std::jthread writer([&] { fill(store, {"a"}); });
    EXPECT_EQ(store.wait({}).value(), (ec::Position{0, 1}));
  }
  std::stop_source stop;
  stop.request_stop();
  ec::Call stopped;
  stopped.stop = stop.get_token();
  EXPECT_FAILS(store.wait({0, 1}, stopped), ec::Code::cancelled, "cancelled");
}

TEST(Store, InterruptEndsAWait) {
  ec::Store store = open_memory();
  std::atomic<bool> over{false};
  const std::jthread waiter([&] {
    EXPECT_FAILS(store.wait({}), ec::Code::cancelled, "interrupted");
    over = true;
  });
  while (!over) {  // it may not wait yet
    store.interrupt();
    std::this_thread::yield();
  }
}

TEST(Store, FailuresOfTheBackendComeOutAsTheyAre) {
  ec::Store store = open_scripted("head:UNAVAILABLE read_all:CORRUPT append:READ_ONLY");
  EXPECT_FAILS(store.head(), ec::Code::unavailable, "the script says so");
  EXPECT_FAILS(store.read_all(), ec::Code::corrupt, "the script says so");
  const auto refused = store.append({Expect::any(StreamId("a"))}, {NewEvent::of(0, Deposited{1})});
  EXPECT_FAILS(refused, ec::Code::read_only, "the script says so");
  EXPECT_EQ(refused.error().native_code, "E42");
}

}  // namespace
