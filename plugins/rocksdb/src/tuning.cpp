// The options of RocksDB. Which of them keep a promise and what was measured with the defaults:
// docs/storage-rocksdb.md.
#include "database.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

namespace ec::rocks {

namespace {

using rocksdb::ColumnFamilyOptions;

ColumnFamilyOptions family(const Config& config, const std::shared_ptr<rocksdb::Cache>& cache, std::size_t block_bytes,
                           bool filter) {
  ColumnFamilyOptions options;
  options.compression = config.compression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = block_bytes;
  table.format_version = 5;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  if (filter) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    // In blocks, too: a whole filter of a file is larger than a shard of the cache, and was read again for each look-up.
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = true;
    options.memtable_prefix_bloom_size_ratio = 0.05;
    options.memtable_whole_key_filtering = true;
    options.compaction_style = rocksdb::kCompactionStyleUniversal;
    options.level0_file_num_compaction_trigger = 6;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = config.write_buffer_bytes;
  options.max_write_buffer_number = 4;
  return options;
}

}  // namespace

rocksdb::DBOptions Database::db_options() const {
  rocksdb::DBOptions options;
  options.create_if_missing = config_.create;
  options.create_missing_column_families = true;
  // What was acknowledged is there, and damage is seen.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.paranoid_checks = true;
  options.recycle_log_file_num = 0;
  options.best_efforts_recovery = false;
  // An error is final until the store is opened again.
  options.max_bgerror_resume_count = 0;
  // One writer, one queue, nothing out of order.
  options.manual_wal_flush = false;
  options.two_write_queues = false;
  options.unordered_write = false;
  options.enable_pipelined_write = false;
  options.allow_concurrent_memtable_write = false;
  options.wal_compression = rocksdb::kNoCompression;
  options.max_total_wal_size = config_.write_buffer_bytes;
  options.max_background_jobs = 2;
  // A reader opens every file at once: the process that writes may remove it any time, an open one stays readable.
  options.max_open_files = config_.read_only ? -1 : 512;
  options.bytes_per_sync = 1024 * 1024;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> Database::family_options() const {
  constexpr std::size_t KiB = 1024;
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(config_.cache_bytes);
  ColumnFamilyOptions events = family(config_, cache, 16 * KiB, false);
  // Keys only grow: the place of the last insert is the place of the next one.
  events.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(0));
  const ColumnFamilyOptions index = family(config_, cache, 4 * KiB, true);
  const ColumnFamilyOptions commits = family(config_, cache, 4 * KiB, true);
  const ColumnFamilyOptions meta = family(config_, cache, 4 * KiB, false);
  return {{family_names[0], meta}, {family_names[1], events}, {family_names[2], index}, {family_names[3], commits}};
}

}  // namespace ec::rocks
