// Plugins that are part of the program: what is refused, and that they come before files.
#include "failure.hpp"
#include "files.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/strided.hpp>

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using ec::plugin::str;
using ec::test::contains;
using ec::test::TempFolder;

// The memory plugin's constant; good for ever.
const ec_plugin& memory_plugin() {
  ec_store* store = nullptr;
  ec_error error = EC_ERROR_INIT;
  EXPECT_EQ(ec_store_open_text(str("plugin: memory"), str("test"), nullptr, &store, &error), EC_OK) << error.message;
  const ec_plugin* plugin = ec_store_plugin(store);
  ec_store_close(store);
  return *plugin;
}

// The same under another name. What is registered has to stay: static.
ec_plugin named(std::string_view name) {
  ec_plugin plugin = memory_plugin();
  plugin.name = str(name);
  return plugin;
}

struct Answer {
  ec_status status;
  std::string message;
};
Answer add(const ec_plugin* plugin) {
  ec_error error = EC_ERROR_INIT;
  const ec_status status = ec_plugin_register(plugin, &error);
  return {status, error.message};
}

// The plugin that a store opens with; null, and why in `message`, when it does not open.
const ec_plugin* plugin_of_store(const std::string& yaml, std::string& message) {
  ec_store* store = nullptr;
  ec_error error = EC_ERROR_INIT;
  const ec_plugin* plugin = nullptr;
  if (ec_store_open_text(str(yaml), str("test"), nullptr, &store, &error) == EC_OK) plugin = ec_store_plugin(store);
  message = error.message;
  ec_store_close(store);
  return plugin;
}

TEST(Registry, RefusesWhatIsNoPlugin) {
  EXPECT_EQ(add(nullptr).status, EC_INVALID);
  const auto refused = [](auto&& spoil, std::string_view why) {
    ec_plugin plugin = memory_plugin();
    plugin.name = str("spoilt");
    spoil(plugin);
    const Answer answer = add(&plugin);
    EXPECT_NE(answer.status, EC_OK) << why;
    EXPECT_TRUE(contains(answer.message, why));
  };
  refused([](ec_plugin& plugin) { plugin.magic = 1; }, "magic number");
  refused([](ec_plugin& plugin) { plugin.abi_major = 2; }, "built for version 2 of the plugin interface");
  refused([](ec_plugin& plugin) { plugin.struct_size = 16; }, "has 16 bytes");
  refused([](ec_plugin& plugin) { plugin.name = {}; }, "it has no name");
  refused([](ec_plugin& plugin) { plugin.name = str("a/b"); }, "a name with '/' is a path");
  refused([](ec_plugin& plugin) { plugin.name = str("a\nb"); }, "plugin name");
  refused([](ec_plugin& plugin) { plugin.api = nullptr; }, "no table");
}

TEST(Registry, RefusesAnotherOfTheSameName) {
  static const ec_plugin first = named("twin");
  static const ec_plugin other = named("twin");
  EXPECT_EQ(add(&first).status, EC_OK);
  EXPECT_EQ(add(&first).status, EC_OK) << "the same one again";
  const Answer second = add(&other);
  EXPECT_EQ(second.status, EC_CONFIG);
  EXPECT_TRUE(contains(second.message, "a plugin 'twin' is registered already"));
}

TEST(Registry, ComesBeforeFiles) {
  const TempFolder folder;
  const std::string file = folder.path() / "eventcore_plugin_shadowed.so";
  std::ofstream(file) << "no library";
  const std::string by_name = "plugin: shadowed\nplugin_path: ['" + folder.path().string() + "']";
  std::string message;
  EXPECT_EQ(plugin_of_store(by_name, message), nullptr);
  EXPECT_TRUE(contains(message, "'shadowed' was not found"));

  static const ec_plugin registered = named("shadowed");
  ASSERT_EQ(add(&registered).status, EC_OK);
  EXPECT_EQ(plugin_of_store(by_name, message), &registered) << message;
  EXPECT_EQ(plugin_of_store("plugin: " + file, message), nullptr) << "a path is a file";
}

TEST(Registry, IsListedFirstWithoutAFile) {
  static const ec_plugin registered = named("listed");
  ASSERT_EQ(add(&registered).status, EC_OK);
  struct Seen {
    std::string file;
    const ec_plugin* plugin;
  };
  std::vector<Seen> seen;
  const auto found = [](void* ctx, ec_str file, const ec_plugin* plugin, ec_str) {
    static_cast<std::vector<Seen>*>(ctx)->push_back({std::string(ec::plugin::view(file)), plugin});
  };
  ec_error error = EC_ERROR_INIT;
  ASSERT_EQ(ec_plugins_list(nullptr, found, &seen, &error), EC_OK) << error.message;
  bool listed = false;
  bool file_before = false;
  bool memory_file = false;
  for (const Seen& one : seen) {
    if (one.plugin == &registered) {
      listed = true;
      EXPECT_EQ(one.file, "");
      EXPECT_FALSE(file_before);
    }
    if (!one.file.empty()) file_before = true;
    if (one.plugin == &memory_plugin()) memory_file = one.file.ends_with("/eventcore_plugin_memory.so");
  }
  EXPECT_TRUE(listed);
  EXPECT_TRUE(memory_file);
}

}  // namespace
