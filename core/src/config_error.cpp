#include "config_error.hpp"
#include "names.hpp"

namespace ec::core {

namespace {

bool inside_character(std::string_view text, std::size_t i) {
  return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
}

std::string visible(std::string_view text) {
  constexpr std::size_t piece = 32;  // printable() cuts long texts
  std::string result;
  while (!text.empty()) {
    std::size_t size = std::min(piece, text.size());
    while (size < text.size() && inside_character(text, size)) ++size;
    result += printable(text.substr(0, size));
    text.remove_prefix(size);
  }
  return result;
}

}  // namespace

std::string Origin::text() const {
  constexpr std::size_t longest_path = 120;
  const std::string path = shortened(file, longest_path);
  return line == 0 ? path : path + ":" + std::to_string(line) + ":" + std::to_string(column);
}

plugin::Failure config_error(const Origin& origin, const std::string& what) {
  return {EC_CONFIG, origin.text() + ": " + what};
}

std::string shortened(std::string_view path, std::size_t most) {
  if (path.size() <= most) return visible(path);
  std::size_t head = most / 3;
  std::size_t tail = path.size() - (most - head - 3);
  while (head > 0 && inside_character(path, head)) --head;
  while (inside_character(path, tail)) ++tail;
  return visible(path.substr(0, head)) + "..." + visible(path.substr(tail));
}

std::string shown_key(std::string_view key) {
  const std::size_t end = key.find_first_of("=:@/ ");
  return printable(key.substr(0, end)) + (end == std::string_view::npos ? "" : "...");
}

}  // namespace ec::core
