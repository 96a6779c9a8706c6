// The RocksDB database: opened with options that keep the contract's promises (docs/storage-rocksdb.md says which and
// why), and stopped for good at the first write that failed.
#pragma once

#include "config.hpp"
#include "engine.hpp"
#include "entries.hpp"

#include <eventcore/plugin/export.hpp>

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

namespace ec::rocks {

class Database {
 public:
  // Opens it, or makes it. Throws a Failure that says what is in the way: no such database, a folder with something
  // else in it, another process, another format, damage.
  Database(const Config& config, plugin::Host host);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // In this order: the store's own things, events, versions of streams, commit ids.
  static constexpr std::array<const char*, 4> family_names{"default", "events", "index", "commits"};

  rocksdb::ColumnFamilyHandle* meta() const { return engine_.families()[0]; }
  rocksdb::ColumnFamilyHandle* events() const { return engine_.families()[1]; }
  rocksdb::ColumnFamilyHandle* index() const { return engine_.families()[2]; }
  rocksdb::ColumnFamilyHandle* commits() const { return engine_.families()[3]; }
  const ec_uuid& store_id() const { return store_id_; }

  // Reading. Throws EC_UNAVAILABLE when RocksDB is lost.
  rocksdb::Status get(rocksdb::ColumnFamilyHandle* family, const rocksdb::Slice& key,
                      rocksdb::PinnableSlice* value) const;
  void get_all(const rocksdb::ReadOptions& options, rocksdb::ColumnFamilyHandle* family, std::size_t count,
               const rocksdb::Slice* keys, rocksdb::PinnableSlice* values, rocksdb::Status* statuses) const;
  Entries entries(rocksdb::ColumnFamilyHandle* family, const rocksdb::ReadOptions& options = {}) const {
    return {engine_, family, options};
  }

  // A batch as every write needs it.
  static rocksdb::WriteBatch make_batch();

  // All of it, on stable storage if the store is durable. Throws
  //   EC_READ_ONLY, EC_UNAVAILABLE, EC_TIMEOUT, EC_CANCELLED: nothing is written nor will be;
  //   EC_IN_DOUBT: it may be there after reopening; from then on every write is refused.
  void write(rocksdb::WriteBatch& batch, const plugin::Call& call);

  // Throws EC_READ_ONLY when no write can go through any more.
  void check_writable() const;
  // A write has failed: what it wrote may be there after reopening.
  bool stopped() const { return engine_.stopped(); }

 private:
  void open();
  void make_sure_it_is_ours() const;
  void check_families() const;
  void check_unfinished(const std::vector<std::string>& names) const;
  void check_unused(bool is_empty) const;
  void read_format();
  void write_format();
  void check_space(std::uint64_t bytes) const;
  rocksdb::Status write_once(rocksdb::WriteBatch& batch);
  void stop(const rocksdb::Status& status) noexcept;
  [[noreturn]] void fail_in_doubt(const rocksdb::Status& status);
  plugin::Failure open_failure(const rocksdb::Status& status) const;
  rocksdb::DBOptions db_options() const;
  std::vector<rocksdb::ColumnFamilyDescriptor> family_options() const;

  const Config config_;
  const plugin::Host host_;
  rocksdb::WriteOptions write_options_;
  bool was_in_use_ = false;  // events were stored here before it was opened, as far as the files tell
  ec_uuid store_id_{};
  const std::exception_ptr in_doubt_without_memory_;  // throwing it needs none

  mutable std::mutex mutex_;
  std::string why_stopped_;
  Engine engine_;  // last: it calls stop()
};

}  // namespace ec::rocks
