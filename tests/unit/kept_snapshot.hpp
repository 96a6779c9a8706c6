// Snapshots as tests look at them and make them.
#pragma once

#include "kept_state.hpp"
#include "snapshot.hpp"
#include "states.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kept {

class SnapshotTest : public KeptState {
 protected:
  // Where the snapshot of such a command is.
  template <class Command>
  std::string name_of(const Command& command, std::string* key = nullptr) {
    ec::Committed committed;
    const ec::CommandAdapter<Command> adapter(command, committed, ec::detail::RunsOn::this_thread);
    const ec_str* streams = nullptr;
    std::size_t count = 0;
    ec_error error = EC_ERROR_INIT;
    EXPECT_EQ(adapter.table().streams(adapter.table().ctx, &streams, &count, &error), EC_OK);
    ec::core::States states;
    states.reset(adapter.table(), {nullptr, true, 0}, store_id());
    EXPECT_EQ(states.name({streams, count}, count, &error), EC_OK);
    if (key != nullptr) *key = states.key();
    return states.snapshot_name();
  }
  ec_uuid store_id() { return store.info()->store_id; }

  struct Blob {
    std::string bytes;
    std::uint64_t etag = 0;
  };
  Blob blob(const std::string& name) {
    ec_blob* raw = nullptr;
    ec_bytes bytes{};
    Blob blob;
    if (ec_store_snapshot_load(store.raw(), ec::detail::str(name), nullptr, &raw, &bytes, &blob.etag, nullptr) != EC_OK)
      return {};
    blob.bytes = ec::detail::view(bytes);
    ec_store_snapshot_release(store.raw(), raw);
    return blob;
  }
  // One of the command's with this state, folded up to that event, which may be none of the store's.
  template <class Command>
  std::string put_state(const Command& command, std::vector<std::uint64_t> versions, std::uint64_t position,
                        const std::string& state) {
    std::string key;
    const std::string name = name_of(command, &key);
    const std::size_t streams = versions.size();
    const ec::core::LastEvent last{0, {0, position}, {{7}}};
    put(name, ec::core::encode({store_id(), 1, key, streams}, {std::move(versions), last, state}));
    return name;
  }
  void put(const std::string& name, const std::string& bytes) {
    std::uint64_t etag = blob(name).etag;
    ASSERT_EQ(ec_store_snapshot_save(store.raw(), ec::detail::str(name), ec::detail::bytes(bytes), etag, nullptr, &etag,
                                     nullptr),
              EC_OK);
  }
  // One that is not `before`; it is written behind the execution.
  std::string awaited(const std::string& name, const std::string& before = {}) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < until) {
      if (Blob now = blob(name); !now.bytes.empty() && now.bytes != before) return now.bytes;
      std::this_thread::yield();
    }
    ADD_FAILURE() << "no snapshot was written";
    return {};
  }
};

}  // namespace kept
