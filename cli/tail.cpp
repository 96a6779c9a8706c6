#include "ndjson.hpp"
#include "options.hpp"
#include "output.hpp"
#include "stores.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace cli {

namespace {

// How often a store that shows the state of its opening is opened again.
constexpr std::chrono::milliseconds look_again(500);

bool is_still(ec::Store& store) {
  const std::uint32_t capabilities = info_of(store).capabilities;
  return (capabilities & EC_CAP_READ_ONLY) != 0 && (capabilities & EC_CAP_SHARED) == 0;
}

class Tail {
 public:
  Tail(const Options& options, const std::stop_token& stop)
      : options_(options), stop_(stop), store_(open_to_look(options.config, stop)), is_still_(is_still(*store_)) {}

  void run() {
    if (options_.after.empty())
      print_last();
    else
      after_ = position_of(options_.after);
    while (!stop_.stop_requested()) {
      print_new();
      wait();
    }
  }

 private:
  void print_last() {
    std::vector<std::string> lines;
    // One more than nothing, so that there is a view whose head is known.
    Events events(
        store_->read_all(options_.filter, {}, {true, std::max<std::uint64_t>(options_.last, 1)}, {.stop = stop_}));
    while (const ec_event* event = events.next()) append_line(lines.emplace_back(), ec::RecordedEvent(*event));
    after_ = events.head();
    if (options_.last > 0)
      std::for_each(lines.rbegin(), lines.rend(), [&](const std::string& line) { out_.text() += line; });
    out_.flush();
  }

  void print_new() {
    Events events(store_->read_all(options_.filter, after_, {}, {.stop = stop_}));
    while (const ec_event* event = events.next()) {
      append_line(out_.text(), ec::RecordedEvent(*event));
      out_.drain();
    }
    after_ = std::max(after_, events.through());
    out_.flush();
  }

  void wait() {
    ec::Call call{.stop = stop_};
    if (is_still_) call.deadline = ec::Call::in(look_again);
    const auto head = store_->wait(after_, call);
    if (head || stop_.stop_requested()) return;
    if (!is_still_ || head.error().code != ec::Code::timeout) throw failure(head.error());
    store_.reset();
    store_ = open_to_look(options_.config, stop_);
  }

  const Options& options_;
  const std::stop_token stop_;
  std::optional<ec::Store> store_;
  const bool is_still_;
  ec::Position after_;
  Output out_;
};

}  // namespace

int tail(const Options& options, const std::stop_token& stop) {
  Tail(options, stop).run();
  return done;
}

}  // namespace cli
