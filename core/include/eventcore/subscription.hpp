// Following a store: everything that is there, then what comes, in the store's order, with no gap and no event twice.
//
//   void follow(ec::Store& store, ec::Position from, std::stop_token stop) {
//     ec::Subscription events = store.subscribe({.prefixes = {"account/"}}, from);
//     while (events.next({.stop = stop}))
//       for (const ec::RecordedEvent event : events.batch())
//         std::printf("%s %s\n", event.position().str().c_str(), std::string(event.type()).c_str());
//   }
//
// It is pulled: nothing is read ahead of the batch at hand, so a slow reader holds back nobody and fills no memory.
#pragma once

#include <eventcore/store.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

namespace ec {

// For one thread at a time. Must end before its store does.
class Subscription {
 public:
  Subscription(Store& store, Filter filter, Position from, SubscribeOptions options)
      : store_(store.raw()), filter_(std::move(filter)), position_(from), head_(from), options_(options) {}
  Subscription(Subscription&& other) noexcept
      : store_(other.store_),
        cursor_(std::exchange(other.cursor_, nullptr)),
        batch_(std::exchange(other.batch_, none())),
        is_at_end_(std::exchange(other.is_at_end_, false)),
        filter_(std::move(other.filter_)),
        position_(other.position_),
        head_(other.head_),
        options_(other.options_) {}
  Subscription& operator=(Subscription&&) = delete;
  ~Subscription() { close(); }

  // The next events; waits for some where everything was given. The batch may be empty: then what came did not pass the
  // filter, and position() has moved. An error: `timeout` at the deadline; `cancelled` after a stop, or when the
  // store's interrupt() was called; or the store's own. After each of them next() goes on where it was.
  Result<> next(const Call& call = {}) {
    const Position before = position_;
    do {
      end_batch();
      if (cursor_ == nullptr && is_live())
        if (auto came = wait(call); !came) return came;
      if (auto taken = take(call); !taken) return taken;
    } while (batch_.count == 0 && position_ == before);
    return {};
  }

  // What the last next() gave; lent until the following one.
  EventCursor::Batch batch() const { return EventCursor::Batch(batch_); }

  // Everything up to here was given or did not pass the filter: once the batch is worked through, this is the checkpoint
  // from which another subscription goes on.
  Position position() const { return position_; }

  // Whether position() has reached the head as it was last seen.
  bool is_live() const { return position_ >= head_; }

  // The head as it was last seen.
  Position head() const { return head_; }

 private:
  static ec_batch none() { return {sizeof(ec_batch), 0, nullptr, 0, sizeof(ec_event), {}, {}}; }

  void close() { ec_store_close_cursor(store_, std::exchange(cursor_, nullptr)); }

  // A cursor ends after a page, since its view of the store may cost the backend something for as long as it is open.
  void end_batch() {
    batch_ = none();
    if (std::exchange(is_at_end_, false)) close();
  }

  // One batch, maybe an empty one.
  Result<> take(const Call& call) {
    const ec_call raw = detail::to_raw(call);
    if (cursor_ == nullptr)
      if (auto opened = open(raw); !opened) return opened;
    ec_error error = EC_ERROR_INIT;
    if (ec_store_next(store_, cursor_, &raw, &batch_, &error) != EC_OK) {
      batch_ = none();
      close();
      return std::unexpected(detail::to_error(error));
    }
    head_ = std::max(head_, Position::from(batch_.head));
    position_ = std::max(position_, Position::from(batch_.through));
    is_at_end_ = (batch_.flags & EC_BATCH_END) != 0;
    return {};
  }

  Result<> open(const ec_call& raw) {
    const detail::RawFilter raw_filter(filter_);
    const ec_read_all request = raw_filter.request(0, position_, options_.page);
    ec_error error = EC_ERROR_INIT;
    if (ec_store_read_all(store_, &request, &raw, &cursor_, &error) == EC_OK) return {};
    cursor_ = nullptr;
    return std::unexpected(detail::to_error(error));
  }

  Result<> wait(const Call& call) {
    const ec_call raw = detail::to_raw(call);
    ec_position head{};
    ec_error error = EC_ERROR_INIT;
    ec_status status = ec_store_wait(store_, position_.raw(), &raw, &head, &error);
    if (status == EC_UNSUPPORTED) return poll(call);
    if (status != EC_OK) return std::unexpected(detail::to_error(error));
    head_ = std::max(head_, Position::from(head));
    return {};
  }

  // For backends that cannot wake anybody.
  Result<> poll(const Call& call) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any wake;
    for (;;) {
      const ec_call raw = detail::to_raw(call);
      ec_position head{};
      ec_error error = EC_ERROR_INIT;
      if (ec_store_head(store_, &raw, &head, &error) != EC_OK) return std::unexpected(detail::to_error(error));
      head_ = std::max(head_, Position::from(head));
      if (!is_live()) return {};
      const auto now = std::chrono::steady_clock::now();
      if (call.stop.stop_requested())
        return std::unexpected(Error{Code::cancelled, "cancelled while waiting for events"});
      if (call.deadline && now >= *call.deadline)
        return std::unexpected(Error{Code::timeout, "nothing new came before the deadline"});
      const auto next = now + options_.poll_interval;
      wake.wait_until(lock, call.stop, call.deadline ? std::min(*call.deadline, next) : next, [] { return false; });
    }
  }

  ec_store* store_;
  ec_cursor* cursor_ = nullptr;
  ec_batch batch_ = none();
  bool is_at_end_ = false;  // the batch is the cursor's last, which stays open for it
  Filter filter_;
  Position position_, head_;
  SubscribeOptions options_;
};

inline Subscription Store::subscribe(Filter filter, Position from, SubscribeOptions options) {
  return Subscription(*this, std::move(filter), from, options);
}

}  // namespace ec
