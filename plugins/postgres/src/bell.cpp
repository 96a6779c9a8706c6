#include "bell.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <poll.h>
#include <utility>

namespace ec::postgres {

namespace {

// How soon after one NOTIFY the next may follow: under load, what a hint costs the server stays small.
constexpr auto between_rings = std::chrono::milliseconds(2);
// How long the session that listens is kept when nobody waits.
constexpr std::uint64_t keep_for_ns = 5'000'000'000;

int stopped(void* stop) { return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0; }

// A call that ends when the thread is told to, or sooner.
class Stoppable {
 public:
  explicit Stoppable(std::stop_token stop, std::uint64_t time_ns = 0)
      : stop_(std::move(stop)),
        raw_{sizeof raw_, 0, time_ns == 0 ? 0 : plugin::monotonic_ns() + time_ns, &stop_, stopped, {nullptr, 0}},
        call(&raw_) {}
  Stoppable(const Stoppable&) = delete;
  Stoppable& operator=(const Stoppable&) = delete;

 private:
  std::stop_token stop_;
  ec_call raw_;

 public:
  const plugin::Call call;
};

}  // namespace

// What was appended is stored whether anybody is told or not.
void Ringer::ring() noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    wanted_ = true;
    if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    rung_.notify_one();
  } catch (const std::exception&) {
    return;  // no thread to be had: those who wait are polling
  }
}

void Ringer::run(const std::stop_token& stop) {
  const Stoppable stoppable(stop);
  std::unique_ptr<Connection> connection;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      if (!rung_.wait(lock, stop, [this] { return wanted_; })) return;
      wanted_ = false;
    }
    try {
      if (!connection || !connection->usable(stoppable.call)) connection = connect(config_, host_, stoppable.call);
      connection->run(statements::notify, Parameters(), stoppable.call, "notifying");
    } catch (...) {
      connection.reset();  // the poll of those who wait does without
    }
    std::unique_lock lock(mutex_);
    rung_.wait_for(lock, stop, between_rings, [] { return false; });
  }
}

Listener::Waiting::Waiting(Listener& listener) : listener_(listener) {
  const std::scoped_lock lock(listener_.mutex_);
  if (!listener_.thread_.joinable())
    listener_.thread_ = std::jthread([&listener](const std::stop_token& stop) { listener.run(stop); });
  ++listener_.waiting_;
  listener_.wanted_.notify_one();
}

Listener::Waiting::~Waiting() {
  const std::scoped_lock lock(listener_.mutex_);
  --listener_.waiting_;
}

void Listener::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      listen(stop);
    } catch (...) {
      if (!stop.stop_requested()) tell_exception();
      std::unique_lock lock(mutex_);
      wanted_.wait_for(lock, stop, std::chrono::milliseconds(config_.poll_interval_ms), [] { return false; });
    }
  }
}

void Listener::listen(const std::stop_token& stop) {
  const Stoppable stoppable(stop);
  std::unique_ptr<Connection> connection;
  while (wait_until_wanted(stop, connection)) {
    const bool is_new = !connection;
    if (is_new) {
      connection = connect(config_, host_, stoppable.call);
      subscribe(*connection, stoppable.call);
    }
    const std::uint64_t head = ask_for_head(*connection, stop);
    told_.clear();
    // Another connection may lead to another server, one that a failover has left without the last events.
    if (is_new)
      head_.store(head);
    else
      raise(head_, head);
    signal_.moved();
    wait_for_news(stoppable.call, *connection);
  }
}

// False: stop. A connection that listens and does not read would hold the server back, so it does not outlast the need
// for it by much.
bool Listener::wait_until_wanted(const std::stop_token& stop, std::unique_ptr<Connection>& connection) {
  const auto wanted = [this] { return waiting_ > 0; };
  std::unique_lock lock(mutex_);
  if (connection && !wanted_.wait_for(lock, stop, std::chrono::nanoseconds(keep_for_ns), wanted)) {
    lock.unlock();
    connection.reset();
    lock.lock();
  }
  return wanted_.wait(lock, stop, wanted);
}

// A connection that has gone silent must not keep the poll from its work.
std::uint64_t Listener::ask_for_head(Connection& connection, const std::stop_token& stop) const {
  constexpr std::uint64_t least_ms = 1'000;
  const Stoppable within(stop, std::max(config_.poll_interval_ms, least_ms) * 1'000'000);
  const Rows rows = connection.run(statements::head, Parameters(), within.call, "looking for news");
  return static_cast<std::uint64_t>(rows.int8(0, 0));
}

// A standby refuses LISTEN, and behind a pooler it would reach somebody else; then there is the poll.
void Listener::subscribe(Connection& connection, const plugin::Call& call) {
  if (!config_.wants_notify || config_.pooled) return;
  try {
    connection.run(statements::listen, Parameters(), call, "listening");
  } catch (const Lost&) {
    throw;
  } catch (const plugin::Failure& failure) {
    host_.log(config_.read_only ? EC_LOG_DEBUG : EC_LOG_WARNING,
              std::string(failure.what()) + "; readers that wait are polling");
  }
}

// The one under way; what goes wrong again and again is told once.
void Listener::tell_exception() noexcept {
  ec_error error = EC_ERROR_INIT;
  plugin::set_error_from_exception(&error);
  if (told_ == error.message) return;
  try {
    told_ = error.message;
    host_.log(EC_LOG_WARNING, error.message);
  } catch (...) {
    told_.clear();  // without memory there is nothing to tell it with
  }
}

// Or until it is time to poll, or nobody waits any more.
void Listener::wait_for_news(const plugin::Call& call, Connection& connection) {
  const std::uint64_t until_ns = plugin::monotonic_ns() + config_.poll_interval_ms * 1'000'000;
  while (!heard_news(connection)) {
    const std::uint64_t look_ns = std::min(until_ns, plugin::monotonic_ns() + keep_for_ns);
    if (wait_for_socket(connection.handle(), POLLIN, call, look_ns)) {
      if (!connection.consume())
        throw plugin::Failure(EC_UNAVAILABLE, config_.location + ", listening: the connection was lost");
    } else if (look_ns == until_ns || call.cancelled() || !is_wanted()) {
      return;
    }
  }
}

// Of what has been read, be it along with the answer to a statement.
bool Listener::heard_news(Connection& connection) const {
  bool heard = false;
  while (PGnotify* news = PQnotifies(connection.handle())) {
    heard = heard || config_.schema == news->extra;
    PQfreemem(news);
  }
  return heard;
}

bool Listener::is_wanted() {
  const std::scoped_lock lock(mutex_);
  return waiting_ > 0;
}

}  // namespace ec::postgres
