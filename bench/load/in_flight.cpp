#include "client_thread.hpp"
#include "loop.hpp"

#include <deque>
#include <list>
#include <stop_token>

namespace bench {

namespace {

class alignas(128) InFlight final : public ClientThread {
 public:
  InFlight(Track& track, std::vector<std::unique_ptr<Client>> clients) : track_(track), recording_(track) {
    for (auto& client : clients) free_.push_back(&lanes_.emplace_back(*this, std::move(client)));
  }

  Tally all() const override {
    Tally sum;
    for (const Lane& lane : lanes_) sum += lane.client->tally;
    return sum;
  }
  Tally measured() const override {
    Tally sum;
    for (const Lane& lane : lanes_)
      if (lane.is_measured) sum += lane.client->tally - lane.warm_up;
    return sum;
  }
  ec::Position acknowledged() const override {
    ec::Position last;
    for (const Lane& lane : lanes_) last = std::max(last, lane.client->acknowledged());
    return last;
  }

  void warm(Clock::time_point until, std::uint64_t most) override { keep_busy(until, most); }

  void measure_closed(Clock::time_point until, std::uint64_t most) override {
    begin_measuring(Clock::now());
    keep_busy(until, most);
    end_at(now_);
    recording_.flush();
  }

  void measure_open(Arrivals& arrivals, Clock::time_point start, Clock::time_point warm,
                    Clock::time_point end) override {
    be_woken_in_time();
    const std::stop_callback on_stop(track_.stop.get_token(), [loop = loop_] { loop->wake(); });
    // As many as are free by now, and no more: what waits on the loop has its turn in between.
    for (std::size_t free = 0;; --free) {
      if (free == 0) loop_->run();
      while (free_.empty()) go_on();
      if (free == 0) free = free_.size();
      if (track_.stop.stop_requested()) break;
      const auto arrival = arrivals.take();
      if (!arrival || !wait_until(start + *arrival)) break;
      now_ = Clock::now();
      if (now_ >= end) {
        leave_unfinished();
        break;
      }
      if (!is_measuring_ && now_ >= warm) begin_measuring(warm);
      begin(start + *arrival);
    }
    while (under_way_ > 0) go_on();
    end_at(now_);
    recording_.flush();
  }

 private:
  // One operation after the other, none of which holds the thread.
  struct Lane final : Told {
    Lane(InFlight& thread, std::unique_ptr<Client> made) : of(thread), client(std::move(made)) {}
    void over(ec::Result<> done) override { of.end(*this, std::move(done)); }

    InFlight& of;
    const std::unique_ptr<Client> client;
    Clock::time_point free_since{};
    bool is_measured = false;     // what it does from now on
    Tally warm_up{};              // what it did before
    std::uint64_t succeeded = 0;  // before the one that is under way
  };

  void begin_measuring(Clock::time_point at) {
    recording_.begin(at);
    is_measuring_ = true;
  }

  // In a closed loop the end of an operation is the begin of the next one of its lane.
  void keep_busy(Clock::time_point until, std::uint64_t most) {
    now_ = Clock::now();
    for (Lane& lane : lanes_) lane.free_since = now_;
    std::uint64_t begun = 0;
    const auto goes_on = [&] { return begun < most && now_ < until && !track_.stop.stop_requested(); };
    while (goes_on() || under_way_ > 0) {
      // As in an open loop.
      for (std::size_t free = free_.size(); free > 0 && goes_on(); --free, ++begun) begin(free_.front()->free_since);
      if (free_.empty() || !goes_on())
        go_on();
      else
        loop_->run();
    }
  }

  // There is one that is free.
  void begin(Clock::time_point due) {
    Lane& lane = *free_.front();
    free_.pop_front();
    ++under_way_;
    if (is_measuring_ && !std::exchange(lane.is_measured, true)) lane.warm_up = lane.client->tally;
    lane.client->due = due;
    lane.succeeded = lane.client->tally.operations;
    lane.client->begin(*loop_, lane);
  }

  void end(Lane& lane, ec::Result<> done) {
    --under_way_;
    free_.push_back(&lane);
    now_ = Clock::now();
    if (!done) return fail(track_, std::move(done.error()));
    if (lane.is_measured)
      now_ = recording_.record(now_, lane.client->ended.value_or(now_) - lane.client->due,
                               lane.client->tally.operations > lane.succeeded);
    lane.free_since = now_;
  }

  // Until there is something to do, if anything is under way.
  void go_on() {
    if (under_way_ > 0) loop_->wait();
    loop_->run();
  }

  bool wait_until(Clock::time_point time) {
    while (!track_.stop.stop_requested()) {
      if (Clock::now() >= time) return true;
      loop_->wait(time);
      loop_->run();
    }
    return false;
  }

  Track& track_;
  Recording recording_;
  const std::shared_ptr<Loop> loop_ = std::make_shared<Loop>();
  std::list<Lane> lanes_;
  std::deque<Lane*> free_;  // the one that waits for the longest time first
  std::size_t under_way_ = 0;
  bool is_measuring_ = false;
  Clock::time_point now_{};  // by the last look at the clock
};

}  // namespace

std::unique_ptr<ClientThread> in_flight(Track& track, std::vector<std::unique_ptr<Client>> lanes) {
  return std::make_unique<InFlight>(track, std::move(lanes));
}

}  // namespace bench
