// Which files may be loaded into the process.
#include "failure.hpp"
#include "files.hpp"
#include "trust.hpp"

#include <cstring>
#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using ec::core::identity_of;
using ec::core::why_not_a_library;
using ec::core::why_not_trusted;
using ec::test::contains;
namespace fs = std::filesystem;

class TrustTest : public testing::Test {
 protected:
  void mode(const fs::path& path, mode_t bits) { ASSERT_EQ(chmod(path.c_str(), bits), 0); }

  ec::test::TempFolder folder_;
  const fs::path inner_ = folder_.path() / "inner";
  const fs::path file_ = folder_.write("inner/lib.so", "x");
};

TEST_F(TrustTest, OnesOwnFileIsTrusted) { EXPECT_EQ(why_not_trusted(file_), ""); }

TEST_F(TrustTest, WhatIsNoFileIsNot) {
  EXPECT_EQ(why_not_trusted(folder_.path() / "none"), "no such file");
  EXPECT_EQ(why_not_trusted(folder_.path()), "is not a regular file");
  const fs::path fifo = folder_.path() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(why_not_trusted(fifo), "is not a regular file");
}

TEST_F(TrustTest, AFileThatOthersCanWriteIsNot) {
  mode(file_, 0664);
  EXPECT_EQ(why_not_trusted(file_), "can be written by others; chmod go-w it");
  mode(file_, 0646);
  EXPECT_EQ(why_not_trusted(file_), "can be written by others; chmod go-w it");
  mode(file_, 0755);
  EXPECT_EQ(why_not_trusted(file_), "");
}

TEST_F(TrustTest, NorOneInAFolderThatOthersCanWriteHoweverFarUp) {
  mode(inner_, 0775);
  EXPECT_TRUE(contains(why_not_trusted(file_), "folder " + inner_.string().substr(0, 10)));
  mode(inner_, 0755);
  mode(folder_.path(), 0757);
  EXPECT_TRUE(contains(why_not_trusted(file_), "can be written by others"));
}

TEST_F(TrustTest, AStickyFolderIsNoPlaceForTheFileItself) {
  mode(inner_, 01777);
  EXPECT_TRUE(contains(why_not_trusted(file_), "can be written by others"));
}

TEST_F(TrustTest, AnothersFileOrFolderIsNot) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(chown(file_.c_str(), 12345, 0), 0);
  EXPECT_TRUE(contains(why_not_trusted(file_), "belongs to user 12345; it must be root's or yours"));
  ASSERT_EQ(chown(file_.c_str(), 0, 0), 0);
  ASSERT_EQ(chown(inner_.c_str(), 12345, 0), 0);
  EXPECT_TRUE(contains(why_not_trusted(file_), "folder"));
  ASSERT_EQ(chown(inner_.c_str(), 0, 0), 0);
  ASSERT_EQ(chown(folder_.path().c_str(), 12345, 0), 0);
  mode(folder_.path(), 01777);
  EXPECT_TRUE(contains(why_not_trusted(file_), "belongs to user 12345")) << "sticky helps only where root owns it";
}

TEST_F(TrustTest, LinksAreFollowedAndTheirOwnFolderIsLookedAtToo) {
  const fs::path elsewhere = folder_.path() / "elsewhere";
  fs::create_directory(elsewhere);
  const fs::path link = elsewhere / "lib.so";
  fs::create_symlink(file_, link);
  EXPECT_EQ(why_not_trusted(link), "");
  mode(file_, 0666);
  EXPECT_TRUE(contains(why_not_trusted(link), "inner/lib.so can be written by others"));
  mode(file_, 0644);
  mode(elsewhere, 0777);
  EXPECT_TRUE(contains(why_not_trusted(link), "elsewhere can be written by others")) << "somebody could turn the link";
  fs::create_symlink(folder_.path() / "none", folder_.path() / "dangling");
  EXPECT_EQ(why_not_trusted(folder_.path() / "dangling"), "no such file");
  fs::create_symlink(folder_.path() / "loop", folder_.path() / "loop");
  EXPECT_TRUE(contains(why_not_trusted(folder_.path() / "loop"), "Too many levels of symbolic links"));
}

TEST_F(TrustTest, AFileThatIsReplacedOrWrittenToIsAnother) {
  const auto before = identity_of(file_);
  EXPECT_EQ(identity_of(file_), before);
  fs::rename(folder_.write("inner/next", "x"), file_);
  const auto replaced = identity_of(file_);
  EXPECT_NE(replaced, before);
  folder_.write("inner/lib.so", "xx");
  EXPECT_NE(identity_of(file_), replaced);
  EXPECT_EQ(identity_of(folder_.path() / "none"), ec::core::FileIdentity{});
}

TEST_F(TrustTest, OnlyACompleteLibraryIsALibrary) {
  const auto told = [&](std::string_view content) { return why_not_a_library(folder_.write("lib.so", content)); };
  EXPECT_EQ(told(""), "is not a shared library");
  EXPECT_EQ(told("this is a text\n"), "is not a shared library");
  EXPECT_EQ(told(std::string(1000, 'x')), "is not a shared library");
  Elf64_Ehdr header{};
  const auto as_text = [&] { return std::string_view(reinterpret_cast<const char*>(&header), sizeof header); };
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(told(as_text()), "was built for another machine");
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_machine = EM_S390;
  EXPECT_EQ(told(as_text()), "was built for another machine");
}

}  // namespace
