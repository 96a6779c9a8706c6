// Connections that calls borrow: made when they are needed, made anew when they were lost, at most so many.
#pragma once

#include "connection.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace ec::postgres {

class Pool {
 public:
  Pool(const Config& config, const plugin::Host& host, std::size_t most);

  class Borrowed;

  // Waits for a free one, and for the server to be there, until the call ends; without a deadline no longer than
  // `connect_timeout`. Throws a Failure.
  Borrowed take(const plugin::Call& call);

  // The same for a statement that changes nothing when it is carried out twice: a connection that turns out to be lost
  // is replaced, once.
  Rows run(const Statement& statement, const Parameters& parameters, const plugin::Call& call, std::string_view doing);

  // For what writes: EC_IN_DOUBT when the answer to a statement that was sent does not come. `repeatable`: it may be
  // sent a second time when the connection was lost.
  Rows write(const Statement& statement, const Parameters& parameters, const plugin::Call& call, std::string_view doing,
             bool repeatable);

 private:
  std::unique_ptr<Connection> take_free(const plugin::Call& call);
  void give_back(std::unique_ptr<Connection> connection) noexcept;
  void one_less() noexcept;

  const Config& config_;
  const plugin::Host& host_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
  std::size_t count_ = 0;  // free and borrowed
};

class Pool::Borrowed {
 public:
  Borrowed(Pool& pool, std::unique_ptr<Connection> connection) : pool_(pool), connection_(std::move(connection)) {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() { pool_.give_back(std::move(connection_)); }
  Connection& operator*() const { return *connection_; }
  Connection* operator->() const { return connection_.get(); }

 private:
  Pool& pool_;
  std::unique_ptr<Connection> connection_;
};

// Connects, again and again while the server may yet come: until the call ends; without a deadline no longer than
// `connect_timeout`. What will not mend itself, a wrong password say, is thrown at once.
std::unique_ptr<Connection> connect(const Config& config, const plugin::Host& host, const plugin::Call& call);

}  // namespace ec::postgres
