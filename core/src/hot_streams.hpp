// Fairness on hot streams. Optimistic commands that collide on a stream again and again waste each other's work, and
// some may lose for ever. So a command that met a conflict lines up for its streams, and whoever comes while a queue
// stands for one of its streams lines up there as well; one at a time has its turn. It is courtesy within this process,
// not correctness: the store's check decides, and a writer that knows nothing of the queues only costs a retry.
//
// A turn is on all streams of a command at once. Who comes first has it first, but whoever waits for one stream does not
// keep others from the rest of his: they go by, until so many did that it is enough. Nobody who waits holds anything, so
// nobody waits in a circle.
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
#include <utility>
#include <vector>

namespace ec::core {

class HotStreams {
  struct Line;
  using Named = std::pair<const std::string, Line>;

 public:
  // Who waits longer than this for one and the same turn to end goes on without its own: who has it may be waiting for
  // what this one holds up.
  static constexpr std::uint64_t patience_ns = 1'000'000'000;
  // So many may go by one who waits.
  static constexpr std::uint32_t most_overtakings = 64;

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
    // The same for those of them that somebody has a turn on, or waits for.
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
    enum class State { idle, waits, has_turn };  // idle in a line: it was withdrawn, and is yet to be ended
    ec_status take(const std::vector<std::string_view>& streams, const plugin::Call& call, bool only_hot);
    ec_status wait(const plugin::Call& call);
    bool start(const std::vector<std::string_view>& streams, bool only_hot, Told told, void* ctx);
    bool withdraw(bool only_if_stalled) noexcept;
    bool is_enough() const { return state_ == State::waits && overtakings_ >= most_overtakings; }

    HotStreams& hot_;
    // All but the signal is guarded by the mutex of HotStreams.
    std::vector<Named*> lines_;  // that it stands in, or has
    State state_ = State::idle;
    std::uint32_t overtakings_ = 0;
    std::uint64_t number_ = 0;        // given to it with its turn
    std::uint64_t waits_for_ = 0;     // the number of the turn that it was last seen to wait for
    std::optional<Signal> has_turn_;  // tells a thread ...
    Told told_ = nullptr;             // ... and this one who does not wait on one
    void* told_ctx_ = nullptr;
    Turn* next_to_tell_ = nullptr;
  };

  // Whether anybody has a turn. Cheap.
  bool any() const { return standing_.load(std::memory_order_relaxed) > 0; }

 private:
  struct Line {
    Turn* has_turn = nullptr;
    std::deque<Turn*> waiting;
  };
  bool join(Turn& turn, const std::vector<std::string_view>& streams, bool only_hot);
  void join_line(Turn& turn, std::string_view stream, bool only_hot);
  void leave(Turn& turn) noexcept;
  void get_out(Turn& turn) noexcept;
  static bool may_begin(const Turn& turn) noexcept;
  void begin(Turn& turn) noexcept;
  static Turn* next_of(const Line& line) noexcept;
  void forget_empty(Turn& turn) noexcept;
  static const Turn* blocker_of(const Turn& turn) noexcept;
  static bool has_moved(Turn& turn) noexcept;

  std::mutex mutex_;
  std::unordered_map<std::string, Line> lines_;
  std::uint64_t turns_ = 0;  // that were given
  std::atomic<std::size_t> standing_{0};
};

}  // namespace ec::core
