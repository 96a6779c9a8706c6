#include "failure.hpp"
#include "yaml.hpp"

#include <cstddef>
#include <utility>

#include <yaml-cpp/yaml.h>

namespace cli {

namespace {

constexpr std::size_t most_nodes = 10'000;  // aliases of aliases make a great many of few lines

std::string place(const std::string& path, const YAML::Mark& mark) {
  if (mark.is_null()) return path;
  return path + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

class Copy {
 public:
  explicit Copy(const std::string& path) : path_(path) {}

  Yaml of(const YAML::Node& node) {
    Yaml made;
    made.origin = place(path_, node.Mark());
    if (++count_ > most_nodes) throw Failure(wrong_usage, made.origin + ": this file has too much in it");
    if (node.IsScalar()) {
      made.kind = Yaml::Kind::value;
      made.text = node.Scalar();
    } else if (node.IsSequence()) {
      made.kind = Yaml::Kind::list;
      for (const auto& item : node) made.items.push_back(of(item));
    } else if (node.IsMap()) {
      made.kind = Yaml::Kind::map;
      for (const auto& pair : node) add(made, pair.first, pair.second);
    }
    return made;
  }

 private:
  void add(Yaml& map, const YAML::Node& key, const YAML::Node& value) {
    const std::string origin = place(path_, key.Mark());
    if (!key.IsScalar()) throw Failure(wrong_usage, origin + ": a key must be a plain word");
    if (map.find(key.Scalar()) != nullptr)
      throw Failure(wrong_usage, origin + ": '" + key.Scalar() + "' stands here a second time; remove one");
    Yaml made = of(value);
    made.origin = origin;
    made.key = key.Scalar();
    map.items.push_back(std::move(made));
  }

  const std::string& path_;
  std::size_t count_ = 0;
};

}  // namespace

const Yaml* Yaml::find(const std::string& wanted) const {
  if (kind != Kind::map) return nullptr;
  for (const Yaml& item : items)
    if (item.key == wanted) return &item;
  return nullptr;
}

Yaml read_yaml(const std::string& path) {
  try {
    return Copy(path).of(YAML::LoadFile(path));
  } catch (const YAML::BadFile&) {
    throw Failure(wrong_usage, path + ": cannot be read");
  } catch (const YAML::Exception& error) {
    throw Failure(wrong_usage, place(path, error.mark) + ": " + error.msg);
  }
}

}  // namespace cli
