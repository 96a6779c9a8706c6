// What a tool asks of a projection that runs, done between two of its turns: a reset, another try for dead letters.
#pragma once

#include <eventcore/checkpoint.hpp>
#include <eventcore/dead_letter.hpp>
#include <eventcore/detail/any_projection.hpp>
#include <eventcore/detail/leading.hpp>
#include <eventcore/projection_status.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ec::detail {

// The checkpoint of a projection, wherever it is kept.
inline Result<std::optional<Position>> load_position(Store& store, AnyProjection& projection, const std::string& id,
                                                     const Patiently& patiently, const Call& call) {
  if (projection.keeps_checkpoint()) return projection.load();
  return patiently(call, [&] { return load_checkpoint(store, id, call); });
}

// Where its replay ends: the head when it first ran.
inline std::string replay_end_name(const std::string& id) { return id + "/live-from"; }

class Serving {
 public:
  // `leadership`: none where there is no lease. `moved_back` is called as soon as a reset is kept.
  Serving(Store& store, AnyProjection& projection, const Build& build, const std::string& id,
          const Patiently& patiently, const Leadership* leadership, std::function<void(Position)> moved_back)
      : store_(store),
        projection_(projection),
        build_(build),
        id_(id),
        patiently_(patiently),
        leadership_(leadership),
        moved_back_(std::move(moved_back)) {}

  // An error: it could not be done now, and is to be asked again. What can never be done is an answer.
  Result<RequestAnswer> answer(const ProjectionRequest& request, const Call& call) {
    if (request.build != build_)
      return refused("build " + build_.str() + " took over from the one that this was asked of; ask again");
    switch (request.kind) {
      case RequestKind::reset: return reset(request.to, call);
      case RequestKind::replay: return replay(request.letters, call);
      case RequestKind::rebuild:
        return refused(
            "its program runs this one build with an ec::Projector; one that runs it with ec::run_builds() can build "
            "it anew beside the old one; or raise its version");
    }
    return refused("this version of eventcore does not know what is asked");
  }

  // How many events it handled since it was asked.
  std::uint64_t take_handled() { return std::exchange(handled_, 0); }

 private:
  static RequestAnswer refused(std::string why) { return {.is_done = false, .text = std::move(why)}; }

  std::uint64_t fence() const { return leadership_ != nullptr ? leadership_->fence() : 0; }

  Result<> check_lead() const {
    if (leadership_ == nullptr || leadership_->holds()) return {};
    return std::unexpected(Error{Code::fenced, "the lease of '" + id_ + "' ran out"});
  }

  // Done twice it is as good as done once, for the case that its answer was lost.
  Result<RequestAnswer> reset(Position to, const Call& call) {
    if (!projection_.can_reset())
      return refused(
          "it has no reset(ec::Position), so what it built would be built a second time on top; give it one, "
          "or rebuild it beside the old one");
    const auto at = load_position(store_, projection_, id_, patiently_, call);
    if (!at) return std::unexpected(at.error());
    if (to > at->value_or(Position{}))
      return refused("it is at " + at->value_or(Position{}).str() + ", and a reset only goes back");
    // What was handled as it came is a replay when it comes again.
    auto ended = patiently_(call, [&] { return extend_replay(at->value_or(Position{}), call); });
    if (!ended) return std::unexpected(std::move(ended.error()));
    if (auto led = check_lead(); !led) return std::unexpected(std::move(led.error()));
    // Where nothing can be rolled back, what was cleared, or half of it, is gone: it must not go on from where it was.
    const bool rolls_back = projection_.keeps_checkpoint();
    if (const auto cleared = projection_.reset(to); !cleared) {
      (void)projection_.discard();
      if (!rolls_back && cleared.error().code == Code::internal) return std::unexpected(cleared.error());
      return refused(cleared.error().message);
    }
    if (const auto kept = keep(to, call); !kept) {
      (void)projection_.discard();
      if (!rolls_back || kept.error().code == Code::fenced || is_over(call)) return std::unexpected(kept.error());
      return refused(kept.error().message);
    }
    moved_back_(to);
    RequestAnswer answer{.is_done = true, .text = "goes on behind position " + to.str()};
    if (auto forgotten = patiently_(call, [&] { return forget_letters(to, call); }); !forgotten) {
      if (is_for_later(forgotten.error(), call)) return std::unexpected(std::move(forgotten.error()));
      answer.text += "; its dead letters cannot be settled: " + forgotten.error().message;
    }
    return answer;
  }

  // What is asked again then; anything else would be the same the next time.
  static bool is_for_later(const Error& error, const Call& call) {
    return is_over(call) || error.code == Code::fenced || error.code == Code::cancelled || can_wait_for(error);
  }

  Result<> extend_replay(Position through, const Call& call) {
    const auto end = load_checkpoint(store_, replay_end_name(id_), call);
    if (!end) return std::unexpected(end.error());
    if (!*end || **end >= through) return {};
    return save_checkpoint(store_, replay_end_name(id_), through, 0, call);
  }

  Result<> keep(Position position, const Call& call) {
    if (projection_.keeps_checkpoint()) return projection_.save(position, fence());
    if (auto flushed = projection_.flush(); !flushed) return flushed;
    return patiently_(call, [&] { return save_checkpoint(store_, id_, position, fence(), call); });
  }

  // Events that come again have another chance, so their letters are settled.
  Result<> forget_letters(Position behind, const Call& call) {
    const auto letters = dead_letters(store_, id_, call);
    if (!letters) return std::unexpected(letters.error());
    std::vector<std::uint64_t> numbers;
    for (const DeadLetter& each : *letters)
      if (each.position() > behind) numbers.push_back(each.number);
    constexpr std::size_t at_once = 500;
    for (std::size_t from = 0; from < numbers.size(); from += at_once) {
      const std::vector<std::uint64_t> some(
          numbers.begin() + static_cast<std::ptrdiff_t>(from),
          numbers.begin() + static_cast<std::ptrdiff_t>(std::min(from + at_once, numbers.size())));
      if (auto resolved = resolve_dead_letters(store_, id_, some, {}, call); !resolved) return resolved;
    }
    return {};
  }

  Result<RequestAnswer> replay(const std::vector<std::uint64_t>& wanted, const Call& call) {
    const auto letters = patiently_(call, [&] { return dead_letters(store_, id_, call); });
    if (!letters && is_for_later(letters.error(), call)) return std::unexpected(letters.error());
    if (!letters) return refused(letters.error().message);
    const auto at = load_position(store_, projection_, id_, patiently_, call);
    if (!at) return std::unexpected(at.error());
    Problems problems;
    for (const std::uint64_t number : wanted)
      if (std::ranges::find(*letters, number, &DeadLetter::number) == letters->end())
        problems.add("there is no letter " + std::to_string(number) + " that is left");
    for (const DeadLetter& letter : *letters) {
      if (!wanted.empty() && std::ranges::find(wanted, letter.number) == wanted.end()) continue;
      if (letter.position() > at->value_or(Position{})) continue;  // its turn comes again
      if (is_over(call)) return std::unexpected(Error{Code::cancelled, "stopped"});
      if (auto led = check_lead(); !led) return std::unexpected(std::move(led.error()));
      const auto events = patiently_(call, [&] { return read(letter, call); });
      if (!events && is_for_later(events.error(), call)) return std::unexpected(events.error());
      const auto handled =
          events ? handle(letter, *events, at->value_or(Position{})) : Result<>(std::unexpected(events.error()));
      const Uuid commit_id = Uuid::make();
      const auto noted = patiently_(call, [&] {
        return handled ? resolve_dead_letters(store_, id_, {letter.number}, commit_id, call)
                       : keep_failure(store_, id_, letter.number, handled.error(), commit_id, call);
      });
      if (!noted) return std::unexpected(noted.error());
      if (handled)
        ++handled_;
      else
        problems.add("letter " + std::to_string(letter.number) + " failed again: " + handled.error().message);
    }
    return RequestAnswer{.is_done = problems.count() == 0,
                         .text = std::to_string(handled_) + " handled" + problems.text()};
  }

  // The first in full, since an answer is read again and again; the letters have them all.
  class Problems {
   public:
    void add(const std::string& problem) {
      if (++count_ <= told) text_ += "; " + problem;
    }
    std::size_t count() const { return count_; }
    std::string text() const { return count_ <= told ? text_ : text_ + "; ... " + std::to_string(count_) + " in all"; }

   private:
    static constexpr std::size_t told = 10;
    std::size_t count_ = 0;
    std::string text_;
  };

  // Its event, or nothing where that is not there any more.
  Result<EventCursor> read(const DeadLetter& letter, const Call& call) {
    auto events = store_.read({{StreamId(letter.stream), letter.version - 1}}, {.limit = 1}, call);
    if (events && !events->next() && events->error()) return std::unexpected(*events->error());
    return events;
  }

  // By itself, and kept at once: what fails takes nothing else with it.
  Result<> handle(const DeadLetter& letter, const EventCursor& events, Position at) {
    const auto batch = events.batch();
    if (batch.size() == 0 || (*batch.begin()).position() != letter.position())
      return std::unexpected(Error{Code::not_found, "its event is not there any more"});
    auto done = projection_.handle(*batch.begin(), {.is_replay = true, .fence = fence(), .is_dead_letter = true});
    if (done) done = projection_.keeps_checkpoint() ? projection_.save(at, fence()) : projection_.flush();
    if (!done) (void)projection_.discard();
    return done;
  }

  Store& store_;
  AnyProjection& projection_;
  const Build build_;
  const std::string& id_;
  const Patiently& patiently_;
  const Leadership* leadership_;
  const std::function<void(Position)> moved_back_;
  std::uint64_t handled_ = 0;
};

}  // namespace ec::detail
