#include "builds.hpp"
#include "timestamp.hpp"

#include <eventcore/checkpoint.hpp>
#include <eventcore/dead_letter.hpp>
#include <eventcore/format.hpp>

#include <algorithm>
#include <array>

namespace cli {

namespace {

ec::Time now() { return std::chrono::time_point_cast<ec::Time::duration>(std::chrono::system_clock::now()); }

std::optional<std::string> time_text(std::int64_t us) { return us == 0 ? std::nullopt : write_time(us); }

std::optional<std::string> filled(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

std::string state_of(const std::optional<ec::ProjectionStatus>& status) {
  if (!status) return "unknown";
  const bool should_run = status->state == ec::ProjectionState::replaying || status->state == ec::ProjectionState::live;
  return should_run && !ec::is_running(*status) ? "not running" : ec::name_of(status->state);
}

std::string words_of(const ec::ProjectionRequest& request) {
  std::string words = ec::name_of(request.kind);
  if (request.kind == ec::RequestKind::reset) words += " to " + request.to.str();
  for (const std::uint64_t number : request.letters) words += " " + std::to_string(number);
  return words;
}

std::vector<ShownRequest> requests_to(const ec::Build& build, const std::vector<ec::ProjectionRequest>& all) {
  std::vector<ShownRequest> shown;
  for (const ec::ProjectionRequest& each : all) {
    if (each.build != build) continue;
    ShownRequest& request = shown.emplace_back(ShownRequest{each.id, words_of(each), time_text(each.asked_us)});
    if (!each.answer) continue;
    request.answer = each.answer->text;
    request.is_done = each.answer->is_done;
  }
  return shown;
}

}  // namespace

Lag lag_behind(ec::Store& store, ec::Position handled, const ec::Call& call, std::uint64_t counted) {
  Lag lag;
  const bool is_dense = (info_of(store).capabilities & EC_CAP_DENSE_POSITIONS) != 0;
  Events events(store.read_all({}, handled, {.limit = is_dense ? 1 : counted + 1}, call));
  for (const ec_event* event = events.next(); event != nullptr; event = events.next())
    if (++lag.events == 1)
      lag.time_us = std::max<std::int64_t>(now().time_since_epoch().count() - event->recorded_at_us, 0);
  if (is_dense && lag.events > 0) lag.events = events.head().lo - handled.lo;
  lag.has_more = !is_dense && lag.events > counted;
  lag.events = lag.has_more ? counted : lag.events;
  return lag;
}

namespace {

// Others can write such records, too: one that cannot be read is told, and keeps nobody from seeing the rest.
template <class T>
T readable_or_told(ec::Result<T> read, ShownBuild& shown) {
  if (read) return std::move(*read);
  if (read.error().code != ec::Code::corrupt) throw failure(read.error());
  shown.error = read.error().message;
  return {};
}

}  // namespace

ShownBuild look_at(ec::Store& store, const ec::KnownProjection& projection, const ec::Build& build,
                   const ec::Call& call) {
  ShownBuild shown{.name = projection.name, .build = build.str(), .is_active = projection.active == build};
  const auto read = ec::load_status(store, projection.name, build, call);
  // Another version of the library may have written it.
  if (!read && read.error().code != ec::Code::corrupt) throw failure(read.error());
  if (!read) shown.error = read.error().message;
  const std::optional<ec::ProjectionStatus> status = read ? *read : std::nullopt;
  shown.state = state_of(status);
  const bool runs = status && is_run(store, status);
  // The checkpoint may be newer than the status, and lies elsewhere where the projection keeps it itself.
  const auto checkpoint = take(ec::load_checkpoint(store, ec::projection_id(projection.name, build), call));
  const ec::Position saved = checkpoint.value_or(status ? status->saved : ec::Position{});
  const Lag lag = lag_behind(store, runs ? std::max(saved, status->position) : saved, call);
  shown.events_behind = lag.events;
  shown.more_behind = lag.has_more;
  shown.seconds_behind = static_cast<double>(lag.time_us) / 1e6;
  shown.saved = saved.str();
  shown.requests = requests_to(build, readable_or_told(ec::list_requests(store, projection.name, call), shown));
  if (!status || status->dead_letters > 0)
    shown.dead_letters_left =
        readable_or_told(ec::dead_letters(store, ec::projection_id(projection.name, build), call), shown).size();
  if (!status) return shown;
  if (runs) {
    shown.leader = filled(status->holder);
    shown.events_per_second = status->events_per_second;
  }
  shown.handled = status->handled;
  shown.skipped = status->skipped;
  shown.retries = status->retries;
  shown.dead_letters = status->dead_letters;
  shown.fence = status->fence;
  shown.position = status->position.str();
  shown.replay_end = status->replay_end.str();
  shown.last_event = time_text(status->last_event_us);
  shown.began = time_text(status->began_us);
  shown.told = time_text(status->written_us);
  if (!shown.error) shown.error = filled(status->error);
  return shown;
}

bool is_run(ec::Store& store, const std::optional<ec::ProjectionStatus>& status) {
  // A store that is open for writing here, and that one process has alone, is run on by nobody else.
  constexpr std::uint32_t looked_at = EC_CAP_SHARED | EC_CAP_READ_ONLY;
  return status && ec::is_running(*status) && (info_of(store).capabilities & looked_at) != 0;
}

std::string in_words(std::chrono::microseconds time) {
  using namespace std::chrono;
  if (time < seconds(1)) return ec::format("{} ms", duration_cast<milliseconds>(time).count());
  struct Unit {
    const char* name;
    std::int64_t size;
  };
  constexpr std::array<Unit, 4> units = {{{"d", 86'400}, {"h", 3'600}, {"min", 60}, {"s", 1}}};
  const std::int64_t whole = duration_cast<seconds>(time).count();
  const auto largest = std::ranges::find_if(units, [&](const Unit& unit) { return whole >= unit.size; });
  std::string text = ec::format("{} {}", whole / largest->size, largest->name);
  const auto* const next = largest + 1;
  if (next != units.end() && whole % largest->size / next->size > 0)
    text += ec::format(" {} {}", whole % largest->size / next->size, next->name);
  return text;
}

}  // namespace cli
