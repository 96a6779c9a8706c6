// What a fuzzer's bytes are turned into.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace fuzz {

// Bytes on the heap, exactly as many as there are, so that AddressSanitizer sees a read beyond their end.
class Exact {
 public:
  explicit Exact(std::string_view content) : size_(content.size()), bytes_(new char[content.size()]) {
    std::ranges::copy(content, bytes_.get());
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

// Taken off the front, one thing after the other; zeros when they have run out.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  template <class Number>
  Number number() {
    Number value{};
    const std::size_t size = std::min(sizeof value, rest_.size());
    if (size == 0) return value;
    std::memcpy(&value, rest_.data(), size);
    rest_.remove_prefix(size);
    return value;
  }
  // From 0 to `count` - 1.
  std::size_t below(std::size_t count) { return number<std::uint8_t>() % count; }
  template <class T, std::size_t size>
  const T& one_of(const T (&choices)[size]) {
    return choices[below(size)];
  }
  // Mostly something small, sometimes anything.
  std::uint64_t any_number() {
    const auto small = number<std::uint8_t>();
    return small < 0xF0 ? small : number<std::uint64_t>();
  }
  // At most 255 bytes, its length in front.
  std::string text() {
    const std::size_t wanted = number<std::uint8_t>();
    const std::size_t size = std::min(wanted, rest_.size());
    std::string taken(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view rest_;
};

// A finding, as what the fuzzer takes for one.
inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "FINDING: %s\n", what);
  std::abort();
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
