// bench_write_batch: a bare loop of synced WriteBatches on RocksDB, with the keys and the payloads of our append: a record
// under its position, an index entry an event, a commit id. Nothing is checked before it is written, there are no
// versions and no outcomes; streams' ids, types and times are left out of the records.
#include "payload.hpp"
#include "timing.hpp"

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

namespace {

struct Options {
  std::string folder;
  std::size_t threads = 1;
  std::size_t events = 2;
  std::size_t bytes = 256;
  bool in_turn = false;
  double seconds = 2;
};

std::string ordered(std::uint64_t number) {
  std::string key;
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(number >> shift & 0xFFU);
  return key;
}

bool complain(const rocksdb::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "bench_write_batch: %s\n", status.ToString().c_str());
  return status.ok();
}

// Made with RocksDB's defaults. Families are given back before the database is closed.
class Database {
 public:
  explicit Database(const std::string& folder) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.error_if_exists = true;
    rocksdb::DB* db = nullptr;
    if (!complain(rocksdb::DB::Open(options, folder, &db))) return;
    db_.reset(db);
    if (!complain(db->CreateColumnFamilies(rocksdb::ColumnFamilyOptions(), {"events", "index", "commits"}, &families_)))
      families_.clear();
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    for (auto* family : families_) db_->DestroyColumnFamilyHandle(family);
  }

  bool opened() const { return families_.size() == 3; }
  rocksdb::DB& operator*() const { return *db_; }
  rocksdb::ColumnFamilyHandle* events() const { return families_[0]; }
  rocksdb::ColumnFamilyHandle* index() const { return families_[1]; }
  rocksdb::ColumnFamilyHandle* commits() const { return families_[2]; }

  // How many records there are.
  std::uint64_t count() const {
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions(), events()));
    std::uint64_t count = 0;
    for (at->SeekToFirst(); at->Valid(); at->Next()) ++count;
    return complain(at->status()) ? count : 0;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

// What all threads share. In turn: each waits until the one before has its answer, so that RocksDB, which writes what
// waits together, never has two.
struct Shared {
  std::atomic<std::uint64_t> position{1};
  std::atomic<std::uint64_t> written{0};
  std::mutex turn;
};

class Writer {
 public:
  Writer(const Database& database, Shared& shared, const Options& options, std::size_t number)
      : database_(database), shared_(shared), options_(options), number_(number), random_(number + 1) {
    Payloads payloads(options.bytes);
    for (std::string& record : records_)
      for (std::size_t i = 0; i < options.events; ++i) record += payloads.next();
  }

  bool operator()() {
    rocksdb::WriteBatch batch;
    const std::uint64_t position = shared_.position.fetch_add(options_.events);
    ++version_;
    batch.Put(database_.events(), ordered(position), records_[version_ % records_.size()]);
    for (std::size_t i = 0; i < options_.events; ++i) {
      const std::string stream = "append/1/" + std::to_string(number_) + "/" + std::to_string(i);
      batch.Put(database_.index(), stream + '\0' + ordered(version_), ordered(position + i));
    }
    const std::uint64_t commit_id[] = {random_(), random_()};
    batch.Put(database_.commits(), {reinterpret_cast<const char*>(commit_id), sizeof commit_id}, ordered(position));
    rocksdb::WriteOptions synced;
    synced.sync = true;
    std::unique_lock lock(shared_.turn, std::defer_lock);
    if (options_.in_turn) lock.lock();
    if (!complain((*database_).Write(synced, &batch))) return false;
    shared_.written.fetch_add(1);
    return true;
  }

 private:
  using Payloads = bench::Payloads;
  const Database& database_;
  Shared& shared_;
  const Options& options_;
  const std::size_t number_;
  std::uint64_t version_ = 0;
  std::mt19937_64 random_;
  std::array<std::string, 64> records_;  // made beforehand, used in turn
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Writes synced batches to a new RocksDB database; prints one line of JSON");
  Options options;
  app.add_option("--dir", options.folder, "of the database, which is made")->required();
  app.add_option("--threads", options.threads, "that write")->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--events", options.events, "of a batch")->check(CLI::Range(1, 10'000))->capture_default_str();
  app.add_option("--bytes", options.bytes, "of an event")->check(CLI::Range(1, 16'000'000))->capture_default_str();
  app.add_flag("--in-turn", options.in_turn, "one batch at a time, instead of RocksDB's own group commit");
  app.add_option("--seconds", options.seconds, "of measuring")->check(CLI::PositiveNumber)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Database database(options.folder);
  if (!database.opened()) return 1;
  Shared shared;
  const auto timed = bench::time_threads(options.seconds, options.threads, [&](std::size_t number) {
    return [writer = std::make_shared<Writer>(database, shared, options, number)] { return (*writer)(); };
  });
  if (!timed.good) return 1;
  if (database.count() != shared.written) {
    std::fprintf(stderr, "bench_write_batch: the database does not hold what was written\n");
    return 1;
  }
  bench::print(timed);
  return 0;
}
