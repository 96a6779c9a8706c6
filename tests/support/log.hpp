// What libeventcore and its plugins log while it lives.
#pragma once

#include <eventcore/eventcore.hpp>

#include <mutex>
#include <string>

namespace ec::test {

class Log {
 public:
  Log() { ec_set_log(take, this); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() { ec_set_log(nullptr, nullptr); }

  // Line by line, each behind its level.
  std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }
  // The warnings alone, without their level.
  std::string warnings() const {
    const std::scoped_lock lock(mutex_);
    return warnings_;
  }

 private:
  static void take(void* self, int level, ec_str message) {
    auto& log = *static_cast<Log*>(self);
    const std::scoped_lock lock(log.mutex_);
    log.text_.append(std::to_string(level)).append(": ").append(detail::view(message)).append("\n");
    if (level == EC_LOG_WARNING) log.warnings_.append(detail::view(message)).append("\n");
  }

  mutable std::mutex mutex_;
  std::string text_;
  std::string warnings_;
};

}  // namespace ec::test
