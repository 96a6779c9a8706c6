// bench_iterator: a bare RocksDB iterator over values that lie side by side: the limit of every read of a stream on
// RocksDB. The database is reopened before it is read, with RocksDB's defaults, as ours is.
#include "payload.hpp"
#include "timing.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include <rocksdb/db.h>

namespace {

std::unique_ptr<rocksdb::DB> open(const std::string& folder) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, folder, &db);
  if (!status.ok()) std::fprintf(stderr, "bench_iterator: %s\n", status.ToString().c_str());
  return std::unique_ptr<rocksdb::DB>(db);
}

// 8 bytes of run, 8 bytes of place, both so that they sort.
std::string key_of(std::uint64_t run, std::uint64_t place) {
  std::string key;
  for (const std::uint64_t number : {run, place})
    for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(number >> shift & 0xFFU);
  return key;
}

bool fill(rocksdb::DB& db, std::uint64_t runs, std::uint64_t values, std::size_t bytes) {
  bench::Payloads payloads(bytes);
  for (std::uint64_t run = 0; run < runs; ++run)
    for (std::uint64_t place = 0; place < values; ++place)
      if (!db.Put(rocksdb::WriteOptions(), key_of(run, place), payloads.next()).ok()) return false;
  return true;
}

// All values of one run, each looked at.
bool read(rocksdb::DB& db, std::uint64_t run, std::uint64_t values, std::size_t bytes) {
  const std::string end = key_of(run + 1, 0);
  const rocksdb::Slice upper(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(options));
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  std::uint64_t looked_at = 0;
  for (at->Seek(key_of(run, 0)); at->Valid(); at->Next()) {
    const rocksdb::Slice value = at->value();
    ++count;
    sum += value.size();
    looked_at += static_cast<unsigned char>(value[value.size() - 1]);
  }
  return at->status().ok() && count == values && sum == values * bytes && looked_at > 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Reads values by a RocksDB iterator, over and over; prints one line of JSON");
  std::string folder;
  std::uint64_t values = 1'000;
  std::uint64_t runs = 10;
  std::size_t bytes = 256;
  double seconds = 2;
  app.add_option("--dir", folder, "of the database, which is made")->required();
  app.add_option("--values", values, "that one read gives")->capture_default_str();
  app.add_option("--runs", runs, "of that many values, read in turn")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--bytes", bytes, "of a value")->check(CLI::Range(1, 16'000'000))->capture_default_str();
  app.add_option("--seconds", seconds, "of measuring")->check(CLI::PositiveNumber)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  {
    const auto db = open(folder);
    if (db == nullptr || !fill(*db, runs, values, bytes)) return 1;
  }
  const auto db = open(folder);
  if (db == nullptr) return 1;
  std::uint64_t run = 0;
  const bool good = bench::time_and_print(seconds, [&] { return read(*db, run++ % runs, values, bytes); });
  if (!good) std::fprintf(stderr, "bench_iterator: the database did not give what was written\n");
  return good ? 0 : 1;
}
