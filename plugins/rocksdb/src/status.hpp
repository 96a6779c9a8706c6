// What RocksDB says, in the contract's words.
#pragma once

#include <eventcore/plugin/failure.hpp>

#include <string>
#include <string_view>

#include <rocksdb/status.h>

namespace ec::rocks {

// RocksDB's own word for the kind of failure, for ec_error.native_code.
std::string_view native_code(const rocksdb::Status& status);

// A failure that was met while doing `what` ("reading a stream").
plugin::Failure failure(const rocksdb::Status& status, std::string_view what);

inline void check(const rocksdb::Status& status, std::string_view what) {
  if (!status.ok()) throw failure(status, what);
}

}  // namespace ec::rocks
