// A session with the server: statements under a deadline, with binary parameters and rows.
//
// libpqxx keeps the connection; statements go over libpq's handle, since libpqxx 6 waits without a deadline, has no
// binary results and no pipeline.
#pragma once

#include "config.hpp"
#include "parameters.hpp"
#include "rows.hpp"
#include "session.hpp"
#include "statements.hpp"

#include <eventcore/plugin/call.hpp>
#include <eventcore/plugin/export.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace ec::postgres {

// The connection was lost, or given up, with a statement under way: whether that was carried out is not known.
struct Lost : plugin::Failure {
  using Failure::Failure;
};

class Connection {
 public:
  // Tries to connect until `until_ns` (CLOCK_MONOTONIC), sets the session up. Throws a Failure.
  Connection(const Config& config, const plugin::Host& host, const plugin::Call& call, std::uint64_t until_ns,
             std::size_t attempt);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  // How long the answer is waited for once the statement has been sent.
  enum class Patience {
    call,   // to the call's end; the answer is then thrown away before the next statement
    commit  // and `commit_patience` beyond its deadline or cancellation: a write under way is not given up lightly
  };

  // Throws a Failure when the server refuses; nothing of the statement is stored then. Throws Lost when it cannot be
  // known, and when a write has committed although not every standby has it.
  Rows run(const Statement& statement, const Parameters& parameters, const plugin::Call& call, std::string_view doing,
           Patience patience = Patience::call);

  // Several statements in one text, without parameters and rows.
  void run_script(const char* sql, const plugin::Call& call, std::string_view doing);

  // What a statement needs before its first run, so that nothing of the statement itself is sent when that fails.
  void prepare(const Statement& statement, const plugin::Call& call);

  // Whether it can be used: the server has not closed it, and what an earlier call left unfinished is done. Waits for
  // the latter under the call's deadline; Failure when that ends first.
  bool usable(const plugin::Call& call);

  // Reads what has come without being asked for, without waiting. False: the connection is lost.
  bool consume();
  PGconn* handle() const { return session_.handle(); }

 private:
  // How long an answer is waited for; as Patience says.
  struct Waiting {
    plugin::Call call;
    std::uint64_t until_ns;
    std::uint64_t patience_ns;
  };

  void set_up(const plugin::Call& call, std::uint64_t until_ns);
  void send(const Statement& statement, const Parameters& parameters);
  void send_pooled(const Statement& statement, const Parameters& parameters);
  void flush(Waiting& waiting, std::string_view doing);
  Rows receive(Waiting& waiting, std::string_view doing, bool pipelined);
  void check_alive(const Rows& error, std::string_view doing);
  PGresult* next_result(Waiting& waiting, std::string_view doing);
  void await(short events, Waiting& waiting, std::string_view doing);
  [[noreturn]] void give_up(const Waiting& waiting, std::string_view doing) const;
  [[noreturn]] void lost(std::string_view doing);
  static void take_notice(void* self, const PGresult* notice);
  void hear(const PGresult* notice) noexcept;

  const Config& config_;
  const plugin::Host& host_;
  Session session_;
  std::set<const char*> prepared_;
  bool unfinished_ = false;    // a statement was sent and not all of its answer has been read
  std::uint64_t sent_ns_ = 0;  // when the last statement was sent
  bool lost_ = false;
  bool unreplicated_ = false;  // the server has committed without waiting for its standbys to the end
};

}  // namespace ec::postgres
