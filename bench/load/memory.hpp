// How much memory this process holds, as the kernel counts it.
#pragma once

#include <cstdint>
#include <fstream>
#include <limits>
#include <string>

namespace bench {

// A line of /proc/self/status, in KiB; 0 when it is not there. VmRSS is what is held now, VmHWM the most so far.
inline std::uint64_t status_kib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (std::uint64_t kib = 0; word == name + ":" && status >> kib) return kib;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

// From here on VmHWM counts afresh.
inline void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace bench
