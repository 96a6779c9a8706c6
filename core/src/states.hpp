// What an execution knows of states that earlier ones folded: from the cache or a snapshot at its beginning, to the cache
// and into a snapshot at its end. It changes the command's state through its hooks and nothing of the execution.
#pragma once

#include "snapshot_writer.hpp"
#include "state_cache.hpp"

#include <eventcore/abi/command.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ec::core {

class States {
 public:
  // What the execution's command and store have. `store` tells stores of this process apart.
  struct Setting {
    ec_state_cache* cache = nullptr;
    bool has_snapshots = false;
    std::uint64_t store = 0;
  };

  // Checks the hooks; throws plugin::Failure. The command stays where it is until the execution is over.
  void reset(const ec_command& command, const Setting& setting, const ec_uuid& store_id);

  // Whether there is anything to do here at all.
  bool any() const { return cache_ != nullptr || snapshots_; }
  bool has_cache() const { return cache_ != nullptr; }
  bool has_snapshots() const { return snapshots_; }

  // The declared streams, in their order. EC_OK, or the failure of the command's key.
  ec_status name(std::span<const ec_str> declared, std::size_t distinct, ec_error* error);
  const std::string& key() const { return key_; }
  const std::string& snapshot_name() const { return snapshot_name_; }

  // The command's state is the one that this gives, folded so far; nothing: it is that of an empty history, and a snapshot
  // that was no good is replaced as soon as anything is folded.
  const Footing* from_cache();
  const Footing* from_snapshot(std::string_view bytes);

  // It was none of this store's: it is forgotten, and the command's state is that of an empty history.
  ec_status give_up(ec_error* error);

  // So many events were folded, of declared streams alone.
  void folded(std::size_t events, const LastEvent& last) {
    footing_.since_snapshot += events;
    footing_.last = last;
    fresh_ = true;
  }
  const LastEvent& last() const { return footing_.last; }

  // Whether it is time for a snapshot, which capture() makes: the state is that of the declared streams at these versions.
  bool is_snapshot_due() const {
    return snapshots_ && !footing_.last.is_none() && (footing_.since_snapshot >= hooks_.snapshot_every || replaces_);
  }
  void capture(std::vector<std::uint64_t> versions) noexcept;
  // Whether the cache is to have what was folded, and the same for it.
  bool is_to_be_kept() const { return cache_ != nullptr && fresh_; }
  void keep(std::vector<std::uint64_t> versions) noexcept;

  // To be written, once the execution is over.
  std::optional<SnapshotToWrite> take_snapshot();

 private:
  ec_status reset_state(ec_error* error);
  void begin_anew();

  const ec_command* command_ = nullptr;
  ec_state_hooks hooks_{};
  ec_state_cache* cache_ = nullptr;
  bool snapshots_ = false;
  std::uint64_t store_ = 0;
  ec_uuid store_id_{};
  std::size_t distinct_ = 0;
  std::string key_;        // for a snapshot
  std::string cache_key_;  // what else tells states in memory apart, then key_
  std::string snapshot_name_;
  Footing footing_;
  bool fresh_ = false;               // it holds more than what the cache has
  bool replaces_ = false;            // the snapshot that was there is no good
  std::uint64_t not_before_ = 0;     // events that a next one must have: the command could not read one with fewer
  std::string older_snapshot_name_;  // of the version before
  std::optional<SnapshotToWrite> snapshot_;
};

}  // namespace ec::core
