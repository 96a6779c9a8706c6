// Snapshots as bytes. They are a cache: what does not match in every part is none.
//
//   magic (8) | XXH3 of all that follows (8) | streams (4) | version of the state's shape (4) | of each stream its version (8)
//   | position (16) | store id (16) | size of the key (4) | key | state
//
// Numbers are big-endian, and the versions stand in front, so that a backend can read on from them by itself.
#pragma once

#include <eventcore/abi/event_store.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ec::core {

// What a snapshot must have been made for.
struct SnapshotKey {
  ec_uuid store_id;
  std::uint32_t version;  // of the state's shape
  std::string_view key;
  std::size_t streams;
};

struct Snapshot {
  std::vector<std::uint64_t> versions;
  ec_position position;  // of the last event in it
  std::string_view state;
};

// Where it is stored: a name for the command, and a digest of the key, since streams may be many.
std::string snapshot_name(std::string_view command, std::string_view key);

std::string encode(const SnapshotKey& key, const Snapshot& snapshot);

// Nothing when it is damaged, or of anything else.
std::optional<Snapshot> decode(const SnapshotKey& key, std::string_view bytes);

}  // namespace ec::core
