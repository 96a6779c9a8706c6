// bench_scale: fills a store with many events in many streams, and tells what single calls cost in it, how long it takes
// to open, and how much memory the process held. One line of JSON.
#include "measures.hpp"
#include "memory.hpp"
#include "timing.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <optional>

namespace {

using namespace bench;
using scale::Shape;

struct Options {
  std::string config;
  std::string what;
  double seconds = 2;
  Shape shape;
};

double us_since(Clock::time_point began) {
  return std::chrono::duration<double, std::micro>(Clock::now() - began).count();
}

ec::Result<> print_fill(ec::Store& store, const Shape& shape) {
  const auto began = Clock::now();
  if (auto filled = scale::fill(store, shape, shape.events); !filled) return filled;
  const double seconds = us_since(began) / 1e6;
  std::printf(R"({"operations": %s, "seconds": %.3f, "per_second": %.1f, "peak_kib": %s})"
              "\n",
              std::to_string(shape.events).c_str(), seconds, static_cast<double>(shape.events) / seconds,
              std::to_string(status_kib("VmHWM")).c_str());
  return {};
}

// From the call of open to the first events of a stream.
ec::Result<> print_start(ec::Store& store, const Shape& shape, Clock::time_point began) {
  const double opened_us = us_since(began);
  auto once = scale::make_measure("read", store, shape);
  if (auto read = once(); !read) return read;
  std::printf(R"({"operations": 1, "open_us": %.1f, "mean_us": %.1f, "peak_kib": %s})"
              "\n",
              opened_us, us_since(began), std::to_string(status_kib("VmHWM")).c_str());
  return {};
}

// As a process ends that is killed: nothing is closed.
ec::Result<> crash(ec::Store& store, const Shape& shape) {
  if (auto filled = scale::fill(store, shape, shape.events / 100); !filled) return filled;
  (void)std::raise(SIGKILL);
  return {};
}

ec::Result<> print_calls(ec::Store& store, const Options& options) {
  const auto call = scale::make_measure(options.what, store, options.shape);
  if (!call)
    return std::unexpected(ec::Error{ec::Code::invalid, "there is no '" + options.what + "'; there are fill, start, " +
                                                            "crash, " + std::string(scale::measure_names)});
  ec::Result<> done;
  const Timed timed = time_calls(options.seconds, [&] {
    done = call();
    return done.has_value();
  });
  if (timed.good) print(timed, ", \"peak_kib\": " + std::to_string(status_kib("VmHWM")));
  return done;
}

ec::Result<> run(const Options& options) {
  const auto began = Clock::now();
  auto store = ec::Store::open(options.config);
  if (!store) return std::unexpected(std::move(store.error()));
  if (options.what == "fill") return print_fill(*store, options.shape);
  if (options.what == "start") return print_start(*store, options.shape, began);
  if (options.what == "crash") return crash(*store, options.shape);
  return print_calls(*store, options);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Single calls in a store of many events; prints one line of JSON");
  Options options;
  app.add_option("--config", options.config, "the store's YAML file")->required();
  app.add_option(
         "--what", options.what,
         "fill: the store, which is empty; start: open it and read a stream; crash: append another hundredth and "
         "be killed; or one of " +
             std::string(scale::measure_names))
      ->required();
  app.add_option("--events", options.shape.events, "in the store")->check(CLI::Range(1'000, 1'000'000'000));
  app.add_option("--streams", options.shape.streams, "that they are in")->check(CLI::Range(1'000, 1'000'000'000));
  app.add_option("--payload", options.shape.payload_bytes, "bytes of an event")->check(CLI::Range(1, 1'000'000));
  app.add_option("--seconds", options.seconds, "of measuring")->check(CLI::PositiveNumber)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto done = run(options);
  if (!done) std::fprintf(stderr, "bench_scale: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
