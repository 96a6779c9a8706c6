// Lies about checkpoints, leases and snapshots.
#include "lies.hpp"

#include <limits>
#include <map>
#include <string>

namespace ec::liar {

namespace {

using plugin::Call;
using plugin::Failure;

class CheckpointAheadAccepted : public Teller {
  void save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence, const Call& call) override {
    try {
      store_.save_checkpoint(name, position, fence, call);
    } catch (const Failure& failure) {
      if (failure.status() != EC_INVALID) throw;
    }
  }
};

// None is taken for one at the beginning: everything is read again, or nothing is.
class NoCheckpointIsZero : public Teller {
  ec_position load_checkpoint(std::string_view name, const Call& call) override {
    try {
      return store_.load_checkpoint(name, call);
    } catch (const Failure& failure) {
      if (failure.status() != EC_NOT_FOUND) throw;
      return {};
    }
  }
};

class CheckpointOnlyMovesForward : public Teller {
  void save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence, const Call& call) override {
    ec_position& highest = highest_[std::string(name)];
    if (position.hi == 0 && position.lo < highest.lo) position = highest;
    store_.save_checkpoint(name, position, fence, call);
    highest = position;
  }
  std::map<std::string, ec_position> highest_;
};

class StaleFenceAccepted : public Teller {
  static constexpr std::uint64_t any_fence = std::numeric_limits<std::uint64_t>::max();
  void save_checkpoint(std::string_view name, ec_position position, std::uint64_t, const Call& call) override {
    store_.save_checkpoint(name, position, any_fence, call);
  }
  void remove_checkpoint(std::string_view name, std::uint64_t, const Call& call) override {
    store_.remove_checkpoint(name, any_fence, call);
  }
};

class FenceDoesNotGrow : public Teller {
  std::uint64_t acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms,
                              const Call& call) override {
    store_.acquire_lease(name, holder, ttl_ms, call);
    return 1;
  }
};

class LeaseHasTwoHolders : public Teller {
  std::uint64_t acquire_lease(std::string_view name, std::string_view, std::uint64_t ttl_ms,
                              const Call& call) override {
    return store_.acquire_lease(name, "everybody", ttl_ms, call);
  }
};

// What is over comes to life again, though another may hold it.
class LeaseRenewedAfterItsTime : public Teller {
  void renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms, const Call& call) override {
    try {
      store_.renew_lease(name, fence, ttl_ms, call);
    } catch (const Failure& failure) {
      if (failure.status() != EC_FENCED) throw;
    }
  }
};

class LeaseNeverEnds : public Teller {
  std::uint64_t acquire_lease(std::string_view name, std::string_view holder, std::uint64_t,
                              const Call& call) override {
    return store_.acquire_lease(name, holder, std::numeric_limits<std::uint64_t>::max(), call);
  }
};

class EtagIgnored : public Teller {
  std::uint64_t present_etag(std::string_view name, const Call& call) {
    try {
      return store_.load_snapshot(name, call)->etag;
    } catch (const Failure&) {
      return 0;
    }
  }
  std::uint64_t save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                              const Call& call) override {
    try {
      return store_.save_snapshot(name, bytes, expected_etag, call);
    } catch (const Failure& failure) {
      if (failure.status() != EC_CONFLICT) throw;
    }
    return store_.save_snapshot(name, bytes, present_etag(name, call), call);
  }
};

// The etag is how often the name was saved since it was created.
class EtagGivenAgain : public Teller {
  std::unique_ptr<plugin::Blob> load_snapshot(std::string_view name, const Call& call) override {
    auto blob = store_.load_snapshot(name, call);
    blob->etag = shown_[std::string(name)];
    return blob;
  }
  std::uint64_t save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                              const Call& call) override {
    const std::string key(name);
    real_[key] = store_.save_snapshot(name, bytes, expected_etag == shown_[key] ? real_[key] : wrong, call);
    return shown_[key] = expected_etag + 1;
  }
  void remove_snapshot(std::string_view name, std::uint64_t expected_etag, const Call& call) override {
    const std::string key(name);
    store_.remove_snapshot(name, expected_etag == shown_[key] ? real_[key] : wrong, call);
    real_[key] = shown_[key] = 0;
  }
  static constexpr std::uint64_t wrong = std::numeric_limits<std::uint64_t>::max();
  std::map<std::string, std::uint64_t> real_, shown_;
};

class RemovedSnapshotStays : public Teller {
  void remove_snapshot(std::string_view name, std::uint64_t expected_etag, const Call& call) override {
    if (store_.load_snapshot(name, call)->etag != expected_etag) throw Failure(EC_CONFLICT, "another etag");
  }
};

constexpr Lie lies[] = {
    {"checkpoint_ahead_accepted", make<CheckpointAheadAccepted>},
    {"no_checkpoint_is_zero", make<NoCheckpointIsZero>},
    {"checkpoint_only_moves_forward", make<CheckpointOnlyMovesForward>},
    {"stale_fence_accepted", make<StaleFenceAccepted>},
    {"fence_does_not_grow", make<FenceDoesNotGrow>},
    {"lease_has_two_holders", make<LeaseHasTwoHolders>},
    {"lease_renewed_after_its_time", make<LeaseRenewedAfterItsTime>},
    {"lease_never_ends", make<LeaseNeverEnds>},
    {"etag_ignored", make<EtagIgnored>},
    {"etag_given_again", make<EtagGivenAgain>},
    {"removed_snapshot_stays", make<RemovedSnapshotStays>},
};

}  // namespace

std::span<const Lie> bookkeeping_lies() { return lies; }

}  // namespace ec::liar
