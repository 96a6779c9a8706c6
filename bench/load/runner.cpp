#include "runner.hpp"

#include <algorithm>
#include <barrier>
#include <optional>
#include <thread>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

// One client and all that its thread writes to.
struct alignas(128) Seat {
  std::unique_ptr<Client> client;
  Histogram latencies{};
  Tally warm_up{};
  Clock::time_point began{}, ended{};
  std::optional<ec::Error> error{};

  // One operation; false when it failed.
  bool operate() {
    auto done = client->operate();
    if (!done) error = std::move(done.error());
    return done.has_value();
  }

  // The end of an operation is the begin of the next: one look at the clock for each.
  void measure(Clock::time_point until, std::uint64_t most) {
    began = ended = Clock::now();
    for (std::uint64_t done = 0; done < most && ended < until; ++done) {
      if (!operate()) return;
      const auto now = Clock::now();
      latencies.record(client->took_ns != 0 ? client->took_ns : static_cast<std::uint64_t>((now - ended).count()));
      ended = now;
    }
  }

  void warm(Clock::time_point until, std::uint64_t most) {
    for (std::uint64_t done = 0; done < most && Clock::now() < until; ++done)
      if (!operate()) return;
  }
};

Measurement add_up(const std::vector<Seat>& seats) {
  Measurement sum;
  auto began = seats.front().began;
  auto ended = seats.front().ended;
  for (const Seat& seat : seats) {
    const Tally& tally = seat.client->tally;
    const std::uint64_t operations = tally.operations - seat.warm_up.operations;
    sum.latencies.add(seat.latencies);
    sum.tally.operations += operations;
    sum.tally.attempts += tally.attempts - seat.warm_up.attempts;
    sum.tally.events_written += tally.events_written - seat.warm_up.events_written;
    sum.tally.events_read += tally.events_read - seat.warm_up.events_read;
    sum.events_written += tally.events_written;
    sum.by_client.push_back(operations);
    began = std::min(began, seat.began);
    ended = std::max(ended, seat.ended);
  }
  sum.seconds = std::chrono::duration<double>(ended - began).count();
  return sum;
}

}  // namespace

ec::Result<Measurement> run(Workload& workload, std::size_t clients, const Duration& duration) {
  std::vector<Seat> seats(clients);
  for (std::size_t i = 0; i < clients; ++i) {
    auto client = workload.client(i);
    if (!client) return std::unexpected(std::move(client.error()));
    seats[i].client = std::move(*client);
  }

  const bool counted = duration.operations > 0;
  const std::uint64_t most = counted ? duration.operations : ~std::uint64_t{0};
  const auto until = [&](std::chrono::nanoseconds time) {
    return counted ? Clock::time_point::max() : Clock::now() + time;
  };
  std::barrier<> warm(static_cast<std::ptrdiff_t>(clients));
  {
    std::vector<std::jthread> threads;
    threads.reserve(clients);
    for (Seat& seat : seats)
      threads.emplace_back([&] {
        seat.warm(until(duration.warm_up), counted ? most / 10 : most);
        seat.warm_up = seat.client->tally;
        warm.arrive_and_wait();
        if (!seat.error) seat.measure(until(duration.measured), most);
      });
  }
  for (Seat& seat : seats)
    if (seat.error) return std::unexpected(std::move(*seat.error));
  return add_up(seats);
}

}  // namespace bench
