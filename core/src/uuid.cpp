#include "uuid.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <pthread.h>
#include <sys/random.h>
#include <time.h>

namespace ec::core {

namespace {

// A forked child must not go on with its parent's numbers.
std::atomic<std::uint32_t> fork_count{1};
const int watch_forks = pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1); });

// xoshiro256** by Blackman and Vigna: ids must be unique, not secret.
struct Generator {
  std::array<std::uint64_t, 4> state{};
  std::uint32_t seeded_in = 0;

  void seed() {
    std::size_t have = 0;
    auto* at = reinterpret_cast<unsigned char*>(state.data());
    while (have < sizeof state) {
      const ssize_t got = getrandom(at + have, sizeof state - have, 0);
      if (got > 0) have += static_cast<std::size_t>(got);
    }
    seeded_in = fork_count.load();
  }

  std::uint64_t next() {
    if (seeded_in != fork_count.load(std::memory_order_relaxed)) seed();
    const std::uint64_t result = std::rotl(state[1] * 5, 7) * 9;
    const std::uint64_t shifted = state[1] << 17U;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = std::rotl(state[3], 45);
    return result;
  }
};
thread_local Generator generator;

}  // namespace

std::uint64_t random_bits() { return generator.next(); }

ec_uuid make_uuid() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  const auto milliseconds =
      static_cast<std::uint64_t>(now.tv_sec) * 1000U + static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000U;
  const std::uint64_t high = std::byteswap((milliseconds << 16U) | 0x7000U | (random_bits() & 0x0FFFU));
  const std::uint64_t low = std::byteswap((random_bits() >> 2U) | (std::uint64_t{1} << 63U));
  ec_uuid uuid{};
  std::memcpy(uuid.bytes, &high, 8);
  std::memcpy(uuid.bytes + 8, &low, 8);
  return uuid;
}

void put_text(const ec_uuid& uuid, char* to) noexcept {
  constexpr const char* digits = "0123456789abcdef";
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    *to++ = digits[uuid.bytes[i] >> 4U];
    *to++ = digits[uuid.bytes[i] & 15U];
  }
}

}  // namespace ec::core
