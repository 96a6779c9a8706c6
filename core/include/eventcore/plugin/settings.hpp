// The options a backend is opened with. The core has checked them against the plugin's schema, so these only convert.
//
//   void open(const ec::plugin::Settings& settings) {
//     const std::string path(settings.text("path"));
//     if (path == "/") throw settings.wrong("path", "is the root folder; name one of your own");
//   }
#pragma once

#include <eventcore/abi/plugin.h>
#include <eventcore/plugin/failure.hpp>
#include <eventcore/plugin/strided.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ec::plugin {

class Settings {
 public:
  Settings(const ec_setting* settings, std::size_t count, std::size_t stride) : settings_(settings, count, stride) {}

  bool has(std::string_view key) const { return find(key) != nullptr; }
  std::string_view text(std::string_view key) const { return view(get(key).value); }
  bool flag(std::string_view key) const { return text(key) == "true"; }

  // Of an option of type UINT, SIZE (bytes) or DURATION (milliseconds).
  std::uint64_t number(std::string_view key) const {
    const std::string_view value = text(key);
    std::uint64_t result = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), result);
    if (problem != std::errc{} || end != value.data() + value.size())
      throw wrong(key, "'" + std::string(value) + "' is not a number");
    return result;
  }

  // Where the option was written: bank.yaml:12:7.
  std::string origin(std::string_view key) const {
    const ec_setting* setting = find(key);
    return setting == nullptr ? std::string("configuration") : std::string(view(setting->origin));
  }

  // An EC_CONFIG failure that names the option and where it was written.
  Failure wrong(std::string_view key, const std::string& what) const {
    return {EC_CONFIG, origin(key) + ": option '" + std::string(key) + "': " + what};
  }

 private:
  const ec_setting* find(std::string_view key) const {
    for (const ec_setting& setting : settings_)
      if (view(setting.key) == key) return &setting;
    return nullptr;
  }
  const ec_setting& get(std::string_view key) const {
    if (const ec_setting* setting = find(key)) return *setting;
    throw wrong(key, "is missing");
  }

  Strided<const ec_setting> settings_;
};

}  // namespace ec::plugin
