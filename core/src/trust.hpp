// Whether a file may be loaded into this process: a library runs with all its rights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace ec::core {

constexpr const char* no_such_file = "no such file";

// Empty when the file may be loaded; otherwise why not and what to do. As OpenSSH does it with its key files, links are
// followed first and then everything on the way is looked at. Refused are: anything but a regular file; a file or one
// of the folders above it that belongs to neither root nor the user of this process, or that its group or others can
// write. A folder with the sticky bit that belongs to root (/tmp) may stand further up, because nobody can replace
// another one's entry in it; the file's own folder may not be one. The folder of each link on the way is held to the
// same. `path` is absolute.
std::string why_not_trusted(const std::filesystem::path& path);

// Empty when the file is a complete shared library for this machine; otherwise what it is instead. Looked at before the
// dynamic linker is, which crashes on a truncated one.
std::string why_not_a_library(const std::filesystem::path& path);

// Which file stands at a path, and in which state: another that takes its place, or a write, makes it differ. All zero
// when there is none.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t changed_s = 0;
  std::int64_t changed_ns = 0;
  bool operator==(const FileIdentity&) const = default;
};
FileIdentity identity_of(const std::filesystem::path& path);

}  // namespace ec::core
