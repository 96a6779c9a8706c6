// RocksDB's log lines on their way to the host. Its default writes them to a file beside the data, which fails, and
// takes the database with it, when the disk is full.
#pragma once

#include <eventcore/plugin/export.hpp>

#include <mutex>

#include <rocksdb/env.h>

namespace ec::rocks {

class HostLogger : public rocksdb::Logger {
 public:
  // The host must stay until the last of the database is gone, or until detach().
  explicit HostLogger(plugin::Host host) : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), host_(host) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;
  void detach() noexcept;

 private:
  std::mutex mutex_;
  plugin::Host host_;
};

}  // namespace ec::rocks
