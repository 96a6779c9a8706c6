// The bank's books, for the check at the end: money neither comes nor goes, and no account is overdrawn at any time.
#pragma once

#include <eventcore/recorded.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace bench {

class Money {
 public:
  // Each new event of the store in its order; those of other types are let pass. An error names the first wrong place.
  ec::Result<> look_at(const ec::RecordedEvent& event);

  // There were so many accounts, each opened with that balance, and together they have what they had.
  ec::Result<> end(std::uint64_t accounts, std::int64_t balance) const;

 private:
  std::unordered_map<std::string, std::int64_t> balances_;
};

}  // namespace bench
