// The rows that a statement gave, in binary form. Their bytes live as long as the object.
#pragma once

#include <eventcore/abi/base.h>
#include <eventcore/plugin/failure.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <libpq-fe.h>
#include <memory>
#include <string_view>
#include <vector>

namespace ec::postgres {

template <class T>
T number_at(const char* bytes) {
  T number;
  std::memcpy(&number, bytes, sizeof number);
  return std::endian::native == std::endian::little ? std::byteswap(number) : number;
}

class Rows {
 public:
  Rows() = default;
  explicit Rows(PGresult* result) : result_(result, PQclear) {}

  const PGresult* raw() const { return result_.get(); }
  int size() const { return result_ ? PQntuples(result_.get()) : 0; }
  bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }

  std::string_view bytes(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
  }
  std::int64_t int8(int row, int column) const { return number<std::int64_t>(row, column); }
  std::int32_t int4(int row, int column) const { return number<std::int32_t>(row, column); }
  bool boolean(int row, int column) const { return bytes(row, column) == std::string_view("\1", 1); }
  ec_uuid uuid(int row, int column) const {
    ec_uuid uuid{};
    std::memcpy(uuid.bytes, sized(row, column, sizeof uuid), sizeof uuid.bytes);
    return uuid;
  }
  // An array of numbers without nulls; empty where the column is null.
  template <class T>
  std::vector<T> numbers(int row, int column) const {
    constexpr std::size_t header = 20, count_at = 12;
    std::vector<T> result;
    const std::string_view value = bytes(row, column);
    if (value.size() < header) return result;
    const auto count = number_at<std::uint32_t>(value.data() + count_at);
    if (value.size() != header + count * (sizeof(std::uint32_t) + sizeof(T))) throw strange();
    result.reserve(count);
    for (std::size_t at = header; at < value.size(); at += sizeof(std::uint32_t) + sizeof(T))
      result.push_back(number_at<T>(value.data() + at + sizeof(std::uint32_t)));
    return result;
  }

  static plugin::Failure strange() { return {EC_INTERNAL, "the server answered in a form that was not asked for"}; }

 private:
  const char* sized(int row, int column, std::size_t size) const {
    if (bytes(row, column).size() != size) throw strange();
    return PQgetvalue(result_.get(), row, column);
  }
  template <class T>
  T number(int row, int column) const {
    return number_at<T>(sized(row, column, sizeof(T)));
  }

  std::unique_ptr<PGresult, decltype(&PQclear)> result_{nullptr, PQclear};
};

}  // namespace ec::postgres
