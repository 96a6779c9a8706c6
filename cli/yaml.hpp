// A YAML file as a tree that knows where each of its nodes stands.
#pragma once

#include <string>
#include <vector>

namespace cli {

struct Yaml {
  enum class Kind { nothing, value, list, map };

  Kind kind = Kind::nothing;
  std::string origin;       // bench.yaml:3:5; in a map, of the key
  std::string key;          // in a map
  std::string text;         // of a value
  std::vector<Yaml> items;  // of a list or a map, in the file's order

  // The value of that key of a map, or null.
  const Yaml* find(const std::string& wanted) const;
};

// Throws Failure, which names the place, when the file cannot be read or is no YAML.
Yaml read_yaml(const std::string& path);

}  // namespace cli
