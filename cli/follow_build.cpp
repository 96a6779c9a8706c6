#include "builds.hpp"
#include "follow_build.hpp"
#include "output.hpp"
#include "progress.hpp"

#include <eventcore/format.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <unistd.h>

namespace cli {

namespace {

constexpr std::chrono::milliseconds look_again(200);
// How long the first word of a build may take.
constexpr std::chrono::seconds first_word(30);

class Following {
 public:
  Following(ec::Store& store, const std::string& name, const ec::Build& build, std::stop_token stop)
      : store_(store), name_(name), build_(build), stop_(std::move(stop)), info_(info_of(store)) {}

  void run() {
    try {
      if (has_taken_over()) return;
    } catch (const Failure&) {
      if (!stop_.stop_requested()) throw;  // a call that the signal cancelled is no failure
    }
    progress_.reset();
    say(ec::format(
        "followed no more, by a signal; build {} goes on, and 'eventcore projection show' says how far it is",
        build_.str()));
  }

 private:
  // False: a stop came before.
  bool has_taken_over() {
    for (; !stop_.stop_requested(); wait()) {
      // In this order: what it said last, before it took over, is no failure.
      const auto status = take(ec::load_status(store_, name_, build_, {.stop = stop_}));
      const auto projection = take(ec::find_projection(store_, name_, {.stop = stop_}));
      if (status) show(*status);
      if (projection.active && *projection.active >= build_) {
        end(*projection.active);
        return true;
      }
      check(status);
    }
    return false;
  }

  void show(const ec::ProjectionStatus& status) {
    const std::uint64_t total = count_to(info_, status.replay_end);
    if (is_terminal(STDERR_FILENO)) {
      if (!progress_) progress_.emplace("build " + build_.str(), total);
      progress_->set(status.position.lo, status.handled);
      return;
    }
    const std::uint64_t percent = total == 0 ? 0 : std::min(status.position.lo, total) * 100 / total;
    if (percent == said_percent_ && (total > 0 || status.handled == said_handled_)) return;
    said_percent_ = percent;
    said_handled_ = status.handled;
    const std::string share = total == 0 ? "" : ec::format("{}%, ", percent);
    say(ec::format("build {}: {}{} events handled", build_.str(), share, status.handled));
  }

  void end(const ec::Build& active) {
    progress_.reset();
    say(active == build_ ? ec::format("build {} has taken over", build_.str())
                         : ec::format("build {} has taken over, which is newer than {}", active.str(), build_.str()));
  }

  void check(const std::optional<ec::ProjectionStatus>& status) {
    if (status && status->state == ec::ProjectionState::failed)
      throw Failure(failed, ec::format("build {} failed: {}", build_.str(), status->error));
    // The one that works on it may have changed: the next one takes the lease when its time is over.
    if (status && ec::is_running(*status)) heard_ = std::chrono::steady_clock::now();
    const bool has_stopped = status && status->state == ec::ProjectionState::stopped;
    if (has_stopped || std::chrono::steady_clock::now() - heard_ > first_word)
      throw Failure(failed, ec::format("nobody works on build {} any more; it goes on when its program starts again",
                                       build_.str()));
  }

  void wait() {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any wake;
    wake.wait_for(lock, stop_, look_again, [] { return false; });
  }

  static void say(const std::string& text) {
    Output out;
    out.text() = text + '\n';
    out.finish();
  }

  ec::Store& store_;
  const std::string& name_;
  const ec::Build build_;
  const std::stop_token stop_;
  const ec_info info_;
  std::chrono::steady_clock::time_point heard_ = std::chrono::steady_clock::now();
  std::optional<Progress> progress_;
  std::uint64_t said_percent_ = 101, said_handled_ = 0;
};

}  // namespace

void follow_build(ec::Store& store, const std::string& name, const ec::Build& build, const std::stop_token& stop) {
  Following(store, name, build, stop).run();
}

}  // namespace cli
