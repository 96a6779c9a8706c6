#include "disk.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ec::rocks::test {

namespace {

std::atomic<Disk*> current_disk{nullptr};

// What is known of an open descriptor: the file, or the folder itself.
struct Opened {
  std::uint64_t file = 0;
  bool is_folder = false;
};
std::map<int, Opened> opened;  // guarded by the disk's mutex

template <class Function>
Function* original(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// Carries the change out, unless it is to fail, and notes it if it went well.
template <class Body>
auto change(Disk& disk, Change what, Body&& body) -> decltype(body()) {
  if (const int problem = disk.judge(what)) {
    what.failed = true;
    if (what.kind == Change::Kind::sync) disk.add(what);
    errno = problem;
    return -1;
  }
  const auto result = body();
  if (result >= 0) {
    if (what.kind == Change::Kind::write) what.bytes.resize(static_cast<std::size_t>(result));
    disk.add(std::move(what));
  }
  return result;
}

// With the mutex held: what is open under this number, if it belongs to the disk.
const Opened* find_opened(int descriptor) {
  const auto found = opened.find(descriptor);
  return found == opened.end() ? nullptr : &found->second;
}

template <class Body>
int sync(int descriptor, Body&& body) {
  if (Disk* disk = Disk::current()) {
    const std::scoped_lock lock(disk->mutex());
    if (const Opened* file = find_opened(descriptor)) {
      Change what{file->is_folder ? Change::Kind::sync_folder : Change::Kind::sync};
      what.file = file->file;
      return change(*disk, std::move(what), body);
    }
  }
  return body();
}

}  // namespace

Disk::Disk(const std::filesystem::path& folder) : folder_(folder.string()) {
  if (std::filesystem::exists(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder)) made(entry.path().filename().string());
  current_disk = this;
}

Disk::~Disk() {
  current_disk = nullptr;
  const std::scoped_lock lock(mutex_);
  opened.clear();
}

Disk* Disk::current() { return current_disk.load(); }

void Disk::set_judge(Judge judge) {
  const std::scoped_lock lock(mutex_);
  judge_ = std::move(judge);
}

void Disk::note(const std::string& what) {
  const std::scoped_lock lock(mutex_);
  Change change{Change::Kind::note};
  change.name = what;
  changes_.push_back(std::move(change));
}

std::string Disk::name_of(const char* path) const {
  if (std::strncmp(path, folder_.c_str(), folder_.size()) != 0) return {};
  const std::string_view rest(path + folder_.size());
  if (rest.empty() || rest == "/") return "/";
  return rest.front() == '/' ? std::string(rest.substr(rest.find_first_not_of('/'))) : std::string();
}

std::uint64_t Disk::made(const std::string& name) { return numbers_[name] = next_number_++; }
std::uint64_t Disk::number_of(const std::string& name) {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? 0 : found->second;
}
void Disk::renamed(const std::string& from, const std::string& to) {
  numbers_[to] = numbers_[from];
  numbers_.erase(from);
}

}  // namespace ec::rocks::test

// In place of the C library's, for everything that the program loads.
#define EXPORTED extern "C" __attribute__((visibility("default")))

using ec::rocks::test::Change;
using ec::rocks::test::Disk;
namespace disk_calls = ec::rocks::test;
using Kind = Change::Kind;

EXPORTED int open(const char* path, int flags, ...) {
  static auto* const real = disk_calls::original<int(const char*, int, ...)>("open");
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  Disk* const disk = Disk::current();
  const std::string name = disk == nullptr ? std::string() : disk->name_of(path);
  if (name.empty()) return real(path, flags, mode);
  const std::scoped_lock lock(disk->mutex());
  struct stat before{};
  const bool exists = ::stat(path, &before) == 0;
  int descriptor = -1;
  if (!exists && (flags & O_CREAT) != 0) {
    Change what{Kind::make};
    what.name = name;
    if (const int problem = disk->judge(what)) {
      errno = problem;
      return -1;
    }
    descriptor = real(path, flags, mode);
    if (descriptor < 0) return descriptor;
    what.file = disk->made(name);
    disk->add(what);
  } else {
    descriptor = real(path, flags, mode);
    if (descriptor < 0) return descriptor;
    if ((flags & O_TRUNC) != 0) {
      Change what{Kind::resize};
      what.file = disk->number_of(name);
      disk->add(what);
    }
  }
  disk_calls::opened[descriptor] = {disk->number_of(name), name == "/"};
  return descriptor;
}

EXPORTED int close(int descriptor) {
  static auto* const real = disk_calls::original<int(int)>("close");
  if (Disk* disk = Disk::current()) {
    const std::scoped_lock lock(disk->mutex());
    disk_calls::opened.erase(descriptor);
    return real(descriptor);
  }
  return real(descriptor);
}

EXPORTED ssize_t write(int descriptor, const void* bytes, size_t count) {
  static auto* const real = disk_calls::original<ssize_t(int, const void*, size_t)>("write");
  const auto body = [&] { return real(descriptor, bytes, count); };
  if (Disk* disk = Disk::current()) {
    const std::scoped_lock lock(disk->mutex());
    if (const auto* file = disk_calls::find_opened(descriptor)) {
      Change what{Kind::write};
      what.file = file->file;
      what.offset = static_cast<std::uint64_t>(lseek(descriptor, 0, SEEK_CUR));
      what.bytes.assign(static_cast<const char*>(bytes), count);
      return disk_calls::change(*disk, std::move(what), body);
    }
  }
  return body();
}

EXPORTED ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
  static auto* const real = disk_calls::original<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  const auto body = [&] { return real(descriptor, bytes, count, offset); };
  if (Disk* disk = Disk::current()) {
    const std::scoped_lock lock(disk->mutex());
    if (const auto* file = disk_calls::find_opened(descriptor)) {
      Change what{Kind::write};
      what.file = file->file;
      what.offset = static_cast<std::uint64_t>(offset);
      what.bytes.assign(static_cast<const char*>(bytes), count);
      return disk_calls::change(*disk, std::move(what), body);
    }
  }
  return body();
}

EXPORTED int ftruncate(int descriptor, off_t size) noexcept {
  static auto* const real = disk_calls::original<int(int, off_t)>("ftruncate");
  const auto body = [&] { return real(descriptor, size); };
  if (Disk* disk = Disk::current()) {
    const std::scoped_lock lock(disk->mutex());
    if (const auto* file = disk_calls::find_opened(descriptor)) {
      Change what{Kind::resize};
      what.file = file->file;
      what.offset = static_cast<std::uint64_t>(size);
      return disk_calls::change(*disk, std::move(what), body);
    }
  }
  return body();
}

EXPORTED int fdatasync(int descriptor) {
  static auto* const real = disk_calls::original<int(int)>("fdatasync");
  return disk_calls::sync(descriptor, [&] { return real(descriptor); });
}

EXPORTED int fsync(int descriptor) {
  static auto* const real = disk_calls::original<int(int)>("fsync");
  return disk_calls::sync(descriptor, [&] { return real(descriptor); });
}

EXPORTED int rename(const char* from, const char* to) noexcept {
  static auto* const real = disk_calls::original<int(const char*, const char*)>("rename");
  Disk* const disk = Disk::current();
  const std::string name = disk == nullptr ? std::string() : disk->name_of(from);
  if (name.empty()) return real(from, to);
  const std::scoped_lock lock(disk->mutex());
  Change what{Kind::rename};
  what.name = name;
  what.new_name = disk->name_of(to);
  const std::string new_name = what.new_name;
  const int result = disk_calls::change(*disk, std::move(what), [&] { return real(from, to); });
  if (result == 0) disk->renamed(name, new_name);
  return result;
}

EXPORTED int unlink(const char* path) noexcept {
  static auto* const real = disk_calls::original<int(const char*)>("unlink");
  Disk* const disk = Disk::current();
  const std::string name = disk == nullptr ? std::string() : disk->name_of(path);
  if (name.empty()) return real(path);
  const std::scoped_lock lock(disk->mutex());
  Change what{Kind::remove};
  what.name = name;
  return disk_calls::change(*disk, std::move(what), [&] { return real(path); });
}
