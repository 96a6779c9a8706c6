// Appends: one connection, one round trip for a group.
#pragma once

#include "append_request.hpp"
#include "connection.hpp"

#include <eventcore/plugin/export.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace ec::postgres {

class Writer {
 public:
  Writer(const Config& config, const plugin::Host& host) : config_(config), host_(host) {}

  // Sets every outcome, or throws when nothing was stored. Gives the highest position that it saw stored, 0 for none.
  std::uint64_t append(plugin::Appends appends, const plugin::Call& call);

 private:
  class Answer;

  Connection& connected(const Statement& statement, const plugin::Call& call);
  void forget_connection() noexcept;
  Answer send(const plugin::Call& call);
  void tell(const Answer& answer, plugin::Appends appends, std::size_t first, std::size_t end);
  void tell_one(const Answer& answer, std::size_t index, const ec_append& request, ec_outcome& outcome);
  void doubt(plugin::Appends appends, std::size_t first, std::size_t end, const ec_error& why) noexcept;
  void refuse(plugin::Appends appends, std::size_t first, const ec_error& why) noexcept;
  bool is_doubtful(const ec_append& request) const noexcept;

  const Config& config_;
  const plugin::Host& host_;
  std::mutex mutex_;  // over everything below
  std::unique_ptr<Connection> connection_;
  std::int64_t epoch_ = 0;                       // that appends are sent under; none has this number at first
  bool lingering_ = false;                       // an append that was given up may still be under way to the server
  bool sent_ = false;                            // the request, and what became of it is not known yet
  std::set<std::string, std::less<>> doubtful_;  // commit ids that nobody knows of whether they are stored
  bool all_doubtful_ = false;                    // there was no memory to note one
  AppendRequest request_;
  std::uint64_t highest_ = 0;
};

}  // namespace ec::postgres
