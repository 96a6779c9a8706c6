// What lies between a store and its server when the network fails: a TCP proxy on 127.0.0.1 that cuts a connection at a
// chosen byte, holds bytes back, or takes no new connections.
//
//   Proxy proxy(server.port());
//   Store store = value(open(with(server.dsn(), "port", std::to_string(proxy.port()))));
//   proxy.cut_after(Proxy::Way::to_client, 10, Proxy::Cut::reset);  // ten bytes of the next answer arrive, no more
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct pollfd;

namespace ec::postgres::test {

class Proxy {
 public:
  enum class Way { to_server, to_client };
  enum class Cut { reset, close };  // both sides get a RST, or the end of the stream

  explicit Proxy(int server_port);  // throws std::system_error
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy();

  int port() const { return port_; }

  // Everything goes through again: nothing is cut, held back or refused from now on.
  void pass();
  // From now on so many bytes of all connections together go through in this direction; the connection that brings the
  // last one is cut right behind it (0: before its first one). One connection is cut, then all goes through.
  void cut_after(Way way, std::uint64_t bytes, Cut how);
  void cut_all(Cut how);  // the connections that are open now
  // Bytes are taken and kept, the connections stay open.
  void freeze(Way way);
  void freeze();
  // The same for the connections that are open now; new ones pass.
  void freeze_open_ones();
  // Freezes `way` once bytes with this text come on their way to the server: they are the first to be held back, or, in
  // the other direction, what answers them.
  void freeze_at(const std::string& text, Way way);
  void refuse();  // new connections are reset

  std::uint64_t forwarded(Way way) const;  // bytes so far
  std::uint64_t cuts() const;              // connections cut by cut_after
  void wait_until_held(Way way) const;     // until there are bytes that are kept; throws after a minute

 private:
  static constexpr std::size_t ways = 2;
  struct Stream {  // one direction of a connection
    std::string held;
    bool ended = false;  // its sender has closed
    bool told = false;   // and its receiver knows
  };
  struct Connection {
    int client = -1, server = -1;
    std::array<Stream, ways> streams;
    bool frozen = false;  // this one, both ways
    std::string last;     // of what came for the server: a text may come in two parts
    bool done = false;
    int from(std::size_t way) const { return way == 0 ? client : server; }
    int to(std::size_t way) const { return way == 0 ? server : client; }
  };

  void run();
  std::vector<pollfd> interests();
  void accept_one();
  void serve(Connection& connection, const pollfd& client, const pollfd& server);
  void take(Connection& connection, std::size_t way);
  void forward(Connection& connection, std::size_t way);
  void look_for_text(Connection& connection, std::string_view came);
  bool holds(const Connection& connection, std::size_t way) const { return frozen_[way] || connection.frozen; }
  static void end(Connection& connection, Cut how);
  void wake() const;

  const int server_port_;
  int listener_ = -1, waker_ = -1, port_ = 0;
  mutable std::mutex mutex_;  // over everything below
  mutable std::condition_variable changed_;
  std::list<Connection> connections_;
  std::array<bool, ways> frozen_{};
  std::array<std::uint64_t, ways> forwarded_{};
  bool refusing_ = false, stopping_ = false;
  std::string freezes_at_;  // empty: at nothing
  std::size_t freezes_way_ = 0;
  bool armed_ = false;  // the next three say for what
  std::size_t cut_way_ = 0;
  std::uint64_t cut_left_ = 0;
  Cut cut_how_ = Cut::reset;
  std::uint64_t cuts_ = 0;
  std::thread thread_;
};

}  // namespace ec::postgres::test
