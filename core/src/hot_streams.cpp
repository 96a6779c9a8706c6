#include "hot_streams.hpp"

#include <eventcore/plugin/failure.hpp>

#include <algorithm>
#include <utility>

namespace ec::core {

HotStreams::Joined HotStreams::join(Turn::Place& place, bool only_hot) {
  const std::scoped_lock lock(mutex_);
  auto found = queues_.find(place.stream);
  if (found == queues_.end()) {
    if (only_hot) return Joined::no;
    found = queues_.try_emplace(place.stream).first;
    try {
      found->second.places.push_back(&place);
    } catch (...) {
      queues_.erase(found);
      throw;
    }
    standing_.store(queues_.size(), std::memory_order_relaxed);
    place.joined = true;
    place.turn.set();
    return Joined::first;
  }
  found->second.places.push_back(&place);
  place.joined = true;
  place.moves = found->second.moves;
  if (place.threadless != nullptr) place.threadless->waits_in_ = &place;
  return Joined::behind;
}

void HotStreams::leave(Turn::Place& place) noexcept {
  Turn* has_turn = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    has_turn = take_out(place);
  }
  if (has_turn != nullptr) has_turn->come_to_front();
}

// With mutex_ held. One without a thread whose turn it is now, for the caller to tell; or null.
HotStreams::Turn* HotStreams::take_out(Turn::Place& place) noexcept {
  const auto found = queues_.find(place.stream);
  Queue& queue = found->second;
  const bool had_turn = queue.places.front() == &place;
  queue.places.erase(std::find(queue.places.begin(), queue.places.end(), &place));
  place.joined = false;
  if (queue.places.empty()) {
    queues_.erase(found);
    standing_.store(queues_.size(), std::memory_order_relaxed);
    return nullptr;
  }
  if (!had_turn) return nullptr;
  ++queue.moves;
  Turn* const threadless = queue.places.front()->threadless;
  if (threadless == nullptr)
    queue.places.front()->turn.set();
  else
    threadless->waits_in_ = nullptr;
  return threadless;
}

// With mutex_ held.
bool HotStreams::has_moved(Turn::Place& place) noexcept {
  const std::uint64_t moves = queues_.find(place.stream)->second.moves;
  return std::exchange(place.moves, moves) != moves;
}

ec_status HotStreams::Turn::take_all(std::vector<std::string_view> streams, const plugin::Call& call) {
  return take(streams, call, false);
}

ec_status HotStreams::Turn::take_hot(std::vector<std::string_view> streams, const plugin::Call& call) {
  return take(streams, call, true);
}

ec_status HotStreams::Turn::take(std::vector<std::string_view>& streams, const plugin::Call& call, bool only_hot) {
  end();
  std::sort(streams.begin(), streams.end());
  try {
    for (const std::string_view stream : streams) {
      Place& place = places_.emplace_back();
      place.stream = stream;
      if (hot_.join(place, only_hot) == Joined::no) continue;
      const ec_status state = wait(place, call);
      if (state == EC_OK) continue;
      end();
      return state == EC_UNAVAILABLE ? EC_OK : state;
    }
  } catch (...) {
    end();
    throw;
  }
  return EC_OK;
}

// EC_UNAVAILABLE: nothing moves.
ec_status HotStreams::Turn::wait(Place& place, const plugin::Call& call) {
  for (;;) {
    const ShorterCall patient(call, patience_ns);
    const ec_status state = place.turn.wait(patient.call());
    if (state != EC_TIMEOUT || patient.is_callers_time()) return state;
    const std::scoped_lock lock(hot_.mutex_);
    if (!hot_.has_moved(place)) return EC_UNAVAILABLE;
  }
}

bool HotStreams::Turn::start_all(std::vector<std::string_view> streams, Told told, void* ctx) {
  return start(streams, false, told, ctx);
}

bool HotStreams::Turn::start_hot(std::vector<std::string_view> streams, Told told, void* ctx) {
  return start(streams, true, told, ctx);
}

bool HotStreams::Turn::start(std::vector<std::string_view>& streams, bool only_hot, Told told, void* ctx) {
  end();
  std::sort(streams.begin(), streams.end());
  only_hot_ = only_hot;
  told_ = told;
  told_ctx_ = ctx;
  try {
    for (const std::string_view stream : streams) {
      Place& place = places_.emplace_back();
      place.stream = stream;
      place.threadless = this;
    }
    next_ = places_.begin();
    return go_on();
  } catch (...) {
    end();
    throw;
  }
}

// Lines up for one stream after the other; false: it waits in one of the lines, and may be told so meanwhile.
bool HotStreams::Turn::go_on() {
  while (next_ != places_.end())
    if (hot_.join(*next_++, only_hot_) == Joined::behind) return false;
  return true;
}

void HotStreams::Turn::come_to_front() noexcept {
  bool waits = false;
  const ec_status status = plugin::guard(nullptr, [&] { waits = !go_on(); });
  if (!waits) told_(told_ctx_, status);
}

bool HotStreams::Turn::withdraw() noexcept {
  const std::scoped_lock lock(hot_.mutex_);
  if (waits_in_ == nullptr) return false;
  hot_.take_out(*std::exchange(waits_in_, nullptr));
  return true;
}

bool HotStreams::Turn::withdraw_if_stalled() noexcept {
  const std::scoped_lock lock(hot_.mutex_);
  if (waits_in_ == nullptr || hot_.has_moved(*waits_in_)) return false;
  hot_.take_out(*std::exchange(waits_in_, nullptr));
  return true;
}

void HotStreams::Turn::end() noexcept {
  while (!places_.empty()) {
    if (places_.back().joined) hot_.leave(places_.back());
    places_.pop_back();
  }
}

}  // namespace ec::core
