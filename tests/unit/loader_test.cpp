// Finding, checking, loading and opening plugins, with real libraries (fixtures/): each way to be wrong has its words,
// and a failed open leaves nothing behind.
#include "failure.hpp"
#include "files.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/strided.hpp>

#include <filesystem>
#include <iterator>
#include <string>
#include <sys/stat.h>

namespace {

using ec::test::contains;
using ec::test::Environment;
using ec::test::TempFolder;
namespace fs = std::filesystem;

const std::string fixtures = EVENTCORE_TEST_PLUGIN_DIR;

struct Opened {
  ec_status status = EC_OK;
  std::string message;
};

// Opens the store and closes it, where it opened at all; nothing may stay open.
Opened open_text(const std::string& yaml, const std::string& name = "bank.yaml") {
  const auto open_files = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_files();
  ec_error error = EC_ERROR_INIT;
  ec_store* store = nullptr;
  const ec_status status = ec_store_open_text(ec::plugin::str(yaml), ec::plugin::str(name), nullptr, &store, &error);
  EXPECT_EQ(status == EC_OK, store != nullptr);
  ec_store_close(store);
  EXPECT_EQ(open_files(), before) << "a file was left open";
  return {status, error.message};
}
Opened open_fixture(const std::string& plugin, const std::string& options = "{}") {
  return open_text("plugin: " + plugin + "\nplugin_path: ['" + fixtures + "']\noptions: " + options);
}
std::string problem(const std::string& plugin) {
  const Opened opened = open_fixture(plugin);
  EXPECT_EQ(opened.status, EC_CONFIG) << opened.message;
  return opened.message;
}

TEST(Loader, FindsAPluginInThePathOfTheConfiguration) {
  EXPECT_EQ(open_fixture("scripted").status, EC_OK);
  const fs::path path(fixtures);
  EXPECT_EQ(open_text("plugin: scripted\nplugin_path: [none, " + path.filename().string() + "]",
                      (path.parent_path() / "bank.yaml").string())
                .status,
            EC_OK)
      << "relative ones are taken from the file's folder";
}

TEST(Loader, FindsAPluginByAbsolutePath) {
  EXPECT_EQ(open_text("plugin: " + fixtures + "/eventcore_plugin_scripted.so").status, EC_OK);
}

TEST(Loader, FindsAPluginInTheEnvironmentsPath) {
  const Environment path("EVENTCORE_PLUGIN_PATH", "relative::/none:" + fixtures + "/");
  EXPECT_EQ(open_text("plugin: scripted").status, EC_OK);
}

TEST(Loader, FindsAPluginBesideTheLibrary) { EXPECT_EQ(open_text("plugin: memory").status, EC_OK); }

TEST(Loader, NeverLooksInTheWorkingDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(fixtures);
  const Environment path("EVENTCORE_PLUGIN_PATH", ".:");
  const Opened by_name = open_text("plugin: scripted", "/etc/bank.yaml");
  const Opened by_path = open_text("plugin: ./eventcore_plugin_scripted.so", "/etc/bank.yaml");
  fs::current_path(before);
  EXPECT_EQ(by_name.status, EC_CONFIG);
  EXPECT_TRUE(contains(by_path.message, "give a name, as in 'rocksdb', or an absolute path"));
}

TEST(Loader, NamesEachPlaceThatItTriedAndWhyNot) {
  const TempFolder folder;
  folder.write("text/eventcore_plugin_lost.so", "no library");
  const std::string open_to_all = folder.write("open/eventcore_plugin_lost.so", "x");
  ASSERT_EQ(chmod(open_to_all.c_str(), 0666), 0);
  const Environment path("EVENTCORE_PLUGIN_PATH", "/none");
  const Opened opened =
      open_text("plugin: lost\nplugin_path: [empty, text, open]", (folder.path() / "b.yaml").string());
  EXPECT_EQ(opened.status, EC_CONFIG);
  EXPECT_TRUE(contains(opened.message,
                       "b.yaml:1:9: plugin 'lost' was not found; install it, or name its folder in "
                       "plugin_path; looked in:\n"));
  EXPECT_TRUE(contains(opened.message, "/text: is not a shared library\n"));
  EXPECT_TRUE(contains(opened.message, "/open: can be written by others; chmod go-w it\n"));
  EXPECT_TRUE(contains(opened.message, "  no such file: " + (folder.path() / "empty, /none, ").string()));
  EXPECT_TRUE(contains(opened.message, "/lib/eventcore/plugins")) << "beside the library, installed";
}

TEST(Loader, ANameIsAName) {
  EXPECT_TRUE(contains(open_text("plugin: a/b").message, "plugin 'a/b': give a name"));
  EXPECT_TRUE(contains(open_text("plugin: ../memory").message, "give a name"));
  EXPECT_EQ(open_text("plugin: \"a\\nb\"").status, EC_INVALID);
}

TEST(Loader, AnAbsolutePathIsSaidWhole) {
  const std::string path = "/none/" + std::string(100, 'x') + ".so";
  EXPECT_TRUE(contains(open_text("plugin: " + path).message, "cannot load the plugin:\n  " + path + ": no such file"));
}

TEST(Loader, AWrongLibraryIsSaidWhatIsWrong) {
  EXPECT_TRUE(contains(problem("no_symbol"), "has no symbol eventcore_plugin_v1; it is no eventcore plugin"));
  EXPECT_TRUE(contains(problem("wrong_magic"), "does not begin with the magic number"));
  EXPECT_TRUE(contains(problem("wrong_major"),
                       "was built for version 2 of the plugin interface, this libeventcore has "
                       "version 1; install the plugin that goes with it"));
  EXPECT_TRUE(contains(problem("small_plugin"), "its ec_plugin has 16 bytes, at least"));
  EXPECT_TRUE(contains(problem("small_table"), "its table has 16 bytes, at least"));
  EXPECT_TRUE(contains(problem("no_name"), "it has no name"));
  EXPECT_TRUE(contains(problem("no_table"), "it has no open function or no table"));
  EXPECT_TRUE(contains(problem("no_open"), "it has no open function or no table"));
  EXPECT_TRUE(contains(problem("no_append"), "a function is missing in its table"));
  EXPECT_TRUE(contains(problem("no_schema"), "its option schema is broken"));
  const std::string undefined = problem("undefined");
  EXPECT_TRUE(contains(undefined, "bank.yaml:1:9: plugin "));
  EXPECT_TRUE(contains(undefined, "a_function_that_nobody_has"));
}

TEST(Loader, APluginWhoseTablesAreLongerThanOursIsTaken) {
  EXPECT_EQ(open_fixture("bare").status, EC_OK);
  EXPECT_EQ(open_fixture("longer").status, EC_OK);
}

TEST(Loader, AWrongLibraryIsWrongASecondTimeToo) {
  EXPECT_EQ(problem("wrong_magic"), problem("wrong_magic"));
  EXPECT_EQ(problem("undefined"), problem("undefined"));
}

TEST(Loader, ATruncatedLibraryIsRefusedNotLoaded) {
  const TempFolder folder;
  std::ifstream whole(fixtures + "/eventcore_plugin_scripted.so", std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(whole), {});
  ASSERT_GT(bytes.size(), 40'000U);
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{63}, std::size_t{64}, std::size_t{300},
                                 std::size_t{5'000}, std::size_t{20'000}}) {
    const std::string name = "/eventcore_plugin_cut" + std::to_string(size) + ".so";
    folder.write(name.substr(1), std::string_view(bytes).substr(0, size));
    const Opened opened = open_text("plugin: " + folder.path().string() + name);
    EXPECT_EQ(opened.status, EC_CONFIG);
    EXPECT_TRUE(contains(opened.message, size < 64 ? "is not a shared library" : "is cut off; install it again"))
        << size;
  }
}

TEST(Loader, AFailedOpenIsThePluginsOwnErrorAndLeavesNothingOpen) {
  const Opened failed = open_fixture("open_fails");
  EXPECT_EQ(failed.status, EC_UNAVAILABLE);
  EXPECT_EQ(failed.message, "broken on purpose");
  const Opened nothing = open_fixture("open_gives_nothing");
  EXPECT_EQ(nothing.status, EC_INTERNAL);
  EXPECT_TRUE(contains(nothing.message, "plugin 'open_gives_nothing' opened nothing and gave no error"));
  const Opened no_info = open_fixture("info_fails");
  EXPECT_EQ(no_info.status, EC_CORRUPT);
  EXPECT_EQ(no_info.message, "broken on purpose");
}

TEST(Loader, ThePluginsMessagesShowNoSecret) {
  static std::string logged;
  logged.clear();
  ec_set_log([](void*, int, ec_str message) { logged += ec::plugin::view(message); }, nullptr);
  const Opened opened = open_fixture("scripted", "{script: 'open:CONFIG', password: hunter2}");
  ec_set_log(nullptr, nullptr);
  EXPECT_EQ(opened.status, EC_CONFIG);
  EXPECT_EQ(opened.message, "the script says so to ***");
  EXPECT_EQ(logged, "logging in with ***");
}

TEST(Loader, NorDoTheMessagesOfLaterCalls) {
  ec_set_log(nullptr, nullptr);
  const std::string yaml =
      "{plugin: scripted, plugin_path: ['" + fixtures +
      "'], options: {password: hunter2, script: 'head:CORRUPT append:READ_ONLY read_all:CORRUPT'}}";
  ec_store* store = nullptr;
  ec_error error = EC_ERROR_INIT;
  ASSERT_EQ(ec_store_open_text(ec::plugin::str(yaml), ec::plugin::str("x"), nullptr, &store, &error), EC_OK)
      << error.message;
  ec_position head{};
  EXPECT_EQ(ec_store_head(store, nullptr, &head, &error), EC_CORRUPT);
  EXPECT_STREQ(error.message, "the script says so to ***");
  error = EC_ERROR_INIT;
  const ec_expect expect{EC_LIT("a"), 0, EC_EXPECT_ANY, 0};
  const ec_append append{sizeof append, 0, {}, &expect, 1, sizeof expect, nullptr, 0, sizeof(ec_new_event)};
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, nullptr};
  EXPECT_EQ(ec_store_append(store, &append, nullptr, &outcome, &error), EC_READ_ONLY);
  EXPECT_STREQ(error.message, "the script says so to ***");
  ec_read_all request{};
  request.struct_size = sizeof request;
  ec_cursor* cursor = nullptr;
  error = EC_ERROR_INIT;
  EXPECT_EQ(ec_store_read_all(store, &request, nullptr, &cursor, &error), EC_CORRUPT);
  EXPECT_STREQ(error.message, "the script says so to ***");
  ec_store_close(store);
}

}  // namespace
