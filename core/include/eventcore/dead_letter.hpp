// Events that a projection could not handle, kept in a stream of their own with the reason.
//
//   ec::Result<> report(ec::Store& store) {
//     auto letters = ec::dead_letters(store, "projection/balances/1");
//     if (!letters) return std::unexpected(letters.error());
//     for (const ec::DeadLetter& letter : *letters) std::printf("%s: %s\n", letter.stream.c_str(), letter.error.c_str());
//     return {};
//   }
#pragma once

#include <eventcore/store.hpp>

#include <cstdint>
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

  Position position() const { return {position_hi, position_lo}; }
};
EC_EVENT(DeadLetter, "eventcore.dead-letter", position_hi, position_lo, stream, version, type, error, attempts)

namespace detail {

inline constexpr std::string_view dead_letter_prefix = "eventcore/dead-letters/";

// An error may quote bytes of the event that it is about; JSON takes none that are no UTF-8.
inline std::string readable(std::string text) {
  if (ec_utf8_check(str(text)) == 0)
    for (char& each : text)
      if (static_cast<unsigned char>(each) >= 0x80) each = '?';
  return text;
}

}  // namespace detail

// Where they are kept; an ordinary stream, which projections pass over.
inline StreamId dead_letter_stream(std::string_view projection) {
  return StreamId(std::string(detail::dead_letter_prefix) + std::string(projection));
}

inline bool is_dead_letter(const RecordedEvent& event) {
  return event.stream().starts_with(detail::dead_letter_prefix);
}

// All of that projection, in the order in which they came; more than once where the projection came to one again.
inline Result<std::vector<DeadLetter>> dead_letters(Store& store, std::string_view projection, const Call& call = {}) {
  std::vector<DeadLetter> letters;
  auto events = store.read({{dead_letter_stream(projection)}}, {}, call);
  if (!events) return std::unexpected(std::move(events.error()));
  while (events->next())
    for (const RecordedEvent event : events->batch()) {
      auto letter = event.as<DeadLetter>();
      if (!letter) return std::unexpected(std::move(letter.error()));
      letters.push_back(std::move(*letter));
    }
  if (events->error()) return std::unexpected(*events->error());
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
  const auto kept =
      store.append({Expect::any(dead_letter_stream(projection))}, {NewEvent::of(0, letter)}, commit_id, call);
  if (!kept) return std::unexpected(kept.error());
  return {};
}

}  // namespace ec
