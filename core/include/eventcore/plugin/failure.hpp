// Errors for plugin authors: throw a Failure anywhere; guard() turns it into the ABI's status and error at the border.
//
//   ec_status connect(const std::string& host, ec_error* error) {
//     return ec::plugin::guard(error, [&] {
//       throw ec::plugin::Failure(EC_UNAVAILABLE, "cannot reach the server at " + host + ": is it running?");
//     });
//   }
#pragma once

#include <eventcore/abi/base.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ec::plugin {

class Failure : public std::runtime_error {
 public:
  // `native_code` is the backend's own word for it (SQLSTATE, errno name), at most 15 bytes of it are kept.
  Failure(ec_status status, const std::string& message, std::string_view native_code = {}, bool retryable = false)
      : std::runtime_error(message), status_(status), retryable_(retryable), native_code_(native_code) {}

  ec_status status() const { return status_; }
  bool retryable() const { return retryable_; }
  const std::string& native_code() const { return native_code_; }

 private:
  ec_status status_;
  bool retryable_;
  std::string native_code_;
};

// Cuts at a character's border, so that the message stays UTF-8.
inline void copy_text(char* to, std::size_t capacity, std::string_view text) noexcept {
  std::size_t size = std::min(text.size(), capacity - 1);
  if (size < text.size())
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  if (size > 0) std::memcpy(to, text.data(), size);
  to[size] = '\0';
}

// Fills an error and gives its status back. `error` may be null.
inline ec_status set_error(ec_error* error, ec_status status, std::string_view message,
                           std::string_view native_code = {}, bool retryable = false) noexcept {
  if (error == nullptr) return status;
  error->code = status;
  error->flags = retryable ? EC_ERROR_RETRYABLE : 0U;
  error->conflict_index = 0;
  error->expected_version = 0;
  error->actual_version = 0;
  copy_text(error->native_code, sizeof error->native_code, native_code);
  copy_text(error->message, sizeof error->message, message);
  return status;
}

// The exception under way, as status and error. Call it inside a catch block.
inline ec_status set_error_from_exception(ec_error* error) noexcept {
  try {
    throw;
  } catch (const Failure& failure) {
    return set_error(error, failure.status(), failure.what(), failure.native_code(), failure.retryable());
  } catch (const std::bad_alloc&) {
    return set_error(error, EC_NO_MEMORY, "out of memory");
  } catch (const std::exception& exception) {
    return set_error(error, EC_INTERNAL, exception.what());
  } catch (...) {
    return set_error(error, EC_INTERNAL, "an exception of unknown type");
  }
}

// Runs `body` and lets nothing out but a status.
template <class Body>
ec_status guard(ec_error* error, Body&& body) noexcept {
  try {
    body();
    return EC_OK;
  } catch (...) {
    return set_error_from_exception(error);
  }
}

}  // namespace ec::plugin
