#include "config_error.hpp"
#include "config_expand.hpp"
#include "names.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace ec::core {

namespace {

constexpr std::size_t largest_value_file = 64 * 1024;
constexpr std::size_t largest_value = 2 * largest_value_file;

std::string why(int code) { return std::generic_category().message(code); }

constexpr std::string_view file_prefix = "file:";

bool is_variable_name(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  if (text.empty() || digits.find(text.front()) != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return letters.find(c) != std::string_view::npos || digits.find(c) != std::string_view::npos;
  });
}

class File {
 public:
  explicit File(const std::string& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Of what stands between ${ and }.
std::string value_of(std::string_view inside, const Origin& origin, const std::filesystem::path& folder) {
  if (inside.starts_with(file_prefix)) {
    const std::string path(inside.substr(file_prefix.size()));
    if (path.empty()) throw config_error(origin, "${file:} needs a path");
    std::string value = read_small_file((folder / path).string(), largest_value_file, origin, "${file:...}");
    if (value.ends_with('\n')) value.pop_back();
    if (value.ends_with('\r')) value.pop_back();
    return value;
  }
  const std::size_t split = inside.find(":-");
  const std::string name(inside.substr(0, split));
  // What stands in the braces is not shown: it may be a piece of a password that was meant literally.
  if (!is_variable_name(name))
    throw config_error(origin,
                       "a ${...} names no environment variable; write ${NAME}, ${NAME:-default} or ${file:PATH}, and "
                       "$${ for a plain ${");
  const char* value = std::getenv(name.c_str());
  if (split != std::string_view::npos && (value == nullptr || *value == '\0'))
    return std::string(inside.substr(split + 2));
  if (value == nullptr)
    throw config_error(origin, "the environment variable " + printable(name) + " is not set; set it, or write ${" +
                                   printable(name) + ":-default}");
  return value;
}

}  // namespace

Expanded expand(std::string_view text, const Origin& origin, const std::filesystem::path& folder) {
  Expanded result;
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    result.text += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    if (text.starts_with("$${")) {
      result.text += "${";
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      const std::size_t end = text.find('}');
      if (end == std::string_view::npos) throw config_error(origin, "a '${' has no '}'; write $${ for a plain ${");
      const std::string_view inside = text.substr(2, end - 2);
      if (inside.find("${") != std::string_view::npos)
        throw config_error(origin, "a ${...} stands inside another one; this is not taken, write $${ for a plain ${");
      result.text += value_of(inside, origin, folder);
      if (result.text.size() > largest_value)
        throw config_error(origin, "with its ${...} filled in this has more than " +
                                       std::to_string(largest_value / 1024) + " KiB; make it shorter");
      result.from_file = result.from_file || inside.starts_with(file_prefix);
      text.remove_prefix(end + 1);
    } else {
      result.text += '$';
      text.remove_prefix(1);
    }
  }
  return result;
}

std::string read_small_file(const std::string& path, std::size_t most_bytes, const Origin& origin, const char* what) {
  const auto fail = [&](const std::string& reason) {
    const std::string where = origin.file == path ? std::string() : " " + shortened(path, 100);
    return config_error(origin, std::string("cannot read ") + what + where + ": " + reason);
  };
  const File file(path);
  if (file.descriptor() < 0)
    throw fail(errno == ENOENT ? "there is no such file; check the path"
                               : why(errno) + "; check the path and its permissions");
  struct stat status{};
  if (fstat(file.descriptor(), &status) != 0) throw fail(why(errno));
  if (S_ISDIR(status.st_mode)) throw fail("it is a folder; name a file in it");
  if (!S_ISREG(status.st_mode)) throw fail("it is not a regular file; name one");
  std::string text(most_bytes + 1, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = read(file.descriptor(), text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw fail(why(errno));
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  if (have > most_bytes) throw fail("it is larger than " + std::to_string(most_bytes / 1024) + " KiB; name another");
  text.resize(have);
  return text;
}

}  // namespace ec::core
