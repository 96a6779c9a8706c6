// Options against a schema: types, ranges, defaults, secrets, and what is said of the wrong ones.
#include "failure.hpp"
#include "option_text.hpp"
#include "options.hpp"

#include <eventcore/plugin/settings.hpp>

#include <string>
#include <vector>

namespace {

using ec::core::check_options;
using ec::core::Config;
using ec::core::OpenSettings;
using ec::core::parse_config;
using ec::test::contains;
using ec::test::failure_of;

ec_option option(const char* name, std::uint32_t type, std::uint32_t flags = 0, const char* default_value = "") {
  const auto str = [](const char* text) { return ec_str{text, std::char_traits<char>::length(text)}; };
  return {str(name), type, flags, str(default_value), {nullptr, 0}, 0, 0, str("what it is for")};
}

class OptionsTest : public testing::Test {
 protected:
  OpenSettings check(const std::string& options) {
    ec_plugin plugin{};
    plugin.name = EC_LIT("bank");
    plugin.options = schema.data();
    plugin.option_count = schema.size();
    plugin.option_stride = sizeof(ec_option);
    const Config config = parse_config("plugin: bank\noptions: {" + options + "}", "/etc/bank.yaml");
    return check_options(config, plugin);
  }
  std::string value(const std::string& options, const char* key) {
    const OpenSettings settings = check(options);
    return std::string(ec::plugin::Settings(settings.data(), settings.size(), sizeof(ec_setting)).text(key));
  }
  std::string problem(const std::string& options) {
    return failure_of(EC_CONFIG, [&] { check(options); });
  }

  std::vector<ec_option> schema;
};

TEST_F(OptionsTest, GivenOnesAndDefaultsReachThePluginInTheSchemasOrder) {
  schema = {option("first", EC_OPTION_STRING, 0, "x"), option("absent", EC_OPTION_STRING),
            option("cache.size", EC_OPTION_SIZE, 0, "1KiB")};
  const OpenSettings settings = check("cache: {size: 2KiB}");
  ASSERT_EQ(settings.size(), 2U);
  EXPECT_EQ(ec::plugin::view(settings.data()[0].key), "first");
  EXPECT_EQ(ec::plugin::view(settings.data()[0].origin), "default");
  EXPECT_EQ(ec::plugin::view(settings.data()[1].value), "2048");
  EXPECT_EQ(ec::plugin::view(settings.data()[1].origin), "/etc/bank.yaml:2:19");
}

TEST_F(OptionsTest, AnUnknownOneGetsTheNearestOffered) {
  schema = {option("path", EC_OPTION_PATH), option("sync", EC_OPTION_BOOL)};
  EXPECT_EQ(problem("pth: x"), "/etc/bank.yaml:2:11: plugin 'bank' has no option 'pth'; did you mean 'path'?");
  EXPECT_TRUE(contains(problem("colour: x"), "has no option 'colour'; known are: path, sync"));
  EXPECT_TRUE(contains(problem("path: {deep: x}"), "has no option 'path.deep'"));
  schema.clear();
  EXPECT_TRUE(contains(problem("x: 1"), "has no option 'x'; there are none"));
}

TEST_F(OptionsTest, ARequiredOneThatIsMissingIsNamed) {
  schema = {option("path", EC_OPTION_PATH, EC_OPTION_REQUIRED)};
  EXPECT_EQ(problem(""),
            "/etc/bank.yaml:1:9: plugin 'bank' needs the option 'path' (what it is for); add 'path: ...' under "
            "'options:'");
  schema = {option("path", EC_OPTION_PATH, EC_OPTION_REQUIRED, "data")};
  EXPECT_EQ(value("", "path"), "/etc/data") << "a default is as good";
}

TEST_F(OptionsTest, GoodTextsOfEachType) {
  const struct {
    std::uint32_t type;
    const char* text;
    const char* value;
  } cases[] = {
      {EC_OPTION_STRING, "'a b'", "a b"},
      {EC_OPTION_STRING, "''", ""},
      {EC_OPTION_BOOL, "true", "true"},
      {EC_OPTION_BOOL, "yes", "true"},
      {EC_OPTION_BOOL, "on", "true"},
      {EC_OPTION_BOOL, "false", "false"},
      {EC_OPTION_BOOL, "no", "false"},
      {EC_OPTION_BOOL, "off", "false"},
      {EC_OPTION_UINT, "0", "0"},
      {EC_OPTION_UINT, "18446744073709551615", "18446744073709551615"},
      {EC_OPTION_UINT, "007", "7"},
      {EC_OPTION_SIZE, "4096", "4096"},
      {EC_OPTION_SIZE, "64MiB", "67108864"},
      {EC_OPTION_SIZE, "64 MiB", "67108864"},
      {EC_OPTION_SIZE, "1GB", "1000000000"},
      {EC_OPTION_SIZE, "3B", "3"},
      {EC_OPTION_SIZE, "1TiB", "1099511627776"},
      {EC_OPTION_DURATION, "250ms", "250"},
      {EC_OPTION_DURATION, "10s", "10000"},
      {EC_OPTION_DURATION, "5m", "300000"},
      {EC_OPTION_DURATION, "5min", "300000"},
      {EC_OPTION_DURATION, "2h", "7200000"},
      {EC_OPTION_PATH, "/a/../b", "/b"},
      {EC_OPTION_PATH, "data", "/etc/data"},
      {EC_OPTION_PATH, "../data", "/data"},
  };
  for (const auto& each : cases) {
    schema = {option("key", each.type)};
    EXPECT_EQ(value(std::string("key: ") + each.text, "key"), each.value) << each.text;
  }
}

TEST_F(OptionsTest, BadTextsOfEachTypeSayWhatIsWanted) {
  const struct {
    std::uint32_t type;
    const char* text;
    const char* problem;
  } cases[] = {
      {EC_OPTION_BOOL, "True", "option 'key' must be true or false, is 'True'"},
      {EC_OPTION_BOOL, "1", "must be true or false, is '1'"},
      {EC_OPTION_UINT, "-1", "must be a whole number, is '-1'"},
      {EC_OPTION_UINT, "+1", "must be a whole number"},
      {EC_OPTION_UINT, "1.5", "must be a whole number"},
      {EC_OPTION_UINT, "0x10", "must be a whole number"},
      {EC_OPTION_UINT, "''", "must be a whole number, is ''"},
      {EC_OPTION_UINT, "18446744073709551616", "is too large"},
      {EC_OPTION_SIZE, "12 furlongs", "must be a size such as 4096, 64KiB or 1GB, is '12 furlongs'"},
      {EC_OPTION_SIZE, "1mib", "must be a size"},
      {EC_OPTION_SIZE, "1.5GB", "must be a size"},
      {EC_OPTION_SIZE, "1  KB", "must be a size"},
      {EC_OPTION_SIZE, "99999999999TB", "is too large"},
      {EC_OPTION_DURATION, "10", "must be a duration such as 250ms, 10s or 5m, is '10'"},
      {EC_OPTION_DURATION, "10 days", "must be a duration"},
      {EC_OPTION_PATH, "''", "option 'key' is empty; give a path"},
  };
  for (const auto& each : cases) {
    schema = {option("key", each.type)};
    const std::string said = problem(std::string("key: ") + each.text);
    EXPECT_TRUE(contains(said, each.problem));
    EXPECT_TRUE(said.starts_with("/etc/bank.yaml:2:11: ")) << said;
  }
}

TEST_F(OptionsTest, BoundsAreKept) {
  schema = {option("key", EC_OPTION_SIZE)};
  schema[0].min = 10;
  schema[0].max = 2048;
  EXPECT_EQ(value("key: 10", "key"), "10");
  EXPECT_EQ(value("key: 2KiB", "key"), "2048");
  EXPECT_TRUE(contains(problem("key: 9"), "must be at least 10 bytes, is '9'"));
  EXPECT_TRUE(contains(problem("key: 2049"), "must be at most 2048 bytes, is '2049'"));
  schema[0].type = EC_OPTION_DURATION;
  EXPECT_TRUE(contains(problem("key: 3s"), "must be at most 2048 ms, is '3s'"));
}

TEST_F(OptionsTest, ChoicesAreNamed) {
  schema = {option("key", EC_OPTION_CHOICE, 0, "zstd")};
  schema[0].choices = EC_LIT("none|lz4|zstd");
  EXPECT_EQ(value("key: lz4", "key"), "lz4");
  EXPECT_EQ(value("", "key"), "zstd");
  EXPECT_TRUE(contains(problem("key: lz"), "must be one of none|lz4|zstd, is 'lz'"));
  EXPECT_TRUE(contains(problem("key: 'none|lz4'"), "must be one of"));
  EXPECT_TRUE(contains(problem("key: ''"), "must be one of"));
}

TEST_F(OptionsTest, ASecretIsInNoMessage) {
  schema = {option("password", EC_OPTION_UINT, EC_OPTION_SECRET)};
  const std::string said = problem("password: hunter2");
  EXPECT_TRUE(contains(said, "must be a whole number, is '***'"));
  EXPECT_FALSE(contains(said, "hunter2"));
  schema[0].type = EC_OPTION_BOOL;
  EXPECT_FALSE(contains(problem("password: hunter2"), "hunter2"));
  schema[0].type = EC_OPTION_CHOICE;
  EXPECT_FALSE(contains(problem("password: hunter2"), "hunter2"));
}

TEST_F(OptionsTest, SecretsAreTakenOutOfThePluginsMessages) {
  schema = {option("password", EC_OPTION_STRING, EC_OPTION_SECRET),
            option("token", EC_OPTION_STRING, EC_OPTION_SECRET)};
  const OpenSettings settings = check("password: hunter, token: hunter2");
  EXPECT_EQ(settings.secrets().redact("no: hunter2 hunter hunter"), "no: *** *** ***") << "the longest first";
  EXPECT_EQ(settings.secrets().redact("nothing here"), "nothing here");
  std::string cut(sizeof(ec_error::message) - 1 - 4, 'x');
  cut += "hunt";
  EXPECT_FALSE(contains(settings.secrets().redact(cut), "hunt")) << "one that the end of the message cut off";
}

TEST_F(OptionsTest, ASecretIsTakenOutInTheFormThatThePluginGotToo) {
  schema = {option("key_file", EC_OPTION_PATH, EC_OPTION_SECRET)};
  EXPECT_EQ(check("key_file: ./keys").secrets().redact("cannot read /etc/keys, was ./keys"),
            "cannot read ***, was ***");
}

TEST_F(OptionsTest, AnEmptySecretHidesNothing) {
  schema = {option("password", EC_OPTION_STRING, EC_OPTION_SECRET)};
  EXPECT_EQ(check("password: ''").secrets().redact("a message"), "a message");
}

}  // namespace
