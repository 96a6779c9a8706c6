#include "snapshot.hpp"

#include <eventcore/plugin/strided.hpp>

#include <cstring>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

namespace ec::core {

namespace {

constexpr std::string_view magic = "ecsnap1\n";
constexpr std::size_t summed_from = magic.size() + sizeof(std::uint64_t);

template <class T>
void put(std::string& out, T number) {
  for (std::size_t i = sizeof(T); i > 0; --i) out += static_cast<char>(number >> (8 * (i - 1)));
}

std::uint64_t sum_of(std::string_view bytes) {
  return XXH3_64bits(bytes.data() + summed_from, bytes.size() - summed_from);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) {
      short_ = true;
      size = bytes_.size();
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  template <class T>
  T number() {
    T number = 0;
    for (const char byte : take(sizeof(T))) number = static_cast<T>((number << 8U) | static_cast<unsigned char>(byte));
    return number;
  }
  std::string_view rest() const { return bytes_; }
  bool is_short() const { return short_; }

 private:
  std::string_view bytes_;
  bool short_ = false;
};

}  // namespace

std::string snapshot_name(std::string_view command, std::uint32_t version, std::string_view key) {
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits(key.data(), key.size()));
  std::string name = "snapshot/" + std::string(command) + "/" + std::to_string(version) + "/";
  constexpr std::string_view digits = "0123456789abcdef";
  for (const unsigned char byte : digest.digest) {
    name += digits[byte >> 4U];
    name += digits[byte & 15U];
  }
  return name;
}

std::string encode(const SnapshotKey& key, const Snapshot& snapshot) {
  std::string bytes(magic);
  put(bytes, std::uint64_t{0});
  put(bytes, static_cast<std::uint32_t>(snapshot.versions.size()));
  put(bytes, key.version);
  const LastEvent& last = snapshot.last;
  for (std::size_t i = 0; i < snapshot.versions.size(); ++i)
    put(bytes, snapshot.versions[i] - (!last.is_none() && i == last.stream ? 1 : 0));
  bytes += plugin::view(key.store_id);
  put(bytes, last.stream);
  put(bytes, last.position.hi);
  put(bytes, last.position.lo);
  bytes += plugin::view(last.id);
  put(bytes, static_cast<std::uint32_t>(key.key.size()));
  bytes += key.key;
  bytes += snapshot.state;
  std::string sum;
  put(sum, sum_of(bytes));
  bytes.replace(magic.size(), sum.size(), sum);
  return bytes;
}

std::optional<Snapshot> decode(const SnapshotKey& key, std::string_view bytes) {
  Reader reader(bytes);
  if (reader.take(magic.size()) != magic) return std::nullopt;
  const auto sum = reader.number<std::uint64_t>();
  if (reader.is_short() || sum != sum_of(bytes)) return std::nullopt;
  if (reader.number<std::uint32_t>() != key.streams || reader.number<std::uint32_t>() != key.version)
    return std::nullopt;
  Snapshot snapshot{};
  for (std::size_t i = 0; i < key.streams && !reader.is_short(); ++i)
    snapshot.versions.push_back(reader.number<std::uint64_t>());
  if (reader.take(sizeof key.store_id) != plugin::view(key.store_id)) return std::nullopt;
  LastEvent& last = snapshot.last;
  last.stream = reader.number<std::uint32_t>();
  last.position.hi = reader.number<std::uint64_t>();
  last.position.lo = reader.number<std::uint64_t>();
  const std::string_view id = reader.take(sizeof last.id);
  if (reader.is_short() || last.stream >= key.streams) return std::nullopt;
  std::memcpy(last.id.bytes, id.data(), sizeof last.id.bytes);
  if (!last.is_none()) ++snapshot.versions[last.stream];
  if (reader.take(reader.number<std::uint32_t>()) != key.key || reader.is_short()) return std::nullopt;
  snapshot.state = reader.rest();
  return snapshot;
}

}  // namespace ec::core
