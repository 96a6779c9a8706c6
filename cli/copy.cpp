#include "group.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "stores.hpp"

#include <eventcore/format.hpp>
#include <eventcore/json_write.hpp>

#include <utility>

namespace cli {

namespace {

constexpr std::size_t batch_events = 4096;
constexpr std::size_t batch_bytes = 4U << 20U;

struct Copied {
  std::uint64_t copied = 0, there_before = 0, compared = 0;
};
EC_FIELDS(Copied, copied, there_before, compared)

Failure differs(const ec_event& source, const char* what) {
  return {failed,
          ec::format("the target holds other events than the source: at position {} of the source, version {} of "
                     "stream '{}', the {} differs; copy into an empty store",
                     ec::Position::from(source.position).str(), source.version, ec::detail::view(source.stream), what)};
}

class Copy {
 public:
  Copy(ec::Store& source, ec::Store& target, std::stop_token stop)
      : source_(source),
        target_(target),
        stop_(std::move(stop)),
        head_(take(source.head({.stop = stop_}))),
        total_(count_to(info_of(source), head_)) {}

  const Copied& copied() const { return copied_; }

  // All of these throw Failure. False: a stop came before the end.
  bool run() {
    if (!append_rest()) return false;
    Progress progress("comparing", total_);
    Events source(all(source_));
    const Common common = pass_common(source, progress);
    if (common.next != nullptr)
      throw Failure(failed, "the target has only the first " + std::to_string(common.count) +
                                " events of the source; another process has changed it meanwhile");
    copied_.compared = common.count;
    return true;
  }

 private:
  struct Common {
    std::uint64_t count = 0;
    const ec_event* next = nullptr;  // of the source, the first that the target has not
  };

  ec::Result<ec::EventCursor> all(ec::Store& store) { return store.read_all({}, {}, {}, {.stop = stop_}); }

  // The source's next one up to the head that it had; later ones are another copy's.
  const ec_event* next_of(Events& source) {
    const ec_event* event = source.next();
    return event != nullptr && ec::Position::from(event->position) <= head_ ? event : nullptr;
  }

  // Goes through what both have, which must be the same; in the end the target has nothing more.
  Common pass_common(Events& source, Progress& progress) {
    Events target(all(target_));
    Common common;
    while (const ec_event* copied = target.next()) {
      const ec_event* original = next_of(source);
      if (original == nullptr)
        throw Failure(failed,
                      ec::format("the target has events that the source has not: the {} events of the source are "
                                 "there, and behind them version {} of stream '{}'",
                                 common.count, copied->version, ec::detail::view(copied->stream)));
      if (const char* what = difference(*original, *copied)) throw differs(*original, what);
      progress.set(original->position.lo, ++common.count);
    }
    common.next = next_of(source);
    return common;
  }

  bool append_rest() {
    Progress progress("copying", total_);
    Events source(all(source_));
    const auto [before, first] = pass_common(source, progress);
    copied_.there_before = before;
    std::vector<ec::Append> batch;
    std::size_t events = 0, bytes = 0;
    const auto send = [&] {
      for (const auto& outcome : target_.append_all(batch))
        if (!outcome) throw failure(outcome.error(), "the target: ");
      batch.clear();
      copied_.copied += std::exchange(events, 0);
      bytes = 0;
      return !stop_.stop_requested();
    };
    for (const ec_event* event = first; event != nullptr;) {
      const ec::Position at = ec::Position::from(event->position);
      Group group(ec::Uuid{event->commit_id});
      do {
        take(group.add(ec::StreamId(std::string(ec::detail::view(event->stream))), event->version, copy_of(*event)));
        event = next_of(source);
      } while (event != nullptr && !group.append().commit_id.is_zero() &&
               group.append().commit_id == ec::Uuid{event->commit_id});
      events += group.size();
      bytes += group.bytes();
      batch.push_back(std::move(group).take());
      if ((events >= batch_events || bytes >= batch_bytes) && !send()) return false;
      progress.set(at.lo, before + copied_.copied);
    }
    const bool goes_on = send();
    progress.set(total_, before + copied_.copied);
    return goes_on;
  }

  ec::Store& source_;
  ec::Store& target_;
  const std::stop_token stop_;
  const ec::Position head_;
  const std::uint64_t total_;
  Copied copied_;
};

void check_different(ec::Store& source, ec::Store& target) {
  using ec::detail::view;
  const ec_info from = info_of(source), to = info_of(target);
  if (ec::Uuid{from.store_id} == ec::Uuid{to.store_id} && view(from.location) == view(to.location))
    throw Failure(wrong_usage, "--from and --to are the same store: " + std::string(view(from.location)));
  if ((to.capabilities & EC_CAP_READ_ONLY) != 0)
    throw Failure(wrong_usage, "the target is opened for reading only; take that option out of its configuration");
}

}  // namespace

int copy(const Options& options, const std::stop_token& stop) {
  ec::Store source = open_to_look(options.from, stop);
  ec::Store target = open_to_write(options.to, stop);
  check_different(source, target);
  Copy copy(source, target, stop);
  bool is_whole = false;
  try {
    is_whole = copy.run();
  } catch (const Failure&) {
    if (!stop.stop_requested()) throw;
  }
  const Copied& it = copy.copied();
  Output out;
  if (options.json)
    ec::json::write(out.text(), it);
  else if (is_whole)
    out.text() += ec::format("{} events copied, {} were there before; {} compared, all are the same", it.copied,
                             it.there_before, it.compared);
  else
    out.text() += ec::format("stopped: {} events copied, {} were there before; the same command goes on from here",
                             it.copied, it.there_before);
  out.text() += '\n';
  out.finish();
  return done;
}

}  // namespace cli
