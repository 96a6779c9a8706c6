#include "config_error.hpp"
#include "trust.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace ec::core {

namespace fs = std::filesystem;

namespace {

std::string why(int code) { return code == ENOENT ? no_such_file : std::generic_category().message(code); }
std::string named(const char* what, const fs::path& path) {
  return std::string(what) + " " + shortened(path.string(), 60);
}

// What is wrong with who may change it; empty when nothing is.
std::string check_entry(const struct stat& status) {
  if (status.st_uid != 0 && status.st_uid != geteuid())
    return "belongs to user " + std::to_string(status.st_uid) + "; it must be root's or yours";
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "can be written by others; chmod go-w it";
  return {};
}

// The folder and all above it; without links.
std::string check_folders(const fs::path& lowest) {
  for (fs::path folder = lowest;; folder = folder.parent_path()) {
    struct stat status{};
    if (lstat(folder.c_str(), &status) != 0) return named("folder", folder) + ": " + why(errno);
    const bool sticky = status.st_uid == 0 && (status.st_mode & S_ISVTX) != 0;
    if (!sticky || folder == lowest)
      if (const std::string problem = check_entry(status); !problem.empty())
        return named("folder", folder) + " " + problem;
    if (folder == folder.root_path()) return {};
  }
}

constexpr int most_links = 40;  // as many as Linux follows

// Each link on the way to `path`, those that it leads to included: who can turn one chooses the file.
std::string check_links(const fs::path& path, int left) {
  if (left == 0) return why(ELOOP);
  fs::path way;
  for (const fs::path& step : path) {
    const fs::path folder = way;
    way /= step;
    struct stat status{};
    if (lstat(way.c_str(), &status) != 0) return why(errno);
    if (!S_ISLNK(status.st_mode)) continue;
    std::error_code problem;
    const fs::path real_folder = fs::canonical(folder, problem);
    if (problem) return why(problem.value());
    if (std::string refused = check_folders(real_folder); !refused.empty()) return refused;
    const fs::path target = fs::read_symlink(way, problem);
    if (problem) return why(problem.value());
    if (std::string refused = check_links(real_folder / target, left - 1); !refused.empty()) return refused;
  }
  return {};
}

template <class T>
bool read_at(std::ifstream& file, std::uint64_t offset, T& into) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&into), sizeof into));
}

}  // namespace

std::string why_not_trusted(const fs::path& path) {
  std::error_code problem;
  const fs::path file = fs::canonical(path, problem);
  if (problem) return why(problem.value());
  struct stat status{};
  if (lstat(file.c_str(), &status) != 0) return why(errno);
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  if (std::string refused = check_entry(status); !refused.empty())
    return file == path ? refused : named("file", file) + " " + refused;
  if (std::string refused = check_folders(file.parent_path()); !refused.empty()) return refused;
  return check_links(path, most_links);
}

std::string why_not_a_library(const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return "cannot be read; check its permissions";
  const auto size = static_cast<std::uint64_t>(file.tellg());
  Elf64_Ehdr header{};
  const bool complete = read_at(file, 0, header);
  if (!complete && size >= sizeof header) return "cannot be read";
  if (!complete || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "is not a shared library";
#if defined(__x86_64__)
  constexpr unsigned machine = EM_X86_64;
#elif defined(__aarch64__)
  constexpr unsigned machine = EM_AARCH64;
#else
  const unsigned machine = header.e_machine;
#endif
#if __BYTE_ORDER == __LITTLE_ENDIAN
  constexpr unsigned byte_order = ELFDATA2LSB;
#else
  constexpr unsigned byte_order = ELFDATA2MSB;
#endif
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != byte_order || header.e_machine != machine)
    return "was built for another machine";
  if (header.e_type != ET_DYN || header.e_phentsize != sizeof(Elf64_Phdr)) return "is not a shared library";
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!read_at(file, header.e_phoff + i * sizeof segment, segment)) return "is cut off; install it again";
    if (segment.p_filesz > size || segment.p_offset > size - segment.p_filesz) return "is cut off; install it again";
  }
  return {};
}

FileIdentity identity_of(const fs::path& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
}

}  // namespace ec::core
