// Telling other processes that the head has moved, and hearing it from them: NOTIFY as a hint beside the appends
// (inside of them it would take a lock of the whole cluster), LISTEN, and a poll underneath that nothing depends on.
#pragma once

#include "pool.hpp"

#include <eventcore/plugin/head_signal.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace ec::postgres {

// One thread, begun at the first append. Of many appends it tells once.
class Ringer {
 public:
  Ringer(const Config& config, const plugin::Host& host) : config_(config), host_(host) {}

  void ring() noexcept;

 private:
  void run(const std::stop_token& stop);

  const Config& config_;
  const plugin::Host& host_;
  std::mutex mutex_;
  std::condition_variable_any rung_;
  bool wanted_ = false;
  std::jthread thread_;  // the last member: it ends before what it uses
};

// One thread, begun at the first wait; it asks for the head while somebody waits.
class Listener {
 public:
  Listener(const Config& config, const plugin::Host& host, std::atomic<std::uint64_t>& head, plugin::HeadSignal& signal)
      : config_(config), host_(host), head_(head), signal_(signal) {}

  // For as long as it lives, the head is kept up to date.
  class Waiting;

 private:
  void run(const std::stop_token& stop);
  void listen(const std::stop_token& stop);
  bool wait_until_wanted(const std::stop_token& stop, std::unique_ptr<Connection>& connection);
  std::uint64_t ask_for_head(Connection& connection, const std::stop_token& stop) const;
  void subscribe(Connection& connection, const plugin::Call& call);
  void tell_exception() noexcept;
  void wait_for_news(const plugin::Call& call, Connection& connection);
  bool heard_news(Connection& connection) const;
  bool is_wanted();

  const Config& config_;
  const plugin::Host& host_;
  std::atomic<std::uint64_t>& head_;
  plugin::HeadSignal& signal_;
  std::mutex mutex_;
  std::condition_variable_any wanted_;
  std::size_t waiting_ = 0;
  std::string told_;     // the warning that was logged last, while things have not got better
  std::jthread thread_;  // the last member: it ends before what it uses
};

class Listener::Waiting {
 public:
  explicit Waiting(Listener& listener);
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting();

 private:
  Listener& listener_;
};

// The highest head that was seen.
inline void raise(std::atomic<std::uint64_t>& head, std::uint64_t seen) {
  std::uint64_t before = head.load();
  while (before < seen && !head.compare_exchange_weak(before, seen)) {
  }
}

}  // namespace ec::postgres
