// Single calls at random places of a large store, one at a time. The streams' names are random, as accounts' are, and the
// events of each lie far apart, as they do when accounts live long.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace bench::scale {

struct Shape {
  std::uint64_t events = 10'000;
  std::uint64_t streams = 1'000;
  std::size_t payload_bytes = 100;
};

constexpr std::uint64_t page = 100;  // events of read_all, streams of a list

// The name of a stream, which its number does not show.
ec::StreamId stream_of(std::uint64_t number);

// Appends until the streams have `shape.events` in all, each in turn.
ec::Result<> fill(ec::Store& store, const Shape& shape, std::uint64_t events);

// One call, and a look at what it gave; an error ends the run.
using Measure = std::function<ec::Result<>()>;

inline constexpr std::string_view measure_names = "append, append_known, append_new, read, read_all, head, list";

// Empty when there is none of this name. The store outlives it.
Measure make_measure(std::string_view name, ec::Store& store, const Shape& shape);

}  // namespace bench::scale
