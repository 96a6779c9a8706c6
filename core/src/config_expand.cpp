#include "config_expand.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "config_error.hpp"
#include "names.hpp"

namespace ec::core {

namespace {

constexpr std::size_t largest_value_file = 64 * 1024;

class File {
 public:
  explicit File(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string value_of(std::string_view inside, const Origin& origin, const std::filesystem::path& folder) {
  if (inside.starts_with("file:")) {
    const std::string path(inside.substr(5));
    if (path.empty()) throw config_error(origin, "${file:} needs a path");
    std::string value = read_small_file((folder / path).string(), largest_value_file, origin, "${file:...}");
    if (value.ends_with('\n')) value.pop_back();
    if (value.ends_with('\r')) value.pop_back();
    return value;
  }
  const std::size_t split = inside.find(":-");
  const std::string name(inside.substr(0, split));
  if (name.empty() || name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
    throw config_error(origin, "'${" + printable(name) + "}' names no environment variable; use ${NAME}, ${NAME:-default} or ${file:PATH}, and $${ for a plain ${");
  if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') return value;
  if (split != std::string_view::npos) return std::string(inside.substr(split + 2));
  throw config_error(origin, "the environment variable " + name + " is not set; set it, or write ${" + name + ":-default}");
}

}  // namespace

std::string expand(std::string_view text, const Origin& origin, const std::filesystem::path& folder) {
  std::string result;
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    result += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    if (text.starts_with("$${")) {
      result += "${";
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      const std::size_t end = text.find('}');
      if (end == std::string_view::npos) throw config_error(origin, "a '${' has no '}'; write $${ for a plain ${");
      result += value_of(text.substr(2, end - 2), origin, folder);
      text.remove_prefix(end + 1);
    } else {
      result += '$';
      text.remove_prefix(1);
    }
  }
  return result;
}

std::string read_small_file(const std::string& path, std::size_t most_bytes, const Origin& origin, const char* what) {
  const auto fail = [&](const std::string& why) {
    const std::string where = origin.file == path ? std::string() : " " + printable(path);
    return config_error(origin, std::string("cannot read ") + what + where + ": " + why);
  };
  const File file(path);
  if (file.descriptor() < 0) throw fail(errno == ENOENT ? "there is no such file; check the path" : std::strerror(errno));
  struct stat status{};
  if (fstat(file.descriptor(), &status) != 0) throw fail(std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw fail("it is a folder; name a file in it");
  if (!S_ISREG(status.st_mode)) throw fail("it is not a regular file");
  std::string text(most_bytes + 1, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = read(file.descriptor(), text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw fail(std::strerror(errno));
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  if (have > most_bytes) throw fail("it is larger than " + std::to_string(most_bytes / 1024) + " KiB");
  text.resize(have);
  return text;
}

}  // namespace ec::core
