#include "client_thread.hpp"

#include <condition_variable>
#include <mutex>

namespace bench {

namespace {

// Nobody else writes to what its thread writes to.
class alignas(128) OneByOne final : public ClientThread {
 public:
  OneByOne(Track& track, std::unique_ptr<Client> client)
      : track_(track), client_(std::move(client)), recording_(track) {}

  Tally all() const override { return client_->tally; }
  Tally measured() const override { return client_->tally - warm_up_; }
  ec::Position acknowledged() const override { return client_->acknowledged(); }

  void warm(Clock::time_point until, std::uint64_t most) override {
    for (std::uint64_t done = 0; done < most; ++done) {
      client_->due = Clock::now();
      if (client_->due >= until || !operate()) break;
    }
    warm_up_ = client_->tally;
  }

  // The end of an operation is the begin of the next: one look at the clock for each.
  void measure_closed(Clock::time_point until, std::uint64_t most) override {
    begin_measuring(Clock::now());
    auto now = Clock::now();
    client_->due = now;
    for (std::uint64_t done = 0; done < most && now < until && operate(); ++done)
      client_->due = now = record(Clock::now());
    end_at(now);
    recording_.flush();
  }

  void measure_open(Arrivals& arrivals, Clock::time_point start, Clock::time_point warm,
                    Clock::time_point end) override {
    be_woken_in_time();
    bool is_measured = false;
    while (const auto arrival = arrivals.take()) {
      client_->due = start + *arrival;
      if (!wait_until(client_->due)) break;
      const auto now = Clock::now();
      if (now >= end) {
        leave_unfinished();
        break;
      }
      if (!is_measured && now >= warm) {
        is_measured = true;
        warm_up_ = client_->tally;
        begin_measuring(warm);
      }
      if (!operate()) break;
      const auto ended = Clock::now();
      end_at(ended);
      if (is_measured) record(ended);
    }
    if (!is_measured) warm_up_ = client_->tally;
    recording_.flush();
  }

 private:
  // False when it failed, or there is to be no further one.
  bool operate() {
    if (track_.stop.stop_requested()) return false;
    auto done = client_->operate();
    if (!done) fail(track_, std::move(done.error()));
    return done.has_value();
  }

  void begin_measuring(Clock::time_point at) {
    recording_.begin(at);
    succeeded_ = client_->tally.operations;
  }

  Clock::time_point record(Clock::time_point now) {
    const std::uint64_t before = std::exchange(succeeded_, client_->tally.operations);
    return recording_.record(now, client_->ended.value_or(now) - client_->due, succeeded_ > before);
  }

  bool wait_until(Clock::time_point time) {
    if (Clock::now() >= time) return true;
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, track_.stop.get_token(), time, [] { return false; });
    return !track_.stop.stop_requested();
  }

  Track& track_;
  const std::unique_ptr<Client> client_;
  Recording recording_;
  Tally warm_up_{};
  std::uint64_t succeeded_ = 0;  // by the last one that was recorded
  std::mutex mutex_;
  std::condition_variable_any wake_;
};

}  // namespace

std::unique_ptr<ClientThread> one_by_one(Track& track, std::unique_ptr<Client> client) {
  return std::make_unique<OneByOne>(track, std::move(client));
}

}  // namespace bench
