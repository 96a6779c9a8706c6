// Beside a projection that runs, a thread: about once an interval it writes how it does, and looks whether something is
// asked of it or another build has taken over. The thread of the projection itself does nothing for that.
#pragma once

#include <eventcore/dead_letter.hpp>
#include <eventcore/detail/pause.hpp>
#include <eventcore/projection_options.hpp>
#include <eventcore/projection_status.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace ec::detail {

class Reporting {
 public:
  struct Subject {
    std::string name;
    Build build;
    std::string holder;
    bool is_rebuilt_elsewhere = false;  // requests for that are answered by somebody else
  };

  // `progress` is called by the thread. Nothing is done with an interval of 0.
  Reporting(Store& store, Subject subject, std::chrono::milliseconds interval, bool outlives_others,
            std::function<ProjectionProgress()> progress)
      : store_(store),
        subject_(std::move(subject)),
        interval_(interval),
        outlives_others_(outlives_others),
        progress_(std::move(progress)) {
    if (is_on()) thread_ = std::jthread([this](const std::stop_token& stop) { beat(stop); });
  }
  Reporting(const Reporting&) = delete;
  Reporting& operator=(const Reporting&) = delete;

  bool is_on() const { return interval_.count() > 0 && !is_given_up_; }
  bool is_asked() const { return is_asked_.load(); }
  bool is_superseded() const { return is_superseded_.load(); }
  void forget_asked() { is_asked_ = false; }
  void note_active(const std::optional<Build>& active) {
    is_active_ = active == subject_.build;
    if (active && *active > subject_.build && !outlives_others_) interrupt(is_superseded_);
  }

  // Between two beats.
  void look_for_newer() {
    if (is_on()) look_for_newer(brief({}));
  }

  // What is asked of this build, or, where it is active, of one that it replaced: that will be done by nobody.
  bool concerns(const ProjectionRequest& request) const {
    if (request.answer || !request.build) return false;
    if (request.kind == RequestKind::rebuild && subject_.is_rebuilt_elsewhere &&
        request.build->version == subject_.build.version)
      return false;
    return request.build == subject_.build || (is_active_ && *request.build < subject_.build);
  }

  // While this lives, `source` is stopped when something is asked, or the build is superseded; at once where that is so.
  class Interruptible {
   public:
    Interruptible(Reporting& reporting, const std::stop_source& source) : reporting_(reporting) {
      const std::scoped_lock lock(reporting_.mutex_);
      reporting_.turn_ = source;
      if (reporting_.is_asked_ || reporting_.is_superseded_) reporting_.turn_->request_stop();
    }
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;
    ~Interruptible() {
      const std::scoped_lock lock(reporting_.mutex_);
      reporting_.turn_.reset();
    }

   private:
    Reporting& reporting_;
  };

  // For a store that keeps no such records.
  void give_up() {
    is_given_up_ = true;
    thread_.request_stop();
  }

  // From now on this process is the one that writes the status.
  void lead(std::uint64_t fence, const Call& call) {
    if (!is_on()) return;
    const std::scoped_lock lock(writing_);
    status_ = {};
    etag_ = 0;
    // Totals go on from what the last one said. Where that cannot be read, they begin anew.
    if (auto last = load_record_leniently<ProjectionStatus>(store_, record_name(), brief(call))) {
      status_ = std::move(last->value);
      etag_ = last->etag;
    }
    status_.name = subject_.name;
    status_.build = subject_.build;
    status_.holder = subject_.holder;
    status_.fence = fence;
    if (status_.began_us == 0) status_.began_us = time_now().time_since_epoch().count();
    counted_ = progress_();
    counted_at_ = std::chrono::steady_clock::now();
    has_begun_ = false;
    leads_ = true;
  }

  // Written from here on: it is known now how far it is.
  void begin(Position replay_end) {
    if (!is_on()) return;
    const std::scoped_lock lock(writing_);
    status_.replay_end = replay_end;
    has_begun_ = true;
    write(progress_(), std::nullopt, brief({}));
  }

  // Without waiting for the next beat.
  void tell() {
    if (!is_on()) return;
    const std::scoped_lock lock(writing_);
    if (leads_ && has_begun_) write(progress_(), std::nullopt, brief({}));
  }

  // The last word of this one; without a state when another one leads.
  void end(std::optional<ProjectionState> state, const std::string& error) {
    if (!leads_.exchange(false) || !state) return;
    const std::scoped_lock lock(writing_);
    auto progress = progress_();
    if (!error.empty()) progress.last_error = error;
    write(progress, state, brief({}));
  }

 private:
  std::string record_name() const { return status_name(subject_.name, subject_.build); }

  // A status is not worth waiting for.
  Call brief(const Call& call) const {
    Call own = call;
    const auto until = Call::in(std::chrono::seconds(1));
    own.deadline = own.deadline ? std::min(*own.deadline, until) : until;
    return own;
  }

  void beat(const std::stop_token& stop) {
    for (;;) {
      pause(interval_, {.stop = stop});
      if (stop.stop_requested()) return;
      const Call call = brief({.stop = stop});
      look(call);
      const std::scoped_lock lock(writing_);
      if (leads_ && has_begun_) write(progress_(), std::nullopt, call);
    }
  }

  void look_for_newer(const Call& call) {
    if (const auto known = find_projection(store_, subject_.name, call)) note_active(known->active);
  }

  // What fails is tried again with the next beat.
  void look(const Call& call) {
    look_for_newer(call);
    if (!leads_) return;
    if (const auto requests = list_requests(store_, subject_.name, call))
      if (std::ranges::any_of(*requests, [&](const ProjectionRequest& each) { return concerns(each); }))
        interrupt(is_asked_);
  }

  void interrupt(std::atomic<bool>& why) {
    const std::scoped_lock lock(mutex_);
    why = true;
    if (turn_) turn_->request_stop();
  }

  void write(const ProjectionProgress& progress, std::optional<ProjectionState> state, const Call& call) {
    count(progress);
    status_.state =
        state.value_or(progress.position < status_.replay_end ? ProjectionState::replaying : ProjectionState::live);
    if (has_begun_) {
      status_.position = progress.position;
      status_.saved = progress.saved;
      status_.head = progress.head;
    }
    if (progress.last_event) status_.last_event_us = progress.last_event->time_since_epoch().count();
    status_.error = readable(progress.last_error);
    status_.written_us = time_now().time_since_epoch().count();
    status_.interval_ms = static_cast<std::uint64_t>(interval_.count());
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto saved = save_record(store_, record_name(), status_, etag_, call);
      if (saved) {
        etag_ = *saved;
        return;
      }
      if (saved.error().code != Code::conflict) return;
      const auto other = load_record_leniently<ProjectionStatus>(store_, record_name(), call);
      if (!other || other->value.fence > status_.fence) return;  // one that leads since knows better
      etag_ = other->etag;
    }
  }

  // What came since the last time.
  void count(const ProjectionProgress& now) {
    const auto at = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(at - counted_at_).count();
    const std::uint64_t handled = now.handled - counted_.handled;
    status_.handled += handled;
    status_.skipped += now.skipped - counted_.skipped;
    status_.retries += now.retries - counted_.retries;
    status_.dead_letters += now.dead_letters - counted_.dead_letters;
    status_.events_per_second = seconds > 0 ? static_cast<double>(handled) / seconds : 0;
    counted_ = now;
    counted_at_ = at;
  }

  Store& store_;
  const Subject subject_;
  const std::chrono::milliseconds interval_;
  const bool outlives_others_;
  const std::function<ProjectionProgress()> progress_;
  std::atomic<bool> is_asked_{false}, is_superseded_{false}, leads_{false}, is_given_up_{false}, is_active_{false};
  std::mutex mutex_;
  std::optional<std::stop_source> turn_;
  std::mutex writing_;  // what follows
  ProjectionStatus status_;
  std::uint64_t etag_ = 0;
  bool has_begun_ = false;
  ProjectionProgress counted_;
  std::chrono::steady_clock::time_point counted_at_;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace ec::detail
