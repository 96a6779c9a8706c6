// Copies of structs whose other side may know fewer members, or more: nothing is read that is not there, nothing is
// written past what the other side has.
//
//   void tell(const ec_call& theirs, ec_info& about) {
//     const ec_call call = ec::plugin::known(theirs);  // members that they do not know are zero
//     ec_info mine{};
//     mine.max_payload = call.deadline_ns == 0 ? 100 : 10;
//     ec::plugin::put(about, mine);                    // as many of its members as they have
//   }
#pragma once

#include <eventcore/abi/event_store.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace ec::plugin {

// A whole T of the `size` bytes that are there; what is missing is zero. Of elements, the size is the array's stride.
template <class T>
T known(const T& given, std::size_t size) {
  if (size >= sizeof(T)) return given;
  T whole{};
  std::memcpy(&whole, &given, size);
  return whole;
}
template <class T>
T known(const T& given) {
  return known(given, given.struct_size);
}

// Fills a struct that the other side made, which is `size` bytes long. Its struct_size, and members that only they know,
// stay as they are.
template <class T>
void put(T& to, const T& from, std::size_t size) {
  constexpr std::size_t begin = sizeof to.struct_size;
  const std::size_t end = std::min(size, sizeof(T));
  if (end > begin)
    std::memcpy(reinterpret_cast<char*>(&to) + begin, reinterpret_cast<const char*>(&from) + begin, end - begin);
}
template <class T>
void put(T& to, const T& from) {
  put(to, from, to.struct_size);
}

}  // namespace ec::plugin
