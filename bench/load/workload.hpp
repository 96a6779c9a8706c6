// What clients do, over and over: the load program and the Google Benchmark program run the same workloads.
//
//   auto made = make_workload("append", store, settings);
//   auto client = (*made)->client(0);
//   client->operate();
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct Settings {
  std::size_t clients = 1;
  std::size_t payload_bytes = 256;    // append, hot, read; a deposit and a transfer have the bank's own small events
  std::size_t events = 2;             // of one append; read: of those that prepare it
  std::size_t streams = 2;            // of one append; read: streams to choose from
  std::size_t interleaved = 1;        // read: streams that share the appends that prepare them
  std::uint64_t history = 0;          // events a command or a read finds; hot: a stream is left at this length
  std::size_t accounts = 1'000;       // of commands: fresh ones for so many commands of a client, then again
  std::uint64_t save_every = 10'000;  // catch_up: events a checkpoint
  double rate = 200;                  // live, paced: appends a second
  std::string config{};               // live: where a store of the projection's own is opened
};

// Of one client; nobody else looks at it while it works.
struct Tally {
  std::uint64_t operations = 0;
  std::uint64_t attempts = 0;
  std::uint64_t events_written = 0;
  std::uint64_t events_read = 0;
};

class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  // One append, command or read, waited for.
  virtual ec::Result<> operate() = 0;

  Tally tally;
  std::uint64_t took_ns = 0;  // the last operation, where that is not from call to answer
};

class Workload {
 public:
  Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;
  virtual ~Workload() = default;

  // Whatever it needs is in the store when this is back.
  virtual ec::Result<std::unique_ptr<Client>> client(std::size_t number) = 0;

  // Events that were written to prepare it.
  std::uint64_t prepared_events = 0;
};

inline constexpr std::string_view workload_names =
    "append, deposit, snapshot, cache, transfer, hot, read, catch_up, read_all, live, paced";

// Streams get names that no earlier run on the same store has used. The store outlives it.
ec::Result<std::unique_ptr<Workload>> make_workload(std::string_view name, ec::Store& store, const Settings& settings);

// Events of one append, at most, where nothing is said of it.
inline constexpr std::size_t many_events = 500;

// Puts `count` events of `payload_bytes` behind those that each stream has. Each append has `events_an_append`, of the
// streams in turn.
ec::Result<> fill(ec::Store& store, const std::vector<ec::StreamId>& streams, std::uint64_t count,
                  std::size_t payload_bytes, std::size_t events_an_append = many_events);

}  // namespace bench
