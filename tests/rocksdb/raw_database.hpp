// The database as RocksDB sees it, to prepare it and to damage it behind the plugin's back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <rocksdb/db.h>

namespace ec::rocks::test {

inline void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

// As in the plugin.
inline const std::vector<std::string> our_families{"default", "events", "index", "commits"};
enum Family : std::size_t { meta_family, events_family, index_family, commits_family };

class RawDatabase {
 public:
  explicit RawDatabase(const std::filesystem::path& path, const std::vector<std::string>& families = our_families,
                       std::uint64_t table_bytes = std::uint64_t{64} << 20U) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    rocksdb::ColumnFamilyOptions family;
    family.target_file_size_base = table_bytes;
    family.compression = rocksdb::kNoCompression;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string& name : families) descriptors.emplace_back(name, family);
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options, path.string(), descriptors, &families_, &db));
    db_.reset(db);
  }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;
  ~RawDatabase() {
    for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
    db_->Close().PermitUncheckedError();
  }

  void put(std::size_t family, const std::string& key, const std::string& bytes) {
    check(db_->Put({}, families_.at(family), key, bytes));
  }
  void remove(std::size_t family, const std::string& key) { check(db_->Delete({}, families_.at(family), key)); }
  std::string get(std::size_t family, const std::string& key) const {
    std::string bytes;
    check(db_->Get({}, families_.at(family), key, &bytes));
    return bytes;
  }
  std::vector<std::string> keys(std::size_t family) const {
    std::vector<std::string> keys;
    const std::unique_ptr<rocksdb::Iterator> each(db_->NewIterator({}, families_.at(family)));
    for (each->SeekToFirst(); each->Valid(); each->Next()) keys.push_back(each->key().ToString());
    check(each->status());
    return keys;
  }

  // Writes all its tables anew and removes the old ones; each gets as large as it was said at opening.
  void rewrite_tables(std::size_t family) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    check(db_->CompactRange(options, families_.at(family), nullptr, nullptr));
  }

  static std::vector<std::string> family_names(const std::filesystem::path& path) {
    std::vector<std::string> names;
    check(rocksdb::DB::ListColumnFamilies({}, path.string(), &names));
    return names;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

}  // namespace ec::rocks::test
