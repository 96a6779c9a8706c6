// The lines of a file or of standard input, read as they are needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

class Lines {
 public:
  // "-" is standard input. Throws Failure when it cannot be read; so does next().
  Lines(const std::string& path, std::size_t longest_bytes, std::stop_token stop);
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  ~Lines();

  // The next line without its end, lent until the next call; nothing at the end and after a stop.
  std::optional<std::string_view> next();

  bool stopped() const { return stop_.stop_requested(); }
  std::uint64_t number() const { return number_; }          // of the line that next() gave, from 1
  std::uint64_t size_bytes() const { return size_bytes_; }  // of the file; 0 when nobody can know
  std::uint64_t taken_bytes() const { return taken_bytes_; }

 private:
  struct Descriptor {
    explicit Descriptor(int opened) : fd(opened) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();
    const int fd;
  };

  bool fill();
  bool wait_for_input();

  const std::string path_;
  const std::size_t longest_bytes_;
  const std::stop_token stop_;
  const Descriptor file_;
  const Descriptor wake_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::uint64_t number_ = 0, size_bytes_ = 0, taken_bytes_ = 0;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::string line_;
};

}  // namespace cli
