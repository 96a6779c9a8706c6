#include "status.hpp"

namespace ec::rocks {

std::string_view native_code(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return "NoSpace";
  if (status.IsPathNotFound()) return "PathNotFound";
  if (status.IsMemoryLimit()) return "MemoryLimit";
  switch (status.code()) {
    case rocksdb::Status::kCorruption: return "Corruption";
    case rocksdb::Status::kIOError: return "IOError";
    case rocksdb::Status::kInvalidArgument: return "InvalidArgument";
    case rocksdb::Status::kIncomplete: return "Incomplete";
    case rocksdb::Status::kBusy: return "Busy";
    case rocksdb::Status::kAborted: return "Aborted";
    default: return "Other";
  }
}

plugin::Failure failure(const rocksdb::Status& status, std::string_view what) {
  const std::string text = std::string(what) + ": " + status.ToString();
  if (status.IsCorruption())
    return {EC_CORRUPT, text + "; the database is damaged, restore it from a backup", native_code(status)};
  if (status.IsMemoryLimit()) return {EC_NO_MEMORY, text, native_code(status)};
  if (status.IsNoSpace()) return {EC_UNAVAILABLE, text + "; the disk is full, make room", native_code(status), true};
  if (status.IsIOError()) return {EC_INTERNAL, text + "; check the disk and the permissions", native_code(status)};
  return {EC_INTERNAL, text, native_code(status)};
}

}  // namespace ec::rocks
