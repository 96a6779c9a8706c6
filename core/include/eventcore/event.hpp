// Events are plain structs; one line gives the stable name under which they are stored and their fields.
//
//   namespace bank {
//   struct MoneyDeposited { std::int64_t amount; std::string from; };
//   EC_EVENT(MoneyDeposited, "money-deposited", amount, from)
//   }
#pragma once

#include <eventcore/detail/for_each.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

namespace ec {

namespace detail {

template <class Struct, class Member>
struct Field {
  std::string_view name;
  Member Struct::* member;
};

template <class Fields>
struct Description {
  std::string_view type;         // empty for a nested struct, which is no event
  std::uint32_t schema_version;  // 0 likewise
  Fields fields;
};

template <class... Fields>
constexpr Description<std::tuple<Fields...>> describe(std::string_view type, std::uint32_t schema_version,
                                                      Fields... fields) {
  return {type, schema_version, {fields...}};
}

template <class T>
concept Described = requires(const T* value) { ec_description_of(value); };

template <class T>
inline constexpr auto description = ec_description_of(static_cast<const T*>(nullptr));

}  // namespace detail

// A struct with its EC_EVENT line.
template <class T>
concept Event = detail::Described<T> && requires { requires !detail::description<T>.type.empty(); };

template <Event E>
inline constexpr std::string_view type_of = detail::description<E>.type;

template <Event E>
inline constexpr std::uint32_t schema_version_of = detail::description<E>.schema_version;

namespace detail {

// `type == type_of<E>`, of which the compiler knows how long it is: no call for a short one.
template <Event E>
constexpr bool is_type_of(std::string_view type) {
  constexpr std::string_view own = type_of<E>;
  return type.size() == own.size() && std::equal(own.begin(), own.end(), type.begin());
}

}  // namespace detail

}  // namespace ec

#define EC_DETAIL_FIELD(Type, field) \
  , ::ec::detail::Field<Type, decltype(Type::field)> { #field, &Type::field }
#define EC_DETAIL_DESCRIBE(Type, name, version, ...)                                                                   \
  [[maybe_unused]] constexpr auto ec_description_of(const Type*) {                                                     \
    return ::ec::detail::describe(name, version EC_DETAIL_FOR_EACH(EC_DETAIL_FIELD, Type __VA_OPT__(, ) __VA_ARGS__)); \
  }

// In the namespace of the struct: the name under which events of this type are stored, never to be changed, and the
// fields that are stored. What a field is called is stored too.
#define EC_EVENT(Type, name, ...) EC_DETAIL_DESCRIBE(Type, name, 1U __VA_OPT__(, ) __VA_ARGS__)

// The same for a later version of the payload's shape, counted from 1.
#define EC_EVENT_VERSION(Type, name, version, ...) EC_DETAIL_DESCRIBE(Type, name, version __VA_OPT__(, ) __VA_ARGS__)

// The fields of a struct that is a member of an event.
#define EC_FIELDS(Type, ...) EC_DETAIL_DESCRIBE(Type, ::std::string_view{}, 0U __VA_OPT__(, ) __VA_ARGS__)
