// Where the operations of examples/async_execute.hpp end, and that each ends once.
#include "async_execute.hpp"
#include "transfer.hpp"

#include <eventcore/testing.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace bank;
using ec::testing::given;

const ec::StreamId alice("account/alice");
using Strand = asio::strand<asio::io_context::executor_type>;

template <class Command>
concept GoesWithoutAName =
    requires(ec::Store& store, asio::io_context& loop) { async_execute(store, Command{}, loop, asio::detached); };
static_assert(!GoesWithoutAName<OpenAccount>);

asio::awaitable<void> open_on(Strand strand, ec::Store& store, asio::io_context& loop, std::optional<bool>& stayed) {
  const OpenAccount command{alice, 100};
  const auto done = co_await async_execute(store, command, loop, asio::use_awaitable);
  stayed = done.has_value() && strand.running_in_this_thread();
}

TEST(AsyncExecute, ACoroutineGoesOnOnItsStrand) {
  auto history = given();
  asio::io_context loop;
  const Strand strand(loop.get_executor());
  std::optional<bool> stayed;
  asio::co_spawn(strand, open_on(strand, history.store(), loop, stayed), asio::detached);
  loop.run();
  EXPECT_EQ(stayed, true);
}

// A loop's executor that does not take the first thing it is given.
struct Refusing {
  template <class Work>
  void execute(Work&& work) const {
    if (std::exchange(*refuses, false)) throw std::runtime_error("the loop has stopped");
    inner.execute(std::forward<Work>(work));
  }
  Refusing require(asio::execution::blocking_t::never_t never) const { return {asio::require(inner, never), refuses}; }
  asio::execution_context& query(asio::execution::context_t) const { return inner.context(); }
  bool operator==(const Refusing&) const = default;

  asio::io_context::executor_type inner;
  bool* refuses;
};

TEST(AsyncExecute, WhatCannotBeBegunIsToldOnceAndLater) {
  auto history = given();
  asio::io_context loop;
  bool refuses = true;
  int told = 0;
  const OpenAccount command{alice, 100};
  async_execute(history.store(), command, loop,
                asio::bind_executor(Refusing{loop.get_executor(), &refuses},
                                    [&told](const std::exception_ptr& thrown, const ec::Outcome<OpenAccount>& done) {
                                      ++told;
                                      EXPECT_FALSE(thrown);
                                      ASSERT_FALSE(done);
                                      EXPECT_EQ(done.error().code, ec::Code::cancelled);
                                    }));
  EXPECT_FALSE(refuses);
  EXPECT_EQ(told, 0);
  loop.run();
  EXPECT_EQ(told, 1);
}

}  // namespace
