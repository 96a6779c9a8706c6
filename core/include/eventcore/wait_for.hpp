// Read your own writes from a read model that another process builds.
//
//   ec::Result<> wait(ec::Store& store, const ec::Committed& committed) {
//     return ec::wait_for(store, "balances", committed.last, {.deadline = ec::Call::in(std::chrono::seconds(5))});
//   }
//
// What can be seen from there is what was saved: that is at most save_interval behind (projection_options.hpp; a second
// unless something else is said), and for a projection that keeps its own checkpoint status_interval as well. In the
// process that runs it, ec::Projector::wait_for() is faster.
#pragma once

#include <eventcore/checkpoint.hpp>
#include <eventcore/detail/pause.hpp>
#include <eventcore/execute.hpp>
#include <eventcore/projection_status.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace ec {

// How much of what that build handled is kept for good, as far as the store knows.
inline Result<Position> saved_position(Store& store, std::string_view name, const Build& build, const Call& call = {}) {
  const auto checkpoint = load_checkpoint(store, projection_id(name, build), call);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  if (*checkpoint) return **checkpoint;
  const auto status = load_status(store, name, build, call);
  if (!status) return std::unexpected(status.error());
  return *status ? (*status)->saved : Position{};
}

// Blocks until the build of that projection, or the one that is active, has come so far, whoever runs it, and has saved
// that. `not_found` when there is no such projection or build.
inline Result<> wait_for(Store& store, std::string_view name, std::optional<Build> build, Position position,
                         const Call& call = {}) {
  std::string where = "it was not seen yet";
  for (detail::Patience patience;; patience.wait(call)) {
    auto known = find_projection(store, name, call);
    if (known && build && std::ranges::find(known->builds, *build) == known->builds.end())
      return std::unexpected(
          Error{Code::not_found, "projection '" + std::string(name) + "' has no build " + build->str()});
    Result<Position> saved = known ? Position{} : Result<Position>(std::unexpected(known.error()));
    if (const auto which = known && !build ? known->active : build; known && which) {
      saved = saved_position(store, name, *which, call);
      if (saved) where = "build " + which->str() + " is at " + saved->str();
      if (saved && *saved >= position) return {};
    }
    if (call.stop.stop_requested())
      return std::unexpected(
          Error{Code::cancelled, "cancelled while waiting for projection '" + std::string(name) + "'"});
    if (detail::is_over(call))
      return std::unexpected(Error{Code::timeout, "projection '" + std::string(name) + "' did not come to " +
                                                      position.str() + " before the deadline: " + where});
    if (!saved && !saved.error().retryable) return std::unexpected(saved.error());
  }
}
inline Result<> wait_for(Store& store, std::string_view name, Position position, const Call& call = {}) {
  return wait_for(store, name, std::nullopt, position, call);
}

}  // namespace ec
