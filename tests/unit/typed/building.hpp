// What the tests of builds share: a projection that adds up, each build in a place of its own, and who runs its builds.
#pragma once

#include "places.hpp"
#include "support.hpp"

#include <eventcore/builds.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>

namespace typed {

using namespace std::chrono_literals;
using ec::Build;
using ec::Position;
using ec::RequestKind;

inline constexpr Build first{1, 0}, again{1, 1}, second{2, 0};

// What was built, each build in a place of its own; outlives who builds it, as a database does.
struct Place {
  std::int64_t sum = 0;
  int count = 0, taken = 0, made = 0;
};
struct Database {
  std::mutex mutex;
  std::map<Build, Place> places;
  int alive = 0;
  Place at(const Build& build) {
    const std::scoped_lock lock(mutex);
    return places[build];
  }
  int made_of(const Build& build) { return at(build).made; }
};

template <std::uint32_t Version>
struct Sums {
  static constexpr std::string_view name = "sums";
  static constexpr std::uint32_t version = Version;
  using Events = ec::Events<Deposited>;
  using Then = std::function<ec::Result<>(const Build&, std::int64_t amount)>;

  Sums(Database& database, const Build& of, Then what = {}) : db(database), build(of), then(std::move(what)) {
    const std::scoped_lock lock(db.mutex);
    ++db.alive;
    ++db.places[build].made;
  }
  Sums(const Sums&) = delete;
  Sums& operator=(const Sums&) = delete;
  ~Sums() {
    const std::scoped_lock lock(db.mutex);
    --db.alive;
  }

  ec::Result<> on(const ec::Recorded<Deposited>& event) {
    if (then)
      if (auto done = then(build, event->amount); !done) return done;
    const std::scoped_lock lock(db.mutex);
    db.places[build].sum += event->amount;
    ++db.places[build].count;
    return {};
  }
  ec::Result<> reset(Position to) {
    reset_to = to;
    return {};
  }
  ec::Result<> take_over() {
    if (on_take_over)
      if (auto done = on_take_over(); !done) return done;
    const std::scoped_lock lock(db.mutex);
    ++db.places[build].taken;
    return {};
  }

  Database& db;
  const Build build;
  const Then then;
  std::function<ec::Result<>()> on_take_over;
  std::optional<Position> reset_to;
};

inline void deposit(ec::Store& store, std::int64_t amount) {
  ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("a"))}, {ec::NewEvent::of(0, Deposited{amount})}).has_value());
}

inline ec::Call patient() { return {.deadline = ec::Call::in(1min)}; }

inline ec::ProjectionOptions lively(std::optional<std::string> holder = {}) {
  return {.save_interval = 5ms, .holder = std::move(holder), .lease_time = 1s, .status_interval = 2ms};
}

class BuildsOnEachStore : public OnEachStore {
 protected:
  Build active() { return ec::active_build(store, "sums").value_or(Build{0, 0}); }
  void wait_until_active(const Build& build) {
    const auto give_up = *patient().deadline;
    while (active() != build && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    ASSERT_EQ(active(), build);
  }
  // Until the active build has everything that is there.
  void wait_for_all() {
    const auto done = ec::wait_for(store, "sums", store.head().value(), patient());
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }

  Database db;
};

// run_builds() on a thread.
class Host {
 public:
  using OnMake = std::function<void(const Build&)>;

  Host(ec::Store& store, Database& db, Sums<1>::Then then = {}, std::optional<std::string> holder = {},
       OnMake on_make = {})
      : thread_([this, &store, &db, then = std::move(then), holder = std::move(holder),
                 on_make = std::move(on_make)](const std::stop_token& stop) {
          const auto make = [&](const Build& build) {
            if (on_make) on_make(build);
            return std::make_unique<Sums<1>>(db, build, then);
          };
          done = ec::run_builds(store, make, lively(holder), {.stop = stop});
          has_ended = true;
        }) {}
  void stop() {
    thread_.request_stop();
    thread_.join();
  }

  ec::Result<> done;
  std::atomic<bool> has_ended{false};

 private:
  std::jthread thread_;
};

inline ec::RequestAnswer rebuild(ec::Store& store) {
  const auto asked = ec::ask_projection(store, "sums", {.kind = RequestKind::rebuild});
  EXPECT_TRUE(asked.has_value());
  return ec::wait_for_answer(store, "sums", asked->id, patient()).value();
}

}  // namespace typed
