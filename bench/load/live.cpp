#include "follow.hpp"
#include "kinds.hpp"

#include <utility>

namespace bench {

namespace {

class LiveClient final : public StampedAppends {
 public:
  LiveClient(ec::Store& store, const Settings& settings, const std::string& prefix, std::size_t number,
             Follower& follower)
      : StampedAppends(store, settings, prefix, number), follower_(follower) {}

 private:
  ec::Result<> then(ec::Position position) override {
    auto there = follower_.catch_up(position);
    if (!there) return std::unexpected(std::move(there.error()));
    ended = follower_.handled_at();
    return {};
  }

  Follower& follower_;
};

// The projection is on a store of its own, as in another process, where the backend can be shared.
class FollowedWorkload final : public Workload {
 public:
  FollowedWorkload(ec::Store& store, const Settings& settings, std::string prefix, bool is_waited_for)
      : store_(store), settings_(settings), prefix_(std::move(prefix)), is_waited_for_(is_waited_for) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t number) override {
    if (!follower_)
      if (auto begun = begin(); !begun) return std::unexpected(std::move(begun.error()));
    if (is_waited_for_) return std::make_unique<LiveClient>(store_, settings_, prefix_, number, *follower_);
    return std::make_unique<StampedAppends>(store_, settings_, prefix_, number);
  }

  void begin_measuring() override { follower_->begin_measuring(); }

  // The projection is given the time that it needs to come to the end, so that the lag is that of all events.
  ec::Result<Found> finish(std::uint64_t written) override {
    const auto began = Clock::now();
    const auto left = [&] { return written - std::min(written, follower_->handled()); };
    Followed followed{.behind = left()};
    auto head = store_.head();
    if (!head) return std::unexpected(std::move(head.error()));
    auto there = follower_->catch_up(*head, settings_.stop);
    if (!there) return std::unexpected(std::move(there.error()));
    followed.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    followed.left = left();
    if (*there && followed.left > 0)
      return std::unexpected(ec::Error{ec::Code::corrupt, "the projection is at the head, and was not given " +
                                                              std::to_string(followed.left) + " of " +
                                                              std::to_string(written) + " events"});
    return Found{.lag = follower_->stop(), .followed = followed};
  }

 private:
  // It has passed what is in the store already when this is back.
  ec::Result<> begin() {
    auto info = store_.info();
    if (!info) return std::unexpected(std::move(info.error()));
    if ((info->capabilities & EC_CAP_SHARED) != 0 && !settings_.config.empty()) {
      auto opened = ec::Store::open(settings_.config);
      if (!opened) return std::unexpected(std::move(opened.error()));
      own_.emplace(std::move(*opened));
    }
    auto head = store_.head();
    if (!head) return std::unexpected(std::move(head.error()));
    follower_.emplace(own_ ? *own_ : store_, prefix_);
    auto there = follower_->catch_up(*head, settings_.stop);
    if (!there) return std::unexpected(std::move(there.error()));
    if (*there) return {};
    return std::unexpected(ec::Error{ec::Code::cancelled, "stopped before the projection had come to the head"});
  }

  ec::Store& store_;
  const Settings settings_;
  const std::string prefix_;
  const bool is_waited_for_;
  std::optional<ec::Store> own_;
  std::optional<Follower> follower_;
};

}  // namespace

std::unique_ptr<Workload> live_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<FollowedWorkload>(store, settings, prefix, true);
}

std::unique_ptr<Workload> projection_lag_workload(ec::Store& store, const Settings& settings,
                                                  const std::string& prefix) {
  return std::make_unique<FollowedWorkload>(store, settings, prefix, false);
}

std::unique_ptr<Workload> paced_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<SimpleWorkload<StampedAppends>>(store, settings, prefix);
}

}  // namespace bench
