#include "first_release.hpp"
#include "log.hpp"
#include "names.hpp"
#include "requests.hpp"
#include "snapshot.hpp"
#include "states.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/failure.hpp>

#include <utility>

namespace ec::core {

namespace {

constexpr std::size_t longest_name = 128;
constexpr std::uint64_t default_every = 1'000;

void add(std::string& key, std::string_view part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  key.append(reinterpret_cast<const char*>(&size), sizeof size);
  key += part;
}

template <class T>
void add_raw(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void check(const ec_state_hooks& hooks) {
  const bool caches = hooks.cache_kind != nullptr;
  const bool snapshots = hooks.snapshot_name.size > 0;
  if (hooks.reset == nullptr) throw plugin::Failure(EC_INVALID, "ec_state_hooks: reset must be there");
  if (snapshots && (hooks.capture == nullptr || hooks.restore == nullptr))
    throw plugin::Failure(EC_INVALID, "ec_state_hooks: snapshots need capture and restore");
  if (caches && (hooks.keep == nullptr || hooks.resume == nullptr || hooks.drop == nullptr))
    throw plugin::Failure(EC_INVALID, "ec_state_hooks: a cache needs keep, resume and drop");
  if (!snapshots) return;
  const std::string_view name = checked(hooks.snapshot_name, "snapshot name");
  check_name(name, "snapshot name");
  if (name.size() > longest_name)
    throw plugin::Failure(EC_LIMIT, "the snapshot name '" + std::string(name) + "' has " + std::to_string(name.size()) +
                                        " bytes, at most " + std::to_string(longest_name) + " are possible");
}

}  // namespace

void States::reset(const ec_command& command, const Setting& setting, const ec_uuid& store_id) {
  command_ = &command;
  hooks_ = {};
  cache_ = nullptr;
  snapshots_ = false;
  snapshot_.reset();
  if (command.states == nullptr) return;
  check_size(command.states->struct_size, first_size<ec_state_hooks>, "ec_state_hooks");
  hooks_ = plugin::known(*command.states);
  check(hooks_);
  cache_ = hooks_.cache_kind != nullptr ? setting.cache : nullptr;
  snapshots_ = hooks_.snapshot_name.size > 0 && setting.has_snapshots;
  store_ = setting.store;
  store_id_ = store_id;
  if (hooks_.snapshot_every == 0) hooks_.snapshot_every = default_every;
  footing_ = {};
  fresh_ = false;
  replaces_ = false;
  not_before_ = 0;
}

ec_status States::name(std::span<const ec_str> declared, std::size_t distinct, ec_error* error) {
  distinct_ = distinct;
  key_.clear();
  add_raw(key_, static_cast<std::uint32_t>(declared.size()));
  for (const ec_str& stream : declared) add(key_, plugin::view(stream));
  if (hooks_.key != nullptr) {
    ec_bytes more{};
    if (const ec_status status = hooks_.key(command_->ctx, &more, error); status != EC_OK) return status;
    check_bytes(more.data, more.size, "the key of the command's state");
    key_ += plugin::view(more);
  }
  if (cache_ != nullptr) {
    cache_key_.clear();
    add_raw(cache_key_, hooks_.cache_kind);
    add_raw(cache_key_, store_);
    cache_key_ += key_;
  }
  if (snapshots_) {
    const std::string_view command = plugin::view(hooks_.snapshot_name);
    const std::uint32_t version = hooks_.snapshot_version;
    snapshot_name_ = core::snapshot_name(command, version, key_);
    older_snapshot_name_ = version > 0 ? core::snapshot_name(command, version - 1, key_) : std::string();
  }
  return EC_OK;
}

const Footing* States::from_cache() {
  if (cache_ == nullptr) return nullptr;
  const auto kept = cache_->find(cache_key_);
  if (kept == nullptr || kept->footing().versions.size() != distinct_) return nullptr;
  ec_error ignored = EC_ERROR_INIT;
  if (hooks_.resume(command_->ctx, kept->state(), &ignored) != EC_OK) {
    cache_->remove(cache_key_);
    begin_anew();
    return nullptr;
  }
  footing_ = kept->footing();
  fresh_ = false;
  return &footing_;
}

const Footing* States::from_snapshot(std::string_view bytes) {
  auto snapshot = decode({store_id_, hooks_.snapshot_version, key_, distinct_}, bytes);
  if (!snapshot) {
    replaces_ = true;
    return nullptr;
  }
  ec_error error = EC_ERROR_INIT;
  if (hooks_.restore(command_->ctx, plugin::bytes(snapshot->state), &error) != EC_OK) {
    // The next one may be no better: it is not written each time.
    replaces_ = true;
    not_before_ = events_in(snapshot->versions) + hooks_.snapshot_every;
    log(EC_LOG_WARNING, "the command cannot read its snapshot '" + snapshot_name_ + "': " + error.message);
    begin_anew();
    return nullptr;
  }
  footing_ = {std::move(snapshot->versions), snapshot->last, 0};
  fresh_ = true;
  return &footing_;
}

ec_status States::reset_state(ec_error* error) {
  footing_ = {};
  fresh_ = false;
  return hooks_.reset(command_->ctx, error);
}

void States::begin_anew() {
  ec_error error = EC_ERROR_INIT;
  if (const ec_status status = reset_state(&error); status != EC_OK) throw plugin::Failure(status, error.message);
}

ec_status States::give_up(ec_error* error) {
  if (cache_ != nullptr) cache_->remove(cache_key_);
  replaces_ = true;
  return reset_state(error);
}

void States::capture(std::vector<std::uint64_t> versions) noexcept {
  if (events_in(versions) < not_before_) return;
  footing_.since_snapshot = 0;
  fresh_ = true;  // the cache is to know it, too
  const bool replaces = std::exchange(replaces_, false) || (snapshot_ && snapshot_->replaces);
  ec_error ignored = EC_ERROR_INIT;
  ec_bytes state{};
  // Without it the next execution folds more; it is no reason for this one to fail.
  (void)plugin::guard(&ignored, [&] {
    if (hooks_.capture(command_->ctx, &state, &ignored) != EC_OK) return;
    check_bytes(state.data, state.size, "the captured state");
    snapshot_ = SnapshotToWrite{snapshot_name_, older_snapshot_name_, key_,          hooks_.snapshot_version,
                                store_id_,      std::move(versions),  footing_.last, std::string(plugin::view(state)),
                                replaces};
  });
}

void States::keep(std::vector<std::uint64_t> versions) noexcept {
  fresh_ = false;
  ec_error ignored = EC_ERROR_INIT;
  (void)plugin::guard(&ignored, [&] {
    const void* state = nullptr;
    std::uint64_t bytes = 0;
    footing_.versions = std::move(versions);
    if (hooks_.keep(command_->ctx, &state, &bytes, &ignored) != EC_OK) return;
    std::shared_ptr<const KeptState> kept;
    try {
      kept = std::make_shared<const KeptState>(state, hooks_.drop, footing_);
    } catch (...) {
      hooks_.drop(state);
      throw;
    }
    cache_->put(cache_key_, std::move(kept), bytes);
  });
}

std::optional<SnapshotToWrite> States::take_snapshot() { return std::exchange(snapshot_, std::nullopt); }

}  // namespace ec::core
