// What is told of the builds of projections.
#pragma once

#include "stores.hpp"

#include <eventcore/codec.hpp>
#include <eventcore/projection_status.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace cli {

// What is behind the checkpoint. What a projection does not take is among it until it has passed it.
struct Lag {
  std::uint64_t events = 0;
  bool has_more = false;  // where positions are not dense they are counted one by one, and no further
  std::int64_t time_us = 0;
};

// Throws Failure.
Lag lag_behind(ec::Store& store, ec::Position handled, const ec::Call& call = {}, std::uint64_t counted = 10'000);

// What was asked of a build, and the answer where there is one.
struct ShownRequest {
  std::uint64_t id = 0;
  std::string what{};
  std::optional<std::string> asked{}, answer{};
  bool is_done = false;
};
EC_FIELDS(ShownRequest, id, what, asked, answer, is_done)

struct ShownBuild {
  std::string name{}, build{};
  bool is_active = false;
  std::string state{};
  std::optional<std::string> leader{};
  std::uint64_t events_behind = 0;
  bool more_behind = false;
  double seconds_behind = 0, events_per_second = 0;
  std::uint64_t handled = 0, skipped = 0, retries = 0, dead_letters = 0, dead_letters_left = 0, fence = 0;
  std::string position{}, saved{}, replay_end{};
  std::optional<std::string> last_event{}, began{}, told{}, error{};
  std::vector<ShownRequest> requests{};
};
EC_FIELDS(ShownBuild, name, build, is_active, state, leader, events_behind, more_behind, seconds_behind,
          events_per_second, handled, skipped, retries, dead_letters, dead_letters_left, fence, position, saved,
          replay_end, last_event, began, told, error, requests)

// As it is now. What cannot be read of it is its error. Throws Failure when the store answers nothing.
ShownBuild look_at(ec::Store& store, const ec::KnownProjection& projection, const ec::Build& build,
                   const ec::Call& call);

// Whether somebody who could answer runs that build, by what is known.
bool is_run(ec::Store& store, const std::optional<ec::ProjectionStatus>& status);

// "350 ms", "12 s", "3 min 20 s", "2 h 5 min", "4 d 1 h".
std::string in_words(std::chrono::microseconds time);

}  // namespace cli
