// The options that the plugin is opened with.
#pragma once

#include <eventcore/plugin/settings.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <rocksdb/options.h>

namespace ec::rocks {

struct Config {
  explicit Config(const plugin::Settings& settings);

  std::string path;
  bool create;
  bool read_only;
  bool durable;  // an append is acknowledged when it is on stable storage
  std::uint64_t max_payload_bytes;
  std::uint64_t cache_bytes;
  std::uint64_t write_buffer_bytes;
  std::uint64_t cached_heads;
  std::uint64_t recent_bytes;   // of the events written last, kept in memory
  std::uint64_t reserve_bytes;  // of disk space that appends leave alone
  std::uint64_t stall_timeout_ms;
  rocksdb::CompressionType compression;
  std::string path_origin;  // where the path was written

  // A wrong path, in words that name the option and where it was written.
  plugin::Failure wrong_path(const std::string& what) const {
    return {EC_CONFIG, path_origin + ": option 'path': " + what};
  }
};

}  // namespace ec::rocks
