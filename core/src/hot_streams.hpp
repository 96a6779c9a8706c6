// Fairness on hot streams. Optimistic commands that collide on a stream again and again waste each other's work, and
// some may lose for ever. So a command that met a conflict lines up for its streams, and whoever comes while a queue
// stands for one of its streams lines up there as well; one at a time has its turn. It is courtesy within this process,
// not correctness: the store's check decides, and a writer that knows nothing of the queues only costs a retry.
//
// Everybody lines up for one stream after the other in byte order of the ids, so nobody waits in a circle.
#pragma once

#include "waiting.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ec::core {

class HotStreams {
 public:
  // Who waits longer than this in a line in which nothing moves goes on without its turn: who has it may be waiting for
  // what this one holds up.
  static constexpr std::uint64_t patience_ns = 1'000'000'000;

  // What one execution holds. It outlives nothing: destroyed before its HotStreams, and by nobody else than who waits.
  class Turn {
   public:
    explicit Turn(HotStreams& streams) : hot_(streams) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { end(); }

    // Waits for its turn on each of these streams. What it held before is given up first. EC_OK, or EC_TIMEOUT or
    // EC_CANCELLED, and then it holds nothing; EC_OK without a turn where its patience was at an end. Throws
    // std::bad_alloc, holding nothing.
    ec_status take_all(std::vector<std::string_view> streams, const plugin::Call& call);
    // The same for those of them that somebody stands in line for.
    ec_status take_hot(std::vector<std::string_view> streams, const plugin::Call& call);
    void end() noexcept;

    // The same for one who does not wait on a thread. True: it is its turn. False: `told` is called when it is, by the
    // thread that gave it the turn; with EC_NO_MEMORY it is not, and must be ended. Throws std::bad_alloc.
    using Told = void (*)(void* ctx, ec_status status) noexcept;
    bool start_all(std::vector<std::string_view> streams, Told told, void* ctx);
    bool start_hot(std::vector<std::string_view> streams, Told told, void* ctx);
    // Takes it out of the line that it stands in; false: it stands in none, and was told or is yet to be. End it then.
    bool withdraw() noexcept;
    // The same where the line did not move since it was last asked, or since it came.
    bool withdraw_if_stalled() noexcept;

   private:
    friend class HotStreams;
    struct Place {
      std::string stream;
      bool joined = false;
      Signal turn;                 // set once, when it comes to the front ...
      Turn* threadless = nullptr;  // ... or this one is told so
      std::uint64_t moves = 0;     // of its line, as they were last looked at
    };
    ec_status take(std::vector<std::string_view>& streams, const plugin::Call& call, bool only_hot);
    ec_status wait(Place& place, const plugin::Call& call);
    bool start(std::vector<std::string_view>& streams, bool only_hot, Told told, void* ctx);
    bool go_on();
    void come_to_front() noexcept;

    HotStreams& hot_;
    std::list<Place> places_;  // queues point to them
    // Of one without a thread.
    bool only_hot_ = false;
    std::list<Place>::iterator next_;  // where it lines up next
    Place* waits_in_ = nullptr;        // guarded by the mutex of HotStreams
    Told told_ = nullptr;
    void* told_ctx_ = nullptr;
  };

  // Whether any queue stands. Cheap.
  bool any() const { return standing_.load(std::memory_order_relaxed) > 0; }

 private:
  struct Queue {
    std::deque<Turn::Place*> places;
    std::uint64_t moves = 0;  // turns that ended
  };
  enum class Joined { no, first, behind };
  Joined join(Turn::Place& place, bool only_hot);
  void leave(Turn::Place& place) noexcept;
  Turn* take_out(Turn::Place& place) noexcept;
  bool has_moved(Turn::Place& place) noexcept;

  std::mutex mutex_;
  std::unordered_map<std::string, Queue> queues_;  // none is empty
  std::atomic<std::size_t> standing_{0};
};

}  // namespace ec::core
