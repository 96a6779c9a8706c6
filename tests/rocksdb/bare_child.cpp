// bare_child FOLDER: RocksDB with default options but for small buffers puts without end, saying "." after one that is
// stored, and goes when hundreds in a row were not.
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

#include <rocksdb/db.h>

int main(int count, char** arguments) {
  if (count != 2) return 2;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = std::size_t{1} << 20U;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, arguments[1], &opened).ok()) return 1;
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const std::string payload(200, 'x');
  constexpr int most_failures = 300;
  for (int i = 0, failures = 0; failures < most_failures; ++i) {
    if (!db->Put(synced, std::to_string(i), payload + std::to_string(i)).ok()) {
      ++failures;
      continue;
    }
    failures = 0;
    std::puts(".");
    std::fflush(stdout);
  }
  return 0;
}
