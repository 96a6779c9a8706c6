// Where a plugin file stands, and what kind of file it is.
#include "support.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace ec::hostile {
namespace {

class Place : public testing::Test {
 protected:
  void TearDown() override { expect_alive(); }

  static void mode(const fs::path& path, mode_t bits) { ASSERT_EQ(chmod(path.c_str(), bits), 0); }

  const TempFolder folder_;
  const std::string file_ = folder_.write("trusted/plugin.so", content_of(memory_plugin()));
};

TEST_F(Place, OnesOwnFileInOnesOwnFolderIsLoaded) { EXPECT_EQ(open_plugin(file_).message, ""); }

TEST_F(Place, AFileThatOthersCanWriteIsRefused) {
  for (const mode_t bits : {0664, 0646, 0666, 0777}) {
    mode(file_, bits);
    EXPECT_TRUE(contains(refusal(open_plugin(file_)), file_ + ": can be written by others; chmod go-w it"));
  }
}

TEST_F(Place, AFolderThatOthersCanWriteIsRefusedHoweverFarUp) {
  const std::string deep = folder_.write("a/b/c/d/plugin.so", content_of(memory_plugin()));
  for (const char* open_to_all : {"a/b/c/d", "a/b/c", "a"}) {
    mode(folder_.path() / open_to_all, 0777);
    EXPECT_TRUE(contains(refusal(open_plugin(deep)), "can be written by others; chmod go-w it")) << open_to_all;
    mode(folder_.path() / open_to_all, 0755);
  }
  EXPECT_EQ(open_plugin(deep).status, EC_OK);
}

TEST_F(Place, ALinkIsAsGoodAsWhatItLeadsTo) {
  const fs::path link = folder_.path() / "plugin.so";
  fs::create_symlink(file_, link);
  EXPECT_EQ(open_plugin(link).status, EC_OK);
  mode(file_, 0666);
  EXPECT_TRUE(contains(refusal(open_plugin(link)), "trusted/plugin.so can be written by others"));
  mode(file_, 0644);
  mode(folder_.path() / "trusted", 0777);
  EXPECT_TRUE(contains(refusal(open_plugin(link)), "can be written by others"));
}

// Who can turn a link chooses which of the files that may be loaded is.
TEST_F(Place, ALinkThatOthersCanTurnIsRefusedWhereverOnTheWayItStands) {
  const fs::path shared = folder_.path() / "shared";
  fs::create_directory(shared);
  fs::create_symlink(folder_.path() / "trusted", shared / "folder");
  fs::create_symlink("../shared/folder/plugin.so", folder_.path() / "trusted/hop.so");
  fs::create_symlink("trusted/hop.so", folder_.path() / "plugin.so");
  const fs::path ways[] = {shared / "folder/plugin.so", shared / "folder/../trusted/plugin.so",
                           folder_.path() / "trusted/hop.so", folder_.path() / "plugin.so"};
  for (const fs::path& way : ways) EXPECT_EQ(open_plugin(way).message, "") << way;
  for (const mode_t bits : {0777, 01777}) {
    mode(shared, bits);
    for (const fs::path& way : ways)
      EXPECT_TRUE(contains(refusal(open_plugin(way)), "shared can be written by others; chmod go-w it")) << way;
  }
}

TEST_F(Place, LinksInACircleAreRefused) {
  const fs::path one = folder_.path() / "one";
  fs::create_symlink("two", one);
  fs::create_symlink("one", folder_.path() / "two");
  EXPECT_TRUE(contains(refusal(open_plugin(one)), one.string() + ": Too many levels of symbolic links"));
  EXPECT_TRUE(contains(refusal(open_plugin(one / "plugin.so")), "Too many levels of symbolic links"));
  EXPECT_TRUE(contains(refusal(open_file(one)), "cannot read the configuration: Too many levels of symbolic links"));
}

// None of them may block, which the time limit of the test sees to.
TEST_F(Place, WhatIsNoFileIsRefusedAsPlugin) {
  const std::string pipe = folder_.path() / "pipe.so";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string socket_file = folder_.path() / "socket.so";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(socket_file.size(), sizeof address.sun_path);
  socket_file.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(socket);
  for (const std::string& path : {pipe, socket_file, folder_.path().string(), std::string("/dev/zero"),
                                  std::string("/dev/null"), std::string("/dev/tty")})
    EXPECT_TRUE(contains(refusal(open_plugin(path)), path + ": is not a regular file"));
  EXPECT_TRUE(contains(refusal(open_plugin(file_ + "/plugin.so")), "Not a directory"));
  EXPECT_TRUE(contains(refusal(open_plugin(folder_.path() / std::string(300, 'x'))), "File name too long"));
}

TEST_F(Place, WhatIsNoFileIsRefusedAsConfigurationAndAsItsValue) {
  const std::string pipe = folder_.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path :
       {pipe, std::string("/dev/zero"), std::string("/dev/null"), std::string("/dev/random")}) {
    EXPECT_EQ(refusal(open_file(path)), path + ": cannot read the configuration: it is not a regular file; name one");
    EXPECT_TRUE(contains(refusal(open_text("plugin: memory\noptions: {max_payload: '${file:" + path + "}'}")),
                         "/etc/bank.yaml:2:24: cannot read ${file:...} " + path + ": it is not a regular file"));
  }
  const std::string here = folder_.path();
  EXPECT_TRUE(contains(refusal(open_file(here)), "it is a folder; name a file in it"));
  EXPECT_TRUE(contains(refusal(open_text("plugin: '${file:" + here + "}'")), "it is a folder; name a file in it"));
}

TEST_F(Place, ThePluginListSaysTheSame) {
  const TempFolder plugins;
  plugins.write("eventcore_plugin_good.so", content_of(memory_plugin()));
  mode(plugins.write("eventcore_plugin_open.so", content_of(memory_plugin())), 0666);
  plugins.write("eventcore_plugin_text.so", "no library");
  ASSERT_EQ(mkfifo((plugins.path() / "eventcore_plugin_pipe.so").c_str(), 0600), 0);
  fs::create_symlink("eventcore_plugin_circle.so", plugins.path() / "eventcore_plugin_circle.so");
  const std::string config = folder_.write("bank.yaml", "plugin: x\nplugin_path: ['" + plugins.path().string() + "']");
  std::string said;
  ec_error error = EC_ERROR_INIT;
  const auto found = [](void* to, ec_str file, const ec_plugin* plugin, ec_str why) {
    const fs::path path(std::string(file.data, file.size));
    static_cast<std::string*>(to)->append(path.filename()).append(plugin != nullptr ? " usable" : " ");
    static_cast<std::string*>(to)->append(why.data, why.size).append("\n");
  };
  EXPECT_EQ(ec_plugins_list(config.c_str(), found, &said, &error), EC_OK) << error.message;
  for (const char* line : {"good.so usable", "open.so can be written by others", "text.so is not a shared library",
                           "pipe.so is not a regular file", "circle.so Too many levels of symbolic links"})
    EXPECT_TRUE(contains(said, line));
}

}  // namespace
}  // namespace ec::hostile
