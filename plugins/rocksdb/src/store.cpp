#include "list_cursor.hpp"
#include "read_all_cursor.hpp"
#include "read_cursor.hpp"
#include "store.hpp"

#include <eventcore/plugin/refusals.hpp>

#include <algorithm>

namespace ec::rocks {

using plugin::Call;

namespace {

constexpr const char* not_durable = " (acknowledged events may be lost in a power cut)";

}  // namespace

std::unique_ptr<RocksStore> RocksStore::open(const plugin::Settings& settings, const plugin::Host& host,
                                             const Call& call) {
  // A process that writes removes files at any time, which looks like damage to one that is just opening them.
  constexpr std::uint64_t patience_ns = 3'000'000'000;
  const Config config(settings);
  const std::uint64_t patient_until_ns = plugin::monotonic_ns() + patience_ns;
  for (;;) {
    call.check();
    try {
      return std::make_unique<RocksStore>(config, host);
    } catch (const plugin::Failure& failure) {
      if (!config.read_only || failure.status() != EC_CORRUPT || plugin::monotonic_ns() >= patient_until_ns) throw;
    }
  }
}

RocksStore::RocksStore(const Config& config, const plugin::Host& host)
    : config_(config),
      location_(config.path + (config.durable ? "" : not_durable)),
      floor_at_opening_(Floor::read(config.path)),
      database_(config_, host),
      sequencer_(database_, config_),
      bookkeeping_(database_) {
  check_floor();
  if (config_.read_only) return;
  if (config_.durable)
    floor_.emplace(config_.path, database_.store_id(), sequencer_.head_word());
  else
    host.log(EC_LOG_WARNING,
             "the store in " + config_.path + " is not durable, as its 'durability' says" + not_durable);
}

void RocksStore::check_floor() const {
  const std::uint64_t head = sequencer_.head();
  const std::uint64_t floor = floor_at_opening_.position_of(database_.store_id());
  if (head >= floor) return;
  throw plugin::Failure(EC_CORRUPT,
                        "the database in '" + config_.path + "' ends at position " + std::to_string(head) +
                            ", but everything up to " + std::to_string(floor) +
                            " was acknowledged: the end of its log is damaged. Restore it from a backup; to go "
                            "on without the lost events, remove " +
                            Floor::file_name + " in that folder");
}

void RocksStore::info(ec_info& info) const {
  info.capabilities = EC_CAP_PERSISTENT | EC_CAP_DENSE_POSITIONS | (config_.durable ? EC_CAP_DURABLE : 0U) |
                      (config_.read_only ? EC_CAP_READ_ONLY : 0U);
  info.store_id = database_.store_id();
  info.max_payload = config_.max_payload_bytes;
  info.max_metadata = 1024 * 1024;
  info.max_events_per_append = 100'000;
  info.max_bytes_per_append = std::max<std::uint64_t>(64 * 1024 * 1024, config_.max_payload_bytes);
  info.max_appends_per_call = 1024;
  info.location = plugin::str(location_);
}

void RocksStore::append(plugin::Appends appends, const Call& call) {
  const std::uint64_t before = sequencer_.head();
  sequencer_.append(appends, call);
  if (sequencer_.head() == before) return;
  signal_.moved();
  if (floor_) floor_->moved();
}

std::unique_ptr<plugin::EventCursor> RocksStore::read(const ec_read& request, const Call& call) {
  call.check();
  return std::make_unique<ReadCursor>(database_, sequencer_, request);
}

std::unique_ptr<plugin::EventCursor> RocksStore::read_all(const ec_read_all& request, const Call& call) {
  call.check();
  return std::make_unique<ReadAllCursor>(database_, sequencer_.head(), request);
}

ec_position RocksStore::head(const Call& call) {
  call.check();
  return {0, sequencer_.head()};
}

std::unique_ptr<plugin::StreamCursor> RocksStore::list_streams(const ec_list& request, const Call& call) {
  call.check();
  return std::make_unique<ListCursor>(database_, sequencer_.head(), request);
}

ec_position RocksStore::load_checkpoint(std::string_view name, const Call& call) {
  call.check();
  return bookkeeping_.load_checkpoint(name);
}

void RocksStore::save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence, const Call& call) {
  call.check();
  plugin::check_not_above(name, position, sequencer_.head());
  bookkeeping_.save_checkpoint(name, position, fence, call);
}

void RocksStore::remove_checkpoint(std::string_view name, std::uint64_t fence, const Call& call) {
  call.check();
  bookkeeping_.remove_checkpoint(name, fence, call);
}

std::uint64_t RocksStore::acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms,
                                        const Call& call) {
  call.check();
  return bookkeeping_.acquire_lease(name, holder, ttl_ms, call);
}

void RocksStore::renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms, const Call& call) {
  call.check();
  bookkeeping_.renew_lease(name, fence, ttl_ms, call);
}

void RocksStore::release_lease(std::string_view name, std::uint64_t fence, const Call& call) {
  call.check();
  bookkeeping_.release_lease(name, fence, call);
}

std::unique_ptr<plugin::Blob> RocksStore::load_snapshot(std::string_view name, const Call& call) {
  call.check();
  return bookkeeping_.load_snapshot(name);
}

std::uint64_t RocksStore::save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                                        const Call& call) {
  call.check();
  return bookkeeping_.save_snapshot(name, bytes, expected_etag, call);
}

void RocksStore::remove_snapshot(std::string_view name, std::uint64_t expected_etag, const Call& call) {
  call.check();
  bookkeeping_.remove_snapshot(name, expected_etag, call);
}

ec_position RocksStore::wait(ec_position after, const Call& call) {
  return signal_.wait(call, [&]() -> std::optional<ec_position> {
    const ec_position head{0, sequencer_.head()};
    if (after.hi != 0 || head.lo <= after.lo) return std::nullopt;
    return head;
  });
}

void RocksStore::interrupt() { signal_.interrupt(); }

}  // namespace ec::rocks
