// How the program ends, and what it says when it does not end well.
#pragma once

#include <eventcore/error.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace cli {

// The man page explains them.
enum Exit { done = 0, failed = 1, wrong_usage = 2, conflict = 3, killed_by_signal = 128 };

// In words for the user; ends the program with that status.
class Failure : public std::runtime_error {
 public:
  Failure(Exit status, const std::string& what) : std::runtime_error(what), status_(status) {}
  Exit status() const { return status_; }

 private:
  Exit status_;
};

inline Exit status_of(ec::Code code) {
  switch (code) {
    case ec::Code::config:
    case ec::Code::invalid:
    case ec::Code::limit: return wrong_usage;
    case ec::Code::conflict:
    case ec::Code::duplicate: return conflict;
    default: return failed;
  }
}

inline Failure failure(const ec::Error& error, const std::string& before = {}) {
  return {status_of(error.code), before + error.message};
}

// The value, or the failure that says why there is none; `before` stands before it.
template <class T>
T take(ec::Result<T>&& result, const std::string& before = {}) {
  if (!result) throw failure(result.error(), before);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace cli
