// The keys of the database; docs/storage-rocksdb.md describes them byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <rocksdb/slice.h>

namespace ec::rocks {

constexpr std::uint64_t last_version = ~std::uint64_t{0};

inline rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

// Big-endian, so that byte order is the order of the numbers.
inline void put_ordered(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}
// Of the first eight bytes, which must be there.
inline std::uint64_t get_ordered(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(0, 8)) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

// A key that is built on the stack, or in a buffer that is used again and again.
inline rocksdb::Slice event_key(std::string& buffer, std::uint64_t position) {
  buffer.clear();
  put_ordered(buffer, position);
  return slice(buffer);
}

// stream, 00, version. No stream id holds a byte below 20, so the 00 sorts a stream in front of those that its id is a
// prefix of, and the keys of two streams are never mixed.
inline rocksdb::Slice index_key(std::string& buffer, std::string_view stream, std::uint64_t version) {
  buffer.assign(stream);
  buffer += '\0';
  put_ordered(buffer, version);
  return slice(buffer);
}

// Behind every key of the stream and in front of every other one's.
inline rocksdb::Slice index_key_behind(std::string& buffer, std::string_view stream) {
  buffer.assign(stream);
  buffer += '\1';
  return slice(buffer);
}

struct IndexKey {
  std::string_view stream;
  std::uint64_t version = 0;
};

// The parts of an index key; an empty stream when it is none.
inline IndexKey parse_index_key(const rocksdb::Slice& key) {
  constexpr std::size_t tail = 9;
  if (key.size() <= tail || key[key.size() - tail] != '\0') return {};
  return {{key.data(), key.size() - tail}, get_ordered(view(key).substr(key.size() - 8))};
}

}  // namespace ec::rocks
