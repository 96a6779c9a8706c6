// Room for the bytes that a batch lends: given out piece by piece, taken back all at once, used again by the next
// batch.
#pragma once

#include <eventcore/abi/event_store.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace ec::rocks {

class Buffer {
 public:
  // A copy that stays where it is until clear().
  std::string_view keep(std::string_view bytes) {
    if (bytes.size() > left_) grow(bytes.size());
    char* const copy = next_;
    std::memcpy(copy, bytes.data(), bytes.size());
    next_ += bytes.size();
    left_ -= bytes.size();
    kept_ += bytes.size();
    return {copy, bytes.size()};
  }
  // Copies the event's bytes, which lie in one piece in a record, from the stream's first to the payload's last.
  void keep_event(ec_event& event) {
    const char* const begin = event.stream.data;
    const char* const end = reinterpret_cast<const char*>(event.payload.data) + event.payload.size;
    const std::string_view copy = keep({begin, static_cast<std::size_t>(end - begin)});
    const auto moved = [&](const void* from) { return copy.data() + (static_cast<const char*>(from) - begin); };
    event.type.data = moved(event.type.data);
    event.metadata.data = reinterpret_cast<const std::uint8_t*>(moved(event.metadata.data));
    event.payload.data = reinterpret_cast<const std::uint8_t*>(moved(event.payload.data));
    event.stream.data = copy.data();
  }
  std::size_t kept_bytes() const { return kept_; }

  // The first chunk stays for the next batch.
  void clear() {
    kept_ = 0;
    if (chunks_.empty()) return;
    chunks_.resize(1);
    next_ = chunks_.front().get();
    left_ = chunk_bytes;
  }

 private:
  static constexpr std::size_t chunk_bytes = 64 * 1024;

  void grow(std::size_t bytes) {
    // A large piece gets a chunk of its own, unless it is the first: that one stays.
    if (chunks_.empty()) add(chunk_bytes);
    if (bytes > left_) add(bytes > chunk_bytes ? bytes : chunk_bytes);
  }
  void add(std::size_t bytes) {
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
    next_ = chunks_.back().get();
    left_ = bytes;
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t kept_ = 0;
};

}  // namespace ec::rocks
