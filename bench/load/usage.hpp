// What this process has taken of the machine, as the kernel counts it. Other processes, such as a database server, are
// not in it.
#pragma once

#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <sys/resource.h>

namespace bench {

struct Usage {
  double user_seconds = 0, system_seconds = 0;
  std::optional<std::uint64_t> bytes_written{};  // to storage; none where the kernel does not count them

  static Usage now() {
    Usage usage;
    rusage counted{};
    if (getrusage(RUSAGE_SELF, &counted) == 0) {
      usage.user_seconds = seconds(counted.ru_utime);
      usage.system_seconds = seconds(counted.ru_stime);
    }
    std::ifstream io("/proc/self/io");
    std::string word;
    while (io >> word) {
      if (std::uint64_t bytes = 0; word == "write_bytes:" && io >> bytes) usage.bytes_written = bytes;
      io.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return usage;
  }

  Usage operator-(const Usage& earlier) const {
    Usage difference{user_seconds - earlier.user_seconds, system_seconds - earlier.system_seconds};
    if (bytes_written && earlier.bytes_written) difference.bytes_written = *bytes_written - *earlier.bytes_written;
    return difference;
  }

 private:
  static double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
};

}  // namespace bench
