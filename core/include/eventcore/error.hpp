// Errors are values: what a function could not do, in words a user can act on.
//
//   ec::Result<int> parse(bool good) {
//     if (!good) return std::unexpected(ec::Error{ec::Code::invalid, "not good; make it good"});
//     return 1;
//   }
#pragma once

#include <eventcore/abi/eventcore.h>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace ec {

// How a call ended; see ec_status in abi/base.h. A value that is not among these is to be treated as `internal`.
enum class Code : ec_status {
  internal = EC_INTERNAL,
  invalid = EC_INVALID,
  config = EC_CONFIG,
  unsupported = EC_UNSUPPORTED,
  conflict = EC_CONFLICT,
  rejected = EC_REJECTED,
  duplicate = EC_DUPLICATE,
  not_found = EC_NOT_FOUND,
  fenced = EC_FENCED,
  unavailable = EC_UNAVAILABLE,
  timeout = EC_TIMEOUT,
  cancelled = EC_CANCELLED,
  corrupt = EC_CORRUPT,
  no_memory = EC_NO_MEMORY,
  limit = EC_LIMIT,
  read_only = EC_READ_ONLY,
  in_doubt = EC_IN_DOUBT
};

// "CONFLICT"; good for ever.
inline const char* name_of(Code code) { return ec_status_name(static_cast<ec_status>(code)); }

struct Error {
  Code code = Code::internal;
  std::string message;
  std::string native_code{};           // the backend's own: SQLSTATE, errno name
  bool retryable = false;              // the same call may succeed when it is repeated
  std::uint64_t expected_version = 0;  // of a conflict
  std::uint64_t actual_version = 0;    // of a conflict

  bool is_conflict() const { return code == Code::conflict; }
  bool is_rejected() const { return code == Code::rejected; }  // a business rule said no
  bool is_in_doubt() const { return code == Code::in_doubt; }  // stored or not: ask again with the same commit id
};

template <class T = void>
using Result = std::expected<T, Error>;

namespace detail {

inline Error to_error(const ec_error& error) {
  return {static_cast<Code>(error.code),           error.message,          error.native_code,
          (error.flags & EC_ERROR_RETRYABLE) != 0, error.expected_version, error.actual_version};
}

// Fills what is still untouched: message and code. A long message is cut at a character's border.
inline ec_status fill(ec_error* error, const Error& from) {
  error->code = static_cast<ec_status>(from.code);
  std::size_t size = from.message.copy(error->message, sizeof error->message - 1);
  if (size < from.message.size())
    while (size > 0 && (static_cast<unsigned char>(from.message[size]) & 0xC0U) == 0x80U) --size;
  error->message[size] = '\0';
  return error->code;
}

inline std::string_view view(ec_str text) { return {text.data, text.size}; }
inline std::string_view view(ec_bytes bytes) { return {reinterpret_cast<const char*>(bytes.data), bytes.size}; }
inline ec_str str(std::string_view text) { return {text.data(), text.size()}; }
inline ec_bytes bytes(std::string_view data) {
  return {reinterpret_cast<const std::uint8_t*>(data.data()), data.size()};
}

}  // namespace detail

}  // namespace ec
