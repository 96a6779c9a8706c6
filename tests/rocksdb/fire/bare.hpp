// RocksDB as it is without the plugin: default options, one column family. What it does under the same fire.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <rocksdb/db.h>

namespace ec::rocks::test {

class Bare {
 public:
  explicit Bare(const std::filesystem::path& path, rocksdb::Options options = {}) {
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    status_ = rocksdb::DB::Open(options, path.string(), &db);
    db_.reset(db);
  }

  bool is_open() const { return status_.ok(); }
  rocksdb::Status put(int number, const std::string& text, bool sync = false) {
    rocksdb::WriteOptions options;
    options.sync = sync;
    return db_->Put(options, key(number), text);
  }
  bool holds(int number) const {
    std::string text;
    return db_->Get({}, key(number), &text).ok();
  }

 private:
  static std::string key(int number) { return "key-of-some-length-" + std::to_string(number); }

  rocksdb::Status status_;
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace ec::rocks::test
