#include "cursors.hpp"
#include "promises.hpp"
#include "store.hpp"

#include <eventcore/plugin/digest.hpp>
#include <eventcore/plugin/refusals.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <thread>

namespace ec::memory {

using plugin::Call;

namespace {

// Hosts choose commit ids, so they need not be random.
std::uint64_t hash_of(const ec_uuid& uuid) { return XXH3_64bits(uuid.bytes, sizeof uuid.bytes); }

ec_bytes copy_to(std::byte*& at, ec_bytes from) {
  if (from.size == 0) return {nullptr, 0};
  std::memcpy(at, from.data, from.size);
  const ec_bytes copied{reinterpret_cast<const std::uint8_t*>(at), from.size};
  at += from.size;
  return copied;
}

}  // namespace

std::unique_ptr<MemoryStore> MemoryStore::open(const plugin::Settings& settings, const plugin::Host&, const Call&) {
  return std::make_unique<MemoryStore>(settings.number("max_payload"));
}

MemoryStore::MemoryStore(std::uint64_t max_payload) : max_payload_(max_payload) {}

void MemoryStore::info(ec_info& info) const {
  info.capabilities = EC_CAP_DENSE_POSITIONS;
  info.store_id = store_id_;
  info.max_payload = max_payload_;
  info.max_metadata = 1024 * 1024;
  info.max_events_per_append = 100'000;
  info.max_bytes_per_append = std::max<std::uint64_t>(64 * 1024 * 1024, max_payload_);
  info.max_appends_per_call = 1024;
  info.location = plugin::str("memory");
}

void MemoryStore::append(plugin::Appends appends, const Call& call) {
  const std::scoped_lock lock(append_mutex_);
  call.check();
  for (std::size_t i = 0; i < appends.size(); ++i) {
    try {
      append_one(appends.request(i), appends.outcome(i));
    } catch (const std::bad_alloc&) {
      plugin::fail(appends.outcome(i), EC_NO_MEMORY, "out of memory: nothing of this append was stored");
    }
  }
  signal_.moved();
}

void MemoryStore::append_one(const ec_append& request, ec_outcome& outcome) {
  const bool lookup = plugin::is_lookup(request);
  const bool has_commit_id = keeps(Promise::commit_ids) && !plugin::is_zero(request.commit_id);
  const std::uint64_t digest = has_commit_id && !lookup ? plugin::content_digest(request) : 0;
  if (has_commit_id && answered_by_commit(request, digest, outcome)) return;
  if (lookup) return plugin::commit_not_found(outcome);

  targets_.clear();
  const auto expects = plugin::expects_of(request);
  for (std::size_t i = 0; i < expects.size(); ++i) {
    Stream* stream = streams_.find(plugin::view(expects[i].stream));
    const std::uint64_t actual = stream == nullptr ? 0 : stream->events.size();
    if (!plugin::holds(expects[i], actual) && is_looked_at(request, i))
      return plugin::conflict(outcome, request, i, actual);
    targets_.push_back(stream);
  }
  write(request, digest, outcome);
}

bool MemoryStore::answered_by_commit(const ec_append& request, std::uint64_t digest, ec_outcome& outcome) const {
  const Commit* found = commits_.find(hash_of(request.commit_id), [&](const Commit& each) {
    return std::memcmp(&each.id, &request.commit_id, sizeof each.id) == 0;
  });
  if (found == nullptr) return false;
  const Commit& commit = *found;
  const bool lookup = plugin::is_lookup(request);
  if (!lookup && commit.digest != digest) {
    plugin::duplicate(outcome);
    return true;
  }
  outcome.status = EC_OK;
  outcome.flags = EC_OUTCOME_REPEATED;
  outcome.first = {0, commit.first};
  outcome.last = {0, commit.last};
  if (outcome.versions != nullptr && !lookup) std::ranges::copy(commit.versions, outcome.versions);
  return true;
}

// Everything that can fail comes first; from the first push on nothing does.
void MemoryStore::write(const ec_append& request, std::uint64_t digest, ec_outcome& outcome) {
  const auto events = plugin::events_of(request);
  const std::uint64_t before = head_.load(std::memory_order_relaxed);
  const std::int64_t now_us = plugin::wall_clock_us();
  written_.clear();
  for (const ec_new_event& event : events) {
    Stream*& target = targets_[event.stream_index];
    if (target == nullptr)
      target = &streams_.make(plugin::view(plugin::expects_of(request)[event.stream_index].stream));
    ec_event* made = make_event(request, event, now_us);
    made->stream = plugin::str(target->id);
    written_.push_back(made);
  }
  events_.reserve(events.size());
  counts_.assign(targets_.size(), 0);
  for (const ec_new_event& event : events) targets_[event.stream_index]->events.reserve(++counts_[event.stream_index]);
  Commit* commit = nullptr;
  if (events.size() > 0 && !plugin::is_zero(request.commit_id)) {
    auto* versions = reinterpret_cast<std::uint64_t*>(arena_.allocate(targets_.size() * sizeof(std::uint64_t)));
    commits_.reserve_one();
    commit = new (arena_.allocate(sizeof(Commit)))
        Commit{request.commit_id, digest, before + 1, before + events.size(), {versions, targets_.size()}};
  }

  for (std::size_t i = 0; i < events.size(); ++i) {
    StreamLog& log = targets_[events[i].stream_index]->events;
    written_[i]->position = {0, before + i + 1};
    written_[i]->version = log.size() + 1;
    log.push(written_[i]);
    events_.push(written_[i]);
    if constexpr (!keeps(Promise::positions_in_turn)) {
      head_.store(before + i + 1);
      std::this_thread::yield();
    }
  }
  const std::uint64_t after = before + events.size();
  head_.store(after, std::memory_order_seq_cst);

  outcome.status = EC_OK;
  outcome.flags = 0;
  outcome.first = {0, events.size() == 0 ? 0 : before + 1};
  outcome.last = {0, events.size() == 0 ? 0 : after};
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    const std::uint64_t version = targets_[i] == nullptr ? 0 : targets_[i]->events.size();
    if (outcome.versions != nullptr) outcome.versions[i] = version;
    if (commit != nullptr) commit->versions[i] = version;
  }
  if (commit != nullptr) commits_.insert(hash_of(request.commit_id), *commit);
}

ec_event* MemoryStore::make_event(const ec_append& request, const ec_new_event& event, std::int64_t now_us) {
  const std::string_view type = intern(plugin::view(event.type));
  std::byte* at = arena_.allocate(sizeof(ec_event) + event.payload.size + event.metadata.size);
  auto* made = new (at) ec_event{};
  at += sizeof(ec_event);
  made->type = plugin::str(type);
  made->payload = copy_to(at, event.payload);
  made->metadata = copy_to(at, event.metadata);
  made->id = event.id;
  made->commit_id = request.commit_id;
  made->recorded_at_us = event.recorded_at_us == 0 ? now_us : event.recorded_at_us;
  made->encoding = event.encoding;
  made->schema_version = event.schema_version;
  return made;
}

std::string_view MemoryStore::intern(std::string_view type) {
  for (const std::string_view recent : recent_types_)
    if (recent == type) return recent;
  const std::string_view interned = *types_.emplace(type).first;
  recent_types_[next_recent_++ % recent_types_.size()] = interned;
  return interned;
}

std::unique_ptr<plugin::EventCursor> MemoryStore::read(const ec_read& request, const Call& call) {
  call.check();
  return std::make_unique<ReadCursor>(streams_, request, visible_head());
}

std::unique_ptr<plugin::EventCursor> MemoryStore::read_all(const ec_read_all& request, const Call& call) {
  call.check();
  return std::make_unique<ReadAllCursor>(events_, request, visible_head());
}

ec_position MemoryStore::head(const Call& call) {
  call.check();
  return {0, visible_head()};
}

std::unique_ptr<plugin::StreamCursor> MemoryStore::list_streams(const ec_list& request, const Call& call) {
  call.check();
  return std::make_unique<ListCursor>(streams_, request, visible_head());
}

ec_position MemoryStore::load_checkpoint(std::string_view name, const Call& call) {
  call.check();
  return bookkeeping_.load_checkpoint(name);
}

void MemoryStore::save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence, const Call& call) {
  call.check();
  plugin::check_not_above(name, position, visible_head());
  bookkeeping_.save_checkpoint(name, position, fence, call);
}

void MemoryStore::remove_checkpoint(std::string_view name, std::uint64_t fence, const Call& call) {
  call.check();
  bookkeeping_.remove_checkpoint(name, fence, call);
}

std::uint64_t MemoryStore::acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms,
                                         const Call& call) {
  call.check();
  return bookkeeping_.leases.acquire(name, holder, ttl_ms, call, [](std::uint64_t) {});
}

void MemoryStore::renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms, const Call& call) {
  call.check();
  bookkeeping_.leases.renew(name, fence, ttl_ms, call);
}

void MemoryStore::release_lease(std::string_view name, std::uint64_t fence, const Call& call) {
  call.check();
  bookkeeping_.leases.release(name, fence, call);
}

std::unique_ptr<plugin::Blob> MemoryStore::load_snapshot(std::string_view name, const Call& call) {
  call.check();
  return bookkeeping_.load_snapshot(name);
}

std::uint64_t MemoryStore::save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                                         const Call& call) {
  call.check();
  return bookkeeping_.save_snapshot(name, bytes, expected_etag);
}

void MemoryStore::remove_snapshot(std::string_view name, std::uint64_t expected_etag, const Call& call) {
  call.check();
  bookkeeping_.remove_snapshot(name, expected_etag);
}

ec_position MemoryStore::wait(ec_position after, const Call& call) {
  return signal_.wait(call, [&]() -> std::optional<ec_position> {
    const ec_position head{0, head_.load()};
    if (after.hi != 0 || head.lo <= after.lo) return std::nullopt;
    return head;
  });
}

void MemoryStore::interrupt() { signal_.interrupt(); }

}  // namespace ec::memory
