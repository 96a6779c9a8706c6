#include "builds.hpp"
#include "follow_build.hpp"
#include "ndjson.hpp"
#include "options.hpp"
#include "output.hpp"

#include <eventcore/format.hpp>

#include <algorithm>
#include <cstdint>

namespace cli {

namespace {

// Says what to do where the program that runs the projection has the store for itself.
ec::Store open_to_ask(const Options& options, const std::stop_token& stop) {
  check_given(options.config);
  auto store = ec::Store::open(options.config, {.stop = stop});
  if (store) return std::move(*store);
  const bool is_there = store.error().code == ec::Code::unavailable &&
                        ec::Store::open_read_only(options.config, {.stop = stop}).has_value();
  if (!is_there) throw failure(store.error());
  throw failure(store.error(),
                "what is asked of a projection is written into the store, and another process has this one for itself: "
                "ask in that process, with ec::ask_projection(), or stop it, ask here, and it is done when it starts "
                "again: ");
}

struct Asked {
  ec::Build build;
  std::uint64_t id = 0;
  std::optional<ec::RequestAnswer> answer;  // none: nobody is there to give one
};

class Ask {
 public:
  Ask(const Options& options, std::stop_token stop)
      : options_(options), stop_(std::move(stop)), store_(open_to_ask(options, stop_)) {}

  ec::Store& store() { return store_; }

  // Asks, and waits for the answer where somebody is there. Throws Failure when it is refused, and when it is too late.
  Asked ask(ec::ProjectionRequest request) {
    constexpr std::uint64_t longest_s = 10ULL * 365 * 24 * 3600;  // what a clock can say
    const std::chrono::seconds timeout(std::min(options_.timeout_s, longest_s));
    const ec::RequestKind kind = request.kind;
    const auto asked = take(ec::ask_projection(store_, options_.name, std::move(request), {.stop = stop_}));
    Asked it{*asked.build, asked.id, std::nullopt};
    const auto status = take(ec::load_status(store_, options_.name, it.build, {.stop = stop_}));
    if (!is_run(store_, status)) return it;
    auto answer = ec::wait_for_answer(store_, options_.name, it.id, {.deadline = ec::Call::in(timeout), .stop = stop_});
    if (!answer && (answer.error().code == ec::Code::timeout || stop_.stop_requested()))
      throw Failure(failed, ec::format("no answer {}; request {} stays, and the next who runs the projection does it",
                                       stop_.stop_requested() ? std::string("before the signal")
                                                              : ec::format("within {} s", options_.timeout_s),
                                       it.id));
    it.answer = take(std::move(answer));
    if (!it.answer->is_done) throw Failure(failed, ec::format("{} refused: {}", ec::name_of(kind), it.answer->text));
    return it;
  }

  // What became of it.
  void tell(const Asked& asked) const {
    Output out;
    out.text() = asked.answer ? asked.answer->text
                              : ec::format("nobody runs build {} of '{}' now; request {} is done when somebody does",
                                           asked.build.str(), options_.name, asked.id);
    out.text() += '\n';
    out.finish();
  }

 private:
  const Options& options_;
  const std::stop_token stop_;
  ec::Store store_;
};

}  // namespace

int reset_projection(const Options& options, const std::stop_token& stop) {
  ec::ProjectionRequest request{.kind = ec::RequestKind::reset, .to = position_of(options.to, "--to")};
  Ask ask(options, stop);
  ask.tell(ask.ask(std::move(request)));
  return done;
}

int replay_dead_letters(const Options& options, const std::stop_token& stop) {
  Ask ask(options, stop);
  ask.tell(ask.ask({.kind = ec::RequestKind::replay, .letters = options.numbers}));
  return done;
}

int rebuild_projection(const Options& options, const std::stop_token& stop) {
  Ask ask(options, stop);
  const Asked asked = ask.ask({.kind = ec::RequestKind::rebuild});
  ask.tell(asked);
  if (asked.answer && asked.answer->build && !options.no_wait)
    follow_build(ask.store(), options.name, *asked.answer->build, stop);
  return done;
}

}  // namespace cli
