// What must be true of a history of transfers, and a reader that follows it while it is written.
#pragma once

#include "support.hpp"
#include "transfers.hpp"

#include <atomic>
#include <thread>

namespace ec::postgres::test {

// Follows read_all by what it has been through, from the beginning, and keeps what it was shown.
class Follower {
 public:
  enum class After { failure_ends, failure_goes_on };
  Follower(Store store, After after);
  // Reads on to what is the end now. Everything that it was shown, in that order.
  std::vector<Seen> finish();

 private:
  void run(const std::stop_token& stop);
  Result<> read_on();
  Result<> take(EventCursor& cursor);

  Store store_;
  const After after_;
  Position through_;
  std::vector<Seen> seen_;
  std::string problem_;
  std::jthread thread_;  // the last one: it uses the others
};

// Positions dense and versions gapless; each balance follows from the one before it, and none is below zero; the streams
// that a transfer rests on had the versions that it has seen; each reported transfer is there once, where it was said to
// be; at most so many are there that were not reported; and as much money as there was in the beginning.
void check_history(const std::vector<Seen>& events, const std::vector<Transfer>& reported,
                   std::size_t most_unreported = 0);

}  // namespace ec::postgres::test
