#include "failure.hpp"
#include "options.hpp"
#include "output.hpp"
#include "table.hpp"

#include <eventcore/json_write.hpp>

#include <array>
#include <functional>
#include <optional>
#include <unistd.h>

namespace cli {

namespace {

namespace json = ec::json;
using ec::detail::view;

struct Found {
  std::string file;
  const ec_plugin* plugin;
  std::string why;
};

struct ShownPlugin {
  std::optional<std::string> name, version, description;
  std::string file;
  std::optional<std::string> problem;
};
EC_FIELDS(ShownPlugin, name, version, description, file, problem)

struct ShownOption {
  std::string name, type;
  bool required = false, secret = false;
  std::optional<std::string> default_value;
  std::vector<std::string> choices;
  std::optional<std::uint64_t> min, max;
  std::string description;
};
EC_FIELDS(ShownOption, name, type, required, secret, default_value, choices, min, max, description)

struct ShownDescription {
  std::string name, version, description;
  std::vector<ShownOption> options;
};
EC_FIELDS(ShownDescription, name, version, description, options)

std::vector<Found> find(const Options& options) {
  std::vector<Found> all;
  ec_error error = EC_ERROR_INIT;
  const auto add = [](void* ctx, ec_str file, const ec_plugin* plugin, ec_str why) {
    static_cast<std::vector<Found>*>(ctx)->push_back({std::string(view(file)), plugin, std::string(view(why))});
  };
  if (ec_plugins_list(options.config.empty() ? nullptr : options.config.c_str(), add, &all, &error) != EC_OK)
    throw failure(ec::detail::to_error(error));
  return all;
}

std::optional<std::string> text(ec_str given) {
  if (given.size == 0) return std::nullopt;
  return std::string(view(given));
}

ShownPlugin shown(const Found& found) {
  if (found.plugin == nullptr) return {{}, {}, {}, found.file, found.why};
  return {text(found.plugin->name), text(found.plugin->version), text(found.plugin->description), found.file, {}};
}

const char* type_name(std::uint32_t type) {
  constexpr std::array<const char*, 8> names = {"unknown", "string",   "bool",   "number",
                                                "size",    "duration", "choice", "path"};
  return names[type < names.size() ? type : 0];
}

ShownOption shown(const ec_option& option) {
  ShownOption made{std::string(view(option.name)),
                   type_name(option.type),
                   (option.flags & EC_OPTION_REQUIRED) != 0,
                   (option.flags & EC_OPTION_SECRET) != 0,
                   text(option.default_value),
                   {},
                   {},
                   {},
                   std::string(view(option.description))};
  for (std::string_view rest = view(option.choices); !rest.empty();) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    made.choices.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const bool is_measured =
      option.type == EC_OPTION_UINT || option.type == EC_OPTION_SIZE || option.type == EC_OPTION_DURATION;
  if (is_measured) made.min = option.min;
  if (is_measured && option.max != 0) made.max = option.max;
  return made;
}

ShownDescription described(const ec_plugin& plugin) {
  ShownDescription made{
      std::string(view(plugin.name)), std::string(view(plugin.version)), std::string(view(plugin.description)), {}};
  const char* at = reinterpret_cast<const char*>(plugin.options);
  for (std::size_t i = 0; i < plugin.option_count; ++i, at += plugin.option_stride)
    made.options.push_back(shown(*reinterpret_cast<const ec_option*>(at)));
  return made;
}

std::string kind_of(const ShownOption& option) {
  std::string kind = option.type;
  for (const std::string& choice : option.choices) kind += (&choice == option.choices.data() ? ": " : ", ") + choice;
  if (option.secret) kind += ", secret";
  return kind;
}

template <class T>
int print_json(const T& value) {
  Output out;
  json::write(out.text(), value);
  out.text() += '\n';
  out.finish();
  return done;
}

}  // namespace

int list_plugins(const Options& options, const std::stop_token& /*stop*/) {
  std::vector<ShownPlugin> all;
  for (const Found& found : find(options)) all.push_back(shown(found));
  if (options.json) return print_json(all);
  std::vector<Row> rows;
  for (const ShownPlugin& each : all)
    rows.push_back({each.name.value_or("-"), each.version.value_or("-"), each.file,
                    each.problem ? "unusable: " + *each.problem : each.description.value_or("")});
  Output out;
  append_table(out.text(), {"NAME", "VERSION", "FILE", "WHAT IT IS"}, rows, is_terminal(STDOUT_FILENO));
  out.finish();
  return done;
}

int describe_plugin(const Options& options, const std::stop_token& /*stop*/) {
  std::string names;
  for (const Found& found : find(options)) {
    if (found.plugin == nullptr) continue;
    const ShownDescription it = described(*found.plugin);
    if (it.name != options.name) {
      names += (names.empty() ? "" : ", ") + it.name;
      continue;
    }
    if (options.json) return print_json(it);
    std::vector<Row> rows;
    for (const ShownOption& each : it.options)
      rows.push_back({each.name, kind_of(each), each.required ? "required" : each.default_value.value_or("none"),
                      each.description});
    Output out;
    const bool for_people = is_terminal(STDOUT_FILENO);
    if (for_people) out.text() += it.name + " " + it.version + ": " + it.description + "\n\n";
    append_table(out.text(), {"OPTION", "TYPE", "DEFAULT", "WHAT IT DOES"}, rows, for_people);
    out.finish();
    return done;
  }
  throw Failure(wrong_usage, "there is no plugin '" + options.name + "'; found are: " +
                                 (names.empty() ? "none" : names) + " ('eventcore plugins' shows where they lie)");
}

}  // namespace cli
