// The text of a configuration, and its options against a schema with one of each type.
#include "config.hpp"
#include "input.hpp"
#include "names.hpp"
#include "options.hpp"

#include <eventcore/plugin/failure.hpp>
#include <eventcore/plugin/strided.hpp>

using ec::core::Config;
using ec::core::is_utf8;
using fuzz::expect;

namespace {

constexpr ec_str literal(std::string_view text) { return {text.data(), text.size()}; }
constexpr ec_option option(std::string_view name, std::uint32_t type, std::uint32_t flags = 0,
                           std::string_view default_value = "") {
  return {literal(name), type, flags, literal(default_value), literal("one|two"), 0, 0, literal("what it is for")};
}
constexpr ec_option schema[] = {
    option("text", EC_OPTION_STRING, 0, "x"), option("flag", EC_OPTION_BOOL),
    option("number", EC_OPTION_UINT),         option("cache.size", EC_OPTION_SIZE, 0, "64MiB"),
    option("patience", EC_OPTION_DURATION),   option("choice", EC_OPTION_CHOICE),
    option("path", EC_OPTION_PATH),           option("password", EC_OPTION_STRING, EC_OPTION_SECRET)};

void check_value(std::string_view value) {
  expect(is_utf8(value), "a value is UTF-8");
  expect(value.find('\0') == std::string_view::npos, "a value has no NUL");
}

void check_settings(const Config& config) {
  ec_plugin plugin{};
  plugin.name = literal("bank");
  plugin.options = static_cast<const ec_option*>(schema);
  plugin.option_count = std::size(schema);
  plugin.option_stride = sizeof(ec_option);
  const ec::core::OpenSettings settings = ec::core::check_options(config, plugin);
  expect(settings.size() >= 2, "what has a default is there");
  for (std::size_t i = 0; i < settings.size(); ++i) check_value(ec::plugin::view(settings.data()[i].value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact text({reinterpret_cast<const char*>(data), size});
  try {
    const Config config = ec::core::parse_config(text.view(), "/none/bank.yaml");
    expect(!config.plugin.empty(), "a plugin is named");
    check_value(config.plugin);
    for (const auto& folder : config.plugin_path) expect(folder.is_absolute(), "folders are absolute");
    for (const auto& each : config.options) {
      check_value(each.value);
      expect(each.origin.line > 0, "an option has a place");
    }
    expect(config.group_commit.max_appends > 0, "a group holds an append");
    check_settings(config);
  } catch (const ec::plugin::Failure& failure) {
    const std::string_view said = failure.what();
    expect(failure.status() == EC_CONFIG, "what is wrong is the configuration");
    expect(said.starts_with("/none/bank.yaml"), "it says where");
    expect(is_utf8(said), "a message is UTF-8");
    for (const char c : said) expect(c == '\n' || static_cast<unsigned char>(c) >= 0x20, "a message can be printed");
  }
  return 0;
}
