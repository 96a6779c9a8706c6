#include "cursors.hpp"
#include "store.hpp"

#include <eventcore/plugin/append.hpp>

#include <algorithm>
#include <optional>

namespace ec::postgres {

using plugin::Call;

std::unique_ptr<PostgresStore> PostgresStore::open(const plugin::Settings& settings, const plugin::Host& host,
                                                   const Call& call) {
  return std::make_unique<PostgresStore>(Config(settings), host, call);
}

PostgresStore::PostgresStore(const Config& config, const plugin::Host& host, const Call& call)
    : config_(config),
      host_(host),
      pool_(config_, host_, config_.read_connections),
      writer_(config_, host_),
      bookkeeping_(pool_),
      health_(check_health(config_, host_, *pool_.take(call), call)),
      ringer_(config_, host_),
      listener_(config_, host_, head_, signal_) {}

void PostgresStore::info(ec_info& info) const {
  info.capabilities = EC_CAP_PERSISTENT | EC_CAP_SHARED | EC_CAP_DENSE_POSITIONS |
                      (health_.durable ? EC_CAP_DURABLE : 0U) | (config_.read_only ? EC_CAP_READ_ONLY : 0U);
  info.store_id = health_.store_id;
  info.max_payload = config_.max_payload_bytes;
  info.max_metadata = 1024 * 1024;
  info.max_events_per_append = 100'000;
  info.max_bytes_per_append = std::max<std::uint64_t>(64 * 1024 * 1024, config_.max_payload_bytes);
  info.max_appends_per_call = 1024;
  info.location = plugin::str(config_.location);
}

void PostgresStore::append(plugin::Appends appends, const Call& call) {
  if (config_.read_only) return look_up(appends, call);
  const std::uint64_t highest = writer_.append(appends, call);
  if (highest == 0) return;
  raise(head_, highest);
  signal_.moved();
  if (config_.wants_notify) ringer_.ring();
}

// As far as one sees without the lock that writers take.
void PostgresStore::look_up(plugin::Appends appends, const Call& call) {
  Array commit_ids(Type::uuid);
  for (std::size_t i = 0; i < appends.size(); ++i) {
    commit_ids.add(appends.request(i).commit_id);
    if (plugin::is_lookup(appends.request(i)))
      plugin::commit_not_found(appends.outcome(i));
    else
      plugin::fail(appends.outcome(i), EC_READ_ONLY,
                   config_.location + ": opened for reading only, as its 'read_only' says");
  }
  const Rows rows = pool_.run(statements::look_commits_up, Parameters().array(commit_ids), call, "looking commits up");
  for (int row = 0; row < rows.size(); ++row) {
    const auto index = static_cast<std::size_t>(rows.int4(row, 0));
    if (!plugin::is_lookup(appends.request(index))) continue;
    ec_outcome& outcome = appends.outcome(index);
    outcome.status = EC_OK;
    outcome.flags = EC_OUTCOME_REPEATED;
    outcome.first = {0, static_cast<std::uint64_t>(rows.int8(row, 1))};
    outcome.last = {0, static_cast<std::uint64_t>(rows.int8(row, 2))};
  }
}

std::unique_ptr<plugin::EventCursor> PostgresStore::read(const ec_read& request, const Call& call) {
  call.check();
  return std::make_unique<ReadCursor>(pool_, request);
}

std::unique_ptr<plugin::EventCursor> PostgresStore::read_all(const ec_read_all& request, const Call& call) {
  call.check();
  return std::make_unique<ReadAllCursor>(pool_, request);
}

ec_position PostgresStore::head(const Call& call) {
  const Rows rows = pool_.run(statements::head, Parameters(), call, "reading the head");
  return {0, static_cast<std::uint64_t>(rows.int8(0, 0))};
}

std::unique_ptr<plugin::StreamCursor> PostgresStore::list_streams(const ec_list& request, const Call& call) {
  call.check();
  return std::make_unique<ListCursor>(pool_, request);
}

ec_position PostgresStore::load_checkpoint(std::string_view name, const Call& call) {
  return bookkeeping_.load_checkpoint(name, call);
}

void PostgresStore::save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence,
                                    const Call& call) {
  bookkeeping_.save_checkpoint(name, position, fence, call);
}

void PostgresStore::remove_checkpoint(std::string_view name, std::uint64_t fence, const Call& call) {
  bookkeeping_.remove_checkpoint(name, fence, call);
}

std::uint64_t PostgresStore::acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms,
                                           const Call& call) {
  return bookkeeping_.acquire_lease(name, holder, ttl_ms, call);
}

void PostgresStore::renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms, const Call& call) {
  bookkeeping_.renew_lease(name, fence, ttl_ms, call);
}

void PostgresStore::release_lease(std::string_view name, std::uint64_t fence, const Call& call) {
  bookkeeping_.release_lease(name, fence, call);
}

std::unique_ptr<plugin::Blob> PostgresStore::load_snapshot(std::string_view name, const Call& call) {
  return bookkeeping_.load_snapshot(name, call);
}

std::uint64_t PostgresStore::save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                                           const Call& call) {
  return bookkeeping_.save_snapshot(name, bytes, expected_etag, call);
}

void PostgresStore::remove_snapshot(std::string_view name, std::uint64_t expected_etag, const Call& call) {
  bookkeeping_.remove_snapshot(name, expected_etag, call);
}

plugin::SnapshotRead PostgresStore::read_on(std::string_view name, const ec_read& request, const Call& call) {
  auto cursor = std::make_unique<ReadCursor>(pool_, request);
  auto blob = cursor->begin_behind(name, call);
  return {std::move(blob), std::move(cursor)};
}

ec_position PostgresStore::wait(ec_position after, const Call& call) {
  const auto arrived = [&]() -> std::optional<ec_position> {
    const ec_position head{0, head_.load()};
    if (after.hi != 0 || head.lo <= after.lo) return std::nullopt;
    return head;
  };
  const Listener::Waiting waiting(listener_);
  return signal_.wait(call, arrived);
}

void PostgresStore::interrupt() { signal_.interrupt(); }

}  // namespace ec::postgres
