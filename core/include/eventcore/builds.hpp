// Builds: a read model made anew beside the one that is read, which it replaces once it has caught up.
//
//   struct Deposited { std::int64_t amount; };
//   EC_EVENT(Deposited, "deposited", amount)
//   struct Total {
//     static constexpr std::string_view name = "total";
//     static constexpr std::uint32_t version = 1;
//     using Events = ec::Events<Deposited>;
//     explicit Total(std::string table) : table_(std::move(table)) {}
//     void on(const ec::Recorded<Deposited>&) { /* into table_ */ }
//     std::string table_;
//   };
//   ec::Result<> follow(ec::Store& store, std::stop_token stop) {
//     const auto make = [](const ec::Build& build) { return std::make_unique<Total>("total_" + build.str()); };
//     return ec::run_builds(store, make, {}, {.stop = stop});
//   }
//
// Readers ask active_build() (projection_status.hpp) for the one to read. A class with a higher version begins a build,
// and so does a tool that asks for a rebuild of the same version; each has its own checkpoint, from the start, and needs
// its own place for what it builds.
#pragma once

#include <eventcore/dead_letter.hpp>
#include <eventcore/detail/records.hpp>
#include <eventcore/projection.hpp>
#include <eventcore/projection_status.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace ec {

namespace detail {

// Another generation of that version, or the one that is under way and has not failed; nothing, and none begun, when the
// request for it is not there any more or has an answer.
inline Result<std::optional<Build>> begin_build(Store& store, std::string_view name, std::uint32_t version,
                                                std::uint64_t request, const Call& call) {
  std::optional<Build> begun;
  const auto done = change_record<Registry>(
      store, registry_name,
      [&](Registry& all) -> Result<bool> {
        begun.reset();
        const auto requests = list_requests(store, name, call);
        if (!requests) return std::unexpected(requests.error());
        const auto asked = std::ranges::find(*requests, request, &ProjectionRequest::id);
        if (asked == requests->end() || asked->answer) return false;
        KnownProjection* known = all.find(name);
        if (known == nullptr) return std::unexpected(unknown_projection(name));
        std::optional<Build> newest;
        for (const Build& each : known->builds)
          if (each.version == version) newest = each;
        if (newest && (!known->active || *newest > *known->active)) {
          const auto status = load_record_leniently<ProjectionStatus>(store, status_name(name, *newest), call);
          if (!status) return std::unexpected(status.error());
          begun = newest;
          if (status->value.state != ProjectionState::failed) return false;
        }
        begun = Build{version, newest ? newest->generation + 1 : 0};
        known->builds.insert(std::ranges::upper_bound(known->builds, *begun), *begun);
        return true;
      },
      call);
  if (!done) return std::unexpected(done.error());
  return begun;
}

// Says of a build that it failed, unless it is known, or another process runs it.
inline Result<> tell_failed(Store& store, std::string_view name, const Build& build, const Error& error,
                            const ProjectionOptions& options, const Call& call) {
  const std::string holder = options.holder.value_or("");
  const std::string text = readable(error.message);
  for (;;) {
    auto last = load_record_leniently<ProjectionStatus>(store, status_name(name, build), call);
    if (!last) return std::unexpected(last.error());
    ProjectionStatus& status = last->value;
    if (status.state == ProjectionState::failed && status.error == text) return {};
    if (is_running(status) && status.holder != holder) return {};
    status.name = name;
    status.build = build;
    status.state = ProjectionState::failed;
    status.holder = holder;
    status.error = text;
    status.written_us = time_now().time_since_epoch().count();
    if (status.began_us == 0) status.began_us = status.written_us;
    status.interval_ms = static_cast<std::uint64_t>(options.status_interval.count());
    const auto saved = save_record(store, status_name(name, build), status, last->etag, call);
    if (saved) return {};
    if (saved.error().code != Code::conflict) return std::unexpected(saved.error());
  }
}

// Wakes whoever runs builds when one has ended.
class Bell {
 public:
  void ring() {
    const std::scoped_lock lock(mutex_);
    rung_ = true;
    wake_.notify_all();
  }
  // Until it rings, or a stop, or so much time.
  void wait(std::chrono::milliseconds time, const Call& call) {
    std::unique_lock lock(mutex_);
    const auto until = Call::in(time);
    wake_.wait_until(lock, call.stop, call.deadline ? std::min(*call.deadline, until) : until, [&] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool rung_ = false;
};

// A build that runs on a thread of its own.
template <class P>
class RunningBuild {
 public:
  RunningBuild(Store& store, const Build& build, std::unique_ptr<P> projection, const ProjectionOptions& options,
               const Call& call, Bell& bell)
      : build_(build),
        projection_(std::move(projection)),
        adapter_(*projection_),
        engine_(store, adapter_, std::string(P::name), build, ProjectionAdapter<P>::filter(), options, true),
        thread_([this, call, &bell](const std::stop_token& stop) {
          done_ = engine_.run({.deadline = call.deadline, .stop = stop, .traceparent = call.traceparent});
          has_ended_ = true;
          bell.ring();
        }) {}

  const Build& build() const { return build_; }
  bool has_ended() const { return has_ended_.load(); }
  void request_stop() { thread_.request_stop(); }
  // How it ended; waits for that.
  const Result<>& result() {
    if (thread_.joinable()) thread_.join();
    return done_;
  }

 private:
  const Build build_;
  const std::unique_ptr<P> projection_;
  ProjectionAdapter<P> adapter_;
  Projecting engine_;
  Result<> done_;
  std::atomic<bool> has_ended_{false};
  std::jthread thread_;  // last, so that it ends first
};

template <class P, class Make>
class Builds {
 public:
  Builds(Store& store, Make& make, ProjectionOptions options)
      : store_(store),
        make_(make),
        options_(std::move(options)),
        patiently_(options_.retry_base, options_.retry_cap, [] {}) {}

  Result<> run(const Call& call) {
    if (options_.status_interval.count() <= 0)
      return std::unexpected(Error{Code::invalid, "run_builds() needs a status_interval: by it builds take over"});
    auto done = follow(call);
    for (const auto& each : running_) each->request_stop();
    for (const auto& each : running_)
      if (const auto& end = each->result(); !end && done) done = end;
    running_.clear();
    return call.stop.stop_requested() ? Result<>() : done;
  }

 private:
  Result<> follow(const Call& call) {
    const auto first = patiently_(call, [&] { return register_build(store_, P::name, {P::version, 0}, call); });
    if (!first) return std::unexpected(first.error());
    for (;;) {
      // What cannot be read now is tried again with the next beat: that is no end of what runs.
      if (auto answered = patiently_(call, [&] { return answer_rebuilds(call); }); !answered && is_over(call))
        return answered;
      const auto known = patiently_(call, [&] { return find_projection(store_, P::name, call); });
      if (!known && (running_.empty() || is_over(call))) return std::unexpected(known.error());
      if (known)
        for (const Build& each : wanted(*known))
          if (const auto started = start(each, call); !started) note_failed(each, started.error());
      tell_failures(call);
      if (running_.empty()) return last_;
      bell_.wait(options_.status_interval, call);
      if (is_over(call)) return {};
      reap();
      tell_failures(call);
    }
  }

  Result<> answer_rebuilds(const Call& call) {
    const auto requests = list_requests(store_, P::name, call);
    if (!requests) return std::unexpected(requests.error());
    for (const ProjectionRequest& each : *requests) {
      if (each.answer || each.kind != RequestKind::rebuild || !each.build || each.build->version != P::version)
        continue;
      const auto begun = begin_build(store_, P::name, P::version, each.id, call);
      if (!begun) return std::unexpected(begun.error());
      if (!*begun) continue;  // another process was faster, or who asked took it back
      const Build build = **begun;
      const RequestAnswer answer{true, "build " + build.str() + " has begun; it takes over when it has caught up",
                                 build};
      if (auto told = answer_request(store_, P::name, each.id, answer, call); !told) return told;
    }
    return {};
  }

  // The one that is read, and a newer one that is to be; of this version, and not over yet.
  std::vector<Build> wanted(const KnownProjection& known) const {
    std::vector<Build> builds;
    for (const Build& each : known.builds)
      if (each.version == P::version) builds.push_back(each);
    if (builds.empty()) return builds;  // another program took them out
    const Build newest = builds.back();
    std::erase_if(builds, [&](const Build& each) {
      const bool is_outdated = known.active && *known.active > each && !options_.runs_superseded;
      return is_outdated || (each != newest && each != known.active) || std::ranges::find(begun_, each) != begun_.end();
    });
    return builds;
  }

  Result<> start(const Build& build, const Call& call) {
    begun_.push_back(build);
    const std::string making = "making build " + build.str();
    try {
      std::unique_ptr<P> projection = make_(build);
      if (!projection) return std::unexpected(Error{Code::invalid, "nothing was made for build " + build.str()});
      running_.push_back(
          std::make_unique<RunningBuild<P>>(store_, build, std::move(projection), options_, call, bell_));
    } catch (const std::exception& problem) {
      return std::unexpected(Error{Code::internal, making + " threw: " + problem.what()});
    } catch (...) {
      return std::unexpected(Error{Code::internal, making + " threw what is no std::exception"});
    }
    return {};
  }

  // One that failed is in nobody's way: it can be begun anew by another request, or by another run.
  void reap() {
    std::erase_if(running_, [&](const auto& each) {
      if (!each->has_ended()) return false;
      if (const Result<>& end = each->result(); end)
        last_ = end;
      else
        note_failed(each->build(), end.error());
      return true;
    });
  }

  void note_failed(const Build& build, const Error& error) {
    last_ = std::unexpected(error);
    untold_.emplace_back(build, error);
  }

  // A build may end before it can say that it failed, and would count as under way for ever. What cannot be written now
  // is tried again with the next beat.
  void tell_failures(const Call& call) {
    std::erase_if(untold_, [&](const auto& each) {
      return tell_failed(store_, P::name, each.first, each.second, options_, call).has_value();
    });
  }

  Store& store_;
  Make& make_;
  const ProjectionOptions options_;
  const Patiently patiently_;
  Bell bell_;
  std::vector<Build> begun_;  // by this run
  std::vector<std::unique_ptr<RunningBuild<P>>> running_;
  std::vector<std::pair<Build, Error>> untold_;  // failed, and the store may not know
  Result<> last_;                                // how the last one ended that did
};

}  // namespace detail

// Runs the build of a projection that is read, and a newer one beside it, each on a thread of its own: `make(build)` gives
// the projection for it, a std::unique_ptr, on the thread that calls. Until a stop. When a newer build has caught up it is
// the active one, and the one before ends and is destroyed. A build that fails leaves the other one be; when none is left,
// that is the end, with the error of the last one; without, when a newer version of the class took over.
template <class Make>
Result<> run_builds(Store& store, Make&& make, ProjectionOptions options = {}, const Call& call = {}) {
  using P = typename std::invoke_result_t<Make&, const Build&>::element_type;
  static_assert(std::is_same_v<std::invoke_result_t<Make&, const Build&>, std::unique_ptr<P>>,
                "eventcore: run_builds() needs a function that takes a const ec::Build& and gives a std::unique_ptr to "
                "a projection");
  static_assert(detail::check_projection<P>());
  return detail::Builds<P, std::remove_reference_t<Make>>(store, make, std::move(options)).run(call);
}

}  // namespace ec
