// A stored event: what happened, and where and when it was recorded.
//
//   struct Renamed { std::string name; };
//   EC_EVENT(Renamed, "renamed", name)
//   std::string describe(const ec::Recorded<Renamed>& event) {
//     return event->name + " at " + event.position().str() + " in " + std::string(event.stream());
//   }
#pragma once

#include <eventcore/codec.hpp>
#include <eventcore/metadata.hpp>
#include <eventcore/position.hpp>
#include <eventcore/upcast.hpp>
#include <eventcore/uuid.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace ec {

using Time = std::chrono::sys_time<std::chrono::microseconds>;

// The envelope alone, for code that takes events of any type. Everything it gives is lent by the read it came from and
// good until that goes on.
class RecordedEvent {
 public:
  explicit RecordedEvent(const ec_event& event) : event_(&event) {}

  std::string_view stream() const { return detail::view(event_->stream); }
  std::string_view type() const { return detail::view(event_->type); }
  std::uint64_t version() const { return event_->version; }  // 1 for the first of its stream
  Position position() const { return Position::from(event_->position); }
  Uuid id() const { return {event_->id}; }
  Uuid commit_id() const { return {event_->commit_id}; }  // of the append that it came with
  Time time() const { return Time(std::chrono::microseconds(event_->recorded_at_us)); }
  std::string_view payload() const { return detail::view(event_->payload); }
  std::string_view raw_metadata() const { return detail::view(event_->metadata); }
  Result<Metadata> metadata() const { return Metadata::decode(raw_metadata()); }  // decoded by the call
  const ec_event& raw() const { return *event_; }

  // The event itself; an error that names stream and version when it is of another type or cannot be decoded.
  template <Event E>
  Result<E> as() const {
    E event{};
    if (auto decoded = decode_into(event); !decoded) return std::unexpected(std::move(decoded.error()));
    return event;
  }

  // Whether it is stored as an E, or as one of those that E was once (upcast.hpp).
  template <Event E>
  bool is() const {
    return detail::is_named<E>(type());
  }

  template <Event E>
  Result<> decode_into(E& event) const {
    auto decoded = decode_part_into(event);
    if (!decoded) return std::unexpected(std::move(decoded.error()));
    if (!*decoded)
      return std::unexpected(Error{Code::invalid, where() + ": has no '" + std::string(type_of<E>) + "' in it"});
    return {};
  }

  // The same where that may be: false when an old event that became several has no such part.
  template <Event E>
  Result<bool> decode_part_into(E& event) const {
    if (!is<E>()) return std::unexpected(Error{Code::invalid, where() + ": is no '" + std::string(type_of<E>) + "'"});
    return decode_named_into(event);
  }

  // The same for a caller that knows that it is<E>().
  template <Event E>
  Result<bool> decode_named_into(E& event) const {
    auto decoded = detail::decode_any(type(), event_->schema_version, payload(), event);
    if (!decoded) decoded.error().message.insert(0, where() + ": ");
    return decoded;
  }

 private:
  std::string where() const {
    return "stream '" + std::string(stream()) + "', version " + std::to_string(version()) + ", type '" +
           std::string(type()) + "'";
  }

  const ec_event* event_;
};

// An event of a known type, decoded. Not constrained, so that what is missing is said in words.
template <class E>
class Recorded : public RecordedEvent {
  static_assert(Event<E>, "eventcore: each event type needs an EC_EVENT line that gives its name and fields");

 public:
  // `event` is lent for as long as this lives.
  Recorded(const ec_event& event, const E& value) : RecordedEvent(event), value_(&value) {}

  const E& operator*() const { return *value_; }
  const E* operator->() const { return value_; }

 private:
  const E* value_;
};

}  // namespace ec
