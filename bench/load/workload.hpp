// What clients do, over and over: `eventcore bench` and the Google Benchmark program run the same workloads.
//
//   auto made = make_workload(store, settings);
//   auto client = (*made)->client(0);
//   (*client)->operate();
#pragma once

#include "histogram.hpp"
#include "loop.hpp"
#include "settings.hpp"

#include <eventcore/eventcore.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

// Of one client; nobody else looks at it while it works.
struct Tally {
  std::uint64_t operations = 0;  // that did what they were to do
  std::uint64_t attempts = 0;
  std::uint64_t conflicts = 0;   // attempts that met one
  std::uint64_t retries = 0;     // attempts after the first of their operation
  std::uint64_t rejections = 0;  // operations that a rule of the bank refused
  std::uint64_t given_up = 0;    // operations that met conflicts only
  std::uint64_t events_written = 0;
  std::uint64_t events_read = 0;

  Tally& operator+=(const Tally& other);
  Tally operator-(const Tally& earlier) const;
};

// Who is told that an operation without a thread is over.
class Told {
 public:
  Told() = default;
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;
  virtual ~Told() = default;

  virtual void over(ec::Result<> done) = 0;
};

// One lane of operations, each over before the next.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  // One append, command or read. One that was rejected or given up is counted as such and is no error.
  virtual ec::Result<> operate() = 0;

  // The same, and holds no thread while it waits: `told` is told on the loop, or before this is back. Only of workloads
  // that have it, see WorkloadKind.
  virtual Task begin(Loop& loop, Told& told);

  ec::Position acknowledged() const { return last_; }

  Tally tally;
  Clock::time_point due{};                   // set by the runner: from when the operation is counted
  std::optional<Clock::time_point> ended{};  // of the last operation, where that is not when operate() was back

 protected:
  // What was acknowledged: positions of one lane rise.
  ec::Result<> acknowledge(ec::Position first, ec::Position last);

 private:
  ec::Position last_{};
};

// A projection that follows, when the clients are done: by how many of their events it is behind, and how long it takes
// to handle these, too. Some are left when that is stopped.
struct Followed {
  std::uint64_t behind = 0, left = 0;
  double seconds = 0;
};

// What only some workloads have to tell.
struct Found {
  std::optional<Histogram> lag{};  // of a projection, from when an append was due to its handler
  std::optional<Followed> followed{};
  std::optional<std::uint64_t> catch_ups{};  // of a projection from the start to the head
  double catch_up_seconds = 0;               // of all of them
  std::uint64_t catch_up_events = 0;
};

class Workload {
 public:
  Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;
  virtual ~Workload() = default;

  // Whatever it needs is in the store when this is back.
  virtual ec::Result<std::unique_ptr<Client>> client(std::size_t number) = 0;

  // The clients are warm; called once, on any of their threads.
  virtual void begin_measuring() {}
  // The clients are done, and wrote so many events.
  virtual ec::Result<Found> finish(std::uint64_t) { return Found{}; }

  // For the check at the end: each new event in the store's order, then the end of them.
  virtual ec::Result<> look_at(const ec::RecordedEvent&) { return {}; }
  virtual ec::Result<> end_look() { return {}; }

  // Events that were written to prepare it.
  std::uint64_t prepared_events = 0;
};

// How many operations may be under way: of the second kind each holds its client's thread.
enum class AtOnce { one, one_a_client, many_a_client };

struct WorkloadKind {
  std::string_view name;
  std::string_view what;
  std::size_t events;     // what the setting is where nothing is said
  std::uint64_t history;  // likewise
  AtOnce at_once;
  std::unique_ptr<Workload> (*make)(ec::Store& store, const Settings& settings, const std::string& prefix);
};

std::span<const WorkloadKind> all_workloads();
const WorkloadKind* find_workload(std::string_view name);
std::string workload_names();

// Streams get names that no earlier run on the same store has used. The store outlives it.
ec::Result<std::unique_ptr<Workload>> make_workload(ec::Store& store, Settings settings);

// Events of one append, at most, where nothing is said of it.
inline constexpr std::size_t many_events = 500;

// Puts `count` events of `payload_bytes` behind those that each stream has. Each append has `events_an_append`, of the
// streams in turn.
ec::Result<> fill(ec::Store& store, const std::vector<ec::StreamId>& streams, std::uint64_t count,
                  const Settings& settings, std::size_t events_an_append = many_events);

}  // namespace bench
