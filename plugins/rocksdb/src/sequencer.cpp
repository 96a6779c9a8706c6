#include "keys.hpp"
#include "promises.hpp"
#include "sequencer.hpp"
#include "status.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/digest.hpp>

#include <algorithm>
#include <new>

namespace ec::rocks {

using plugin::Failure;

namespace {

void answer(const Commit& commit, std::uint32_t flags, const ec_append& request, ec_outcome& outcome) {
  outcome.status = EC_OK;
  outcome.flags = flags;
  outcome.first = {0, commit.first};
  outcome.last = {0, commit.last};
  if (outcome.versions != nullptr && !plugin::is_lookup(request)) std::ranges::copy(commit.versions, outcome.versions);
}

}  // namespace

Sequencer::Sequencer(Database& database, const Config& config)
    : database_(database), heads_(config.cached_heads), recent_(config.recent_bytes), batch_(Database::make_batch()) {
  find_head();
}

void Sequencer::append(plugin::Appends appends, const plugin::Call& call) {
  const std::unique_lock<std::mutex> turn = plugin::lock_within(mutex_, call);
  call.check();
  begin();
  answered_.assign(appends.size(), false);
  for (std::size_t i = 0; i < appends.size(); ++i) {
    try {
      plan(i, appends.request(i), appends.outcome(i));
    } catch (const std::bad_alloc&) {
      plugin::fail(appends.outcome(i), EC_NO_MEMORY, "out of memory: nothing of this append was stored");
    } catch (const Failure& failure) {
      plugin::fail(appends.outcome(i), failure.status(), failure.what(), failure.native_code(), failure.retryable());
    }
  }
  if constexpr (!keeps(Promise::positions_in_turn)) publish();
  try {
    if (batch_.Count() > 0) database_.write(batch_, call);
  } catch (const Failure& failure) {
    recent_.forget();
    return refuse_all(appends, failure);
  }
  publish();
  tell(appends);
}

void Sequencer::begin() {
  batch_.Clear();
  next_ = head_.load() + 1;
  versions_.clear();
  commit_ids_.clear();
  planned_.clear();
}

void Sequencer::plan(std::size_t index, const ec_append& request, ec_outcome& outcome) {
  const bool has_commit_id = keeps(Promise::commit_ids) && !plugin::is_zero(request.commit_id);
  const std::uint64_t digest = has_commit_id && !plugin::is_lookup(request) ? plugin::content_digest(request) : 0;
  // First: the database may show a write that has failed and is gone when it is opened again.
  if (has_commit_id && (all_doubtful_ || doubtful_.contains(std::string(plugin::view(request.commit_id)))))
    return plugin::fail(outcome, EC_IN_DOUBT,
                        "whether this append is stored shows only when the store is opened again");
  if (has_commit_id && answered_by_commit(index, request, digest, outcome)) return;
  if (plugin::is_lookup(request)) return plugin::commit_not_found(outcome);
  if (request.event_count > 0) database_.check_writable();

  targets_.clear();
  before_.clear();
  const auto expects = plugin::expects_of(request);
  for (std::size_t i = 0; i < expects.size(); ++i) {
    std::uint64_t& version = version_of(expects[i]);
    if (!plugin::holds(expects[i], version) && is_looked_at(request, i))
      return plugin::conflict(outcome, request, i, version);
    targets_.push_back(&version);
    before_.push_back(version);
  }
  plan_write(index, request, digest);
}

bool Sequencer::answered_by_commit(std::size_t index, const ec_append& request, std::uint64_t digest,
                                   ec_outcome& outcome) {
  const std::string_view id = plugin::view(request.commit_id);
  const auto pending = commit_ids_.find(id);
  Commit stored;
  if (pending == commit_ids_.end() && !find_commit(id, stored)) return false;
  const Commit& commit = pending == commit_ids_.end() ? stored : planned_[pending->second].commit;
  if (!plugin::is_lookup(request) && commit.digest != digest) {
    plugin::duplicate(outcome);
  } else if (pending == commit_ids_.end()) {
    answer(commit, EC_OUTCOME_REPEATED, request, outcome);
    answered_[index] = true;
  } else {
    planned_.push_back({index, true, commit});
  }
  return true;
}

bool Sequencer::find_commit(std::string_view id, Commit& commit) {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = database_.get(database_.commits(), slice(id), &value);
  if (status.IsNotFound()) return false;
  check(status, "looking up a commit id");
  commit = parse_commit(view(value));
  return true;
}

// The version that the stream will have after what is planned so far.
std::uint64_t& Sequencer::version_of(const ec_expect& expect) {
  const std::string_view stream = plugin::view(expect.stream);
  if (const auto met = versions_.find(stream); met != versions_.end()) return met->second;
  std::optional<std::uint64_t> version = heads_.find(stream);
  if (!version && expect.mode == EC_EXPECT_EXACT && is_last(stream, expect.version)) version = expect.version;
  return versions_.emplace(stream, version ? *version : stored_version(stream)).first->second;
}

// Where it is what one thinks, a look at that entry and a filter that knows nothing of the next one tell it: a search
// for the last entry goes through all tables that have any of the stream.
bool Sequencer::is_last(std::string_view stream, std::uint64_t version) {
  if (version == 0 || version == last_version) return false;
  rocksdb::PinnableSlice entry;
  rocksdb::Status status = database_.get(database_.index(), index_key(key_, stream, version), &entry);
  if (status.IsNotFound()) return false;
  check(status, "looking up a stream's version");
  if (parse_index_entry(view(entry)).position > head()) return false;
  entry.Reset();
  status = database_.get(database_.index(), index_key(key_, stream, version + 1), &entry);
  if (!status.IsNotFound()) check(status, "looking up a stream's version");
  return status.IsNotFound();
}

// Of a stream that is not known by heart. Entries above the head are of a write that failed.
std::uint64_t Sequencer::stored_version(std::string_view stream) {
  // New streams are the usual case, and a filter answers for them.
  rocksdb::PinnableSlice first;
  const rocksdb::Status status = database_.get(database_.index(), index_key(key_, stream, 1), &first);
  if (status.IsNotFound()) return 0;
  check(status, "looking up a stream's version");
  Entries entries = database_.entries(database_.index());
  entries.SeekForPrev(index_key(key_, stream, last_version));
  for (; entries.Valid(); entries.Prev()) {
    const IndexKey last = parse_index_key(entries.key());
    if (last.stream != stream) break;
    if (parse_index_entry(view(entries.value())).position <= head()) return last.version;
  }
  check(entries.status(), "looking up a stream's version");
  if (parse_index_entry(view(first)).position > head()) return 0;
  throw Failure(EC_CORRUPT,
                "stream '" + std::string(stream) + "': its index is damaged; restore the database from a backup");
}

// Everything or nothing: what cannot be put into the batch leaves no trace in it.
void Sequencer::plan_write(std::size_t index, const ec_append& request, std::uint64_t digest) {
  const std::uint64_t first = next_;
  batch_.SetSavePoint();
  try {
    put_events(request);
    Planned planned{index, false, {digest, 0, 0, {}}};
    if (request.event_count > 0) {
      planned.commit.first = first;
      planned.commit.last = next_ - 1;
    }
    planned.commit.versions.reserve(targets_.size());
    for (const std::uint64_t* version : targets_) planned.commit.versions.push_back(*version);
    const bool keeps_id = request.event_count > 0 && !plugin::is_zero(request.commit_id);
    if (keeps_id) {
      value_.clear();
      put_commit(value_, planned.commit);
      check(batch_.Put(database_.commits(), slice(plugin::view(request.commit_id)), value_), "noting a commit id");
    }
    planned_.push_back(std::move(planned));
    if (keeps_id) commit_ids_.emplace(plugin::view(request.commit_id), planned_.size() - 1);
    batch_.PopSavePoint().PermitUncheckedError();
  } catch (...) {
    recent_.forget();
    batch_.RollbackToSavePoint().PermitUncheckedError();
    next_ = first;
    for (std::size_t i = 0; i < targets_.size(); ++i) *targets_[i] = before_[i];
    if (!planned_.empty() && planned_.back().index == index) planned_.pop_back();
    throw;
  }
}

void Sequencer::put_events(const ec_append& request) {
  const auto expects = plugin::expects_of(request);
  const std::int64_t now_us = request.event_count > 0 ? plugin::wall_clock_us() : 0;
  std::uint64_t record = next_;
  if (request.event_count > 0) writer_.begin(record_, request.commit_id, now_us);
  for (const ec_new_event& event : plugin::events_of(request)) {
    if (writer_.full()) {
      put_record(record);
      record = next_;
      writer_.begin(record_, request.commit_id, now_us);
    }
    const std::string_view stream = plugin::view(expects[event.stream_index].stream);
    const std::uint64_t version = ++*targets_[event.stream_index];
    writer_.add(stream, version, event);
    value_.clear();
    put_index_entry(value_, {next_, record});
    check(batch_.Put(database_.index(), index_key(key_, stream, version), value_), "adding to a stream");
    ++next_;
  }
  if (request.event_count > 0) put_record(record);
}

void Sequencer::put_record(std::uint64_t position) {
  writer_.end();
  check(batch_.Put(database_.events(), event_key(key_, position), record_), "adding events");
  recent_.add(position, writer_.count(), record_);
}

// Versions first: who sees the new head must not find an older version.
void Sequencer::publish() {
  heads_.put(versions_);
  head_.store(next_ - 1);
}

void Sequencer::tell(plugin::Appends appends) {
  for (const Planned& planned : planned_)
    answer(planned.commit, planned.repeated ? EC_OUTCOME_REPEATED : 0U, appends.request(planned.index),
           appends.outcome(planned.index));
}

// The batch was not written, or nobody knows. What was answered from stored commits stays; everything else rests on
// what was in the batch.
void Sequencer::refuse_all(plugin::Appends appends, const Failure& failure) {
  const bool in_doubt = failure.status() == EC_IN_DOUBT;
  for (std::size_t i = 0; i < appends.size(); ++i)
    if (!answered_[i])
      plugin::fail(appends.outcome(i), in_doubt ? EC_READ_ONLY : failure.status(), failure.what(),
                   failure.native_code(), failure.retryable());
  if (!in_doubt) return;
  const auto is_doubtful = [&](const Planned& planned) {
    return appends.request(planned.index).event_count > 0 || planned.repeated;
  };
  for (const Planned& planned : planned_)
    if (is_doubtful(planned))
      plugin::fail(appends.outcome(planned.index), EC_IN_DOUBT, failure.what(), failure.native_code());
  for (const Planned& planned : planned_)
    if (is_doubtful(planned)) note_doubt(appends.request(planned.index).commit_id);
}

// Without the memory to tell which commit ids are in doubt, each one is.
void Sequencer::note_doubt(const ec_uuid& commit_id) noexcept {
  if (plugin::is_zero(commit_id)) return;
  try {
    doubtful_.emplace(plugin::view(commit_id));
  } catch (const std::bad_alloc&) {
    all_doubtful_ = true;
  }
}

}  // namespace ec::rocks
