#include "config_error.hpp"
#include "config_expand.hpp"
#include "option_text.hpp"
#include "options.hpp"
#include "suggest.hpp"

#include <eventcore/plugin/sized.hpp>
#include <eventcore/plugin/strided.hpp>

#include <algorithm>

namespace ec::core {

using plugin::view;

namespace {

plugin::Strided<const ec_option> schema_of(const ec_plugin& plugin) {
  return {plugin.options, plugin.option_count, plugin.option_stride};
}

const ec_option* find(const ec_plugin& plugin, std::string_view key) {
  for (const ec_option& option : schema_of(plugin))
    if (view(option.name) == key) return &option;
  return nullptr;
}

plugin::Failure unknown_option(const Option& option, const ec_plugin& plugin) {
  std::vector<std::string_view> known;
  for (const ec_option& each : schema_of(plugin)) known.push_back(view(each.name));
  return config_error(option.origin, "plugin '" + std::string(view(plugin.name)) + "' has no option '" +
                                         shown_key(option.key) + "'" + suggestion(option.key, known));
}

plugin::Failure missing_option(const Config& config, const ec_plugin& plugin, const ec_option& option) {
  const std::string name(view(option.name));
  return config_error(config.plugin_origin, "plugin '" + std::string(view(plugin.name)) + "' needs the option '" +
                                                name + "' (" + std::string(view(option.description)) + "); add '" +
                                                name + ": ...' under 'options:'");
}

std::string normalize(const ec_option& option, std::string_view value, const Origin& origin,
                      const std::filesystem::path& folder) {
  const std::string name(view(option.name));
  const OptionError error = [&](const std::string& what) {
    return config_error(origin, "option '" + name + "' " + what);
  };
  if (option.type != EC_OPTION_PATH) return normalize_option(value, option, error);
  if (value.empty()) throw error("is empty; give a path");
  return (folder / value).lexically_normal().string();
}

}  // namespace

void OpenSettings::add(const std::string& key, const std::string& value, const std::string& origin) {
  const auto keep = [this](const std::string& text) { return plugin::str(texts_.emplace_back(text)); };
  settings_.push_back({keep(key), keep(value), keep(origin)});
}

OpenSettings check_options(const Config& config, const ec_plugin& plugin) {
  for (const Option& option : config.options)
    if (find(plugin, option.key) == nullptr) throw unknown_option(option, plugin);
  const Origin schema{"schema of plugin '" + config.plugin + "'", 0, 0};
  OpenSettings settings;
  for (const ec_option& in_schema : schema_of(plugin)) {
    ec_option option = plugin::known(in_schema, plugin.option_stride);
    const std::string name(view(option.name));
    const auto of_this = [&](const Option& each) { return each.key == name; };
    const auto given = std::find_if(config.options.begin(), config.options.end(), of_this);
    if (given == config.options.end() && option.default_value.size == 0) {
      if ((option.flags & EC_OPTION_REQUIRED) != 0) throw missing_option(config, plugin, option);
      continue;
    }
    const bool written = given != config.options.end();
    const Origin& origin = written ? given->origin : schema;
    const std::string text = written ? given->value : expand(view(option.default_value), origin, config.folder).text;
    if (written && given->secret) option.flags |= EC_OPTION_SECRET;
    const std::string value = normalize(option, text, origin, config.folder);
    settings.add(name, value, written ? origin.text() : "default");
    if ((option.flags & EC_OPTION_SECRET) != 0) {
      settings.secrets().add(text);
      settings.secrets().add(value);
    }
  }
  return settings;
}

Config made_read_only(Config config, const ec_plugin& plugin) {
  constexpr std::string_view key = "read_only";
  const ec_option* option = find(plugin, key);
  if (option == nullptr || option->type != EC_OPTION_BOOL) return config;
  std::erase_if(config.options, [&](const Option& each) { return each.key == key; });
  config.options.push_back({std::string(key), "true", config.plugin_origin, false});
  return config;
}

}  // namespace ec::core
