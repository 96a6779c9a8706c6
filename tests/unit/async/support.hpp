// What the tests of executions without threads share: stores that can be held, and an execution with its end.
#pragma once

#include "../typed/support.hpp"
#include "held_store.hpp"
#include "pump.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ec::test {

using typed::Deposited;
using typed::Probe;

inline Store open_held(const std::string& options = "") {
  return typed::open_store("{plugin: held, options: {" + options + "}}");
}

// How an execution ended, where it did.
template <class C>
struct End {
  std::optional<Outcome<C>> outcome;
  std::exception_ptr thrown;
  bool was_on_pump = false;
};

template <class C>
using Ended = std::shared_ptr<End<C>>;

// Begins one on the pump.
template <class C>
Ended<C> begin(Store& store, Pump& pump, C command, ExecuteOptions options = {}) {
  auto end = std::make_shared<End<C>>();
  const auto begun = execute_async(store, std::move(command), std::move(options), pump.poster(),
                                   [end, &pump](const std::exception_ptr& thrown, Outcome<C> outcome) {
                                     end->was_on_pump = pump.is_running_here();
                                     end->thrown = thrown;
                                     end->outcome.emplace(std::move(outcome));
                                   });
  EXPECT_TRUE(begun) << begun.error().message;
  return end;
}

// Pumps until it has ended.
template <class C>
Outcome<C> finish(Pump& pump, const Ended<C>& end) {
  pump.run_until([&] { return end->outcome.has_value(); });
  return *end->outcome;
}

inline typed::Deposit deposit(const std::string& account) { return {StreamId("account/" + account)}; }

}  // namespace ec::test
