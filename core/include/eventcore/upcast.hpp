// Events of long ago as the events of today: an event type whose shape or name changed, or that became several.
//
//   struct PriceSetV1 { std::int64_t cents; };  // as it was first stored
//   EC_EVENT(PriceSetV1, "price-set", cents)
//   struct PriceSet { std::int64_t amount; std::string currency; };
//   EC_EVENT_VERSION(PriceSet, "price-set", 2, amount, currency)
//   template <>
//   struct ec::UpcastTo<PriceSet> {
//     using From = PriceSetV1;
//     static PriceSet upcast(const PriceSetV1& old) { return {old.cents, "EUR"}; }
//   };
//
// Commands and projections name PriceSet alone and are given it, whichever of them is stored; the store stays as it is.
//
// - A chain: From may have an UpcastTo of its own, and so on to the first.
// - Another name: From's EC_EVENT line has the old name.
// - Several from one: each of the new types has an UpcastTo with the same From; one that may not be in every old event
//   gives a std::optional, empty where it is not. They come in the order of the Events that name them. Where the old
//   name goes on for one of them, Events that name another name that one, too.
// - No upcast for an older schema version: it is read as it is, so members that came later must be optional.
// - A version newer than the program's is an error that says so.
#pragma once

#include <eventcore/codec.hpp>
#include <eventcore/event.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ec {

// Specialise it for the newer type; see above.
template <class E>
struct UpcastTo {};

namespace detail {

template <class E>
concept Upcasted = Event<E> && requires { typename UpcastTo<E>::From; };

template <class T>
inline constexpr bool is_optional_event = false;
template <class T>
inline constexpr bool is_optional_event<std::optional<T>> = true;

// Whether an event that is stored under that name is an E, or was one once.
template <Event E>
constexpr bool is_named(std::string_view type) {
  if (is_type_of<E>(type)) return true;
  if constexpr (Upcasted<E>) return is_named<typename UpcastTo<E>::From>(type);
  return false;
}

// Every name under which it may be stored, each once.
template <Event E>
void add_names(std::vector<std::string>& names) {
  bool is_known = false;
  for (const std::string& name : names) is_known = is_known || name == type_of<E>;
  if (!is_known) names.emplace_back(type_of<E>);
  if constexpr (Upcasted<E>) add_names<typename UpcastTo<E>::From>(names);
}

// Whether an event of that name and schema version has the shape of a predecessor. `may_be_newer`: the name is still in
// use, so a version above the predecessor's is not its.
template <Event E>
constexpr bool is_older(std::string_view type, std::uint32_t schema_version, bool may_be_newer) {
  if constexpr (Upcasted<E>) {
    using From = typename UpcastTo<E>::From;
    if (is_type_of<From>(type)) return !may_be_newer || schema_version <= schema_version_of<From>;
    return is_older<From>(type, schema_version, may_be_newer);
  }
  return false;
}

// Whether it is stored as an E, or as a predecessor that is known: not as a newer version of one.
template <Event E>
constexpr bool is_or_was(std::string_view type, std::uint32_t schema_version) {
  return is_type_of<E>(type) || is_older<E>(type, schema_version, true);
}

// Decodes what is_named<E>. False: it is an old event that has no such part.
template <Event E>
Result<bool> decode_any(std::string_view type, std::uint32_t schema_version, std::string_view payload, E& event) {
  if constexpr (Upcasted<E>) {
    if (is_older<E>(type, schema_version, is_type_of<E>(type))) {
      typename UpcastTo<E>::From old{};
      auto decoded = decode_any(type, schema_version, payload, old);
      if (!decoded || !*decoded) return decoded;
      auto made = UpcastTo<E>::upcast(std::as_const(old));
      if constexpr (is_optional_event<decltype(made)>) {
        if (!made) return false;
        event = std::move(*made);
      } else {
        event = std::move(made);
      }
      return true;
    }
  }
  if (auto decoded = Codec<E>::decode(payload, schema_version, event); !decoded)
    return std::unexpected(std::move(decoded.error()));
  return true;
}

}  // namespace detail

}  // namespace ec
