// Snapshots as bytes. They are a cache: what does not match in every part is none.
//
//   magic (8) | XXH3 of all that follows (8) | streams (4) | version of the state's shape (4) | of each stream from which
//   version to read on (8) | store id (16) | last event: stream (4), position (16), id (16) | size of the key (4) | key | state
//
// Numbers are big-endian, and the versions stand in front, so that a backend can read on from them by itself. Of the
// stream of the last event it is the version before it: it is read once more, to see whether it is the one that was folded.
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

// The last event that was folded: what shows that a state is one of this store's.
struct LastEvent {
  std::uint32_t stream = 0;  // its number among the distinct ones
  ec_position position{};    // {0,0}: nothing was folded
  ec_uuid id{};
  bool is_none() const { return position.hi == 0 && position.lo == 0; }
};

struct Snapshot {
  std::vector<std::uint64_t> versions;
  LastEvent last;
  std::string_view state;
};

// Where it is stored: a name for the command, the version of the state's shape, so that programs of two versions that run
// side by side leave each other's alone, and a digest of the key, since streams may be many.
std::string snapshot_name(std::string_view command, std::uint32_t version, std::string_view key);

std::string encode(const SnapshotKey& key, const Snapshot& snapshot);

// Nothing when it is damaged, or of anything else.
std::optional<Snapshot> decode(const SnapshotKey& key, std::string_view bytes);

}  // namespace ec::core
