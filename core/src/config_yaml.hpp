// YAML as the configuration uses it: maps, lists and single values, each with its place in the file.
#pragma once

#include "config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ec::core {

struct YamlNode {
  enum class Kind { null, scalar, list, map };

  Kind kind = Kind::null;
  Origin origin;
  std::string text;                // of a scalar
  std::string key;                 // of a map's child
  Origin key_origin;               // of a map's child
  std::vector<YamlNode> children;  // of a list or a map, in the order they were written

  const YamlNode* find(std::string_view wanted) const;  // null when there is none
  const char* kind_name() const;                        // "a list"
};

// The one document in `text`. Throws EC_CONFIG with line and column for broken YAML and for what a configuration has no
// use for and an attack has: aliases, tags, deep nesting, more than a thousand values, a NUL, a second document, a key
// that stands twice. `file` stands in the origins.
YamlNode parse_yaml(std::string_view text, const std::string& file);

}  // namespace ec::core
