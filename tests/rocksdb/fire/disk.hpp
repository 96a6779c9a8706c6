// The disk under a store, as the program's own open, write, fdatasync and so on, which RocksDB and the plugin call like
// everybody else. It notes each change below one folder, in order, and can let one of them fail.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace ec::rocks::test {

struct Change {
  enum class Kind { make, write, resize, sync, sync_folder, rename, remove, note };

  Kind kind;
  std::uint64_t file = 0;    // each file that was made has a number of its own
  std::string name{};        // make, rename (from), remove, note
  std::string new_name{};    // rename
  std::uint64_t offset = 0;  // write; the new size for resize
  std::string bytes{};       // write
  bool failed = false;       // a sync that reported an error
};

class Disk {
 public:
  // Watches what happens in `folder`, whose files are as `files` says, until it is destroyed. One at a time.
  explicit Disk(const std::filesystem::path& folder);
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  ~Disk();

  // Asked before each change, which fails with the errno that it gives; 0: it is carried out.
  using Judge = std::function<int(const Change&)>;
  void set_judge(Judge judge);

  // What a caller was told, put between the changes.
  void note(const std::string& what);
  const std::vector<Change>& changes() const { return changes_; }

  // For the functions that stand in for the C library's. Empty: not in the folder.
  std::string name_of(const char* path) const;
  std::mutex& mutex() { return mutex_; }
  int judge(const Change& change) const { return judge_ ? judge_(change) : 0; }
  void add(Change change) { changes_.push_back(std::move(change)); }
  std::uint64_t made(const std::string& name);
  std::uint64_t number_of(const std::string& name);
  void renamed(const std::string& from, const std::string& to);

  static Disk* current();

 private:
  const std::string folder_;
  std::mutex mutex_;
  Judge judge_;
  std::map<std::string, std::uint64_t> numbers_;
  std::uint64_t next_number_ = 1;
  std::vector<Change> changes_;
};

}  // namespace ec::rocks::test
