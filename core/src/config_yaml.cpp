#include "config_error.hpp"
#include "config_yaml.hpp"
#include "names.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace ec::core {

namespace {

constexpr std::size_t deepest_nesting = 16;
constexpr std::size_t most_values = 1000;

// Built from the parser's events and not from its own tree, so that a hostile file is given up on as soon as it goes
// too deep or too far.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& file) : file_(file) {}
  YamlNode take() { return std::move(root_); }
  Origin origin(const YAML::Mark& mark) const {
    return mark.is_null() ? Origin{file_, 0, 0} : Origin{file_, mark.line + 1, mark.column + 1};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1)
      throw config_error(origin(mark), "a second document begins here; a configuration is one, remove the '---'");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add_leaf(YamlNode::Kind::null, mark, {}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw config_error(origin(mark), "aliases (*name) are not taken in a configuration; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    check_tag(mark, tag);
    add_leaf(YamlNode::Kind::scalar, mark, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open(YamlNode::Kind::list, mark);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open(YamlNode::Kind::map, mark);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    bool has_key = false;  // of the child to come
    std::string key;
    Origin key_origin;
  };

  void check_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw config_error(origin(mark), "tags (!name) are not taken in a configuration; remove it");
  }

  bool at_key() const {
    return !open_.empty() && open_.back().node.kind == YamlNode::Kind::map && !open_.back().has_key;
  }

  void take_key(const YAML::Mark& mark, const std::string& key) {
    Frame& map = open_.back();
    const auto same = [&](const YamlNode& child) { return child.key == key; };
    const auto first = std::find_if(map.node.children.begin(), map.node.children.end(), same);
    if (first != map.node.children.end())
      throw config_error(origin(mark), "'" + shown_key(key) + "' stands here a second time, first in line " +
                                           std::to_string(first->key_origin.line) + "; remove one");
    map.has_key = true;
    map.key = key;
    map.key_origin = origin(mark);
  }

  void add_leaf(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& text) {
    if (at_key()) {
      if (kind == YamlNode::Kind::null) throw config_error(origin(mark), "a key is missing here; write 'key: value'");
      return take_key(mark, text);
    }
    count(mark);
    attach({kind, origin(mark), text, {}, {}, {}});
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark) {
    if (at_key()) throw config_error(origin(mark), "a key must be a plain word; write 'key: value'");
    count(mark);
    if (open_.size() == deepest_nesting)
      throw config_error(origin(mark),
                         "this is nested deeper than " + std::to_string(deepest_nesting) + " levels; make it flatter");
    open_.push_back({{kind, origin(mark), {}, {}, {}, {}}, false, {}, {}});
  }

  void close() {
    YamlNode done = std::move(open_.back().node);
    open_.pop_back();
    attach(std::move(done));
  }

  void attach(YamlNode&& node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = open_.back();
    node.key = std::exchange(parent.key, {});
    node.key_origin = std::exchange(parent.key_origin, {});
    parent.has_key = false;
    parent.node.children.push_back(std::move(node));
  }

  void count(const YAML::Mark& mark) {
    if (++values_ > most_values)
      throw config_error(origin(mark), "there are more than " + std::to_string(most_values) +
                                           " values; this cannot be a configuration");
  }

  const std::string& file_;
  YamlNode root_;
  std::vector<Frame> open_;
  std::size_t documents_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view wanted) const {
  for (const YamlNode& child : children)
    if (child.key == wanted) return &child;
  return nullptr;
}

const char* YamlNode::kind_name() const {
  switch (kind) {
    case Kind::scalar: return "a single value";
    case Kind::list: return "a list";
    case Kind::map: return "a map";
    default: return "nothing";
  }
}

YamlNode parse_yaml(std::string_view text, const std::string& file) {
  const auto line_of = [&](std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return Origin{file, static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
                  static_cast<int>(offset - line_start) + 1};
  };
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    throw config_error(line_of(nul), "there is a NUL byte; save the file as plain UTF-8 text");
  if (!is_utf8(text)) throw config_error({file, 0, 0}, "is not valid UTF-8; save the file as plain UTF-8 text");
  TreeBuilder builder(file);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) continue;
  } catch (const YAML::Exception& exception) {
    throw config_error(builder.origin(exception.mark), "this is not valid YAML: " + printable(exception.msg) +
                                                           "; check quotes, brackets and indentation");
  }
  return builder.take();
}

}  // namespace ec::core
