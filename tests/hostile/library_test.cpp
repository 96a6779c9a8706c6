// What stands in a plugin file: damaged libraries, and those of other machines. The dynamic linker dies of some of them,
// so they must not get there.
#include "support.hpp"

#include <cstddef>
#include <cstring>
#include <elf.h>
#include <vector>

namespace ec::hostile {
namespace {

class Library : public testing::Test {
 protected:
  void TearDown() override { expect_alive(); }

  Opened open(std::string_view bytes) { return open_plugin(folder_.write(std::to_string(++count_) + ".so", bytes)); }

  // With the member of the ELF header at `offset` replaced.
  template <class T>
  std::string patched(std::size_t offset, T value) {
    std::string bytes = whole_;
    std::memcpy(bytes.data() + offset, &value, sizeof value);
    return refusal(open(bytes));
  }

  const TempFolder folder_;
  const std::string whole_ = content_of(memory_plugin());
  int count_ = 0;
};

// What is behind the segments that are loaded (debug information, the sections' names) may be missing.
std::size_t bytes_loaded(const std::string& library) {
  Elf64_Ehdr header;
  std::memcpy(&header, library.data(), sizeof header);
  std::size_t end = 0;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, library.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    end = std::max<std::size_t>(end, segment.p_offset + segment.p_filesz);
  }
  return end;
}

TEST_F(Library, OneThatIsCutOffIsRefusedAtEveryPageAndEveryHeader) {
  const std::size_t loaded = bytes_loaded(whole_);
  std::vector<std::size_t> sizes{0, 1, 4, 16, 63, 64, 65, 119, 120, 400, loaded - 1};
  for (std::size_t page = 4096; page < loaded; page += 4096) sizes.insert(sizes.end(), {page - 1, page, page + 1});
  for (const std::size_t size : sizes) {
    const std::string said = refusal(open(std::string_view(whole_).substr(0, size)));
    EXPECT_TRUE(contains(said, size < 64 ? ": is not a shared library" : ": is cut off; install it again")) << size;
  }
  EXPECT_EQ(open(std::string_view(whole_).substr(0, loaded)).message, "") << "whatever follows is not loaded";
}

TEST_F(Library, OneOfAnotherMachineIsRefused) {
  for (const int machine : {EM_386, EM_ARM, EM_PPC64, EM_S390, EM_RISCV, EM_NONE})
    EXPECT_TRUE(contains(patched(offsetof(Elf64_Ehdr, e_machine), static_cast<Elf64_Half>(machine)),
                         ": was built for another machine"));
  EXPECT_TRUE(contains(patched(EI_CLASS, ELFCLASS32), ": was built for another machine"));
  EXPECT_TRUE(contains(patched(EI_CLASS, '\7'), ": was built for another machine"));
  EXPECT_TRUE(contains(patched(EI_DATA, static_cast<char>(ELFDATA2MSB)), ": was built for another machine"));
}

TEST_F(Library, OneThatIsNoneIsRefused) {
  for (const int type : {ET_NONE, ET_REL, ET_EXEC, ET_CORE})
    EXPECT_TRUE(
        contains(patched(offsetof(Elf64_Ehdr, e_type), static_cast<Elf64_Half>(type)), ": is not a shared library"));
  EXPECT_TRUE(contains(patched(0, 'x'), ": is not a shared library"));
  EXPECT_TRUE(contains(refusal(open("#!/bin/sh\nexit 1\n")), ": is not a shared library"));
  EXPECT_TRUE(contains(refusal(open(std::string(100'000, '\0'))), ": is not a shared library"));
}

TEST_F(Library, OneWhoseHeaderLiesIsRefused) {
  for (const Elf64_Off where : {Elf64_Off{0}, Elf64_Off{1}, ~Elf64_Off{0}, ~Elf64_Off{0} - 50, Elf64_Off{1} << 63U,
                                Elf64_Off{whole_.size() - 1}, Elf64_Off{whole_.size() + 1}})
    EXPECT_TRUE(contains(patched(offsetof(Elf64_Ehdr, e_phoff), where), ".so"));
  for (const Elf64_Half count : {Elf64_Half{0}, Elf64_Half{0xFFFF}})
    EXPECT_TRUE(contains(patched(offsetof(Elf64_Ehdr, e_phnum), count), ".so"));
  for (const Elf64_Half size : {Elf64_Half{0}, Elf64_Half{32}, Elf64_Half{0xFFFF}})
    EXPECT_TRUE(contains(patched(offsetof(Elf64_Ehdr, e_phentsize), size), ".so"));
}

TEST_F(Library, OneWhoseSegmentsLieOutsideOfItIsRefused) {
  Elf64_Ehdr header;
  std::memcpy(&header, whole_.data(), sizeof header);
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const std::size_t at = header.e_phoff + i * sizeof(Elf64_Phdr);
    Elf64_Phdr segment;
    std::memcpy(&segment, whole_.data() + at, sizeof segment);
    if (segment.p_type != PT_LOAD) continue;
    for (const Elf64_Xword size : {Elf64_Xword{whole_.size() + 1}, ~Elf64_Xword{0}, Elf64_Xword{1} << 63U})
      EXPECT_TRUE(contains(patched(at + offsetof(Elf64_Phdr, p_filesz), size), ": is cut off; install it again"));
    EXPECT_TRUE(
        contains(patched(at + offsetof(Elf64_Phdr, p_offset), ~Elf64_Off{0}), ": is cut off; install it again"));
  }
}

}  // namespace
}  // namespace ec::hostile
