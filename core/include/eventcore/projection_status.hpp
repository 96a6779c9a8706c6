// What the projections of a store are up to, and what may be asked of them: for tools, and for hosts that look at
// projections which other processes run.
//
//   void print(ec::Store& store) {
//     auto projections = ec::list_projections(store);
//     if (!projections) return;
//     for (const ec::KnownProjection& each : *projections) {
//       if (!each.active) continue;
//       const auto status = ec::load_status(store, each.name, *each.active);
//       if (!status || !*status) continue;
//       std::printf("%s, build %s: %s, at %s\n", each.name.c_str(), each.active->str().c_str(),
//                   ec::name_of((*status)->state), (*status)->saved.str().c_str());
//     }
//   }
//
// They are records in the store: whoever runs a projection writes them about once a second (status_interval), and looks
// with the same beat, and when it starts, for what it is asked. So all of this works while nobody runs it, too.
#pragma once

#include <eventcore/detail/pause.hpp>
#include <eventcore/detail/records.hpp>
#include <eventcore/position.hpp>
#include <eventcore/store.hpp>

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ec {

namespace detail {

inline Time time_now() { return std::chrono::time_point_cast<Time::duration>(std::chrono::system_clock::now()); }

}  // namespace detail

// One building of what a projection builds. The version is that of its class; the generation counts how often that
// version was built anew, from 0. The higher one is the newer one.
struct Build {
  std::uint32_t version = 1;
  std::uint32_t generation = 0;

  friend auto operator<=>(const Build&, const Build&) = default;

  // "2", or "2.1" for its generation 1.
  std::string str() const {
    return std::to_string(version) + (generation == 0 ? "" : "." + std::to_string(generation));
  }
};
EC_FIELDS(Build, version, generation)

// The name of the checkpoint, the lease and the dead letters of a build: "projection/NAME/2", or "projection/NAME/2.1".
inline std::string projection_id(std::string_view name, const Build& build) {
  return "projection/" + std::string(name) + "/" + build.str();
}
inline std::string projection_id(std::string_view name, std::uint32_t version) {
  return projection_id(name, Build{version, 0});
}

// What a store knows of a projection.
struct KnownProjection {
  std::string name{};
  std::optional<Build> active{};  // the build that is to be read
  std::vector<Build> builds{};    // all of them, the oldest first
};
EC_FIELDS(KnownProjection, name, active, builds)

enum class ProjectionState : std::uint8_t {
  replaying = 0,   // it handles what was there before this build first ran
  live = 1,        // it handles what came since
  stopped = 2,     // its program ended it
  failed = 3,      // an error ended it
  superseded = 4,  // another build is active, so it ended
};

inline const char* name_of(ProjectionState state) {
  switch (state) {
    case ProjectionState::replaying: return "replaying";
    case ProjectionState::live: return "live";
    case ProjectionState::stopped: return "stopped";
    case ProjectionState::failed: return "failed";
    case ProjectionState::superseded: return "superseded";
  }
  return "unknown";
}

// How a build does, as whoever runs it (the leader, where there is one) last said. Times: microseconds since 1970, 0 for
// none.
struct ProjectionStatus {
  std::string name{};
  Build build{};
  ProjectionState state = ProjectionState::replaying;
  std::string holder{};  // who leads; empty where it runs without a lease
  std::uint64_t fence = 0;
  Position position{};             // handled up to here
  Position saved{};                // and this much of it is kept for good
  Position head{};                 // of the store, as last seen
  Position replay_end{};           // the head when this build began: what its progress is measured against
  std::int64_t last_event_us = 0;  // when the last handled one was recorded
  std::uint64_t handled = 0, skipped = 0, retries = 0, dead_letters = 0;  // since the build began, over all runs
  double events_per_second = 0;                                           // since the status before
  std::string error{};            // the last one that this run met, or that ended it
  std::int64_t began_us = 0;      // the build
  std::int64_t written_us = 0;    // this
  std::uint64_t interval_ms = 0;  // after which the next one was to be written
};
EC_FIELDS(ProjectionStatus, name, build, state, holder, fence, position, saved, head, replay_end, last_event_us,
          handled, skipped, retries, dead_letters, events_per_second, error, began_us, written_us, interval_ms)

// Whether somebody runs it, as far as can be known: by the clocks of both machines.
inline bool is_running(const ProjectionStatus& status, Time now = detail::time_now()) {
  if (status.state != ProjectionState::replaying && status.state != ProjectionState::live) return false;
  // A record may hold any numbers.
  const std::int64_t now_us = now.time_since_epoch().count();
  const std::int64_t age_us = now_us - std::clamp<std::int64_t>(status.written_us, 0, now_us);
  constexpr std::uint64_t longest_ms = 3'600'000;
  return age_us < 2'000'000 + 3'000 * static_cast<std::int64_t>(std::min(status.interval_ms, longest_ms));
}

enum class RequestKind : std::uint8_t {
  reset = 0,    // back to a position, and again from there
  rebuild = 1,  // a new build of the same version beside this one, which then takes over
  replay = 2,   // dead letters are handled again
};

inline const char* name_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::reset: return "reset";
    case RequestKind::rebuild: return "rebuild";
    case RequestKind::replay: return "replay";
  }
  return "unknown";
}

struct RequestAnswer {
  bool is_done = false;          // or refused
  std::string text{};            // what was done, or why not, for people
  std::optional<Build> build{};  // of a rebuild: the one that has begun
  std::int64_t given_us = 0;
};
EC_FIELDS(RequestAnswer, is_done, text, build, given_us)

// What is asked of whoever runs a projection.
struct ProjectionRequest {
  RequestKind kind = RequestKind::reset;
  std::optional<Build> build{};          // of which build; the active one if none is given
  Position to{};                         // reset: back to here, {0, 0} for the start
  std::vector<std::uint64_t> letters{};  // replay: which, by their numbers; all that are left if none is given
  // Filled in by ask_projection(), and by whoever answers:
  std::uint64_t id = 0;
  std::int64_t asked_us = 0;
  std::optional<RequestAnswer> answer{};
};
EC_FIELDS(ProjectionRequest, kind, build, to, letters, id, asked_us, answer)

namespace detail {

struct Registry {
  std::vector<KnownProjection> projections{};

  KnownProjection* find(std::string_view name) {
    const auto found = std::ranges::find(projections, name, &KnownProjection::name);
    return found == projections.end() ? nullptr : &*found;
  }
};
EC_FIELDS(Registry, projections)
inline constexpr const char* registry_name = "projections";

struct Requests {
  std::uint64_t last_id = 0;
  std::vector<ProjectionRequest> requests{};  // those without an answer, and the last ones with one
};
EC_FIELDS(Requests, last_id, requests)
inline constexpr std::size_t answers_kept = 20;
inline constexpr std::size_t requests_waiting = 100;  // for an answer, at most

inline std::string status_name(std::string_view name, const Build& build) {
  return projection_id(name, build) + "/status";
}
inline std::string requests_name(std::string_view name) { return "projection/" + std::string(name) + "/requests"; }

inline Error unknown_projection(std::string_view name) {
  return {Code::not_found, "no projection '" + std::string(name) + "' ever ran on this store"};
}
inline Error no_such_build(std::string_view name, const std::optional<Build>& build) {
  return {Code::not_found,
          "projection '" + std::string(name) + "' has no " + (build ? "build " + build->str() : "active build")};
}

}  // namespace detail

// Every projection that ever ran on this store (with a status_interval), by name.
inline Result<std::vector<KnownProjection>> list_projections(Store& store, const Call& call = {}) {
  auto registry = detail::load_record<detail::Registry>(store, detail::registry_name, call);
  if (!registry) return std::unexpected(std::move(registry.error()));
  std::ranges::sort(registry->value.projections, {}, &KnownProjection::name);
  return std::move(registry->value.projections);
}

// `not_found` when none of that name ever ran here.
inline Result<KnownProjection> find_projection(Store& store, std::string_view name, const Call& call = {}) {
  auto registry = detail::load_record<detail::Registry>(store, detail::registry_name, call);
  if (!registry) return std::unexpected(std::move(registry.error()));
  KnownProjection* found = registry->value.find(name);
  if (found == nullptr) return std::unexpected(detail::unknown_projection(name));
  return std::move(*found);
}

// The build that is to be read; `not_found` when there is none.
inline Result<Build> active_build(Store& store, std::string_view name, const Call& call = {}) {
  const auto known = find_projection(store, name, call);
  if (!known) return std::unexpected(known.error());
  if (!known->active) return std::unexpected(detail::no_such_build(name, {}));
  return *known->active;
}

// Nothing when none was written for that build.
inline Result<std::optional<ProjectionStatus>> load_status(Store& store, std::string_view name, const Build& build,
                                                           const Call& call = {}) {
  auto status = detail::load_record<ProjectionStatus>(store, detail::status_name(name, build), call);
  if (!status) return std::unexpected(std::move(status.error()));
  if (status->etag == 0) return std::optional<ProjectionStatus>();
  return std::optional(std::move(status->value));
}

// Asks, and gives the request with its id and its build. It stays asked until somebody who runs that build answers.
inline Result<ProjectionRequest> ask_projection(Store& store, std::string_view name, ProjectionRequest request,
                                                const Call& call = {}) {
  const auto known = find_projection(store, name, call);
  if (!known) return std::unexpected(known.error());
  if (!request.build) request.build = known->active;
  if (!request.build || std::ranges::find(known->builds, *request.build) == known->builds.end())
    return std::unexpected(detail::no_such_build(name, request.build));
  const auto done = detail::change_record<detail::Requests>(
      store, detail::requests_name(name),
      [&](detail::Requests& all) -> Result<bool> {
        const auto waiting =
            std::ranges::count_if(all.requests, [](const ProjectionRequest& each) { return !each.answer.has_value(); });
        if (std::cmp_greater_equal(waiting, detail::requests_waiting))
          return std::unexpected(Error{Code::limit, std::to_string(waiting) + " requests wait for projection '" +
                                                        std::string(name) +
                                                        "' already; run it, or take some back (withdraw_request)"});
        request.id = ++all.last_id;
        request.asked_us = detail::time_now().time_since_epoch().count();
        request.answer.reset();
        all.requests.push_back(request);
        return true;
      },
      call);
  if (!done) return std::unexpected(done.error());
  return request;
}

// What was asked and has no answer yet, and the last that were answered; in order.
inline Result<std::vector<ProjectionRequest>> list_requests(Store& store, std::string_view name,
                                                            const Call& call = {}) {
  auto requests = detail::load_record<detail::Requests>(store, detail::requests_name(name), call);
  if (!requests) return std::unexpected(std::move(requests.error()));
  return std::move(requests->value.requests);
}

// Blocks until the request with that id has an answer, also one that refuses it.
inline Result<RequestAnswer> wait_for_answer(Store& store, std::string_view name, std::uint64_t id,
                                             const Call& call = {}) {
  for (detail::Patience patience;; patience.wait(call)) {
    const auto requests = list_requests(store, name, call);
    if (!requests && !detail::is_over(call)) return std::unexpected(requests.error());
    if (requests) {
      const auto found = std::ranges::find(*requests, id, &ProjectionRequest::id);
      if (found == requests->end())
        return std::unexpected(Error{Code::not_found, "projection '" + std::string(name) + "' has no request " +
                                                          std::to_string(id) + " any more"});
      if (found->answer) return *found->answer;
    }
    if (call.stop.stop_requested())
      return std::unexpected(Error{Code::cancelled, "cancelled while waiting for the answer; the request stays"});
    if (detail::is_over(call))
      return std::unexpected(
          Error{Code::timeout, "nobody who runs the projection answered before the deadline; the request stays"});
  }
}

// Takes back what has no answer yet. False when it has one, or is not there.
inline Result<bool> withdraw_request(Store& store, std::string_view name, std::uint64_t id, const Call& call = {}) {
  bool is_taken = false;
  const auto done = detail::change_record<detail::Requests>(
      store, detail::requests_name(name),
      [&](detail::Requests& all) -> Result<bool> {
        is_taken = std::erase_if(all.requests,
                                 [&](const ProjectionRequest& each) { return each.id == id && !each.answer; }) > 0;
        return is_taken;
      },
      call);
  if (!done) return std::unexpected(done.error());
  return is_taken;
}

namespace detail {

// Notes that this build is there; gives what is known of the projection then.
inline Result<KnownProjection> register_build(Store& store, std::string_view name, const Build& build,
                                              const Call& call) {
  auto registry = change_record<Registry>(
      store, registry_name,
      [&](Registry& all) -> Result<bool> {
        KnownProjection* known = all.find(name);
        if (known == nullptr) known = &all.projections.emplace_back(KnownProjection{std::string(name)});
        const auto at = std::ranges::lower_bound(known->builds, build);
        if (at != known->builds.end() && *at == build) return false;
        known->builds.insert(at, build);
        return true;
      },
      call);
  if (!registry) return std::unexpected(std::move(registry.error()));
  return std::move(*registry->find(name));
}

// From now on this build is the one that is read, unless it is or a newer one is; gives the one that is.
inline Result<Build> activate_build(Store& store, std::string_view name, const Build& build, const Call& call) {
  auto registry = change_record<Registry>(
      store, registry_name,
      [&](Registry& all) -> Result<bool> {
        KnownProjection* known = all.find(name);
        if (known == nullptr) return std::unexpected(unknown_projection(name));
        if (known->active && *known->active >= build) return false;
        known->active = build;
        return true;
      },
      call);
  if (!registry) return std::unexpected(std::move(registry.error()));
  return *registry->find(name)->active;
}

// The first answer stays.
inline Result<> answer_request(Store& store, std::string_view name, std::uint64_t id, RequestAnswer answer,
                               const Call& call) {
  answer.given_us = time_now().time_since_epoch().count();
  answer.text = readable(std::move(answer.text));
  const auto done = change_record<Requests>(
      store, requests_name(name),
      [&](Requests& all) -> Result<bool> {
        const auto found = std::ranges::find(all.requests, id, &ProjectionRequest::id);
        if (found == all.requests.end() || found->answer) return false;
        found->answer = answer;
        const auto answered = [](const ProjectionRequest& each) { return each.answer.has_value(); };
        while (std::cmp_greater(std::ranges::count_if(all.requests, answered), answers_kept))
          all.requests.erase(std::ranges::find_if(all.requests, answered));
        return true;
      },
      call);
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace detail

}  // namespace ec
