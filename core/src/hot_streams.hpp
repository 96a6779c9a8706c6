// Fairness on hot streams. Optimistic commands that collide on a stream again and again waste each other's work, and
// some may lose for ever. So a command that met a conflict lines up for its streams, and whoever comes while a queue
// stands for one of its streams lines up there as well; one at a time has its turn. It is courtesy within this process,
// not correctness: the store's check decides, and a writer that knows nothing of the queues only costs a retry.
//
// A command gets into all its lines at one moment, so whoever stands before another stands before it in each line that
// both are in: nobody waits in a circle, nor for anybody who came later.
#pragma once

#include "waiting.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ec::core {

class HotStreams {
 public:
  // Who waits longer than this for one and the same turn to end goes on without its own: who has it may be waiting for
  // what this one holds up. Lines may stand for longer, where those at their front wait in other ones that move.
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
    ec_status take_all(const std::vector<std::string_view>& streams, const plugin::Call& call);
    // The same for those of them that somebody stands in line for.
    ec_status take_hot(const std::vector<std::string_view>& streams, const plugin::Call& call);
    void end() noexcept;

    // The same for one who does not wait on a thread. True: it is its turn. False: `told` is called when it is, by the
    // thread that gave it the turn. Throws std::bad_alloc, holding nothing.
    using Told = void (*)(void* ctx) noexcept;
    bool start_all(const std::vector<std::string_view>& streams, Told told, void* ctx);
    bool start_hot(const std::vector<std::string_view>& streams, Told told, void* ctx);
    // Takes it out of the lines that it waits in; false: it waits in none, and was told or is yet to be. End it then.
    bool withdraw() noexcept;
    // The same where it still waits for the turn that it waited for when it was last asked, or when it came.
    bool withdraw_if_stalled() noexcept;

   private:
    friend class HotStreams;
    ec_status take(const std::vector<std::string_view>& streams, const plugin::Call& call, bool only_hot);
    ec_status wait(const plugin::Call& call);

    HotStreams& hot_;
    // All but the signal is guarded by the mutex of HotStreams.
    std::vector<std::string> streams_;  // whose lines it stands in
    std::size_t behind_ = 0;            // in how many of them somebody stands before it
    std::uint64_t number_ = 0;          // given to it with its turn
    std::uint64_t waits_for_ = 0;       // the number of the turn that it was last seen to wait for
    std::optional<Signal> has_turn_;    // tells a thread ...
    Told told_ = nullptr;               // ... and this one who does not wait on one
    void* told_ctx_ = nullptr;
    Turn* next_to_tell_ = nullptr;
  };

  // Whether any queue stands. Cheap.
  bool any() const { return standing_.load(std::memory_order_relaxed) > 0; }

 private:
  using Line = std::deque<Turn*>;
  bool join(Turn& turn, const std::vector<std::string_view>& streams, bool only_hot);
  void join_line(Turn& turn, std::string_view stream, bool only_hot);
  void leave(Turn& turn) noexcept;
  Turn* take_out(Turn& turn, bool only_where_it_waits) noexcept;
  bool has_moved(Turn& turn) noexcept;

  std::mutex mutex_;
  std::unordered_map<std::string, Line> lines_;  // none is empty
  std::uint64_t turns_ = 0;                      // that were given
  std::atomic<std::size_t> standing_{0};
};

}  // namespace ec::core
