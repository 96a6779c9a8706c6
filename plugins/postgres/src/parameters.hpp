// The parameters of a statement in Postgres' binary form: numbers in network order; arrays of one dimension with a
// header, and a length before each element. Their forms are those of the types' send and receive functions.
#pragma once

#include <eventcore/abi/base.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace ec::postgres {

// What the elements of an array are, by the numbers that the server's catalog has had for them since ever.
enum class Type : std::uint32_t { boolean = 16, bytes = 17, int8 = 20, int4 = 23, text = 25, uuid = 2950 };

template <class T>
void put_number(std::string& out, T number) {
  if constexpr (std::endian::native == std::endian::little) number = std::byteswap(number);
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

class Array {
 public:
  explicit Array(Type type) : type_(type) { clear(); }

  void clear() {
    count_ = 0;
    bytes_.clear();
    put_number<std::uint32_t>(bytes_, 1);  // dimensions
    put_number<std::uint32_t>(bytes_, 0);  // no nulls
    put_number<std::uint32_t>(bytes_, static_cast<std::uint32_t>(type_));
    put_number<std::uint32_t>(bytes_, 0);  // elements: see finish
    put_number<std::uint32_t>(bytes_, 1);  // the first one's number
  }
  std::uint32_t size() const { return count_; }

  void add(bool value) {
    begin(1);
    bytes_.push_back(value ? '\1' : '\0');
  }
  void add(std::int32_t number) { add_number(number); }
  void add(std::int64_t number) { add_number(number); }
  void add(std::uint32_t number) { add_number(number); }
  void add(std::uint64_t number) { add_number(number); }
  void add(std::string_view bytes) {
    begin(bytes.size());
    bytes_.append(bytes);
  }
  void add(const ec_uuid& uuid) { add(std::string_view(reinterpret_cast<const char*>(uuid.bytes), sizeof uuid.bytes)); }

  // What is sent. The array must not change until then.
  std::string_view finish() {
    const std::uint32_t count = std::byteswap(count_);
    std::memcpy(bytes_.data() + 12, &count, sizeof count);
    // An empty one has no dimension, and ends behind the type.
    const std::uint32_t dimensions = count_ == 0 ? 0 : std::byteswap(1U);
    std::memcpy(bytes_.data(), &dimensions, sizeof dimensions);
    return count_ == 0 ? std::string_view(bytes_).substr(0, 12) : std::string_view(bytes_);
  }

 private:
  void begin(std::size_t size) {
    ++count_;
    put_number(bytes_, static_cast<std::uint32_t>(size));
  }
  template <class T>
  void add_number(T number) {
    begin(sizeof number);
    put_number(bytes_, number);
  }

  Type type_;
  std::uint32_t count_ = 0;
  std::string bytes_;
};

// Lends the bytes of texts and arrays until the statement has been sent; keeps numbers itself.
class Parameters {
 public:
  Parameters& number(std::int64_t value) {
    std::uint64_t& kept = numbers_[count_];
    kept = std::byteswap(static_cast<std::uint64_t>(value));
    return add(reinterpret_cast<const char*>(&kept), sizeof kept);
  }
  Parameters& flag(bool value) {
    static constexpr char yes = '\1', no = '\0';
    return add(value ? &yes : &no, 1);
  }
  Parameters& bytes(std::string_view value) { return add(value.empty() ? "" : value.data(), value.size()); }
  Parameters& array(Array& value) { return bytes(value.finish()); }

  int count() const { return static_cast<int>(count_); }
  const char* const* values() const { return values_; }
  const int* lengths() const { return lengths_; }
  const int* formats() const { return formats_; }

  static constexpr std::size_t most = 32;

 private:
  Parameters& add(const char* value, std::size_t size) {
    values_[count_] = value;
    lengths_[count_] = static_cast<int>(size);
    formats_[count_] = 1;
    ++count_;
    return *this;
  }

  std::size_t count_ = 0;
  const char* values_[most]{};
  int lengths_[most]{};
  int formats_[most]{};
  std::uint64_t numbers_[most]{};
};

}  // namespace ec::postgres
