#include "logger.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace ec::rocks {

void HostLogger::Logv(const char* format, va_list arguments) {
  Logv(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
}

void HostLogger::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
  std::array<char, 1024> line{};
  const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
  if (length <= 0) return;
  const std::string_view text(line.data(), std::min(static_cast<std::size_t>(length), line.size() - 1));
  const std::scoped_lock lock(mutex_);
  host_.log(level == rocksdb::InfoLogLevel::WARN_LEVEL ? EC_LOG_WARNING : EC_LOG_ERROR,
            "rocksdb: " + std::string(text));
}

void HostLogger::detach() noexcept {
  const std::scoped_lock lock(mutex_);
  host_ = plugin::Host(nullptr);
}

}  // namespace ec::rocks
