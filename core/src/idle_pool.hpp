// Objects that are not in use, kept because their buffers have the right size already. Each thread has some at hand,
// without a lock. What it has too many of goes to a pool that all threads share, and who has none takes from there: so
// they go round where one thread begins what another one ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace ec::core {

template <class T>
class IdlePool {
 public:
  static constexpr std::size_t most_at_hand = 64;  // of each thread
  static constexpr std::size_t most_shared = 512;

  static std::unique_ptr<T> take() {
    Idle& own = at_hand();
    if (own.empty()) fetch(own);
    if (own.empty()) return std::make_unique<T>();
    std::unique_ptr<T> taken = std::move(own.back());
    own.pop_back();
    return taken;
  }

  static void give_back(std::unique_ptr<T> idle) noexcept {
    try {
      Idle& own = at_hand();
      if (own.size() == most_at_hand) share(own);
      own.push_back(std::move(idle));
    } catch (const std::bad_alloc&) {
      return;  // it is made anew next time
    }
  }

 private:
  using Idle = std::vector<std::unique_ptr<T>>;
  struct Shared {
    std::mutex mutex;
    Idle idle;
  };
  // So many go to and fro under one lock.
  static constexpr std::size_t at_once = most_at_hand / 2;

  static Idle& at_hand() {
    thread_local Idle idle;
    return idle;
  }
  // Never destroyed: threads may end after the program's own objects have gone.
  static Shared& shared() {
    static auto* const all = new Shared;
    return *all;
  }

  static void fetch(Idle& own) {
    own.reserve(most_at_hand);
    const std::scoped_lock lock(shared().mutex);
    move_last(shared().idle, own, at_once);
  }
  // What does not fit is freed, without the lock.
  static void share(Idle& own) {
    {
      const std::scoped_lock lock(shared().mutex);
      shared().idle.reserve(most_shared);
      move_last(own, shared().idle, std::min(at_once, most_shared - shared().idle.size()));
    }
    own.resize(std::min(own.size(), most_at_hand - at_once));
  }
  static void move_last(Idle& from, Idle& to, std::size_t most) {
    const auto first = from.end() - static_cast<std::ptrdiff_t>(std::min(most, from.size()));
    to.insert(to.end(), std::make_move_iterator(first), std::make_move_iterator(from.end()));
    from.erase(first, from.end());
  }
};

}  // namespace ec::core
