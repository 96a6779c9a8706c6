#include "execution.hpp"
#include "names.hpp"
#include "requests.hpp"
#include "uuid.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/call.hpp>
#include <eventcore/plugin/sized.hpp>

#include <algorithm>
#include <cstdio>
#include <limits>

namespace ec::core {

using plugin::Failure;
using plugin::view;

namespace {

constexpr std::size_t linear_search_streams = 32;

// The next lower one in the order of positions: "after" it means "from this one on".
ec_position before(ec_position position) {
  if (position.lo > 0) return {position.hi, position.lo - 1};
  return {position.hi - 1, std::numeric_limits<std::uint64_t>::max()};
}

bool is_after(ec_position a, ec_position b) { return a.hi != b.hi ? a.hi > b.hi : a.lo > b.lo; }

template <class T>
void set_default(T& option, T value) {
  if (option == 0) option = value;
}

}  // namespace

void Execution::reset(const ec_command& command, const ec_execute_options& options, const ec_info& info,
                      const States::Setting& states) {
  command_ = &command;
  options_ = options;
  info_ = &info;
  set_default(options_.max_attempts, 10U);
  set_default(options_.backoff_base_us, std::uint64_t{1'000});
  set_default(options_.backoff_cap_us, std::uint64_t{200'000});
  set_default(options_.max_streams, 1'000U);
  set_default(options_.max_rounds, 16U);
  states_.reset(command, states, info.store_id);
  resumed_ = false;
  unverified_ = false;
  foreign_ = false;
  awaits_last_ = false;
  known_ = 0;
  declared_ = 0;
  by_command_index_.clear();
  by_id_.clear();
  rounds_ = 0;
  events_read_ = 0;
  command_failed_ = false;
  taken_ = false;
  in_doubt_ = false;
  lined_up_ = false;
  pauses_ = 0;
  attempts_ = 1;
  status_ = EC_OK;
  error_ = EC_ERROR_INIT;
}

Execution::Step Execution::begin() {
  return guarded([this] {
    const ec_str* streams = nullptr;
    std::size_t count = 0;
    if (const ec_status status = command_->streams(command_->ctx, &streams, &count, &error_); status != EC_OK)
      return finish(status);
    if (count == 0) return fail(EC_INVALID, "the command names no stream; it needs at least one");
    check_bytes(streams, count, "streams of the command");
    check_bytes(options_.metadata.data, options_.metadata.size, "metadata");
    if (options_.metadata.size > info_->max_metadata)
      return fail(EC_LIMIT, "the metadata has " + std::to_string(options_.metadata.size) + " bytes, this store takes " +
                                std::to_string(info_->max_metadata));
    for (std::size_t i = 0; i < count; ++i) name_stream(checked(streams[i], "stream id"), false);
    declared_ = known_;
    declared_names_ = count;
    if (states_.any())
      if (const ec_status status = states_.name({streams, count}, known_, &error_); status != EC_OK)
        return finish(status);
    if (plugin::is_zero(options_.commit_id))
      options_.commit_id = make_uuid();
    else if ((options_.flags & EC_EXECUTE_NEW_COMMIT_ID) == 0)
      return look_up();
    return first_read();
  });
}

void Execution::name_stream(std::string_view id, bool discovered) {
  check_stream_id(id);
  const std::size_t known_before = known_;
  const std::uint32_t place = index_of(id);
  if (discovered && known_ == known_before) return;
  if (by_command_index_.size() >= options_.max_streams)
    throw Failure(EC_LIMIT, "the command names more than " + std::to_string(options_.max_streams) +
                                " streams; raise max_streams if it is meant to");
  if (known_ > known_before) streams_[place].command_index = static_cast<std::uint32_t>(by_command_index_.size());
  by_command_index_.push_back(place);
}

// The place of the stream; it is made when it was not known.
std::uint32_t Execution::index_of(std::string_view id) {
  const auto next = static_cast<std::uint32_t>(known_);
  if (known_ <= linear_search_streams) {
    for (std::uint32_t i = 0; i < next; ++i)
      if (streams_[i].id == id) return i;
  } else {
    if (by_id_.empty())
      for (std::uint32_t i = 0; i < next; ++i) by_id_.emplace(streams_[i].id, i);
    if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second;
  }
  if (known_ == streams_.size()) streams_.emplace_back();
  streams_[next].id = id;
  streams_[next].version = 0;
  if (!by_id_.empty()) by_id_.emplace(streams_[next].id, next);
  ++known_;
  return next;
}

const ec_read& Execution::read_request() {
  from_.clear();
  for (std::size_t i = 0; i < known_; ++i) from_.push_back({plugin::str(streams_[i].id), streams_[i].version});
  if (awaits_last_) --from_[states_.last().stream].after_version;
  read_ = {sizeof(ec_read), 0, from_.data(), from_.size(), sizeof(ec_stream_from), 0};
  return read_;
}

ec_status Execution::take(const ec_batch& batch) {
  std::size_t folded = 0;
  for (const ec_event& event : plugin::strided(batch.events, batch.count, batch.stride)) {
    if (event.stream_index >= known_)
      return plugin::set_error(&error_, EC_INTERNAL, "the backend gave an event of a stream that was not asked for");
    Stream& stream = streams_[event.stream_index];
    if (awaits_last_) {
      foreign_ = !is_last(event);
      if (foreign_) return plugin::set_error(&error_, EC_CORRUPT, "a kept state is not one of this store's");
      awaits_last_ = false;
      continue;
    }
    if (event.version != stream.version + 1)
      return plugin::set_error(&error_, EC_CORRUPT,
                               "stream '" + stream.id + "': the backend gave version " + std::to_string(event.version) +
                                   " after version " + std::to_string(stream.version));
    ec_status status = EC_OK;
    if (event.stream_index == stream.command_index) {
      status = command_->apply(command_->ctx, &event, &error_);
    } else {
      ec_event renamed = plugin::known(event, batch.stride);
      renamed.stream_index = stream.command_index;
      status = command_->apply(command_->ctx, &renamed, &error_);
    }
    if (status != EC_OK) {
      command_failed_ = true;
      return status;
    }
    stream.version = event.version;
    ++events_read_;
    ++folded;
  }
  if (states_.any() && known_ == declared_ && folded > 0) {
    const ec_event& last = plugin::strided(batch.events, batch.count, batch.stride)[batch.count - 1];
    states_.folded(folded, {last.stream_index, last.position, last.id});
  }
  return EC_OK;
}

Execution::Step Execution::read_done(ec_status status) {
  return guarded([&] {
    foreign_ = foreign_ || (status == EC_OK && awaits_last_);
    if (foreign_) return read_again();
    unverified_ = unverified_ && status != EC_OK;
    if (status == EC_OK) return fold_more();
    const bool is_at_begin = events_read_ == 0 && !resumed_ && known_ == declared_ && attempts_ == 1;
    return retryable(status) && !command_failed_ ? pause(is_at_begin ? first_read() : Step::read) : finish(status);
  });
}

// Discovery: read until the state names no new stream. All streams are read again, from where they were folded to, so
// that the state is always one that the store has been in.
Execution::Step Execution::fold_more() {
  if (states_.any() && known_ == declared_) {
    if (states_.is_snapshot_due()) states_.capture(versions());
    if (command_->discover != nullptr && states_.is_to_be_kept()) states_.keep(versions());
  }
  if (command_->discover == nullptr) return decide();
  const ec_str* streams = nullptr;
  std::size_t count = 0;
  if (const ec_status status = command_->discover(command_->ctx, &streams, &count, &error_); status != EC_OK)
    return finish(status);
  check_bytes(streams, count, "streams of the command");
  const std::size_t known_before = known_;
  for (std::size_t i = 0; i < count; ++i) name_stream(checked(streams[i], "stream id"), true);
  if (known_ == known_before) return decide();
  if (++rounds_ > options_.max_rounds)
    return fail(EC_LIMIT, "after " + std::to_string(options_.max_rounds) +
                              " rounds of discovery the command still names new streams, the last one '" +
                              streams_[known_ - 1].id + "'; raise max_rounds if it is meant to");
  return Step::read;
}

Execution::Step Execution::decide() {
  ec_decision decision{sizeof(ec_decision), 0, nullptr, 0, sizeof(ec_new_event)};
  if (const ec_status status = command_->decide(command_->ctx, &decision, &error_); status != EC_OK) {
    if (unverified_) return read_again();
    keep_state();
    return finish(status);
  }
  try {
    prepare_append(decision);
  } catch (const Failure&) {
    if (!unverified_) throw;
    return read_again();
  }
  return ask(Asked::append);
}

void Execution::prepare_append(const ec_decision& decision) {
  check_events(decision.events, decision.count, decision.stride, by_command_index_.size(), *info_);
  expects_.clear();
  for (std::size_t i = 0; i < known_; ++i)
    expects_.push_back({plugin::str(streams_[i].id), streams_[i].version, EC_EXPECT_EXACT, 0});
  events_.clear();
  // So that what is kept of it has the time that is stored.
  const std::int64_t now_us = states_.has_cache() ? plugin::wall_clock_us() : 0;
  for (const ec_new_event& event : plugin::strided(decision.events, decision.count, decision.stride)) {
    ec_new_event& placed = events_.emplace_back(plugin::known(event, decision.stride));
    placed.stream_index = by_command_index_[event.stream_index];
    if (plugin::is_zero(placed.id)) placed.id = make_uuid();
    if (placed.metadata.size == 0) placed.metadata = options_.metadata;
    if (now_us != 0 && placed.recorded_at_us == 0) placed.recorded_at_us = now_us;
  }
  versions_.resize(known_);
  commit_streams_.reserve(known_);  // once it is committed, nothing may fail
}

Execution::Step Execution::ask(Asked what) {
  asked_ = what;
  const bool all = what == Asked::append;
  append_ = {sizeof(ec_append),
             all ? 0U : EC_APPEND_LOOKUP,
             options_.commit_id,
             all ? expects_.data() : nullptr,
             all ? expects_.size() : 0,
             sizeof(ec_expect),
             all ? events_.data() : nullptr,
             all ? events_.size() : 0,
             sizeof(ec_new_event)};
  outcome_ = {sizeof(ec_outcome), EC_INTERNAL, 0, 0, {}, {}, all ? versions_.data() : nullptr, &error_};
  return Step::append;
}

Execution::Step Execution::look_up() { return ask(Asked::look_up); }

Execution::Step Execution::append_done() {
  return guarded([this] {
    const ec_status status = outcome_.status;
    if (asked_ == Asked::look_up) return looked_up();
    switch (status) {
      case EC_OK: return committed();
      case EC_CONFLICT:
        in_doubt_ = false;  // had the earlier try been stored, this would have been its repeat
        return conflicted();
      case EC_DUPLICATE:  // another execution with this commit id came first
        if (taken_) return finish(status);
        taken_ = true;
        return look_up();
      case EC_IN_DOUBT: in_doubt_ = true; return pause(Step::append);
      case EC_INVALID:
      case EC_LIMIT:  // of events that were decided on a state which may be an old one
        if (unverified_ && !in_doubt_) return read_again();
        break;
      default: break;
    }
    if (retryable(status)) return pause(Step::append);
    return in_doubt_ ? unclear(status) : finish(status);
  });
}

Execution::Step Execution::looked_up() {
  const ec_status status = outcome_.status;
  if (status == EC_NOT_FOUND) {
    error_ = EC_ERROR_INIT;
    return taken_ ? Step::read : first_read();
  }
  if (status != EC_OK) return retryable(status) ? pause(Step::append) : finish(status);
  // What it wrote is read back, for its streams and versions.
  known_ = 0;
  by_id_.clear();
  group_last_ = outcome_.last;
  group_request_ = {};
  group_request_.struct_size = sizeof(ec_read_all);
  group_request_.after = before(outcome_.first);
  return Step::read_group;
}

bool Execution::take_group(const ec_batch& batch) {
  for (const ec_event& event : plugin::strided(batch.events, batch.count, batch.stride)) {
    if (is_after(event.position, group_last_)) return true;
    streams_[index_of(view(event.stream))].version = event.version;
  }
  return false;
}

Execution::Step Execution::group_done(ec_status status) {
  return guarded([&] {
    if (status != EC_OK) return retryable(status) ? pause(Step::read_group) : finish(status);
    versions_.clear();
    for (std::size_t i = 0; i < known_; ++i) versions_.push_back(streams_[i].version);
    tell_commit(EC_OUTCOME_REPEATED, attempts_ == 1 ? 0 : attempts_);
    return finish(EC_OK);
  });
}

Execution::Step Execution::committed() {
  tell_commit(outcome_.flags, attempts_);
  if ((outcome_.flags & EC_OUTCOME_REPEATED) == 0 && fold_own_events()) keep_state();
  return finish(EC_OK);
}

void Execution::tell_commit(std::uint32_t flags, std::uint32_t attempts) {
  commit_streams_.clear();
  for (std::size_t i = 0; i < known_; ++i) commit_streams_.push_back({plugin::str(streams_[i].id), versions_[i]});
  commit_ = {sizeof(ec_commit),
             flags & EC_OUTCOME_REPEATED,
             options_.commit_id,
             outcome_.first,
             outcome_.last,
             attempts,
             0,
             commit_streams_.data(),
             commit_streams_.size()};
  attempts_ = attempts;
  if (command_->committed != nullptr) command_->committed(command_->ctx, &commit_);
}

Execution::Step Execution::conflicted() {
  const bool is_ahead = resumed_ && error_.actual_version < error_.expected_version;
  if (unverified_ || is_ahead) {  // an old state met it, not an old read: that costs none of the attempts
    ++attempts_;
    ++options_.max_attempts;
    rounds_ = 0;
    foreign_ = is_ahead;
    return read_again();
  }
  if (attempts_ >= options_.max_attempts)
    return fail(EC_CONFLICT, std::string(error_.message) + " (after " + std::to_string(attempts_) + " attempts)");
  rounds_ = 0;
  if (lined_up_) return pause(Step::read);
  lined_up_ = true;
  ++attempts_;
  after_wait_ = Step::read;
  return Step::queue;
}

// Waits a random time before the next attempt: exponential, capped, full jitter.
Execution::Step Execution::pause(Step then) {
  if (attempts_ >= options_.max_attempts) {
    const ec_status cause = error_.code;
    return in_doubt_ ? unclear(cause) : finish(cause);
  }
  ++attempts_;
  const std::uint32_t doublings = std::min(pauses_++, 40U);
  const std::uint64_t window_us =
      std::min(options_.backoff_cap_us, options_.backoff_base_us > (options_.backoff_cap_us >> doublings)
                                            ? options_.backoff_cap_us
                                            : options_.backoff_base_us << doublings);
  sleep_ns_ = random_bits() % (window_us * 1'000 + 1);
  after_wait_ = then;
  return Step::sleep;
}

Execution::Step Execution::waited(ec_status status) {
  return guarded([&] {
    if (status != EC_OK) {
      if (in_doubt_) return unclear(error_.code);
      if (status != EC_TIMEOUT && status != EC_CANCELLED) return finish(status);
      return fail(status, std::string(status == EC_CANCELLED ? "cancelled" : "the deadline passed") +
                              " before attempt " + std::to_string(attempts_) + "; the last one: " + error_.message);
    }
    error_ = EC_ERROR_INIT;
    return after_wait_ == Step::append ? ask(asked_) : after_wait_;
  });
}

Execution::Step Execution::turned_away(ec_status status) {
  if (status != EC_TIMEOUT && status != EC_CANCELLED) return finish(status);
  return fail(status, std::string(status == EC_CANCELLED ? "cancelled" : "the deadline passed") +
                          " while the command waited for its turn on streams that are in heavy use");
}

Execution::Step Execution::stopped(ec_status status, const char* why) noexcept {
  plugin::set_error(&error_, status, why);
  return in_doubt_ ? unclear(status) : finish(status);
}

// The answer to an append was lost and could not be had again. Needs no memory: there may be none.
Execution::Step Execution::unclear(ec_status cause) noexcept {
  char id[uuid_text_size + 1]{};
  put_text(options_.commit_id, id);
  char message[2 * sizeof error_.message];
  std::snprintf(
      message, sizeof message,
      "whether the command was committed is not known; execute it again with commit id %s to find out (%s: %s)", id,
      ec_status_name(cause), error_.message);
  error_.code = EC_IN_DOUBT;
  plugin::copy_text(error_.message, sizeof error_.message, message);
  return finish(EC_IN_DOUBT);
}

bool Execution::retryable(ec_status status) const {
  return status == EC_UNAVAILABLE || (error_.flags & EC_ERROR_RETRYABLE) != 0;
}

Execution::Step Execution::finish(ec_status status) noexcept {
  status_ = status;
  if (status != EC_OK && error_.code != status) plugin::set_error(&error_, status, "the command gave no message");
  return Step::done;
}

// Keeps the rest of the error: conflict details, native code.
Execution::Step Execution::fail(ec_status status, const std::string& message) {
  error_.code = status;
  plugin::copy_text(error_.message, sizeof error_.message, message);
  return finish(status);
}

std::string_view Execution::conflict_stream() const {
  return error_.conflict_index < known_ ? std::string_view(streams_[error_.conflict_index].id) : std::string_view();
}

std::vector<std::string_view> Execution::streams() const {
  std::vector<std::string_view> ids;
  ids.reserve(known_);
  for (std::size_t i = 0; i < known_; ++i) ids.emplace_back(streams_[i].id);
  return ids;
}

}  // namespace ec::core
