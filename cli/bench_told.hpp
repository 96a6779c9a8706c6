// The result of runs for people, in a pipe too: programs have the JSON.
#pragma once

#include "bench_record.hpp"

#include <string>
#include <vector>

namespace cli {

// One run, with its settings and its seconds.
void append_told(std::string& out, const BenchRecord& record, const bench::Settings& settings);

// All of them, one a row.
void append_summary(std::string& out, const std::vector<BenchRecord>& records);

}  // namespace cli
