#include "hot_streams.hpp"

#include <algorithm>
#include <utility>

namespace ec::core {

// True: it is its turn already.
bool HotStreams::join(Turn& turn, const std::vector<std::string_view>& streams, bool only_hot) {
  const std::scoped_lock lock(mutex_);
  try {
    for (const std::string_view stream : streams) join_line(turn, stream, only_hot);
  } catch (...) {
    take_out(turn, false);  // nobody came behind it yet
    throw;
  }
  standing_.store(lines_.size(), std::memory_order_relaxed);
  if (turn.behind_ == 0)
    turn.number_ = ++turns_;
  else
    has_moved(turn);
  return turn.behind_ == 0;
}

// With mutex_ held.
void HotStreams::join_line(Turn& turn, std::string_view stream, bool only_hot) {
  std::string& name = turn.streams_.emplace_back(stream);
  auto found = lines_.find(name);
  if (only_hot && found == lines_.end()) return turn.streams_.pop_back();
  try {
    if (found == lines_.end()) found = lines_.try_emplace(name).first;
    found->second.push_back(&turn);
  } catch (...) {
    if (found != lines_.end() && found->second.empty()) lines_.erase(found);
    turn.streams_.pop_back();
    throw;
  }
  if (found->second.size() > 1) ++turn.behind_;
}

void HotStreams::leave(Turn& turn) noexcept {
  Turn* to_tell = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    to_tell = take_out(turn, false);
  }
  while (to_tell != nullptr) {
    Turn* const told = std::exchange(to_tell, to_tell->next_to_tell_);  // it may be gone once it knows
    told->told_(told->told_ctx_);
  }
}

// With mutex_ held. Those without a thread whose turn it is now, in a row, for the caller to tell; or null.
HotStreams::Turn* HotStreams::take_out(Turn& turn, bool only_where_it_waits) noexcept {
  Turn* to_tell = nullptr;
  std::erase_if(turn.streams_, [&](const std::string& stream) {
    const auto found = lines_.find(stream);
    Line& line = found->second;
    const bool was_first = line.front() == &turn;
    if (was_first && only_where_it_waits) return false;
    line.erase(std::find(line.begin(), line.end(), &turn));
    if (line.empty()) {
      lines_.erase(found);
    } else if (was_first && --line.front()->behind_ == 0) {
      Turn& next = *line.front();
      next.number_ = ++turns_;
      if (next.told_ == nullptr)
        next.has_turn_->set();
      else
        next.next_to_tell_ = std::exchange(to_tell, &next);
    }
    return true;
  });
  turn.behind_ = 0;
  standing_.store(lines_.size(), std::memory_order_relaxed);
  return to_tell;
}

// With mutex_ held. Whether it waits for another turn than when it was last asked: who stands before it may wait for
// others in turn, up to one who does not. They came earlier, each than the one before, so there is an end.
bool HotStreams::has_moved(Turn& turn) noexcept {
  const Turn* at = &turn;
  while (at->behind_ > 0)
    for (const std::string& stream : at->streams_)
      if (const Turn* const first = lines_.find(stream)->second.front(); first != at) {
        at = first;
        break;
      }
  return std::exchange(turn.waits_for_, at->number_) != at->number_;
}

ec_status HotStreams::Turn::take_all(const std::vector<std::string_view>& streams, const plugin::Call& call) {
  return take(streams, call, false);
}

ec_status HotStreams::Turn::take_hot(const std::vector<std::string_view>& streams, const plugin::Call& call) {
  return take(streams, call, true);
}

ec_status HotStreams::Turn::take(const std::vector<std::string_view>& streams, const plugin::Call& call,
                                 bool only_hot) {
  end();
  has_turn_.emplace();
  if (hot_.join(*this, streams, only_hot)) return EC_OK;
  const ec_status state = wait(call);
  if (state == EC_OK) return EC_OK;
  end();
  return state == EC_UNAVAILABLE ? EC_OK : state;
}

// EC_UNAVAILABLE: nothing moves.
ec_status HotStreams::Turn::wait(const plugin::Call& call) {
  for (;;) {
    const ShorterCall patient(call, patience_ns);
    const ec_status state = has_turn_->wait(patient.call());
    if (state != EC_TIMEOUT || patient.is_callers_time()) return state;
    const std::scoped_lock lock(hot_.mutex_);
    if (!hot_.has_moved(*this)) return EC_UNAVAILABLE;
  }
}

bool HotStreams::Turn::start_all(const std::vector<std::string_view>& streams, Told told, void* ctx) {
  end();
  told_ = told;
  told_ctx_ = ctx;
  return hot_.join(*this, streams, false);
}

bool HotStreams::Turn::start_hot(const std::vector<std::string_view>& streams, Told told, void* ctx) {
  end();
  told_ = told;
  told_ctx_ = ctx;
  return hot_.join(*this, streams, true);
}

bool HotStreams::Turn::withdraw() noexcept {
  const std::scoped_lock lock(hot_.mutex_);
  if (behind_ == 0) return false;
  hot_.take_out(*this, true);
  number_ = ++hot_.turns_;  // it holds up others, where it is the first, until it is ended
  return true;
}

bool HotStreams::Turn::withdraw_if_stalled() noexcept {
  const std::scoped_lock lock(hot_.mutex_);
  if (behind_ == 0 || hot_.has_moved(*this)) return false;
  hot_.take_out(*this, true);
  number_ = ++hot_.turns_;
  return true;
}

void HotStreams::Turn::end() noexcept {
  if (!streams_.empty()) hot_.leave(*this);
}

}  // namespace ec::core
