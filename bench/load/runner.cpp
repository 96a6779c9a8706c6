#include "arrivals.hpp"
#include "runner.hpp"

#include <algorithm>
#include <barrier>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <sys/prctl.h>
#include <thread>

namespace bench {

namespace {

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

// What all lanes share.
struct Track {
  explicit Track(const Settings& of, Workload& run) : settings(of), workload(run) {}

  // The first lane that is warm begins it for all.
  void begin_measuring(Clock::time_point at) {
    std::call_once(once, [&] {
      began = at;
      before = Usage::now();
      workload.begin_measuring();
    });
  }

  const Settings& settings;
  Workload& workload;
  std::stop_source stop;  // somebody asked for it, or a lane failed
  std::once_flag once;
  Clock::time_point began{};
  Usage before{};
  Timeline timeline;
};

// One operation after the other: a client, and all that its thread writes to.
class alignas(128) Lane {
 public:
  Lane(Track& track, std::unique_ptr<Client> client) : track_(track), client_(std::move(client)) {}

  const Tally& all() const { return client_->tally; }
  ec::Position acknowledged() const { return client_->acknowledged(); }
  Tally measured() const { return client_->tally - warm_up_; }
  Clock::time_point ended() const { return ended_; }
  std::uint64_t unfinished() const { return unfinished_; }
  std::optional<ec::Error>& error() { return error_; }

  void warm(Clock::time_point until, std::uint64_t most) {
    for (std::uint64_t done = 0; done < most; ++done) {
      client_->due = Clock::now();
      if (client_->due >= until || !operate()) break;
    }
    warm_up_ = client_->tally;
  }

  // The end of an operation is the begin of the next: one look at the clock for each.
  void measure_closed(Clock::time_point until, std::uint64_t most) {
    begin_measuring(Clock::now());
    client_->due = ended_ = Clock::now();
    for (std::uint64_t done = 0; done < most && ended_ < until && operate(); ++done) {
      client_->due = ended_ = record(Clock::now());
    }
    flush();
  }

  // An operation that begins before `warm` is not measured; none begins behind `end`. One that was due before `warm` and
  // had to wait is measured with all of its wait.
  void measure_open(Arrivals& arrivals, Clock::time_point start, Clock::time_point warm, Clock::time_point end) {
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);  // be woken when it is time, and not within 50 us of it
    bool is_measured = false;
    while (const auto arrival = arrivals.take()) {
      client_->due = start + *arrival;
      if (!wait_until(client_->due)) break;
      const auto now = Clock::now();
      if (now >= end) {
        ++unfinished_;
        break;
      }
      if (!is_measured && now >= warm) {
        is_measured = true;
        warm_up_ = client_->tally;
        begin_measuring(warm);
      }
      if (!operate()) break;
      ended_ = Clock::now();
      if (is_measured) record(ended_);
    }
    if (!is_measured) warm_up_ = client_->tally;
    flush();
  }

 private:
  // False when it failed, or there is to be no further one.
  bool operate() {
    if (track_.stop.stop_requested()) return false;
    auto done = client_->operate();
    if (done) return true;
    error_ = std::move(done.error());
    track_.stop.request_stop();
    return false;
  }

  void begin_measuring(Clock::time_point at) {
    track_.begin_measuring(at);
    counted_ = client_->tally.operations;
    second_ = 1;
    second_ends_ = track_.began + std::chrono::seconds(1);
  }

  // An operation that is over, also one that was refused or given up: somebody has waited for that answer, too. Gives
  // when the next one may begin.
  Clock::time_point record(Clock::time_point now) {
    bool flushed = false;
    if (now >= second_ends_) {
      flush();
      flushed = true;
      second_ = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(now - track_.began).count()) + 1;
      second_ends_ = track_.began + std::chrono::seconds(second_);
    }
    latencies_.record(static_cast<std::uint64_t>(
        std::max(client_->ended.value_or(now) - client_->due, Clock::duration::zero()).count()));
    succeeded_ = client_->tally.operations;
    return flushed ? Clock::now() : now;
  }

  void flush() {
    if (latencies_.count() == 0) return;
    track_.timeline.add(second_, latencies_, succeeded_ - counted_);
    counted_ = succeeded_;
    latencies_.clear();
  }

  bool wait_until(Clock::time_point time) {
    if (Clock::now() >= time) return true;
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, track_.stop.get_token(), time, [] { return false; });
    return !track_.stop.stop_requested();
  }

  Track& track_;
  const std::unique_ptr<Client> client_;
  Histogram latencies_;  // of this second
  std::uint64_t second_ = 1;
  Clock::time_point second_ends_{};
  std::uint64_t counted_ = 0;    // operations that were added to a second
  std::uint64_t succeeded_ = 0;  // by the last latency that was recorded
  Tally warm_up_{};
  Clock::time_point ended_{};
  std::uint64_t unfinished_ = 0;
  std::optional<ec::Error> error_{};
  std::mutex mutex_;
  std::condition_variable_any wake_;
};

using Lanes = std::vector<std::unique_ptr<Lane>>;

// Each lane on a thread of its own, until all are done. None begins before all have their thread: they wait for each
// other, and would wait for one without a thread for ever.
ec::Result<> on_threads(const Lanes& lanes, const std::function<void(Lane&)>& body) {
  std::promise<bool> all_there;
  const std::shared_future<bool> begins = all_there.get_future().share();
  std::vector<std::jthread> threads;
  try {
    threads.reserve(lanes.size());
    for (const auto& lane : lanes)
      threads.emplace_back([&body, &lane, begins] {
        if (begins.get()) body(*lane);
      });
  } catch (const std::exception& problem) {
    all_there.set_value(false);
    return std::unexpected(ec::Error{ec::Code::unavailable,
                                     "cannot start " + std::to_string(lanes.size()) + " threads: " + problem.what()});
  }
  all_there.set_value(true);
  return {};
}

ec::Result<> run_closed(Track& track, const Lanes& lanes) {
  const Settings& settings = track.settings;
  const bool counted = settings.operations > 0;
  const std::uint64_t most = counted ? settings.operations : ~std::uint64_t{0};
  const auto until = [&](double seconds) {
    return counted ? Clock::time_point::max() : Clock::now() + nanoseconds(seconds);
  };
  std::barrier<> warm(static_cast<std::ptrdiff_t>(lanes.size()));
  return on_threads(lanes, [&](Lane& lane) {
    lane.warm(until(settings.warm_up_seconds), counted ? most / 10 : most);
    warm.arrive_and_wait();
    lane.measure_closed(until(settings.seconds), most);
  });
}

// Counts how many nobody has begun; gives until when it was measured.
ec::Result<Clock::time_point> run_open(Track& track, const Lanes& lanes, std::uint64_t& unfinished) {
  const Settings& settings = track.settings;
  const auto warm_up = nanoseconds(settings.warm_up_seconds);
  const auto length = warm_up + nanoseconds(settings.seconds);
  Arrivals arrivals(*settings.rate, settings.arrivals == "poisson", settings.seed, length);
  Clock::time_point start;
  std::barrier ready(static_cast<std::ptrdiff_t>(lanes.size()), [&]() noexcept { start = Clock::now(); });
  auto run = on_threads(lanes, [&](Lane& lane) {
    ready.arrive_and_wait();
    lane.measure_open(arrivals, start, start + warm_up, start + length);
  });
  if (!run) return std::unexpected(std::move(run.error()));
  track.begin_measuring(start + warm_up);  // where nothing was due since
  const auto ended = track.stop.stop_requested() ? std::min(Clock::now(), start + length) : start + length;
  unfinished = arrivals.drain(ended - start);
  return ended;
}

void add_up(const Track& track, const Lanes& lanes, Measurement& sum) {
  const std::size_t clients = track.settings.clients;
  sum.by_client.resize(clients);
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const Lane& lane = *lanes[i];
    sum.tally += lane.measured();
    sum.by_client[i % clients] += lane.measured().operations;
    sum.events_written += lane.all().events_written;
    sum.unfinished += lane.unfinished();
    sum.acknowledged = std::max(sum.acknowledged, lane.acknowledged());
  }
  sum.latencies = track.timeline.total();
  sum.over_time = track.timeline.seconds();
}

}  // namespace

ec::Result<Measurement> run(Workload& workload, const Settings& settings) {
  Track track(settings, workload);
  Lanes lanes;
  for (std::size_t i = 0; i < settings.clients * settings.in_flight; ++i) {
    auto client = workload.client(i);
    if (!client) return std::unexpected(std::move(client.error()));
    lanes.push_back(std::make_unique<Lane>(track, std::move(*client)));
  }
  const std::stop_callback on_stop(settings.stop, [&] { track.stop.request_stop(); });
  Measurement sum;
  Clock::time_point ended{};
  if (settings.rate) {
    auto until = run_open(track, lanes, sum.unfinished);
    if (!until) return std::unexpected(std::move(until.error()));
    ended = *until;
  } else if (auto run = run_closed(track, lanes); !run) {
    return std::unexpected(std::move(run.error()));
  }
  sum.usage = Usage::now() - track.before;
  for (const auto& lane : lanes) {
    if (lane->error()) return std::unexpected(std::move(*lane->error()));
    ended = std::max(ended, lane->ended());
  }
  sum.seconds = std::max(std::chrono::duration<double>(ended - track.began).count(), 0.0);
  sum.interrupted = settings.stop.stop_requested();
  add_up(track, lanes, sum);
  return sum;
}

}  // namespace bench
