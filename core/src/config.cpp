#include "config.hpp"
#include "config_error.hpp"
#include "config_expand.hpp"
#include "config_yaml.hpp"
#include "names.hpp"
#include "option_text.hpp"
#include "suggest.hpp"

#include <eventcore/abi/plugin.h>

#include <algorithm>

namespace ec::core {

namespace {

constexpr std::size_t largest_file = 1024 * 1024;
constexpr std::uint64_t format_version = 1;
constexpr const char* needs_plugin = "name the storage plugin, as in 'plugin: memory'";

const std::vector<std::string_view>& top_keys() {
  static const auto& keys =
      *new std::vector<std::string_view>{"eventcore", "plugin", "plugin_path", "options", "group_commit"};
  return keys;
}
const std::vector<std::string_view>& group_commit_keys() {
  static const auto& keys = *new std::vector<std::string_view>{"max_appends", "max_bytes"};
  return keys;
}

class Reader {
 public:
  explicit Reader(const std::string& name) {
    config_.file = name.empty() ? "configuration" : name;
    config_.plugin_origin = {config_.file, 0, 0};
    std::error_code problem;
    config_.folder = std::filesystem::absolute(config_.file, problem).parent_path();
    if (problem)
      throw config_error(config_.plugin_origin,
                         "its folder cannot be found: " + problem.message() + "; give an absolute path");
  }

  Config read(std::string_view text) {
    if (text.size() > largest_file)
      throw config_error(config_.plugin_origin, "is larger than 1 MiB; this cannot be a configuration");
    const YamlNode root = parse_yaml(text, config_.file);
    if (root.kind == YamlNode::Kind::null)
      throw config_error(config_.plugin_origin, std::string("is empty; ") + needs_plugin);
    want(root, YamlNode::Kind::map, "the file", std::string("a map; ") + needs_plugin);
    check_keys(root, top_keys(), "key");
    if (const YamlNode* version = root.find("eventcore")) read_version(*version);
    if (const YamlNode* path = root.find("plugin_path")) read_plugin_path(*path);
    if (const YamlNode* group = root.find("group_commit")) read_group_commit(*group);
    if (const YamlNode* options = root.find("options")) read_options(*options);
    read_plugin(root);
    return std::move(config_);
  }

 private:
  void read_version(const YamlNode& node) {
    const std::uint64_t number = parse(node, "eventcore", EC_OPTION_UINT, 1, 0);
    if (number > format_version)
      throw config_error(node.origin, "'eventcore: " + std::to_string(number) +
                                          "' is a newer format; this version reads format " +
                                          std::to_string(format_version) + ", update libeventcore");
  }

  void read_plugin(const YamlNode& root) {
    const YamlNode* plugin = root.find("plugin");
    if (plugin == nullptr)
      throw config_error(config_.plugin_origin, std::string("'plugin' is missing; ") + needs_plugin);
    config_.plugin_origin = plugin->origin;
    config_.plugin = scalar(*plugin, "plugin");
    if (config_.plugin.empty()) throw config_error(plugin->origin, std::string("'plugin' is empty; ") + needs_plugin);
  }

  void read_plugin_path(const YamlNode& node) {
    want(node, YamlNode::Kind::list, "'plugin_path'", "a list of folders, as in 'plugin_path: [plugins]'");
    for (const YamlNode& child : node.children) {
      const std::string folder = scalar(child, "plugin_path");
      if (folder.empty())
        throw config_error(child.origin, "'plugin_path' has an empty folder; name one, or '.' for this file's own");
      config_.plugin_path.push_back((config_.folder / folder).lexically_normal());
    }
  }

  void read_group_commit(const YamlNode& node) {
    want(node, YamlNode::Kind::map, "'group_commit'", "a map, as in 'group_commit: {max_appends: 256}'");
    check_keys(node, group_commit_keys(), "key of group_commit");
    if (const YamlNode* appends = node.find("max_appends"))
      config_.group_commit.max_appends =
          static_cast<std::uint32_t>(parse(*appends, "group_commit.max_appends", EC_OPTION_UINT, 1, 65'536));
    if (const YamlNode* bytes = node.find("max_bytes"))
      config_.group_commit.max_bytes =
          parse(*bytes, "group_commit.max_bytes", EC_OPTION_SIZE, 1, std::uint64_t{1} << 32U);
  }

  void read_options(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::null) return;  // all of them commented out
    want(node, YamlNode::Kind::map, "'options'", "a map, as in 'options: {path: data}'");
    flatten(node, "");
  }

  void flatten(const YamlNode& map, const std::string& prefix) {
    for (const YamlNode& child : map.children) {
      const std::string key = prefix + child.key;
      if (child.kind == YamlNode::Kind::map) {
        flatten(child, key + ".");
        continue;
      }
      const auto same = [&](const Option& option) { return option.key == key; };
      const auto first = std::find_if(config_.options.begin(), config_.options.end(), same);
      if (first != config_.options.end())
        throw config_error(child.key_origin, "option '" + shown_key(key) +
                                                 "' stands here a second time, first in line " +
                                                 std::to_string(first->origin.line) + "; remove one");
      const Expanded value = expanded(child, key);
      config_.options.push_back({key, value.text, child.key_origin, value.from_file});
    }
  }

  static void want(const YamlNode& node, YamlNode::Kind kind, const std::string& what, const std::string& form) {
    if (node.kind != kind) throw config_error(node.origin, what + " is " + node.kind_name() + "; it must be " + form);
  }

  static void check_keys(const YamlNode& map, const std::vector<std::string_view>& known, const char* what) {
    for (const YamlNode& child : map.children)
      if (std::find(known.begin(), known.end(), child.key) == known.end())
        throw config_error(child.key_origin, std::string("unknown ") + what + " '" + shown_key(child.key) + "'" +
                                                 suggestion(child.key, known));
  }

  std::string scalar(const YamlNode& node, const std::string& key) const { return expanded(node, key).text; }

  Expanded expanded(const YamlNode& node, const std::string& key) const {
    const std::string name = "'" + shown_key(key) + "'";
    if (node.kind == YamlNode::Kind::null)
      throw config_error(node.origin, name + " has no value; give one, or remove the line");
    want(node, YamlNode::Kind::scalar, name, "a single value; quote it if it holds brackets");
    const auto refuse_nul = [&](const std::string& text) {
      if (text.find('\0') != std::string::npos)
        throw config_error(node.origin, name + " holds a NUL character; remove it");
    };
    refuse_nul(node.text);
    Expanded value = expand(node.text, node.origin, config_.folder);
    refuse_nul(value.text);
    if (!is_utf8(value.text)) throw config_error(node.origin, name + " is not valid UTF-8; give it as UTF-8 text");
    return value;
  }

  std::uint64_t parse(const YamlNode& node, const std::string& key, std::uint32_t type, std::uint64_t min,
                      std::uint64_t max) const {
    const OptionError error = [&](const std::string& what) {
      return config_error(node.origin, "'" + key + "' " + what);
    };
    const Expanded value = expanded(node, key);
    return parse_number(value.text, type, min, max, error, value.from_file);
  }

  Config config_;
};

}  // namespace

Config parse_config(std::string_view text, const std::string& name) { return Reader(name).read(text); }

Config read_config_file(const std::string& path) {
  if (path.empty()) throw plugin::Failure(EC_CONFIG, "no configuration file was named; give its path");
  return parse_config(read_small_file(path, largest_file, {path, 0, 0}, "the configuration"), path);
}

}  // namespace ec::core
