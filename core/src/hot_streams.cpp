#include "hot_streams.hpp"

#include <algorithm>

namespace ec::core {

bool HotStreams::join(Turn::Place& place, bool only_hot) {
  const std::scoped_lock lock(mutex_);
  auto found = queues_.find(place.stream);
  if (found == queues_.end()) {
    if (only_hot) return false;
    found = queues_.try_emplace(place.stream).first;
    try {
      found->second.push_back(&place);
    } catch (...) {
      queues_.erase(found);
      throw;
    }
    standing_.store(queues_.size(), std::memory_order_relaxed);
    place.turn.set();
  } else {
    found->second.push_back(&place);
  }
  return true;
}

void HotStreams::leave(Turn::Place& place) noexcept {
  const std::scoped_lock lock(mutex_);
  const auto found = queues_.find(place.stream);
  Queue& queue = found->second;
  const bool had_turn = queue.front() == &place;
  queue.erase(std::find(queue.begin(), queue.end(), &place));
  if (queue.empty()) {
    queues_.erase(found);
    standing_.store(queues_.size(), std::memory_order_relaxed);
  } else if (had_turn) {
    queue.front()->turn.set();
  }
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
      place.joined = hot_.join(place, only_hot);
      if (!place.joined) continue;
      if (const ec_status state = place.turn.wait(call); state != EC_OK) {
        end();
        return state;
      }
    }
  } catch (...) {
    end();
    throw;
  }
  return EC_OK;
}

void HotStreams::Turn::end() noexcept {
  while (!places_.empty()) {
    if (places_.back().joined) hot_.leave(places_.back());
    places_.pop_back();
  }
}

}  // namespace ec::core
