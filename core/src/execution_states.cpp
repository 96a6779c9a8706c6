// The part of an Execution that is about states which earlier ones folded.
#include "execution.hpp"

#include <eventcore/plugin/append.hpp>

namespace ec::core {

using plugin::str;

Execution::Step Execution::resume() {
  return guarded([&] {
    if (const Footing* footing = states_.from_cache()) {
      stand_on(*footing);
      // What an old state discovers may be other streams than what the present one does.
      if (command_->discover != nullptr) return Step::read;
      unverified_ = true;
      return fold_more();
    }
    return states_.has_snapshots() ? Step::load : Step::read;
  });
}

Execution::Step Execution::loaded(std::string_view snapshot) {
  return guarded([&] {
    error_ = EC_ERROR_INIT;
    if (!snapshot.empty())
      if (const Footing* footing = states_.from_snapshot(snapshot)) stand_on(*footing);
    return Step::read;
  });
}

void Execution::stand_on(const Footing& footing) {
  for (std::size_t i = 0; i < declared_; ++i) streams_[i].version = footing.versions[i];
  resumed_ = true;
  awaits_last_ = !footing.last.is_none();
}

bool Execution::is_last(const ec_event& event) const {
  const LastEvent& last = states_.last();
  return event.stream_index == last.stream && event.version == streams_[last.stream].version &&
         event.position.hi == last.position.hi && event.position.lo == last.position.lo &&
         plugin::view(event.id) == plugin::view(last.id);
}

// What came since; or all, when what there was is none of this store's.
Execution::Step Execution::read_again() {
  error_ = EC_ERROR_INIT;
  unverified_ = false;
  if (foreign_)
    if (const ec_status status = begin_anew(); status != EC_OK) return finish(status);
  return Step::read;
}

ec_status Execution::begin_anew() {
  foreign_ = false;
  resumed_ = false;
  awaits_last_ = false;
  known_ = declared_;
  by_command_index_.resize(declared_names_);
  by_id_.clear();
  for (std::size_t i = 0; i < known_; ++i) streams_[i].version = 0;
  return states_.give_up(&error_);
}

std::vector<std::uint64_t> Execution::versions() const {
  std::vector<std::uint64_t> versions;
  versions.reserve(declared_);
  for (std::size_t i = 0; i < declared_; ++i) versions.push_back(streams_[i].version);
  return versions;
}

// What a command with discovery keeps was kept before it discovered anything.
void Execution::keep_state() noexcept {
  if (!states_.is_to_be_kept() || command_->discover != nullptr) return;
  ec_error ignored = EC_ERROR_INIT;
  (void)plugin::guard(&ignored, [&] { states_.keep(versions()); });
}

// Whether the state is that of its streams as they are right after the commit.
bool Execution::fold_own_events() noexcept {
  if (!states_.has_cache() || command_->discover != nullptr) return false;
  if (events_.empty()) return true;
  // The places of an append's events are consecutive; where the numbers are, too, those in between are known.
  const ec_position first = outcome_.first;
  if (first.hi != outcome_.last.hi || outcome_.last.lo - first.lo != events_.size() - 1) return false;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const ec_new_event& written = events_[i];
    Stream& stream = streams_[written.stream_index];
    const ec_event event{str(stream.id),
                         written.type,
                         written.payload,
                         written.metadata,
                         written.id,
                         options_.commit_id,
                         {first.hi, first.lo + i},
                         ++stream.version,
                         written.recorded_at_us,
                         stream.command_index,
                         written.encoding,
                         written.schema_version,
                         0};
    ec_error ignored = EC_ERROR_INIT;
    if (command_->apply(command_->ctx, &event, &ignored) != EC_OK) return false;
  }
  const ec_new_event& last = events_.back();
  states_.folded(events_.size(), {last.stream_index, outcome_.last, last.id});
  return true;
}

}  // namespace ec::core
