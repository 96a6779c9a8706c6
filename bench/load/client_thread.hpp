// What a client's thread does: one operation after the other, or many that are under way at once.
#pragma once

#include "arrivals.hpp"
#include "track.hpp"
#include "workload.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <sys/prctl.h>
#include <utility>
#include <vector>

namespace bench {

class ClientThread {
 public:
  ClientThread() = default;
  ClientThread(const ClientThread&) = delete;
  ClientThread& operator=(const ClientThread&) = delete;
  virtual ~ClientThread() = default;

  // Until then, and no more than so many. All of it is over when it is back.
  virtual void warm(Clock::time_point until, std::uint64_t most) = 0;
  virtual void measure_closed(Clock::time_point until, std::uint64_t most) = 0;

  // An operation that begins before `warm` is not measured; none begins behind `end`. One that was due before `warm` and
  // had to wait is measured with all of its wait.
  virtual void measure_open(Arrivals& arrivals, Clock::time_point start, Clock::time_point warm,
                            Clock::time_point end) = 0;

  virtual Tally all() const = 0;
  virtual Tally measured() const = 0;
  virtual ec::Position acknowledged() const = 0;
  Clock::time_point ended() const { return ended_; }  // the last operation that was measured
  std::uint64_t unfinished() const { return unfinished_; }
  std::optional<ec::Error>& error() { return error_; }

 protected:
  void end_at(Clock::time_point time) { ended_ = time; }
  void leave_unfinished() { ++unfinished_; }
  // By the thread itself: when it is time, and not within 50 us of it.
  static void be_woken_in_time() { prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0); }
  // The first that fails ends the run.
  void fail(Track& track, ec::Error error) {
    if (!error_) error_ = std::move(error);
    track.stop.request_stop();
  }

 private:
  Clock::time_point ended_{};
  std::uint64_t unfinished_ = 0;
  std::optional<ec::Error> error_{};
};

// An operation is over before the next one begins.
std::unique_ptr<ClientThread> one_by_one(Track& track, std::unique_ptr<Client> client);

// Each of these has an operation under way at once, and none holds the thread while it waits.
std::unique_ptr<ClientThread> in_flight(Track& track, std::vector<std::unique_ptr<Client>> lanes);

}  // namespace bench
