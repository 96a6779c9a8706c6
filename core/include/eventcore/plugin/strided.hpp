// Views for plugin authors: the ABI's texts, bytes and strided arrays as C++ knows them.
//
//   std::size_t bytes_in(const ec_str* texts, std::size_t count, std::size_t stride) {
//     std::size_t bytes = 0;
//     for (const ec_str& text : ec::plugin::strided(texts, count, stride)) bytes += text.size;
//     return bytes;
//   }
#pragma once

#include <eventcore/abi/base.h>

#include <cstddef>
#include <cstring>
#include <iterator>
#include <string_view>

namespace ec::plugin {

inline std::string_view view(ec_str text) { return {text.data, text.size}; }
inline std::string_view view(ec_bytes bytes) { return {reinterpret_cast<const char*>(bytes.data), bytes.size}; }
inline std::string_view view(const ec_uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.bytes), sizeof uuid.bytes};
}
inline ec_str str(std::string_view text) { return {text.data(), text.size()}; }
inline ec_bytes bytes(std::string_view data) { return {reinterpret_cast<const uint8_t*>(data.data()), data.size()}; }

inline bool is_zero(const ec_uuid& uuid) {
  static constexpr ec_uuid zero{};
  return std::memcmp(&uuid, &zero, sizeof zero) == 0;
}

// An array whose elements lie `stride` bytes apart, because the other side may know longer ones.
template <class T>
class Strided {
 public:
  Strided(T* first, std::size_t count, std::size_t stride) : first_(first), count_(count), stride_(stride) {}

  std::size_t size() const { return count_; }
  std::size_t stride() const { return stride_; }  // bytes
  T& operator[](std::size_t index) const { return *at(first_, index * stride_); }

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = T*;
    using reference = T&;

    Iterator() = default;
    Iterator(T* at_element, std::size_t stride) : at_(at_element), stride_(stride) {}
    T& operator*() const { return *at_; }
    T* operator->() const { return at_; }
    Iterator& operator++() {
      at_ = Strided::at(at_, stride_);
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    T* at_ = nullptr;
    std::size_t stride_ = 0;
  };

  Iterator begin() const { return {first_, stride_}; }
  Iterator end() const { return {at(first_, count_ * stride_), stride_}; }

 private:
  using Byte = std::conditional_t<std::is_const_v<T>, const char, char>;
  static T* at(T* base, std::size_t offset) { return reinterpret_cast<T*>(reinterpret_cast<Byte*>(base) + offset); }

  T* first_;
  std::size_t count_;
  std::size_t stride_;
};

template <class T>
Strided<T> strided(T* first, std::size_t count, std::size_t stride) {
  return {first, count, stride};
}

}  // namespace ec::plugin
