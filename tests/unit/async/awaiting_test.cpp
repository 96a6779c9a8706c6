// Executions that coroutines await, of a type that knows nothing of eventcore.
#include "support.hpp"

#include <coroutine>
#include <exception>
#include <stdexcept>

namespace ec::test {
namespace {

// Runs until its first suspension at once, and frees itself at its end.
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

Task deposits(ec::Store& store, Pump& pump, int count, std::uint64_t& version, int& running) {
  ++running;
  for (int i = 0; i < count; ++i) {
    auto execution = ec::execute_async(store, deposit("a"), {.max_attempts = 1'000}, pump.poster());
    const auto done = co_await execution;
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_TRUE(pump.is_running_here());
    if (done) version = done->version_of(deposit("a").account);
  }
  --running;
}

TEST(Awaiting, ManyCoroutinesOnOneThread) {
  ec::Store store = open_held();
  Pump pump;
  int running = 0;
  std::uint64_t version = 0;
  for (int i = 0; i < 20; ++i) deposits(store, pump, 10, version, running);
  EXPECT_EQ(running, 20);
  pump.run_until([&] { return running == 0; });
  EXPECT_EQ(version, 200U);
}

Task throws(ec::Store& store, Pump& pump, bool& caught, ec::Code& refused) {
  typed::Probe probe;
  probe.on_decide = [](const auto&, auto&) -> ec::Result<> { throw std::domain_error("no such thing"); };
  try {
    auto execution = ec::execute_async(store, probe, {}, pump.poster());
    co_await execution;
  } catch (const std::domain_error&) {
    caught = true;
  }
  ec::ExecuteOptions options;
  options.metadata.actor = "\xff";
  auto execution = ec::execute_async(store, deposit("a"), options, pump.poster());
  refused = (co_await execution).error().code;
}

TEST(Awaiting, WhatTheCommandThrowsComesOutAndWhatIsWrongIsAFailure) {
  ec::Store store = open_held();
  Pump pump;
  bool caught = false;
  ec::Code refused{};
  throws(store, pump, caught, refused);
  pump.run_until([&] { return caught; });
  EXPECT_EQ(refused, ec::Code::invalid);
}

Task cannot_begin(ec::Store& store, Pump& pump, ec::Code& code) {
  auto execution = ec::execute_async(store, deposit("a"), {}, pump.poster());
  code = (co_await execution).error().code;
}

TEST(Awaiting, AnExecutorThatRefusesIsAFailureAtOnce) {
  ec::Store store = open_held();
  Pump pump;
  pump.refuse_from(1);
  ec::Code code{};
  cannot_begin(store, pump, code);
  EXPECT_EQ(code, ec::Code::cancelled);
}

}  // namespace
}  // namespace ec::test
