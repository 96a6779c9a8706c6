// The figures of a panel: plots, each with its table. Empty where there is nothing to compare.
#pragma once

#include "groups.hpp"

#include <string>

namespace cli::report {

// Closed loop: throughput against clients.
std::string throughput_figure(const Panel& panel);
// Latency percentiles against the rate, or against clients.
std::string latency_figure(const Panel& panel);
// Throughput and p99 over time, of one run for each series; at most so many points a line.
std::string time_figure(const Panel& panel, std::size_t most_points);
// Backends and rivals beside each other, at the same number of clients or rate as far as there is one.
std::string bars_figure(const Panel& panel);
enum class Latencies { of_operations, of_projection };
std::string ranges_figure(const Panel& panel, Latencies which, bool is_whole);

// Whether the store took what was due, but for a twentieth.
bool kept_up(const Run& run);
// Where the series is compared with others: at the most clients, or the highest rate, that all of ours have; a rival where
// it comes nearest to that. Null when it has no figures.
const Point* compared(const Panel& panel, const Series& series);
// "at 64 clients", of a point.
std::string where(const Panel& panel, const Point& point);
// A series as the first cell of a row.
std::string name_cell(const Series& series);
// The median run's and, where there are several, the lowest and the highest.
std::string with_spread(const Point& point, std::string (*words)(double), double (*value)(const Run&));

}  // namespace cli::report
