// What the tests of the typed layer share: a small domain, commands whose parts a test sets, and stores to run them on.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace typed {

struct Deposited {
  std::int64_t amount = 0;
};
struct Withdrawn {
  std::int64_t amount = 0;
};
struct Renamed {
  std::string name;
};
EC_EVENT(Deposited, "deposited", amount)
EC_EVENT(Withdrawn, "withdrawn", amount)
EC_EVENT(Renamed, "renamed", name)

struct Deposit {
  ec::StreamId account;
  std::int64_t amount = 1;

  using Streams = ec::StreamSet<&Deposit::account>;
  using Events = ec::Events<Deposited>;
  using Ignores = ec::Ignore<ec::OtherEvents>;
  struct State {};

  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Deposit>& out) const {
    out.write<&Deposit::account>(Deposited{amount});
    return {};
  }
};

// One stream, and whatever the test wants to happen in apply and decide.
struct Probe {
  struct State {
    std::int64_t sum = 0;
    std::vector<std::uint64_t> versions{};
  };
  using Out = ec::Decision<Probe>;

  ec::StreamId account{"account/a"};
  std::function<ec::Result<>(const State&, Out&)> on_decide;
  std::function<void(const ec::Recorded<Deposited>&)> on_apply = [](const auto&) {};

  using Streams = ec::StreamSet<&Probe::account>;
  using Events = ec::Events<Deposited>;

  void apply(State& state, const ec::Recorded<Deposited>& event) const {
    state.sum += event->amount;
    state.versions.push_back(event.version());
    on_apply(event);
  }
  ec::Result<> decide(const State& state, Out& out) const { return on_decide(state, out); }
};

inline ec::Store open_store(std::string_view yaml) {
  auto store = ec::Store::open_text(yaml);
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

inline ec::Store open_memory() { return open_store("plugin: memory"); }

// The memory store behind a script; see fixtures/scripted.cpp.
inline ec::Store open_scripted(const std::string& script) {
  return open_store("{plugin: scripted, plugin_path: ['" EVENTCORE_TEST_PLUGIN_DIR "'], options: {script: '" + script +
                    "'}}");
}

// "stream@version type payload" of each event in the store, in order.
inline std::vector<std::string> all_events(ec::Store& store) {
  std::vector<std::string> texts;
  auto cursor = store.read_all();
  while (cursor && cursor->next())
    for (const ec::RecordedEvent event : cursor->batch())
      texts.push_back(ec::format("{}@{} {} {}", event.stream(), event.version(), event.type(), event.payload()));
  EXPECT_TRUE(cursor && !cursor->error());
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace typed

// An expectation on a failed result: its code, and a piece of its message.
#define EXPECT_FAILS(result, expected_code, text)                          \
  do {                                                                     \
    const auto& failed_result = (result);                                  \
    ASSERT_FALSE(failed_result.has_value());                               \
    EXPECT_EQ(failed_result.error().code, (expected_code));                \
    EXPECT_NE(failed_result.error().message.find(text), std::string::npos) \
        << "the message was: " << failed_result.error().message;           \
  } while (false)
