#include "in_flight.hpp"
#include "progress.hpp"
#include "run.hpp"
#include "worker.hpp"

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace bank {

Run run(ec::Store& store, Source& source, Stop& stop, const RunOptions& options) {
  Run result;
  Accounts accounts(options.opening_balance);
  std::mutex mutex;  // guards result
  Progress progress(source);
  const auto work = [&] {
    Worker worker(store, accounts, options.since);
    try {
      for (bool going = true; going;) {
        const auto order = source.next();
        if (!order) break;
        going = worker.take(*order);
        progress.step();
        if (!going) stop.request();
      }
    } catch (const std::exception& problem) {
      worker.failed({ec::Code::internal, problem.what()});
      stop.request();
    }
    const std::lock_guard lock(mutex);
    result.tally.add(worker.tally);
  };

  const auto began = std::chrono::steady_clock::now();
  if (options.in_flight > 0) {
    Worker worker(store, accounts, options.since);
    keep_in_flight(store, source, stop, accounts, worker, progress, options.in_flight);
    result.tally.add(worker.tally);
  } else {
    std::vector<std::jthread> threads;
    try {
      for (unsigned i = 0; i < options.workers; ++i) threads.emplace_back(work);
    } catch (...) {
      stop.request();  // those that did start would take transfers to the end before this is told
      throw;
    }
  }
  result.time = std::chrono::steady_clock::now() - began;
  return result;
}

}  // namespace bank
