#include "database.hpp"
#include "floor.hpp"
#include "keys.hpp"
#include "log_end.hpp"
#include "promises.hpp"
#include "status.hpp"

#include <eventcore/plugin/store_id.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <new>
#include <sys/statvfs.h>
#include <thread>

namespace ec::rocks {

namespace fs = std::filesystem;
using plugin::Failure;
using rocksdb::Status;

namespace {

constexpr const char* format_key = "format";
constexpr const char* store_id_key = "store_id";
constexpr const char* format = "eventcore-rocksdb 1";
// What may be in the folder before CURRENT is, when a creation was cut off.
constexpr std::array<std::string_view, 5> files_of_a_creation{"LOCK", "000000.dbtmp", "IDENTITY", "MANIFEST-000001",
                                                              "000001.dbtmp"};
constexpr const char* in_doubt = "a write failed, and whether it is stored shows only when the store is opened again";
constexpr std::uint64_t shortest_stall_ns = 1'000'000;
constexpr std::uint64_t longest_stall_ns = 50'000'000;

std::string in_quotes(const std::string& text) { return "'" + text + "'"; }

bool is_locked(const Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && (text.find("lock hold by current process") != std::string::npos ||
                                text.find("While lock file") != std::string::npos);
}

bool holds_files_of_use(const fs::path& folder) {
  return std::ranges::any_of(fs::directory_iterator(folder), [](const fs::directory_entry& entry) {
    return entry.path().extension() == ".sst" || entry.path().filename() == Floor::file_name;
  });
}

bool is_empty(rocksdb::DB& db, const std::vector<rocksdb::ColumnFamilyHandle*>& families) {
  return std::ranges::none_of(families, [&](rocksdb::ColumnFamilyHandle* family) {
    const std::unique_ptr<rocksdb::Iterator> any(db.NewIterator({}, family));
    any->SeekToFirst();
    check(any->status(), "looking at the database");
    return any->Valid();
  });
}

}  // namespace

Database::Database(const Config& config, plugin::Host host)
    : config_(config),
      host_(host),
      in_doubt_without_memory_(std::make_exception_ptr(Failure(EC_IN_DOUBT, in_doubt, "MemoryLimit"))),
      engine_(host, [this](const Status& status) { stop(status); }) {
  write_options_.sync = config_.durable && keeps(Promise::sync);
  write_options_.no_slowdown = true;
  make_sure_it_is_ours();
  was_in_use_ = holds_files_of_use(config_.path);
  open();
}

// RocksDB would put its files beside whatever is in the folder.
void Database::make_sure_it_is_ours() const {
  std::error_code problem;
  const fs::path folder(config_.path);
  const fs::file_status status = fs::status(folder, problem);
  const bool exists = fs::exists(status);
  if (exists && !fs::is_directory(status))
    throw config_.wrong_path(in_quotes(config_.path) + " is not a folder; name one");
  const bool is_database = exists && fs::exists(folder / "CURRENT", problem);
  if (exists && !is_database) {
    const auto foreign = [](const fs::directory_entry& entry) {
      return std::ranges::find(files_of_a_creation, entry.path().filename().string()) == files_of_a_creation.end();
    };
    fs::directory_iterator entries(folder, problem);
    if (problem) throw config_.wrong_path(in_quotes(config_.path) + " cannot be read: " + problem.message());
    if (std::any_of(begin(entries), end(entries), foreign))
      throw config_.wrong_path(in_quotes(config_.path) +
                               " holds other files and no database (no file CURRENT); name a folder of its own");
  }
  if (is_database) return;
  if (!config_.create || config_.read_only)
    throw config_.wrong_path("there is no database in " + in_quotes(config_.path) + "; check the path" +
                             (config_.read_only ? "" : ", or set 'create: true'"));
  fs::create_directories(folder, problem);
  if (problem) throw config_.wrong_path(in_quotes(config_.path) + " cannot be made: " + problem.message());
}

void Database::open() {
  if (const auto log = find_log_with_hidden_record(config_.path))
    throw Failure(EC_CORRUPT, "the database in " + in_quotes(config_.path) +
                                  " is damaged: RocksDB would drop a whole record from " +
                                  in_quotes(log->filename().string()) + "; restore it from a backup");
  if (config_.read_only || fs::exists(fs::path(config_.path) / "CURRENT")) check_families();
  const Status status = engine_.open(db_options(), config_.path, family_options(), config_.read_only);
  if (!status.ok()) throw open_failure(status);
  read_format();
}

// A database of somebody else has other column families, and must not be given ours.
void Database::check_families() const {
  std::vector<std::string> names;
  const Status status = rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), config_.path, &names);
  if (!status.ok()) throw open_failure(status);
  for (const std::string& name : names) {
    if (std::find(family_names.begin(), family_names.end(), name) != family_names.end()) continue;
    throw config_.wrong_path("the database in " + in_quotes(config_.path) + " has a column family " + in_quotes(name) +
                             " that this version does not know: it belongs to another program, or to a newer version");
  }
  if (names.size() < family_names.size()) check_unfinished(names);
}

// Some of ours are missing: that is a creation that was cut off, or not ours. Looked at without changing it.
void Database::check_unfinished(const std::vector<std::string>& names) const {
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  const Status status = rocksdb::DB::OpenForReadOnly(rocksdb::DBOptions(), config_.path, descriptors, &families, &db);
  if (!status.ok()) throw open_failure(status);
  const std::unique_ptr<rocksdb::DB> closes(db);
  const bool empty = is_empty(*db, families);
  for (rocksdb::ColumnFamilyHandle* family : families) db->DestroyColumnFamilyHandle(family);
  check_unused(empty);
}

// That a database without a format may be made a store.
void Database::check_unused(bool is_empty) const {
  const std::string where = "the database in " + in_quotes(config_.path);
  if (!is_empty) throw config_.wrong_path(where + " is not one of eventcore's; name another folder");
  if (was_in_use_)
    throw Failure(EC_CORRUPT, where +
                                  " is damaged: it is empty, and its files say that it was not; restore it from a "
                                  "backup");
  if (config_.read_only) throw config_.wrong_path(where + " is empty; nothing was stored in it yet");
}

Failure Database::open_failure(const Status& status) const {
  const std::string where = "the database in " + in_quotes(config_.path);
  const std::string said = " (" + status.ToString() + ")";
  if (is_locked(status))
    return {EC_UNAVAILABLE,
            where +
                " is open in another process or a second time in this one; close it there first, or "
                "look at it with 'read_only: true'" +
                said,
            native_code(status)};
  if (status.IsCorruption() || status.IsPathNotFound())
    return {EC_CORRUPT, where + " is damaged; restore it from a backup" + said, native_code(status)};
  if (status.IsInvalidArgument()) return {EC_CONFIG, where + " is not one of eventcore's" + said, native_code(status)};
  if (status.IsNoSpace())
    return {EC_UNAVAILABLE, where + " cannot be opened: the disk is full" + said, native_code(status)};
  return {EC_CONFIG, where + " cannot be opened; check the path and its permissions" + said, native_code(status)};
}

void Database::read_format() {
  rocksdb::PinnableSlice found;
  const Status status = get(meta(), format_key, &found);
  if (status.IsNotFound()) {
    write_format();
    return;
  }
  check(status, "reading the format");
  if (found != format)
    throw config_.wrong_path("the database in " + in_quotes(config_.path) + " has the format " +
                             in_quotes(found.ToString()) + ", this version reads " + in_quotes(format) +
                             "; use the version that wrote it, or move its events with an export");
  rocksdb::PinnableSlice id;
  check(get(meta(), store_id_key, &id), "reading the store's id");
  if (id.size() != sizeof store_id_)
    throw Failure(EC_CORRUPT, "the store's id is damaged; restore the database from a backup");
  std::memcpy(&store_id_, id.data(), sizeof store_id_);
}

// Without a format the database is new, or empty since its creation was cut off; with anything in it, it is not ours.
void Database::write_format() {
  const bool empty = engine_.use([&](rocksdb::DB& db) { return is_empty(db, engine_.families()); });
  // All families are ours. To a reader beside a process that just moved the format from the log into a table, it can
  // look like that as well, for a moment.
  if (config_.read_only && !empty)
    throw Failure(EC_CORRUPT, "the database in " + in_quotes(config_.path) +
                                  " is damaged: it has entries and no format; restore it from a backup");
  check_unused(empty);
  store_id_ = plugin::make_store_id();
  rocksdb::WriteBatch batch = make_batch();
  check(batch.Put(meta(), format_key, format), "writing the format");
  check(batch.Put(meta(), store_id_key, {reinterpret_cast<const char*>(store_id_.bytes), sizeof store_id_}),
        "writing the format");
  rocksdb::WriteOptions synced;
  synced.sync = true;
  check(engine_.use([&](rocksdb::DB& db) { return db.Write(synced, &batch); }), "writing the format");
}

Status Database::get(rocksdb::ColumnFamilyHandle* family, const rocksdb::Slice& key,
                     rocksdb::PinnableSlice* value) const {
  return engine_.use([&](rocksdb::DB& db) { return db.Get({}, family, key, value); });
}

void Database::get_all(const rocksdb::ReadOptions& options, rocksdb::ColumnFamilyHandle* family, std::size_t count,
                       const rocksdb::Slice* keys, rocksdb::PinnableSlice* values, Status* statuses) const {
  engine_.use([&](rocksdb::DB& db) { db.MultiGet(options, family, count, keys, values, statuses); });
}

rocksdb::WriteBatch Database::make_batch() {
  constexpr std::size_t protection_bytes = 8;
  return rocksdb::WriteBatch(0, 0, protection_bytes, 0);
}

void Database::check_writable() const {
  if (config_.read_only) throw Failure(EC_READ_ONLY, "the store was opened with 'read_only: true'");
  if (!stopped()) return;
  const std::scoped_lock lock(mutex_);
  throw Failure(
      EC_READ_ONLY,
      "the store takes no writes since one failed; close it, see to the cause and open it again: " + why_stopped_);
}

// RocksDB does not cope with a full disk: it hangs or ends the process. So it is not let come to that.
void Database::check_space(std::uint64_t bytes) const {
  struct statvfs disk{};
  if (config_.reserve_bytes == 0 || statvfs(config_.path.c_str(), &disk) != 0) return;
  const std::uint64_t free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free_bytes >= config_.reserve_bytes + bytes) return;
  throw Failure(EC_UNAVAILABLE,
                "the disk of " + in_quotes(config_.path) + " has " + std::to_string(free_bytes / 1024) +
                    " KiB left and 'reserve_free_space' keeps " + std::to_string(config_.reserve_bytes / 1024) +
                    " KiB; make room. Nothing was stored",
                "NoSpace");
}

void Database::stop(const Status& status) noexcept {
  if (!engine_.stop()) return;
  try {
    const std::string why = status.ToString();
    host_.log(EC_LOG_ERROR, "the store in " + config_.path + " takes no writes any more: " + why);
    const std::scoped_lock lock(mutex_);
    why_stopped_ = why;
  } catch (const std::bad_alloc&) {  // it is stopped all the same
    const std::scoped_lock lock(mutex_);
    why_stopped_ = "no memory";
  }
}

// RocksDB throws when it has no memory, and may have written by then.
Status Database::write_once(rocksdb::WriteBatch& batch) {
  try {
    return engine_.use([&](rocksdb::DB& db) { return db.Write(write_options_, &batch); });
  } catch (const std::bad_alloc&) {
    return Status::MemoryLimit();
  } catch (...) {
    return Status::Aborted();
  }
}

void Database::fail_in_doubt(const Status& status) {
  stop(status);
  try {
    throw Failure(EC_IN_DOUBT, in_doubt + (": " + status.ToString()), native_code(status));
  } catch (const std::bad_alloc&) {
    std::rethrow_exception(in_doubt_without_memory_);
  }
}

void Database::write(rocksdb::WriteBatch& batch, const plugin::Call& call) {
  check_writable();
  check_space(batch.GetDataSize());
  const std::uint64_t give_up_ns = plugin::monotonic_ns() + config_.stall_timeout_ms * 1'000'000;
  for (std::uint64_t wait_ns = shortest_stall_ns;; wait_ns = std::min(2 * wait_ns, longest_stall_ns)) {
    const Status status = write_once(batch);
    if (status.ok()) return;
    if (!status.IsIncomplete()) fail_in_doubt(status);
    call.check();
    if (plugin::monotonic_ns() >= give_up_ns)
      throw Failure(EC_UNAVAILABLE,
                    "RocksDB is behind with its background work and takes no writes; nothing was stored",
                    native_code(status), true);
    std::this_thread::sleep_until(
        std::chrono::steady_clock::time_point(std::chrono::nanoseconds(call.wait_until_ns(wait_ns))));
  }
}

}  // namespace ec::rocks
