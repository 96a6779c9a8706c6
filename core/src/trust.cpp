#include "trust.hpp"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace ec::core {

namespace {

std::string check_entry(const std::filesystem::path& path, const struct stat& status) {
  const bool folder = S_ISDIR(status.st_mode);
  const std::string what = (folder ? "folder " : "file ") + path.string();
  if (status.st_uid != 0 && status.st_uid != geteuid()) return what + " belongs to user " + std::to_string(status.st_uid) + "; only root's or your own are loaded from";
  if (folder && status.st_uid == 0 && (status.st_mode & S_ISVTX) != 0) return {};
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return what + " can be written by others; chmod go-w it";
  return {};
}

template <class T>
bool read_at(std::ifstream& file, std::uint64_t offset, T& into) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&into), sizeof into));
}

}  // namespace

std::string why_not_trusted(const std::filesystem::path& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return std::strerror(errno);
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  if (std::string why = check_entry(path, status); !why.empty()) return why;
  for (std::filesystem::path folder = path.parent_path();; folder = folder.parent_path()) {
    if (lstat(folder.c_str(), &status) != 0) return folder.string() + ": " + std::strerror(errno);
    if (std::string why = check_entry(folder, status); !why.empty()) return why;
    if (folder == folder.root_path()) return {};
  }
}

std::string why_not_a_library(const std::filesystem::path& path) {
  std::error_code problem;
  const std::uint64_t size = std::filesystem::file_size(path, problem);
  if (problem) return problem.message();
  std::ifstream file(path, std::ios::binary);
  Elf64_Ehdr header{};
  if (!file) return "cannot be read";
  if (!read_at(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "is not a shared library";
#if defined(__x86_64__)
  constexpr unsigned machine = EM_X86_64;
#elif defined(__aarch64__)
  constexpr unsigned machine = EM_AARCH64;
#else
  const unsigned machine = header.e_machine;
#endif
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != machine) return "was built for another machine";
  if (header.e_type != ET_DYN) return "is not a shared library";
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!read_at(file, header.e_phoff + i * sizeof segment, segment)) return "is cut off";
    if (segment.p_filesz > size || segment.p_offset > size - segment.p_filesz) return "is cut off";
  }
  return {};
}

}  // namespace ec::core
