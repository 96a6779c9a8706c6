#include "hot_streams.hpp"

#include <algorithm>
#include <utility>

namespace ec::core {

// True: it is its turn already.
bool HotStreams::join(Turn& turn, const std::vector<std::string_view>& streams, bool only_hot) {
  const std::scoped_lock lock(mutex_);
  turn.state_ = Turn::State::waits;
  turn.overtakings_ = 0;
  try {
    turn.lines_.reserve(streams.size());
    for (const std::string_view stream : streams) join_line(turn, stream, only_hot);
  } catch (...) {
    get_out(turn);
    forget_empty(turn);
    throw;
  }
  standing_.store(lines_.size(), std::memory_order_relaxed);
  const bool is_its_turn = may_begin(turn);
  if (is_its_turn)
    begin(turn);
  else
    has_moved(turn);
  return is_its_turn;
}

// With mutex_ held, as everything below that does not take it.
void HotStreams::join_line(Turn& turn, std::string_view stream, bool only_hot) {
  std::string name(stream);
  auto found = lines_.find(name);
  if (found == lines_.end()) {
    if (only_hot) return;
    found = lines_.try_emplace(std::move(name)).first;
  }
  turn.lines_.push_back(&*found);  // there is room
  found->second.waiting.push_back(&turn);
}

void HotStreams::leave(Turn& turn) noexcept {
  Turn* to_tell = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    get_out(turn);
    for (const Named* line : turn.lines_) {
      Turn* const next = next_of(line->second);
      if (next == nullptr) continue;
      begin(*next);
      if (next->told_ == nullptr)
        next->has_turn_->set();
      else
        next->next_to_tell_ = std::exchange(to_tell, next);
    }
    forget_empty(turn);
  }
  while (to_tell != nullptr) {
    Turn* const told = std::exchange(to_tell, to_tell->next_to_tell_);  // it may be gone once it knows
    told->told_(told->told_ctx_);
  }
}

void HotStreams::get_out(Turn& turn) noexcept {
  for (Named* named : turn.lines_) {
    Line& line = named->second;
    if (line.has_turn == &turn)
      line.has_turn = nullptr;
    else if (const auto at = std::find(line.waiting.begin(), line.waiting.end(), &turn); at != line.waiting.end())
      line.waiting.erase(at);
  }
  turn.state_ = Turn::State::idle;
}

bool HotStreams::may_begin(const Turn& turn) noexcept {
  return std::ranges::all_of(turn.lines_, [&](const Named* named) {
    const Line& line = named->second;
    const auto itself = std::find(line.waiting.begin(), line.waiting.end(), &turn);
    return line.has_turn == nullptr &&
           std::none_of(line.waiting.begin(), itself, [](auto* at) { return at->is_enough(); });
  });
}

void HotStreams::begin(Turn& turn) noexcept {
  for (Named* named : turn.lines_) {
    Line& line = named->second;
    const auto itself = std::find(line.waiting.begin(), line.waiting.end(), &turn);
    std::for_each(line.waiting.begin(), itself, [](Turn* at) { ++at->overtakings_; });
    line.waiting.erase(itself);
    line.has_turn = &turn;
  }
  turn.state_ = Turn::State::has_turn;
  turn.number_ = ++turns_;
}

// Whose turn it can be now; or null.
HotStreams::Turn* HotStreams::next_of(const Line& line) noexcept {
  if (line.has_turn != nullptr) return nullptr;
  for (Turn* turn : line.waiting) {
    if (turn->state_ == Turn::State::waits && may_begin(*turn)) return turn;
    if (turn->is_enough()) return nullptr;
  }
  return nullptr;
}

void HotStreams::forget_empty(Turn& turn) noexcept {
  for (const Named* named : turn.lines_)
    if (named->second.has_turn == nullptr && named->second.waiting.empty()) lines_.erase(lines_.find(named->first));
  turn.lines_.clear();
  standing_.store(lines_.size(), std::memory_order_relaxed);
}

// One that has its turn on a stream of this one, or was overtaken often enough; or null.
const HotStreams::Turn* HotStreams::blocker_of(const Turn& turn) noexcept {
  for (const Named* named : turn.lines_)
    if (named->second.has_turn != nullptr) return named->second.has_turn;
  for (const Named* named : turn.lines_)
    for (const Turn* at : named->second.waiting) {
      if (at == &turn) break;
      if (at->is_enough()) return at;
    }
  return nullptr;
}

// Whether it waits for another turn than when it was last asked. Who was overtaken often enough waits himself, for one
// with a turn or for one who came earlier, so there is an end.
bool HotStreams::has_moved(Turn& turn) noexcept {
  const Turn* at = &turn;
  while (at != nullptr && at->state_ == Turn::State::waits) at = blocker_of(*at);
  const std::uint64_t number = at == nullptr ? 0 : at->number_;
  return std::exchange(turn.waits_for_, number) != number;
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
    if (!has_moved(*this)) return EC_UNAVAILABLE;
  }
}

bool HotStreams::Turn::start_all(const std::vector<std::string_view>& streams, Told told, void* ctx) {
  return start(streams, false, told, ctx);
}

bool HotStreams::Turn::start_hot(const std::vector<std::string_view>& streams, Told told, void* ctx) {
  return start(streams, true, told, ctx);
}

bool HotStreams::Turn::start(const std::vector<std::string_view>& streams, bool only_hot, Told told, void* ctx) {
  end();
  told_ = told;
  told_ctx_ = ctx;
  return hot_.join(*this, streams, only_hot);
}

bool HotStreams::Turn::withdraw() noexcept { return withdraw(false); }

bool HotStreams::Turn::withdraw_if_stalled() noexcept { return withdraw(true); }

bool HotStreams::Turn::withdraw(bool only_if_stalled) noexcept {
  const std::scoped_lock lock(hot_.mutex_);
  if (state_ != State::waits || (only_if_stalled && has_moved(*this))) return false;
  state_ = State::idle;
  return true;
}

void HotStreams::Turn::end() noexcept {
  if (!lines_.empty()) hot_.leave(*this);
}

}  // namespace ec::core
