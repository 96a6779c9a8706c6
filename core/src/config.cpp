#include "config.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>

#include <yaml-cpp/yaml.h>

#include "config_error.hpp"
#include "config_expand.hpp"
#include "names.hpp"
#include "option_text.hpp"
#include "suggest.hpp"

namespace ec::core {

namespace {

constexpr std::size_t largest_file = 1024 * 1024;
constexpr int deepest_nesting = 16;
constexpr std::size_t most_values = 1000;  // aliases let a small file say a lot
constexpr std::uint64_t format_version = 1;

const std::vector<std::string_view> top_keys{"eventcore", "plugin", "plugin_path", "options", "group_commit"};
const std::vector<std::string_view> group_commit_keys{"max_appends", "max_bytes"};

const char* kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar: return "a single value";
    case YAML::NodeType::Sequence: return "a list";
    case YAML::NodeType::Map: return "a map";
    default: return "nothing";
  }
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : name_(name) {
    config_.file = name;
    config_.folder = std::filesystem::absolute(std::filesystem::path(name)).parent_path();
    config_.plugin_origin = {name, 0, 0};
    read(text);
  }
  Config take() { return std::move(config_); }

 private:
  Origin whole() const { return {name_, 0, 0}; }
  Origin origin(const YAML::Mark& mark) const {
    return mark.is_null() ? whole() : Origin{name_, mark.line + 1, mark.column + 1};
  }
  Origin origin(const YAML::Node& node) const { return origin(node.Mark()); }

  void read(std::string_view text) {
    if (text.size() > largest_file) throw config_error(whole(), "the file is larger than 1 MiB; this cannot be a configuration");
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
      throw config_error(whole(), "there is a NUL byte at offset " + std::to_string(nul) + "; save the file as plain UTF-8 text");
    if (!is_utf8(text)) throw config_error(whole(), "is not valid UTF-8; save the file as plain UTF-8 text");
    try {
      const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
      if (documents.empty() || documents[0].IsNull())
        throw config_error(whole(), "the file is empty; it needs at least 'plugin: NAME'");
      if (documents.size() > 1) throw config_error(origin(documents[1]), "a second document begins here; a configuration is one");
      read_root(documents[0]);
    } catch (const YAML::Exception& exception) {
      throw config_error(origin(exception.mark), "this is not valid YAML: " + exception.msg);
    }
  }

  void read_root(const YAML::Node& root) {
    if (!root.IsMap()) throw config_error(origin(root), std::string("a map is needed here, with 'plugin: NAME' in it; this is ") + kind_of(root));
    check_keys(root, top_keys, "key");
    if (const YAML::Node version = root["eventcore"]) {
      const std::uint64_t number = parse(version, "eventcore", EC_OPTION_UINT);
      if (number != format_version)
        throw config_error(origin(version), "'eventcore: " + std::to_string(number) + "' is a format that this version does not know; it reads format 1");
    }
    const YAML::Node plugin = root["plugin"];
    if (!plugin) throw config_error(whole(), "'plugin' is missing; name the storage plugin, as in 'plugin: memory'");
    config_.plugin = scalar(plugin, "plugin");
    config_.plugin_origin = origin(plugin);
    if (config_.plugin.empty()) throw config_error(config_.plugin_origin, "'plugin' is empty; name the storage plugin, as in 'plugin: memory'");
    if (const YAML::Node path = root["plugin_path"]) read_plugin_path(path);
    if (const YAML::Node group = root["group_commit"]) read_group_commit(group);
    if (const YAML::Node options = root["options"]; options && !options.IsNull()) {
      if (!options.IsMap()) throw config_error(origin(options), std::string("'options' must be a map, as in 'options: {path: ...}'; this is ") + kind_of(options));
      flatten(options, "", 1);
    }
  }

  void read_plugin_path(const YAML::Node& node) {
    const auto add = [&](const YAML::Node& folder) {
      const std::string text = scalar(folder, "plugin_path");
      if (text.empty()) throw config_error(origin(folder), "'plugin_path' has an empty folder; name one, or '.' for the folder of this file");
      config_.plugin_path.push_back((config_.folder / text).lexically_normal());
    };
    if (node.IsScalar()) return add(node);
    if (!node.IsSequence()) throw config_error(origin(node), std::string("'plugin_path' must be a folder or a list of folders; this is ") + kind_of(node));
    for (const YAML::Node& folder : node) {
      count();
      add(folder);
    }
  }

  void read_group_commit(const YAML::Node& node) {
    if (!node.IsMap()) throw config_error(origin(node), std::string("'group_commit' must be a map; this is ") + kind_of(node));
    check_keys(node, group_commit_keys, "key of group_commit");
    if (const YAML::Node appends = node["max_appends"])
      config_.group_commit.max_appends = static_cast<std::uint32_t>(parse(appends, "group_commit.max_appends", EC_OPTION_UINT, 1, 65'536));
    if (const YAML::Node bytes = node["max_bytes"])
      config_.group_commit.max_bytes = parse(bytes, "group_commit.max_bytes", EC_OPTION_SIZE, 1, std::uint64_t{1} << 32U);
  }

  void flatten(const YAML::Node& map, const std::string& prefix, int depth) {
    if (depth > deepest_nesting) throw config_error(origin(map), "options are nested deeper than " + std::to_string(deepest_nesting) + " levels");
    check_distinct(map);
    for (const auto& entry : map) {
      count();
      const std::string key = prefix + key_text(entry.first);
      if (entry.second.IsMap()) {
        flatten(entry.second, key + ".", depth + 1);
        continue;
      }
      config_.options.push_back({key, scalar(entry.second, key), origin(entry.first)});
    }
  }

  void count() {
    if (++values_ > most_values) throw config_error(whole(), "there are more than " + std::to_string(most_values) + " values, aliases counted each time");
  }

  std::string key_text(const YAML::Node& key) const {
    if (!key.IsScalar()) throw config_error(origin(key), std::string("a key must be a plain word; this is ") + kind_of(key));
    return key.Scalar();
  }

  void check_distinct(const YAML::Node& map) const {
    std::set<std::string> seen;
    for (const auto& entry : map)
      if (!seen.insert(key_text(entry.first)).second)
        throw config_error(origin(entry.first), "'" + printable(entry.first.Scalar()) + "' stands here a second time; remove one");
  }

  void check_keys(const YAML::Node& map, const std::vector<std::string_view>& known, const char* what) const {
    check_distinct(map);
    for (const auto& entry : map) {
      const std::string key = key_text(entry.first);
      if (std::find(known.begin(), known.end(), key) == known.end())
        throw config_error(origin(entry.first), std::string("unknown ") + what + " '" + printable(key) + "'" + suggestion(key, known));
    }
  }

  std::string scalar(const YAML::Node& node, const std::string& key) const {
    if (node.IsNull()) throw config_error(origin(node), "'" + printable(key) + "' has no value; give one, or remove the line");
    if (!node.IsScalar()) throw config_error(origin(node), "'" + printable(key) + "' needs a single value; this is " + kind_of(node));
    return expand(node.Scalar(), origin(node), config_.folder);
  }

  std::uint64_t parse(const YAML::Node& node, const std::string& key, std::uint32_t type, std::uint64_t min = 0, std::uint64_t max = 0) const {
    return parse_number(scalar(node, key), type, min, max, [&](const std::string& what) { return config_error(origin(node), "'" + key + "' " + what); });
  }

  const std::string name_;
  Config config_;
  std::size_t values_ = 0;
};

}  // namespace

std::string Origin::text() const {
  return line == 0 ? file : file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

Config parse_config(std::string_view text, const std::string& name) { return Reader(text, name).take(); }

Config read_config_file(const std::string& path) {
  return parse_config(read_small_file(path, largest_file, {path, 0, 0}, "the configuration"), path);
}

}  // namespace ec::core
