// The primary is killed under load and the standby promoted: the application goes on by itself, and what it was told to
// be stored is there.
#include "support/history.hpp"
#include "support/pair.hpp"

#include <atomic>
#include <mutex>

namespace ec::postgres::test {
namespace {

// Threads that move money and ask again for whatever has failed.
class Load {
 public:
  explicit Load(Store& store) {
    constexpr std::uint32_t threads = 8;
    for (std::uint32_t i = 0; i < threads; ++i) threads_.emplace_back([this, &store, i] { run(store, i); });
  }

  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { ends_ = true; }

  // Until the threads have done so many more each, on average.
  void wait_for_more(std::size_t count) const {
    const std::size_t before = done_;
    until("the load goes on", [&] { return done_ >= before + count * threads_.size(); });
  }

  std::vector<Transfer> finish() {
    ends_ = true;
    threads_.clear();
    return std::move(reported_);
  }

 private:
  void run(Store& store, std::uint32_t seed) {
    Mover mover(store, seed, Mover::After::failure_asks_again);
    while (!ends_) {
      const auto moved = mover.move();
      const std::scoped_lock lock(mutex_);
      if (!moved) {
        ADD_FAILURE() << name_of(moved.error().code) << ": " << moved.error().message;
        return;
      }
      if (!*moved) continue;
      reported_.push_back(**moved);
      ++done_;
    }
  }

  std::atomic<bool> ends_{false};
  std::atomic<std::size_t> done_{0};
  std::mutex mutex_;
  std::vector<Transfer> reported_;
  std::vector<std::jthread> threads_;  // the last: they use the others
};

TEST(PostgresFailover, LosesNothingThatWasAcknowledgedAndNeedsNoHelp) {
  if (!is_long_run()) GTEST_SKIP() << "takes minutes: scripts/test --all runs it";
  for (int round = 0; round < 3; ++round) {
    const Pair pair;
    Store store = value(open(pair.dsn()));
    value(open_accounts(store));
    Follower follower(value(open(pair.dsn())), Follower::After::failure_goes_on);
    Load load(store);
    load.wait_for_more(50);
    pair.primary.stop("immediate");
    pair.standby->promote();
    load.wait_for_more(50);
    const std::vector<Transfer> reported = load.finish();
    Store promoted = value(open(pair.standby->dsn()));
    const std::vector<Seen> events = everything(promoted);
    EXPECT_TRUE(follower.finish() == events) << "a reader was shown what is gone";
    check_history(events, reported);
    std::printf("%zu transfers were reported\n", reported.size());
  }
}

}  // namespace
}  // namespace ec::postgres::test
