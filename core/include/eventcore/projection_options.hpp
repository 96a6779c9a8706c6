// How a projection is run, what its handlers are told, and how far it is.
//
//   ec::ProjectionOptions options{.save_every = 500, .holder = "host-7"};  // one of several processes
#pragma once

#include <eventcore/position.hpp>
#include <eventcore/recorded.hpp>
#include <eventcore/store.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ec {

// What a handler may want to know beside the event.
struct Delivery {
  bool is_replay = false;       // it was there before this build of the projection first ran: no side effects, please
  std::uint32_t attempt = 1;    // grows while the same event is tried again
  std::uint64_t fence = 0;      // of the leader, to be checked by what it writes elsewhere; 0: there is no lease
  bool is_dead_letter = false;  // it could not be handled when its turn was, and is handed over again: out of order
  bool is_active = true;        // this build is the one that is read; false while it is built beside another one, which
                                // is given the same events and does what is to be done once
};

// What becomes of an event that could not be handled.
enum class Reaction {
  stop,        // the projection ends with the error; the event is the next one of another run
  skip,        // it is counted and passed over
  retry,       // again, after a wait
  dead_letter  // it is noted in a stream of its own, and passed over; see dead_letter.hpp
};

struct ProjectionOptions {
  std::uint64_t save_every = 100'000;              // the checkpoint is saved after so many events ...
  std::chrono::milliseconds save_interval{1'000};  // ... or so much time, and on a stop
  std::chrono::milliseconds retry_base{10};        // the first wait of a retry, then twice as much ...
  std::chrono::milliseconds retry_cap{10'000};     // ... up to this
  std::optional<std::string> holder{};             // who this is among those that run the same projection: one leads
  std::chrono::milliseconds lease_time{10'000};    // how soon another takes over from a leader that is gone
  std::chrono::milliseconds stop_time{10'000};     // how long the last save may take
  // How often its status is written, and looked for what is asked of it and for a newer build (projection_status.hpp), by
  // a thread of its own. 0: never; then tools do not see it, and it neither takes over nor is taken over from.
  std::chrono::milliseconds status_interval{1'000};
  bool runs_superseded = false;  // goes on when a newer build was made the active one
  SubscribeOptions subscription{};
};

// As of one moment.
struct ProjectionProgress {
  Position position;                 // handled up to here
  Position saved;                    // the checkpoint
  Position head;                     // of the store, as last seen
  std::optional<Time> last_event{};  // when the last event that was handled had been recorded
  std::uint64_t handled = 0, skipped = 0, retries = 0, dead_letters = 0;  // since it was made
  std::uint64_t store_failures = 0;                                       // that it waited out
  bool leads = false;
  bool superseded = false;   // another build is active, so this one ended
  std::string last_error{};  // of what was retried, passed over or is down
};

}  // namespace ec
