#include "pool.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <random>
#include <thread>

namespace ec::postgres {

using plugin::Call;
using plugin::Failure;

namespace {

constexpr std::uint64_t slice_ns = 20'000'000;  // how late a cancelled call may be noticed
constexpr std::uint64_t first_pause_ns = 20'000'000;
constexpr std::uint64_t longest_pause_ns = 1'000'000'000;

std::chrono::steady_clock::time_point at(std::uint64_t ns) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

// With jitter, so that many processes do not come back at once. False: there is no time for it.
bool pause(std::uint64_t longest_ns, const Call& call, std::uint64_t until_ns) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const std::uint64_t end_ns =
      plugin::monotonic_ns() + std::uniform_int_distribution<std::uint64_t>(longest_ns / 2, longest_ns)(random);
  if (end_ns >= until_ns) return false;
  while (plugin::monotonic_ns() < end_ns) {
    if (call.cancelled()) return false;
    std::this_thread::sleep_until(at(std::min(end_ns, plugin::monotonic_ns() + slice_ns)));
  }
  return true;
}

Failure in_doubt(const Failure& failure) {
  return {EC_IN_DOUBT, std::string(failure.what()) + "; whether it was done is not known", failure.native_code()};
}

}  // namespace

std::unique_ptr<Connection> connect(const Config& config, const plugin::Host& host, const Call& call) {
  const std::uint64_t until_ns =
      call.deadline_ns() != 0 ? call.deadline_ns() : plugin::monotonic_ns() + config.connect_timeout_ms * 1'000'000;
  std::uint64_t pause_ns = first_pause_ns;
  std::exception_ptr last;  // says more than that the deadline has passed
  for (std::size_t attempt = 0;; ++attempt) {
    try {
      call.check();
      return std::make_unique<Connection>(config, host, call, until_ns, attempt);
    } catch (const Failure& failure) {
      if (last && failure.status() == EC_TIMEOUT) std::rethrow_exception(last);
      if (!failure.retryable() || !pause(pause_ns, call, until_ns)) throw;
      last = std::current_exception();
    }
    pause_ns = std::min(2 * pause_ns, longest_pause_ns);
  }
}

Pool::Pool(const Config& config, const plugin::Host& host, std::size_t most)
    : config_(config), host_(host), most_(most) {
  free_.reserve(most);
}

Pool::Borrowed Pool::take(const Call& call) {
  if (auto connection = take_free(call)) return {*this, std::move(connection)};
  try {
    return {*this, connect(config_, host_, call)};
  } catch (...) {
    one_less();
    throw;
  }
}

// Null: there is room for another one, which is counted already.
std::unique_ptr<Connection> Pool::take_free(const Call& call) {
  for (;;) {
    std::unique_ptr<Connection> connection;
    {
      std::unique_lock lock(mutex_);
      while (free_.empty() && count_ == most_) {
        call.check();
        freed_.wait_until(lock, at(call.wait_until_ns(slice_ns)));
      }
      if (free_.empty()) {
        ++count_;
        return nullptr;
      }
      connection = std::move(free_.back());
      free_.pop_back();
    }
    bool usable = false;
    try {
      usable = connection->usable(call);
    } catch (...) {
      give_back(std::move(connection));
      throw;
    }
    if (usable) return connection;
    connection.reset();
    one_less();
  }
}

void Pool::give_back(std::unique_ptr<Connection> connection) noexcept {
  const std::scoped_lock lock(mutex_);
  free_.push_back(std::move(connection));  // there is room: see the constructor
  freed_.notify_one();
}

void Pool::one_less() noexcept {
  const std::scoped_lock lock(mutex_);
  --count_;
  freed_.notify_one();
}

Rows Pool::run(const Statement& statement, const Parameters& parameters, const Call& call, std::string_view doing) {
  try {
    return take(call)->run(statement, parameters, call, doing);
  } catch (const Lost&) {
    call.check();
  }
  return take(call)->run(statement, parameters, call, doing);
}

Rows Pool::write(const Statement& statement, const Parameters& parameters, const Call& call, std::string_view doing,
                 bool repeatable) {
  const auto once = [&] {
    const Borrowed connection = take(call);
    try {
      connection->prepare(statement, call);
    } catch (const Lost& lost) {  // nothing was sent
      throw Failure(EC_UNAVAILABLE, lost.what(), lost.native_code(), true);
    }
    return connection->run(statement, parameters, call, doing, Connection::Patience::commit);
  };
  try {
    return once();
  } catch (const Lost& lost) {
    if (!repeatable || call.state() != EC_OK) throw in_doubt(lost);
  }
  try {
    return once();
  } catch (const Failure& failure) {
    throw in_doubt(failure);
  }
}

}  // namespace ec::postgres
