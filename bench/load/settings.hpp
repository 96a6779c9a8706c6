// What a run is to do, and the names that its settings have in files, on command lines and in results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace bench {

struct Settings {
  std::string workload = "transfer";
  std::size_t clients = 1;
  std::size_t in_flight = 1;               // operations of one client at once
  double seconds = 5;                      // of measuring
  double warm_up_seconds = 1;              // before it
  std::uint64_t operations = 0;            // of each client; not 0: instead of the times
  std::optional<double> rate{};            // arrivals a second of all clients together; none: a closed loop
  std::string arrivals = "fixed";          // or poisson
  std::uint64_t seed = 1;                  // of all that is drawn
  std::size_t payload_bytes = 256;         // of an event; what the bank writes has its own size
  std::optional<std::size_t> events{};     // of one append
  std::size_t streams = 2;                 // of one append; of those that are read: in all
  std::size_t accounts = 1'000;            // see the workloads
  std::int64_t balance = 1'000;            // of an account that is opened
  std::string choice = "uniform";          // of accounts and streams; or zipf
  double zipf = 0.99;                      // its exponent
  double read_share = 0.95;                // read-mostly: of all operations
  std::optional<std::uint64_t> history{};  // events that are in a stream first; see the workloads
  std::size_t interleaved = 1;             // read: streams that share the appends which prepare them
  std::uint64_t save_every = 100'000;      // events a checkpoint
  std::uint64_t prefill = 0;               // events of other streams that are in the store first
  std::string config{};                    // the store's YAML file: for a second way into it
  std::stop_token stop{};
};

struct Setting {
  std::string_view name;  // as in files; with - for _ it is the option's
  std::string_view kind;  // COUNT, SECONDS ...; empty: a word
  std::string_view what;
  std::string (*set)(Settings&, const std::string& text);  // what is wrong with the text; empty: nothing
  void (*write)(std::string& json, const Settings&);       // its value as JSON
};

// In the order in which they are told. `config` and `stop` are not among them.
std::span<const Setting> all_settings();

// Null: there is none of that name.
const Setting* find_setting(std::string_view name);

// With what the workload says where nothing is said, or what does not go together.
std::string complete(Settings& settings);

}  // namespace bench
