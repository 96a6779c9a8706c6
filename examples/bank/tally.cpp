#include "tally.hpp"

#include <utility>

namespace bank {

void Tally::fail(const ec::Error& error) {
  Failed& same = failed[ec::name_of(error.code)];
  if (same.count++ == 0) same.message = error.message;
  if (error.is_in_doubt()) ++in_doubt;
}

void Tally::add(const Tally& other) {
  committed += other.committed;
  repeated += other.repeated;
  for (const auto& [reason, count] : other.rejected) rejected[reason] += count;
  reused.insert(reused.end(), other.reused.begin(), other.reused.end());
  for (const auto& [code, more] : other.failed) {
    Failed& same = failed[code];
    if (same.count == 0) same.message = more.message;
    same.count += more.count;
  }
  in_doubt += other.in_doubt;
  attempts += other.attempts;
  conflicts += other.conflicts;
  retries += other.retries;
  latencies.add(other.latencies);
}

std::uint64_t Tally::rejections() const {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : rejected) sum += count;
  return sum;
}

std::uint64_t Tally::failures() const {
  std::uint64_t sum = 0;
  for (const auto& [code, same] : failed) sum += same.count;
  return sum;
}

}  // namespace bank
