// Read your own writes from a read model that another process builds.
//
//   ec::Result<std::string> table_to_read(ec::Store& store, const ec::Committed& committed) {
//     const auto build = ec::wait_for(store, "balances", committed.last, {.deadline = ec::Call::in(std::chrono::seconds(5))});
//     if (!build) return std::unexpected(build.error());
//     return "balances_" + build->str();
//   }
//
// What can be seen from there is what was saved: that is at most save_interval behind (projection_options.hpp; a second
// unless something else is said), and for a projection that keeps its own checkpoint status_interval as well. In the
// process that runs it, ec::Projector::wait_for() is faster.
#pragma once

#include <eventcore/checkpoint.hpp>
#include <eventcore/detail/pause.hpp>
#include <eventcore/execute.hpp>
#include <eventcore/format.hpp>
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

namespace detail {

struct SavedBuild {
  Build build;
  Position position;
};

// Of that build, or of the one that is active now; nothing while the first one is about to be.
inline Result<std::optional<SavedBuild>> load_saved(Store& store, std::string_view name,
                                                    const std::optional<Build>& build, const Call& call) {
  const auto known = find_projection(store, name, call);
  if (!known) return std::unexpected(known.error());
  const auto which = build ? build : known->active;
  if (!which) return std::optional<SavedBuild>();
  if (std::ranges::find(known->builds, *which) == known->builds.end())
    return std::unexpected(no_such_build(name, which));
  const auto saved = saved_position(store, name, *which, call);
  if (!saved) return std::unexpected(saved.error());
  return SavedBuild{*which, *saved};
}

inline Result<Build> wait_for_build(Store& store, std::string_view name, const std::optional<Build>& build,
                                    Position position, const Call& call) {
  const std::string what = "projection '" + std::string(name) + "'";
  std::string where;
  for (Patience patience;; patience.wait(call)) {
    const auto saved = load_saved(store, name, build, call);
    if (saved && *saved) {
      if ((*saved)->position >= position) return (*saved)->build;
      where = format(": build {} is at {}", (*saved)->build.str(), (*saved)->position.str());
    }
    if (call.stop.stop_requested())
      return std::unexpected(Error{Code::cancelled, "cancelled while waiting for " + what});
    if (is_over(call))
      return std::unexpected(
          Error{Code::timeout, format("{} did not come to {} in time{}", what, position.str(), where)});
    if (!saved && !can_wait_for(saved.error())) return std::unexpected(saved.error());
  }
}

}  // namespace detail

// Blocks until the active build of that projection, whoever runs it, has come so far and has saved that. Gives the build,
// which is the one to read: another one that takes over right then may be a moment behind. `not_found` when there is no
// such projection.
inline Result<Build> wait_for(Store& store, std::string_view name, Position position, const Call& call = {}) {
  return detail::wait_for_build(store, name, std::nullopt, position, call);
}

// The same for one build of it, active or not.
inline Result<> wait_for(Store& store, std::string_view name, const Build& build, Position position,
                         const Call& call = {}) {
  const auto done = detail::wait_for_build(store, name, build, position, call);
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace ec
