// A canary for a secret: whatever goes wrong, it comes out nowhere. Errors, outcomes, log lines, the plugin list, what
// the library prints by itself.
#include "support.hpp"

#include <eventcore/eventcore.hpp>

#include <cstdlib>
#include <functional>
#include <utility>
#include <vector>

namespace ec::hostile {
namespace {

const std::string canary = "canary-7f3a-bird";

void expect_secret(std::string_view said) { EXPECT_EQ(said.find("canary"), std::string_view::npos) << said; }

class CanaryTest : public testing::Test {
 protected:
  CanaryTest() { folder_.write("secret", canary + "\n"); }
  void TearDown() override {
    expect_secret(log_.text());
    expect_alive();
  }

  // Relative paths are taken from the folder of the secret.
  Opened open(std::string_view yaml) const {
    const std::string name = folder_.path() / "bank.yaml";
    Opened opened = closed([&](ec_store** store, ec_error* error) {
      return ec_store_open_text(text(yaml), text(name), nullptr, store, error);
    });
    expect_secret(opened.message);
    return opened;
  }
  std::string telling(const std::string& options) const {
    return "plugin: " + telling_plugin() + "\noptions: {" + options + "}";
  }

  const test::Log log_;
  const TempFolder folder_;
  const Environment in_environment_{"EVENTCORE_TEST_CANARY", canary};
};

const std::vector<std::string>& ways_to_write_it() {
  static const auto& ways = *new std::vector<std::string>{
      "'" + canary + "'", "'${EVENTCORE_TEST_CANARY}'", "'${file:secret}'", "'${EVENTCORE_TEST_NONE:-" + canary + "}'"};
  return ways;
}

TEST_F(CanaryTest, ThePluginsErrorsAndExceptionsWhileItIsOpened) {
  for (const std::string& secret : ways_to_write_it())
    for (const char* how : {"fail", "throw", "strange"})
      for (const char* where : {"open", "info"}) {
        const Opened opened = open(telling("password: " + secret + ", how: " + how + ", where: " + std::string(where)));
        EXPECT_NE(opened.status, EC_OK);
        if (std::string_view(how) != "strange") {
          EXPECT_TRUE(contains(opened.message, "the password *** was not taken"));
        }
      }
  EXPECT_TRUE(contains(log_.text(), "logging in with ***"));
}

TEST_F(CanaryTest, EveryCallOnAnOpenStore) {
  for (const char* how : {"fail", "throw"}) {
    const std::string yaml = telling("password: '${file:secret}', how: " + std::string(how));
    const std::string name = folder_.path() / "bank.yaml";
    ec_store* store = nullptr;
    ec_error error = EC_ERROR_INIT;
    ASSERT_EQ(ec_store_open_text(text(yaml), text(name), nullptr, &store, &error), EC_OK) << error.message;
    const ec_str a = text("a");
    ec_position position{};
    std::uint64_t number = 0;
    ec_cursor* cursor = nullptr;
    ec_stream_cursor* streams = nullptr;
    ec_blob* blob = nullptr;
    ec_bytes bytes{};
    const ec_expect expect{a, 0, EC_EXPECT_ANY, 0};
    const ec_append append{sizeof append, 0, {}, &expect, 1, sizeof expect, nullptr, 0, sizeof(ec_new_event)};
    const ec_stream_from stream{a, 0};
    ec_read read{};
    read.struct_size = sizeof read;
    read.streams = &stream;
    read.stream_count = 1;
    read.stream_stride = sizeof stream;
    ec_read_all read_all{};
    read_all.struct_size = sizeof read_all;
    ec_list list{};
    list.struct_size = sizeof list;
    ec_error of_outcome = EC_ERROR_INIT;
    ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &of_outcome};
    const std::pair<const char*, std::function<ec_status()>> calls[] = {
        {"append", [&] { return ec_store_append(store, &append, nullptr, &outcome, &error); }},
        {"append_all",
         [&] {
           return ec_store_append_all(store, &append, sizeof append, &outcome, sizeof outcome, 1, nullptr, &error);
         }},
        {"read", [&] { return ec_store_read(store, &read, nullptr, &cursor, &error); }},
        {"read_all", [&] { return ec_store_read_all(store, &read_all, nullptr, &cursor, &error); }},
        {"head", [&] { return ec_store_head(store, nullptr, &position, &error); }},
        {"list_streams", [&] { return ec_store_list_streams(store, &list, nullptr, &streams, &error); }},
        {"checkpoint_load", [&] { return ec_store_checkpoint_load(store, a, nullptr, &position, &error); }},
        {"checkpoint_save", [&] { return ec_store_checkpoint_save(store, a, position, 0, nullptr, &error); }},
        {"checkpoint_remove", [&] { return ec_store_checkpoint_remove(store, a, 0, nullptr, &error); }},
        {"lease_acquire", [&] { return ec_store_lease_acquire(store, a, a, 1, nullptr, &number, &error); }},
        {"lease_renew", [&] { return ec_store_lease_renew(store, a, 1, 1, nullptr, &error); }},
        {"lease_release", [&] { return ec_store_lease_release(store, a, 1, nullptr, &error); }},
        {"snapshot_load", [&] { return ec_store_snapshot_load(store, a, nullptr, &blob, &bytes, &number, &error); }},
        {"snapshot_save", [&] { return ec_store_snapshot_save(store, a, bytes, 0, nullptr, &number, &error); }},
        {"snapshot_remove", [&] { return ec_store_snapshot_remove(store, a, 0, nullptr, &error); }},
        {"wait", [&] { return ec_store_wait(store, position, nullptr, &position, &error); }},
    };
    for (const auto& [what, call] : calls) {
      error = EC_ERROR_INIT;
      of_outcome = EC_ERROR_INIT;
      const ec_status status = call();
      const ec_status thrown = std::string_view(what).starts_with("append") ? EC_IN_DOUBT : EC_INTERNAL;
      EXPECT_EQ(status, std::string_view(how) == "throw" ? thrown : EC_UNAVAILABLE) << what << " " << how;
      EXPECT_TRUE(contains(error.message, "the password *** was not taken")) << what << " " << how;
      expect_secret(error.message);
      expect_secret(of_outcome.message);
    }
    ec_store_close(store);
  }
}

TEST_F(CanaryTest, TheTypedLayersErrors) {
  const std::string file = folder_.write("bank.yaml", telling("password: '${file:secret}', how: throw"));
  auto store = Store::open(file);
  ASSERT_TRUE(store) << store.error().message;
  const auto head = store->head();
  ASSERT_FALSE(head);
  EXPECT_TRUE(contains(head.error().message, "the password *** was not taken"));
  expect_secret(head.error().message);
}

// Where it does not belong.
TEST_F(CanaryTest, AConfigurationWithAMistakeInIt) {
  const std::string dsn = "postgresql://app:" + canary + "@db/bank";
  for (const std::string& secret : ways_to_write_it())
    for (const std::string& options :
         {"passwrod: " + secret, "password: [" + secret + "]", "password: {x: " + secret + "}",
          "password: " + secret + ", password: x", "password: " + secret + ", unknown: x",
          "password: " + secret + ", number: many", "password: !!str " + secret, "password: &x " + secret + ", how: *x",
          "password: " + secret + " x", "password: " + secret + "${", "password: " + secret})
      open(telling(options));
  for (const char* options : {"number: '${file:secret}'", "where: open, how: '${file:secret}'"}) open(telling(options));
  const std::vector<std::string> keys{"password=" + canary,
                                      "dsn:" + dsn,
                                      "'" + dsn + "'",
                                      "password " + canary,
                                      "a: {'dsn=" + dsn + "'}",
                                      "'" + dsn + "': 1",
                                      "'x=" + canary + "': 1, 'x=" + canary + "': 2"};
  for (const std::string& key : keys) {
    EXPECT_EQ(open(telling(key)).status, EC_CONFIG) << key;
  }
  EXPECT_EQ(open("plugin: memory\ngroup_commit: {max_appends: '${file:secret}'}").status, EC_CONFIG);
  EXPECT_EQ(open("eventcore: '${file:secret}'\nplugin: memory").status, EC_CONFIG);
  EXPECT_EQ(open("plugin: memory\npassword=" + canary).status, EC_CONFIG);
  EXPECT_EQ(open("plugin: memory\noptions: {max_payload: '${file:secret}'}").status, EC_CONFIG);
  EXPECT_EQ(open("plugin: no_such_plugin\noptions: {password: '${file:secret}'}").status, EC_CONFIG);
}

TEST_F(CanaryTest, ThePostgresPluginWithoutAServer) {
  const std::string plugin = EVENTCORE_PLUGIN_DIR "/eventcore_plugin_postgres.so";
  if (!fs::exists(plugin)) GTEST_SKIP() << "the Postgres plugin is not built";
  const std::vector<std::string> dsns{"postgresql://app:" + canary + "@127.0.0.1:1/bank",
                                      "host=127.0.0.1 port=1 password=" + canary,
                                      "host=/none password=" + canary,
                                      "password=" + canary + " port=one",
                                      "password='" + canary,
                                      "host=127.0.0.1 port=1 " + canary,
                                      canary,
                                      "postgresql://app:" + canary,
                                      "postgres://" + canary + "/x?y=z",
                                      "postgresql://app:" + canary + "@127.0.0.1:1/bank?sslmode=" + canary,
                                      "host=127.0.0.1 port=1 sslpassword=" + canary,
                                      "service=" + canary,
                                      "host=127.0.0.1 port=1 sslcert=/none sslkey=/none password=" + canary};
  for (const std::string& dsn : dsns) {
    folder_.write("dsn", dsn);
    for (const char* options :
         {"dsn: '${file:dsn}'", "dsn: '${file:dsn}', durability: maybe", "schema: '${file:dsn}', dsn: 'host=/none'",
          "dsn: '${file:dsn}', schema: '${file:secret}/'", "dns: '${file:dsn}'"})
      EXPECT_NE(open("plugin: " + plugin + "\noptions: {connect_timeout: 100ms, " + options + "}").status, EC_OK);
  }
}

// Without a host that takes the log, it goes to standard error. In a process of its own, where none took it.
TEST(CanaryDeathTest, WhatTheLibraryPrintsByItself) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const std::string yaml =
      "plugin: " + telling_plugin() + "\noptions: {password: " + canary + ", where: open, how: fail}";
  EXPECT_EXIT(std::exit(open_text(yaml).status), testing::ExitedWithCode(EC_UNAVAILABLE),
              "^eventcore: error: logging in with \\*\\*\\*\n$");
}

}  // namespace
}  // namespace ec::hostile
