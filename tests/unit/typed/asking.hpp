// What the tests of what a projection tells, and is asked, share.
#pragma once

#include "support.hpp"

#include <eventcore/projection.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>

namespace asking {

using namespace typed;
using namespace std::chrono_literals;
using ec::Position;
using ec::ProjectionState;
using ec::RequestKind;

constexpr const char* id = "projection/sums/1";
constexpr ec::Build build{1, 0};

inline void deposit(ec::Store& store, std::int64_t amount) {
  ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("a"))}, {ec::NewEvent::of(0, Deposited{amount})}).has_value());
}

// Keeps what it was told; what it was told of what is behind a position it can forget.
struct Sums {
  static constexpr std::string_view name = "sums";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;

  ec::Result<> on(const ec::Recorded<Deposited>& event, const ec::Delivery& delivery) {
    if (before) before();
    if (bad.contains(event->amount)) return std::unexpected(ec::Error{ec::Code::invalid, why});
    told.push_back(event->amount);
    deliveries.push_back(delivery);
    return {};
  }
  ec::Reaction on_failure(const ec::RecordedEvent&, const ec::Error&, std::uint32_t) const { return reaction; }

  std::function<void()> before;
  std::string why = "cannot count";
  std::set<std::int64_t> bad;
  ec::Reaction reaction = ec::Reaction::dead_letter;
  std::vector<std::int64_t> told;
  std::vector<ec::Delivery> deliveries;
};
struct Resettable : Sums {
  ec::Result<> reset(Position to) {
    if (to != Position{}) return std::unexpected(ec::Error{ec::Code::invalid, "only to the start"});
    told.clear();
    return {};
  }
};

inline ec::ProjectionStatus status_of(ec::Store& store) {
  const auto status = ec::load_status(store, "sums", build).value();
  return status.value_or(ec::ProjectionStatus{});
}

inline ec::Call patient() { return {.deadline = ec::Call::in(1min)}; }

constexpr ec::ProjectionOptions lively{.status_interval = 1ms};

// A projector on a thread of its own, until it is stopped.
template <class P>
class Running {
 public:
  Running(ec::Store& store, P& projection, ec::ProjectionOptions options = lively)
      : projector(store, projection, std::move(options)),
        runner_([this](const std::stop_token& stop) { done = projector.run({.stop = stop}); }) {}
  void stop() {
    runner_.request_stop();
    runner_.join();
  }

  ec::Projector<P> projector;
  ec::Result<> done;

 private:
  std::jthread runner_;
};

inline ec::RequestAnswer asked(ec::Store& store, ec::ProjectionRequest request) {
  const auto made = ec::ask_projection(store, "sums", std::move(request));
  EXPECT_TRUE(made.has_value()) << made.error().message;
  const auto answer = ec::wait_for_answer(store, "sums", made->id, patient());
  EXPECT_TRUE(answer.has_value()) << answer.error().message;
  return *answer;
}

// One that keeps its checkpoint with its rows, and loses both when it is not committed.
struct Kept {
  static constexpr std::string_view name = "sums";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;

  ec::Result<> on(const ec::Recorded<Deposited>& event) {
    if (before) before();
    uncommitted.push_back(event->amount);
    if (bad.contains(event->amount)) return std::unexpected(ec::Error{ec::Code::invalid, "no"});
    return {};
  }
  ec::Reaction on_failure(const ec::RecordedEvent&, const ec::Error&, std::uint32_t) const {
    return ec::Reaction::dead_letter;
  }
  ec::Result<> reset(Position) { return uncommitted.clear(), ec::Result<>(); }
  ec::Result<std::optional<Position>> load_checkpoint() const { return std::optional(position); }
  ec::Result<> save_checkpoint(Position at, std::uint64_t fence) {
    fences.push_back(fence);
    if (std::exchange(fails_to_commit, false)) return std::unexpected(ec::Error{ec::Code::unavailable, "disk full"});
    rows = uncommitted;
    position = at;
    return {};
  }
  void discard() { uncommitted = rows; }

  std::set<std::int64_t> bad;
  std::vector<std::int64_t> rows, uncommitted;
  Position position;
  bool fails_to_commit = false;
  std::function<void()> before;
  std::vector<std::uint64_t> fences;  // that it was saved under
};

}  // namespace asking
