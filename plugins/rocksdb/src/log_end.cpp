#include "log_end.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <string>

namespace ec::rocks {

namespace {

// RocksDB's log format: blocks, in them records; a record does not go on from one block into the next but in parts.
constexpr std::size_t block_bytes = 32 * 1024;
// Masked CRC-32C of type and payload (4 bytes), length of the payload (2), type (1).
constexpr std::size_t header_bytes = 7;
constexpr std::size_t type_at = 6;
constexpr std::uint8_t first_type = 1, last_type = 4;  // whole, first, middle, last part

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> crc_table = make_crc_table();

// CRC-32C, byte by byte.
class Crc {
 public:
  void add(char byte) { crc_ = crc_ >> 8U ^ crc_table[(crc_ ^ static_cast<unsigned char>(byte)) & 0xFFU]; }
  // As RocksDB stores it.
  std::uint32_t masked() const {
    const std::uint32_t crc = ~crc_;
    return (crc >> 15U | crc << 17U) + 0xA282EAD8U;
  }

 private:
  std::uint32_t crc_ = 0xFFFFFFFFU;
};

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < count; ++i)
    number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << 8U * i;
  return number;
}

std::uint8_t type_of(std::string_view record) { return static_cast<std::uint8_t>(record[type_at]); }

std::size_t length_of(std::string_view record) { return header_bytes + number_at(record, 4, 2); }

bool is_whole(std::string_view record) {
  if (record.size() < header_bytes || length_of(record) > record.size()) return false;
  Crc crc;
  for (const char byte : record.substr(type_at, length_of(record) - type_at)) crc.add(byte);
  return crc.masked() == number_at(record, 0, 4);
}

// The end of the file, a whole record, or the beginning of one that the end of the file cuts off.
bool can_follow(std::string_view rest) {
  if (rest.size() < header_bytes || is_whole(rest)) return true;
  return type_of(rest) >= first_type && type_of(rest) <= last_type && length_of(rest) > rest.size();
}

// Whether the checksum holds for some length, and what follows then could be there.
bool is_whole_with_another_length(std::string_view record) {
  const std::uint32_t expected = number_at(record, 0, 4);
  Crc crc;
  for (std::size_t at = type_at; at < record.size(); ++at) {
    crc.add(record[at]);
    if (crc.masked() == expected && can_follow(record.substr(at + 1))) return true;
  }
  return false;
}

bool has_hidden_record(const std::filesystem::path& log) {
  std::ifstream file(log, std::ios::binary);
  std::string block(block_bytes, '\0');
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto size = static_cast<std::size_t>(file.gcount());
    const bool is_last = !file || file.peek() == std::ifstream::traits_type::eof();
    if (hides_a_record(std::string_view(block).substr(0, size), is_last)) return true;
  }
  return false;
}

}  // namespace

bool hides_a_record(std::string_view block, bool is_last_block) {
  while (block.size() >= header_bytes) {
    if (type_of(block) > last_type) return true;
    if (length_of(block) > block.size()) return is_last_block && is_whole_with_another_length(block);
    block.remove_prefix(length_of(block));
  }
  return false;
}

std::optional<std::filesystem::path> find_log_with_hidden_record(const std::filesystem::path& folder) {
  std::error_code problem;
  for (std::filesystem::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem))
    if (at->path().extension() == ".log" && has_hidden_record(at->path())) return at->path();
  return std::nullopt;
}

}  // namespace ec::rocks
