#include "client_thread.hpp"
#include "runner.hpp"

#include <algorithm>
#include <barrier>
#include <functional>
#include <future>
#include <thread>

namespace bench {

namespace {

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

using ClientThreads = std::vector<std::unique_ptr<ClientThread>>;

// Each on a thread of its own, until all are done. None begins before all have their thread: they wait for each other,
// and would wait for one without a thread for ever.
ec::Result<> on_threads(const ClientThreads& clients, const std::function<void(ClientThread&)>& body) {
  std::promise<bool> all_there;
  const std::shared_future<bool> begins = all_there.get_future().share();
  std::vector<std::jthread> threads;
  try {
    threads.reserve(clients.size());
    for (const auto& client : clients)
      threads.emplace_back([&body, &client, begins] {
        if (begins.get()) body(*client);
      });
  } catch (const std::exception& problem) {
    all_there.set_value(false);
    return std::unexpected(ec::Error{ec::Code::unavailable,
                                     "cannot start " + std::to_string(clients.size()) + " threads: " + problem.what()});
  }
  all_there.set_value(true);
  return {};
}

ec::Result<> run_closed(Track& track, const ClientThreads& clients) {
  const Settings& settings = track.settings;
  const bool counted = settings.operations > 0;
  const std::uint64_t most = counted ? settings.operations : ~std::uint64_t{0};
  const auto until = [&](double seconds) {
    return counted ? Clock::time_point::max() : Clock::now() + nanoseconds(seconds);
  };
  std::barrier<> warm(static_cast<std::ptrdiff_t>(clients.size()));
  return on_threads(clients, [&](ClientThread& client) {
    client.warm(until(settings.warm_up_seconds), counted ? most / 10 : most);
    warm.arrive_and_wait();
    client.measure_closed(until(settings.seconds), most);
  });
}

// Counts how many nobody has begun; gives until when it was measured.
ec::Result<Clock::time_point> run_open(Track& track, const ClientThreads& clients, std::uint64_t& unfinished) {
  const Settings& settings = track.settings;
  const auto warm_up = nanoseconds(settings.warm_up_seconds);
  const auto length = warm_up + nanoseconds(settings.seconds);
  Arrivals arrivals(*settings.rate, settings.arrivals == "poisson", settings.seed, length);
  Clock::time_point start;
  std::barrier ready(static_cast<std::ptrdiff_t>(clients.size()), [&]() noexcept { start = Clock::now(); });
  auto run = on_threads(clients, [&](ClientThread& client) {
    ready.arrive_and_wait();
    client.measure_open(arrivals, start, start + warm_up, start + length);
  });
  if (!run) return std::unexpected(std::move(run.error()));
  track.begin_measuring(start + warm_up);  // where nothing was due since
  const auto ended = track.stop.stop_requested() ? std::min(Clock::now(), start + length) : start + length;
  unfinished = arrivals.drain(ended - start);
  return ended;
}

void add_up(const Track& track, const ClientThreads& clients, Measurement& sum) {
  for (const auto& client : clients) {
    const Tally measured = client->measured();
    sum.tally += measured;
    sum.by_client.push_back(measured.operations);
    sum.events_written += client->all().events_written;
    sum.unfinished += client->unfinished();
    sum.acknowledged = std::max(sum.acknowledged, client->acknowledged());
  }
  sum.latencies = track.timeline.total();
  sum.over_time = track.timeline.seconds();
}

ec::Result<ClientThreads> make_clients(Track& track) {
  ClientThreads threads;
  const std::size_t lanes = track.settings.in_flight;
  for (std::size_t i = 0; i < track.settings.clients; ++i) {
    std::vector<std::unique_ptr<Client>> made;
    for (std::size_t k = 0; k < lanes; ++k) {
      auto client = track.workload.client(i * lanes + k);
      if (!client) return std::unexpected(std::move(client.error()));
      made.push_back(std::move(*client));
    }
    threads.push_back(lanes == 1 ? one_by_one(track, std::move(made.front())) : in_flight(track, std::move(made)));
  }
  return threads;
}

}  // namespace

ec::Result<Measurement> run(Workload& workload, const Settings& settings) {
  Track track(settings, workload);
  const auto made = make_clients(track);
  if (!made) return std::unexpected(made.error());
  const ClientThreads& clients = *made;
  const std::stop_callback on_stop(settings.stop, [&] { track.stop.request_stop(); });
  Measurement sum;
  Clock::time_point ended{};
  if (settings.rate) {
    auto until = run_open(track, clients, sum.unfinished);
    if (!until) return std::unexpected(std::move(until.error()));
    ended = *until;
  } else if (auto run = run_closed(track, clients); !run) {
    return std::unexpected(std::move(run.error()));
  }
  sum.usage = Usage::now() - track.before;
  for (const auto& client : clients) {
    if (client->error()) return std::unexpected(std::move(*client->error()));
    ended = std::max(ended, client->ended());
  }
  sum.seconds = std::max(std::chrono::duration<double>(ended - track.began).count(), 0.0);
  sum.interrupted = settings.stop.stop_requested();
  add_up(track, clients, sum);
  return sum;
}

}  // namespace bench
