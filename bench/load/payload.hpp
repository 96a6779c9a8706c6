// Payloads that hardly compress and are not alike: letters and digits, the same sequence for each seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace bench {

class Payloads {
 public:
  explicit Payloads(std::size_t bytes, std::uint64_t seed = 1) : bytes_(bytes), random_(seed) {}

  std::string next() {
    constexpr const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string payload(bytes_, '\0');
    for (std::size_t i = 0; i < bytes_;) {
      auto bits = random_();
      for (int k = 0; k < 10 && i < bytes_; ++k, bits >>= 6U) payload[i++] = letters[bits & 63U];
    }
    return payload;
  }

 private:
  const std::size_t bytes_;
  std::mt19937_64 random_;
};

}  // namespace bench
