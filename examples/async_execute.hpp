// An execution as an operation of Boost.Asio's: for use_awaitable, a callback, a future.
#pragma once

#include <eventcore/eventcore.hpp>

#include <exception>
#include <expected>
#include <memory>
#include <utility>

#include <boost/asio.hpp>

namespace bank {

namespace asio = boost::asio;

// All of it runs where what is told wants to run (the strand of a coroutine, say), and on `loop` where it does not mind.
// Told once, never from within this call; what cannot be begun is a failure as any other. The store must be closed before
// the loop goes.
template <class Command, class Token>
auto async_execute(ec::Store& store, const Command& command, asio::io_context& loop, Token&& token) {
  using Outcome = ec::Outcome<Command>;
  return asio::async_initiate<Token, void(std::exception_ptr, Outcome)>(
      [&store, &loop](auto handler, Command given) {
        const auto without_one = loop.get_executor();
        const auto executor = asio::get_associated_executor(handler, without_one);
        const auto told = std::make_shared<decltype(handler)>(std::move(handler));
        const auto tell = [told, executor, open = asio::make_work_guard(executor)](std::exception_ptr thrown,
                                                                                   Outcome outcome) {
          asio::post(executor, [told, thrown = std::move(thrown), outcome = std::move(outcome)]() mutable {
            std::move (*told)(std::move(thrown), std::move(outcome));
          });
        };
        const auto begun = ec::execute_async(
            store, std::move(given), {}, [executor](ec::Work work) { asio::post(executor, work); }, tell);
        if (!begun) tell(nullptr, std::unexpected(typename Outcome::error_type{begun.error(), {}, {}}));
      },
      token, Command(command));
}

// Give the command a name: g++ 12 destroys twice what stands in braces behind co_await.
template <class Command, class Token>
void async_execute(ec::Store& store, const Command&& command, asio::io_context& loop, Token&& token) = delete;

}  // namespace bank
