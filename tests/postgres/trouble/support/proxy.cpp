#include "proxy.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace ec::postgres::test {

namespace {

constexpr std::size_t most_held = 1 << 20U;
constexpr auto patience = std::chrono::minutes(1);

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* raw(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

void close_with(int socket, Proxy::Cut how) {
  const linger at_once{how == Proxy::Cut::reset ? 1 : 0, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(socket);
}

void pass_at_once(int socket) {
  const int yes = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

std::size_t number(Proxy::Way way) { return static_cast<std::size_t>(way); }

}  // namespace

Proxy::Proxy(int server_port) : server_port_(server_port) {
  listener_ = checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  waker_ = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  checked(bind(listener_, raw(address), size), "bind");
  checked(listen(listener_, SOMAXCONN), "listen");
  checked(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

Proxy::~Proxy() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake();
  thread_.join();
  for (Connection& connection : connections_) end(connection, Cut::reset);
  close(listener_);
  close(waker_);
}

void Proxy::pass() {
  const std::scoped_lock lock(mutex_);
  frozen_ = {};
  for (Connection& connection : connections_) connection.frozen = false;
  freezes_at_.clear();
  refusing_ = armed_ = false;
  wake();
}

void Proxy::cut_after(Way way, std::uint64_t bytes, Cut how) {
  const std::scoped_lock lock(mutex_);
  armed_ = true;
  cut_way_ = number(way);
  cut_left_ = bytes;
  cut_how_ = how;
}

void Proxy::cut_all(Cut how) {
  const std::scoped_lock lock(mutex_);
  for (Connection& connection : connections_) end(connection, how);
  wake();
}

void Proxy::freeze(Way way) {
  const std::scoped_lock lock(mutex_);
  frozen_[number(way)] = true;
  wake();
}

void Proxy::freeze() {
  freeze(Way::to_server);
  freeze(Way::to_client);
}

void Proxy::freeze_open_ones() {
  const std::scoped_lock lock(mutex_);
  for (Connection& connection : connections_) connection.frozen = true;
  wake();
}

void Proxy::freeze_at(const std::string& text, Way way) {
  const std::scoped_lock lock(mutex_);
  freezes_at_ = text;
  freezes_way_ = number(way);
}

void Proxy::refuse() {
  const std::scoped_lock lock(mutex_);
  refusing_ = true;
}

std::uint64_t Proxy::forwarded(Way way) const {
  const std::scoped_lock lock(mutex_);
  return forwarded_[number(way)];
}

std::uint64_t Proxy::cuts() const {
  const std::scoped_lock lock(mutex_);
  return cuts_;
}

void Proxy::wait_until_held(Way way) const {
  std::unique_lock lock(mutex_);
  const auto held = [&] {
    for (const Connection& connection : connections_)
      if (holds(connection, number(way)) && !connection.streams[number(way)].held.empty()) return true;
    return false;
  };
  if (!changed_.wait_for(lock, patience, held)) throw std::runtime_error("the proxy holds nothing back");
}

void Proxy::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(waker_, &one, sizeof one);
}

// Waits without the lock. Meanwhile connections may be ended by others, but only this thread forgets and adds them.
void Proxy::run() {
  for (;;) {
    std::vector<pollfd> sockets = interests();
    if (sockets.empty()) return;
    poll(sockets.data(), sockets.size(), -1);
    const std::scoped_lock lock(mutex_);
    std::uint64_t woken = 0;
    [[maybe_unused]] const auto got = read(waker_, &woken, sizeof woken);
    std::size_t at = 2;
    for (Connection& connection : connections_) {
      if (!connection.done) serve(connection, sockets[at], sockets[at + 1]);
      at += 2;
    }
    connections_.remove_if([](const Connection& connection) { return connection.done; });
    if ((sockets[1].revents & POLLIN) != 0) accept_one();
    changed_.notify_all();
  }
}

// Empty: it is time to end.
std::vector<pollfd> Proxy::interests() {
  const std::scoped_lock lock(mutex_);
  if (stopping_) return {};
  connections_.remove_if([](const Connection& connection) { return connection.done; });
  std::vector<pollfd> sockets{{waker_, POLLIN, 0}, {listener_, POLLIN, 0}};
  for (const Connection& connection : connections_) {
    std::array<short, ways> of{};  // the client's, the server's
    for (std::size_t way = 0; way < ways; ++way) {
      const Stream& stream = connection.streams[way];
      if (!stream.ended && stream.held.size() < most_held) of[way] |= POLLIN;
      if (!stream.held.empty() && !holds(connection, way)) of[1 - way] |= POLLOUT;
    }
    // A socket that nothing is wanted of is left out: poll would report again and again that it has hung up.
    sockets.push_back({of[0] == 0 ? -1 : connection.client, of[0], 0});
    sockets.push_back({of[1] == 0 ? -1 : connection.server, of[1], 0});
  }
  return sockets;
}

void Proxy::accept_one() {
  Connection made;
  made.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (made.client < 0) return;
  made.server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(server_port_);
  if (refusing_ || connect(made.server, raw(address), sizeof address) != 0) return end(made, Cut::reset);
  pass_at_once(made.client);
  pass_at_once(made.server);
  connections_.push_back(std::move(made));
}

void Proxy::serve(Connection& connection, const pollfd& client, const pollfd& server) {
  for (std::size_t way = 0; way < ways && !connection.done; ++way) {
    if (((way == 0 ? client : server).revents & (POLLIN | POLLHUP | POLLERR)) != 0) take(connection, way);
    if (!connection.done && !holds(connection, way)) forward(connection, way);
  }
  if (!connection.done && connection.streams[0].told && connection.streams[1].told) end(connection, Cut::close);
}

void Proxy::take(Connection& connection, std::size_t way) {
  Stream& stream = connection.streams[way];
  if (stream.ended) return;
  std::array<char, 65'536> bytes;
  const ssize_t got = recv(connection.from(way), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got > 0) {
    const std::string_view came(bytes.data(), static_cast<std::size_t>(got));
    stream.held.append(came);
    if (way == 0) look_for_text(connection, came);
    return;
  }
  // The end, or a reset: the other side is told of either behind what was sent before it.
  stream.ended = got == 0 || (errno != EAGAIN && errno != EINTR);
}

void Proxy::look_for_text(Connection& connection, std::string_view came) {
  if (freezes_at_.empty()) return connection.last.clear();
  connection.last.append(came);
  if (connection.last.find(freezes_at_) != std::string::npos) {
    frozen_[freezes_way_] = true;
    freezes_at_.clear();
    connection.last.clear();
  } else if (connection.last.size() > freezes_at_.size()) {
    connection.last.erase(0, connection.last.size() - freezes_at_.size());
  }
}

void Proxy::forward(Connection& connection, std::size_t way) {
  Stream& stream = connection.streams[way];
  const bool cuts = armed_ && cut_way_ == way;
  if (!stream.held.empty()) {
    const std::size_t wanted = cuts && cut_left_ < stream.held.size() ? cut_left_ : stream.held.size();
    const ssize_t sent = send(connection.to(way), stream.held.data(), wanted, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) end(connection, Cut::reset);
      return;
    }
    stream.held.erase(0, static_cast<std::size_t>(sent));
    forwarded_[way] += static_cast<std::uint64_t>(sent);
    if (cuts) {
      cut_left_ -= static_cast<std::uint64_t>(sent);
      if (cut_left_ == 0) {
        armed_ = false;
        ++cuts_;
        return end(connection, cut_how_);
      }
    }
  }
  if (stream.ended && stream.held.empty() && !stream.told) {
    shutdown(connection.to(way), SHUT_WR);
    stream.told = true;
  }
}

void Proxy::end(Connection& connection, Cut how) {
  if (connection.done) return;
  close_with(connection.client, how);
  if (connection.server >= 0) close_with(connection.server, how);
  connection.done = true;
}

}  // namespace ec::postgres::test
