// Every plugin file that is found, and why one cannot be used.
#include "files.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/strided.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using ec::plugin::view;
using ec::test::Environment;
using ec::test::TempFolder;
namespace fs = std::filesystem;

const std::string fixtures = EVENTCORE_TEST_PLUGIN_DIR;

struct Found {
  std::string file, name, why;
};

std::vector<Found> list(const char* config = nullptr) {
  std::vector<Found> all;
  ec_error error = EC_ERROR_INIT;
  const auto add = [](void* ctx, ec_str file, const ec_plugin* plugin, ec_str why) {
    static_cast<std::vector<Found>*>(ctx)->push_back({std::string(view(file)),
                                                      plugin != nullptr ? std::string(view(plugin->name)) : "none",
                                                      std::string(view(why))});
  };
  EXPECT_EQ(ec_plugins_list(config, add, &all, &error), EC_OK) << error.message;
  return all;
}

const Found* find(const std::vector<Found>& all, const std::string& file) {
  const auto found = std::ranges::find(all, file, &Found::file);
  return found == all.end() ? nullptr : &*found;
}

TEST(PluginsList, ShowsThoseBesideTheLibrary) {
  const auto all = list();
  const auto memory = std::ranges::find(all, "memory", &Found::name);
  ASSERT_NE(memory, all.end());
  EXPECT_TRUE(memory->file.ends_with("eventcore_plugin_memory.so")) << memory->file;
  EXPECT_EQ(memory->why, "");
}

TEST(PluginsList, SaysWhyOneCannotBeUsed) {
  const Environment path("EVENTCORE_PLUGIN_PATH", fixtures);
  const auto all = list();
  const Found* scripted = find(all, fixtures + "/eventcore_plugin_scripted.so");
  ASSERT_NE(scripted, nullptr);
  EXPECT_EQ(scripted->name, "scripted");
  const Found* broken = find(all, fixtures + "/eventcore_plugin_wrong_magic.so");
  ASSERT_NE(broken, nullptr);
  EXPECT_EQ(broken->name, "none");
  EXPECT_NE(broken->why, "");
}

TEST(PluginsList, LooksFirstWhereTheConfigurationSays) {
  const TempFolder folder;
  const fs::path copy = folder.path() / "own" / "eventcore_plugin_scripted.so";
  fs::create_directory(copy.parent_path());
  fs::copy_file(fixtures + "/eventcore_plugin_scripted.so", copy);
  folder.write("own/eventcore_plugin_.txt", "no plugin by its name");
  const std::string config = folder.write("store.yaml", "{plugin: memory, plugin_path: [own]}");
  const Environment path("EVENTCORE_PLUGIN_PATH", fixtures);
  const auto all = list(config.c_str());
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.front().file, copy.string());
  EXPECT_EQ(all.front().name, "scripted");
  EXPECT_EQ(find(all, (folder.path() / "own/eventcore_plugin_.txt").string()), nullptr);
}

TEST(PluginsList, AWrongConfigurationIsItsOwnError) {
  ec_error error = EC_ERROR_INIT;
  const auto ignore = [](void*, ec_str, const ec_plugin*, ec_str) {};
  EXPECT_EQ(ec_plugins_list("/there/is/none.yaml", ignore, nullptr, &error), EC_CONFIG);
  EXPECT_NE(std::string(error.message).find("there is no such file"), std::string::npos) << error.message;
}

}  // namespace
