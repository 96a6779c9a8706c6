// The streams of a command, by the members that name them.
//
//   struct Ship {
//     ec::StreamId order;
//     std::vector<ec::StreamId> items;
//     std::optional<ec::StreamId> voucher;
//     ec::StreamId tariff;
//     using Streams = ec::StreamSet<&Ship::order, &Ship::items, &Ship::voucher, ec::read_only<&Ship::tariff>>;
//   };
#pragma once

#include <eventcore/stream_id.hpp>

#include <optional>
#include <type_traits>
#include <vector>

namespace ec {

// Marks a stream that is read and checked, and that the command cannot write to.
template <auto Member>
struct ReadOnly {};
template <auto Member>
inline constexpr ReadOnly<Member> read_only{};

namespace detail {

enum class StreamKind { wrong, one, optional, many };

template <class Member>
struct MemberOf {
  using Class = void;
  static constexpr StreamKind kind = StreamKind::wrong;
};
template <class C, class M>
struct MemberOf<M C::*> {
  using Class = C;
  static constexpr StreamKind kind = std::is_same_v<M, StreamId>                  ? StreamKind::one
                                     : std::is_same_v<M, std::optional<StreamId>> ? StreamKind::optional
                                     : std::is_same_v<M, std::vector<StreamId>>   ? StreamKind::many
                                                                                  : StreamKind::wrong;
};

template <class T>
inline constexpr bool is_read_only = false;
template <auto Member>
inline constexpr bool is_read_only<ReadOnly<Member>> = true;

template <auto Member>
constexpr auto unwrap(ReadOnly<Member>) {
  return Member;
}
template <class Member>
constexpr auto unwrap(Member member) {
  return member;
}

template <auto A, auto B>
constexpr bool same_member() {
  if constexpr (std::is_same_v<decltype(A), decltype(B)>)
    return A == B;
  else
    return false;
}

}  // namespace detail

template <auto... Entries>
struct StreamSet {
  static constexpr std::size_t size = sizeof...(Entries);
  static_assert(size > 0, "eventcore: a StreamSet needs at least one member that names a stream");
  static_assert(((detail::MemberOf<decltype(detail::unwrap(Entries))>::kind != detail::StreamKind::wrong) && ...),
                "eventcore: a member of a StreamSet must be an ec::StreamId, a std::optional<ec::StreamId> or a "
                "std::vector<ec::StreamId>");

  template <auto Member>
  static constexpr bool declares = (detail::same_member<detail::unwrap(Entries), Member>() || ...);
  template <auto Member>
  static constexpr bool writable = ((detail::same_member<Entries, Member>()) || ...);

  // Whether each entry names one stream, always.
  static constexpr bool all_single =
      ((detail::MemberOf<decltype(detail::unwrap(Entries))>::kind == detail::StreamKind::one) && ...);

  // The place of a declared member among the entries.
  template <auto Member>
  static constexpr std::size_t index_of() {
    std::size_t index = 0;
    (void)((detail::same_member<detail::unwrap(Entries), Member>() || (++index, false)) || ...);
    return index;
  }

  // Whether each entry is a member of C.
  template <class C>
  static constexpr bool belongs_to =
      (std::is_base_of_v<typename detail::MemberOf<decltype(detail::unwrap(Entries))>::Class, C> && ...);

  // Calls `visit(entry_index, stream_id)` for each stream that the command names, in the order of the entries.
  template <class C, class Visit>
  static void for_each(const C& command, Visit&& visit) {
    std::size_t entry = 0;
    const auto member = [&](const auto& streams) {
      using M = std::remove_cvref_t<decltype(streams)>;
      if constexpr (std::is_same_v<M, StreamId>) {
        visit(entry, streams);
      } else {
        if constexpr (std::is_same_v<M, std::optional<StreamId>>) {
          if (streams) visit(entry, *streams);
        } else {
          for (const StreamId& stream : streams) visit(entry, stream);
        }
      }
      ++entry;
    };
    (member(command.*detail::unwrap(Entries)), ...);
  }
};

}  // namespace ec
