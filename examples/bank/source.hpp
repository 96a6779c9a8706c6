// Where the transfers come from: a file or standard input, read as it is needed. What it remembers of what it gave out
// are the ids, to notice one that comes twice.
#pragma once

#include "stop.hpp"
#include "transfers.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace bank {

// In words for the user.
struct InputError : std::runtime_error {
  using runtime_error::runtime_error;
};

struct Malformed {
  std::uint64_t line = 0;  // counted from 1, the header included
  std::string why;
};

struct Order {
  std::uint64_t line = 0;
  Transfer transfer;
};

class Source {
 public:
  // "-" is standard input. Throws InputError when it cannot be read.
  Source(const std::string& path, const Stop& stop);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // The next transfer, or nothing: at the end, after a stop, after a failed read. Any thread. Lines that are no
  // transfers are noted and left out.
  std::optional<Order> next();

  // Bytes in all, 0 when nobody can know; and how many of them are taken. Any thread.
  std::uint64_t size_bytes() const { return size_bytes_; }
  std::uint64_t taken_bytes() const { return taken_bytes_.load(std::memory_order_relaxed); }

  // For after the last next().
  std::uint64_t lines() const { return lines_; }
  const std::vector<Malformed>& malformed() const { return malformed_; }
  const std::optional<std::string>& error() const { return error_; }
  // The lines that a stop left in a file; nothing when nobody can know.
  std::optional<std::uint64_t> count_rest();

 private:
  struct File {
    explicit File(const std::string& path);
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File();
    const int fd;
  };

  bool next_line();
  bool fill();
  std::optional<Transfer> take();

  const Stop& stop_;
  const File file_;
  std::uint64_t size_bytes_ = 0;
  std::atomic<std::uint64_t> taken_bytes_{0};

  std::mutex mutex_;  // guards the rest
  std::vector<char> buffer_;
  std::size_t at_ = 0, end_ = 0;
  std::string line_;
  std::uint64_t lines_ = 0;
  bool ended_ = false;
  bool heeds_stop_ = true;
  std::vector<Malformed> malformed_;
  std::unordered_map<std::string, std::uint64_t> line_of_id_;
  std::optional<std::string> error_;
};

}  // namespace bank
