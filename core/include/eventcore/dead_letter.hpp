// Events that a projection could not handle, kept in a stream of their own with the reason.
//
//   ec::Result<> report(ec::Store& store) {
//     auto letters = ec::dead_letters(store, "projection/balances/1");
//     if (!letters) return std::unexpected(letters.error());
//     for (const ec::DeadLetter& letter : *letters) std::printf("%s: %s\n", letter.stream.c_str(), letter.error.c_str());
//     return {};
//   }
#pragma once

#include <eventcore/detail/records.hpp>
#include <eventcore/store.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ec {

struct DeadLetter {
  std::uint64_t position_hi = 0, position_lo = 0;  // of the event that could not be handled
  std::string stream;
  std::uint64_t version = 0;
  std::string type;
  std::string error;  // the last one
  std::uint32_t attempts = 0;
  // Not stored with it:
  std::uint64_t number = 0;  // names it among those of its projection
  bool is_resolved = false;  // it was handled since

  Position position() const { return {position_hi, position_lo}; }
};
EC_EVENT(DeadLetter, "eventcore.dead-letter", position_hi, position_lo, stream, version, type, error, attempts)

// What became of one later, in the same stream.
struct DeadLetterResolved {
  std::uint64_t number = 0;
};
struct DeadLetterFailedAgain {
  std::uint64_t number = 0;
  std::string error;
};
EC_EVENT(DeadLetterResolved, "eventcore.dead-letter-resolved", number)
EC_EVENT(DeadLetterFailedAgain, "eventcore.dead-letter-failed-again", number, error)

namespace detail {

inline constexpr std::string_view dead_letter_prefix = "eventcore/dead-letters/";

}  // namespace detail

// Where they are kept; an ordinary stream, which projections pass over.
inline StreamId dead_letter_stream(std::string_view projection) {
  return StreamId(std::string(detail::dead_letter_prefix) + std::string(projection));
}

namespace detail {

inline Result<> write_letter(Store& store, std::string_view projection, const std::vector<NewEvent>& events,
                             Uuid commit_id, const Call& call) {
  const auto written = store.append({Expect::any(dead_letter_stream(projection))}, events, commit_id, call);
  if (!written) return std::unexpected(written.error());
  return {};
}

}  // namespace detail

inline bool is_dead_letter(const RecordedEvent& event) {
  return event.stream().starts_with(detail::dead_letter_prefix);
}

// All of that build, in the order in which they came, with what became of them. An event that came to it again before
// its letter was resolved has one.
inline Result<std::vector<DeadLetter>> all_dead_letters(Store& store, std::string_view projection,
                                                        const Call& call = {}) {
  std::vector<DeadLetter> letters;
  std::map<Position, std::size_t> open;
  std::map<std::uint64_t, std::size_t> numbers;
  const auto add = [&](const RecordedEvent& event) -> Result<> {
    if (event.is<DeadLetter>()) {
      auto letter = event.as<DeadLetter>();
      if (!letter) return std::unexpected(std::move(letter.error()));
      const auto [at, is_new] = open.try_emplace(letter->position(), letters.size());
      letter->number = is_new ? event.version() : letters[at->second].number;
      numbers.try_emplace(letter->number, at->second);
      if (is_new)
        letters.push_back(std::move(*letter));
      else
        letters[at->second] = std::move(*letter);
    } else if (event.is<DeadLetterResolved>()) {
      const auto resolved = event.as<DeadLetterResolved>();
      if (!resolved) return std::unexpected(resolved.error());
      const auto at = numbers.find(resolved->number);
      if (at == numbers.end()) return {};
      letters[at->second].is_resolved = true;
      open.erase(letters[at->second].position());
    } else if (event.is<DeadLetterFailedAgain>()) {
      auto failed = event.as<DeadLetterFailedAgain>();
      if (!failed) return std::unexpected(std::move(failed.error()));
      const auto at = numbers.find(failed->number);
      if (at == numbers.end()) return {};
      ++letters[at->second].attempts;
      letters[at->second].error = std::move(failed->error);
    }
    return {};
  };
  auto events = store.read({{dead_letter_stream(projection)}}, {}, call);
  if (!events) return std::unexpected(std::move(events.error()));
  while (events->next())
    for (const RecordedEvent event : events->batch())
      if (auto added = add(event); !added) return std::unexpected(std::move(added.error()));
  if (events->error()) return std::unexpected(*events->error());
  return letters;
}

// Those that are left.
inline Result<std::vector<DeadLetter>> dead_letters(Store& store, std::string_view projection, const Call& call = {}) {
  auto letters = all_dead_letters(store, projection, call);
  if (letters) std::erase_if(*letters, [](const DeadLetter& letter) { return letter.is_resolved; });
  return letters;
}

// Notes that this event could not be handled; with a commit id it can be repeated safely.
inline Result<> keep_dead_letter(Store& store, std::string_view projection, const RecordedEvent& event,
                                 const Error& error, std::uint32_t attempts, Uuid commit_id = {},
                                 const Call& call = {}) {
  const DeadLetter letter{event.position().hi,
                          event.position().lo,
                          std::string(event.stream()),
                          event.version(),
                          std::string(event.type()),
                          detail::readable(error.message),
                          attempts};
  return detail::write_letter(store, projection, {NewEvent::of(0, letter)}, commit_id, call);
}

// Notes that these were handled since.
inline Result<> resolve_dead_letters(Store& store, std::string_view projection,
                                     const std::vector<std::uint64_t>& numbers, Uuid commit_id = {},
                                     const Call& call = {}) {
  std::vector<NewEvent> events;
  for (const std::uint64_t number : numbers) events.push_back(NewEvent::of(0, DeadLetterResolved{number}));
  if (events.empty()) return {};
  return detail::write_letter(store, projection, events, commit_id, call);
}

// Notes that one failed once more, and why.
inline Result<> keep_failure(Store& store, std::string_view projection, std::uint64_t number, const Error& error,
                             Uuid commit_id = {}, const Call& call = {}) {
  const DeadLetterFailedAgain failed{number, detail::readable(error.message)};
  return detail::write_letter(store, projection, {NewEvent::of(0, failed)}, commit_id, call);
}

}  // namespace ec
