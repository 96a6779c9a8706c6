#include "options.hpp"

#include <eventcore/plugin/strided.hpp>

#include <algorithm>

#include "config_error.hpp"
#include "names.hpp"
#include "option_text.hpp"
#include "suggest.hpp"

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
                                         printable(option.key) + "'" + suggestion(option.key, known));
}

std::string normalize(const ec_option& option, std::string_view value, const Origin& origin,
                      const std::filesystem::path& folder) {
  const std::string name(view(option.name));
  const OptionError error = [&](const std::string& what) { return config_error(origin, "option '" + name + "' " + what); };
  if (option.type != EC_OPTION_PATH) return normalize_option(value, option, error);
  if (value.empty()) throw error("needs a path");
  return (folder / value).lexically_normal().string();
}

}  // namespace

void OpenSettings::add(std::string key, std::string value, std::string origin, bool secret) {
  const auto keep = [this](std::string&& text) { return plugin::str(texts_.emplace_back(std::move(text))); };
  const ec_setting setting{keep(std::move(key)), keep(std::move(value)), keep(std::move(origin))};
  settings_.push_back(setting);
  if (secret && setting.value.size > 0) secrets_.push_back(view(setting.value));
}

std::string OpenSettings::redact(std::string_view message) const {
  std::string result(message);
  for (const std::string_view secret : secrets_)
    for (std::size_t at = 0; (at = result.find(secret, at)) != std::string::npos; at += 3) result.replace(at, secret.size(), "***");
  return result;
}

OpenSettings check_options(const Config& config, const ec_plugin& plugin) {
  for (const Option& option : config.options)
    if (find(plugin, option.key) == nullptr) throw unknown_option(option, plugin);
  OpenSettings settings;
  for (const ec_option& option : schema_of(plugin)) {
    const std::string name(view(option.name));
    const bool secret = (option.flags & EC_OPTION_SECRET) != 0;
    const auto given = std::find_if(config.options.begin(), config.options.end(), [&](const Option& each) { return each.key == name; });
    if (given != config.options.end()) {
      settings.add(name, normalize(option, given->value, given->origin, config.folder), given->origin.text(), secret);
    } else if (option.default_value.size > 0) {
      settings.add(name, normalize(option, view(option.default_value), {"default of plugin '" + config.plugin + "'", 0, 0}, config.folder),
                   "default", secret);
    } else if ((option.flags & EC_OPTION_REQUIRED) != 0) {
      throw config_error(config.plugin_origin, "plugin '" + std::string(view(plugin.name)) + "' needs option '" + name +
                                                   "' (" + std::string(view(option.description)) + "); add it under 'options:'");
    }
  }
  return settings;
}

}  // namespace ec::core
