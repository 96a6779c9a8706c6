#include "bench_record.hpp"
#include "stores.hpp"
#include "yaml.hpp"

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace cli {

namespace {

// As the store has it, which has been opened with it: each ${NAME} and ${NAME:-default} filled in. What comes from a
// file is nobody's business, and stays.
std::string expanded(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const bool is_escape = text.starts_with("$${");
    const std::size_t end = text.starts_with("${") ? text.find('}') : std::string_view::npos;
    if (is_escape || end == std::string_view::npos) {
      made += is_escape ? "${" : std::string(1, text.front());
      text.remove_prefix(is_escape ? 3 : 1);
      continue;
    }
    const std::string_view inside = text.substr(2, end - 2);
    const std::size_t split = inside.find(":-");
    const char* value = std::getenv(std::string(inside.substr(0, split)).c_str());
    if (inside.starts_with("file:"))
      made += text.substr(0, end + 1);
    else if (split != std::string_view::npos && (value == nullptr || *value == '\0'))
      made += inside.substr(split + 2);
    else if (value != nullptr)
      made += value;
    text.remove_prefix(end + 1);
  }
  return made;
}

// Nested ones have dots in their names.
const Yaml* find_option(const Yaml& options, const std::string& name) {
  if (const Yaml* found = options.find(name); found != nullptr) return found;
  const std::size_t dot = name.find('.');
  const Yaml* group = dot == std::string::npos ? nullptr : options.find(name.substr(0, dot));
  return group == nullptr ? nullptr : find_option(*group, name.substr(dot + 1));
}

// Of the plugin's options those that are a matter of how it works, and not of where and with which password.
bool is_told(const ec_option& option) {
  return option.type != EC_OPTION_STRING && option.type != EC_OPTION_PATH && (option.flags & EC_OPTION_SECRET) == 0;
}

struct Told {
  std::string durability;  // the option; empty: the plugin has none
  ec::json::Raw options{"{"};

  void add(const std::string& name, const std::string& value) {
    if (options.text.size() > 1) options.text += ',';
    ec::json::write(options.text, name);
    options.text += ':';
    ec::json::write(options.text, value);
  }
};

Told told_of(const ec_plugin& plugin, const std::string& config) {
  Told told;
  const Yaml file = read_yaml(config);
  const Yaml* given = file.find("options");
  for (std::size_t i = 0; i < plugin.option_count; ++i) {
    const auto& option =
        *reinterpret_cast<const ec_option*>(reinterpret_cast<const char*>(plugin.options) + i * plugin.option_stride);
    if (!is_told(option)) continue;
    const std::string name(ec::detail::view(option.name)), usual(ec::detail::view(option.default_value));
    const Yaml* found = given == nullptr ? nullptr : find_option(*given, name);
    const std::string value = found == nullptr ? usual : expanded(found->text);
    if (name == "durability")
      told.durability = value;
    else if (value != usual)
      told.add(name, value);
  }
  if (const Yaml* group = file.find("group_commit"); group != nullptr)
    for (const Yaml& each : group->items) told.add("group_commit." + each.key, expanded(each.text));
  told.options.text += '}';
  return told;
}

}  // namespace

BenchStore bench_store(ec::Store& store, const std::string& config) {
  const std::uint32_t promises = info_of(store).capabilities;
  const ec_plugin& plugin = *ec_store_plugin(store.raw());
  const bool durable = (promises & EC_CAP_DURABLE) != 0;
  std::string durability = durable ? "acknowledged events are on stable storage"
                           : (promises & EC_CAP_PERSISTENT) != 0
                               ? "acknowledged events may be lost in a crash or a power cut"
                               : "in memory, gone when the program ends";
  const Told told = told_of(plugin, config);
  if (!told.durability.empty()) durability += " (durability: " + told.durability + ")";
  return {std::string(ec::detail::view(plugin.name)),
          std::string(ec::detail::view(plugin.version)),
          durable,
          durability,
          std::filesystem::path(config).stem().string(),
          told.options};
}

}  // namespace cli
