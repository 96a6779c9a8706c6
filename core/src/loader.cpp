#include "loader.hpp"

#include <algorithm>
#include <dlfcn.h>
#include <link.h>
#include <map>
#include <mutex>
#include <optional>
#include <stdlib.h>
#include <vector>

#define BOOST_DLL_USE_STD_FS
#include "config_error.hpp"
#include "log.hpp"
#include "names.hpp"
#include "registry.hpp"
#include "trust.hpp"
#include "usable.hpp"

#include <boost/dll/shared_library.hpp>

namespace ec::core {

namespace fs = std::filesystem;

namespace {

// The folder that this very code was loaded from. Of a program, the linker knows only the name that it was called by,
// which may be any, and may lead to the working directory.
fs::path own_folder() {
  Dl_info info{};
  void* found = nullptr;
  if (dladdr1(reinterpret_cast<const void*>(&load_plugin), &info, &found, RTLD_DL_LINKMAP) == 0) return {};
  const auto* map = static_cast<const link_map*>(found);
  const bool is_program = map->l_name == nullptr || *map->l_name == '\0';
  std::error_code problem;
  const fs::path file = is_program ? fs::read_symlink("/proc/self/exe", problem) : fs::canonical(map->l_name, problem);
  return problem ? fs::path{} : file.parent_path();
}

constexpr std::string_view file_prefix = "eventcore_plugin_";
constexpr std::string_view file_suffix = ".so";

std::vector<fs::path> places(const Config& config) {
  std::vector<fs::path> found = config.plugin_path;
  if (const char* variable = secure_getenv("EVENTCORE_PLUGIN_PATH")) {
    std::string_view rest = variable;
    while (!rest.empty()) {
      const std::size_t colon = rest.find(':');
      if (const fs::path folder(rest.substr(0, colon)); folder.is_absolute())
        found.push_back(folder.lexically_normal());
      rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
    }
  }
  if (const fs::path own = own_folder(); !own.empty()) {
    found.push_back(own / "eventcore" / "plugins");
    found.push_back(
        (own / ".." / "lib" / "eventcore" / "plugins").lexically_normal());  // for a program that holds the core
  }
  found.emplace_back(EVENTCORE_INSTALL_PLUGIN_DIR);
  std::vector<fs::path> once;
  for (const fs::path& folder : found)
    if (std::find(once.begin(), once.end(), folder) == once.end()) once.push_back(folder);
  return once;
}

// In an error, which has room for a few.
constexpr std::size_t longest_path = 60;
constexpr std::size_t longest_folder = 40;

// A file that may be loaded, as it was when it was looked at.
struct Trusted {
  fs::path file;  // without links
  FileIdentity identity;
};

class Search {
 public:
  // The trusted library behind `candidate`, or nothing, noted down.
  std::optional<Trusted> look_at(const fs::path& candidate) {
    std::error_code problem;
    const fs::path file = fs::canonical(candidate, problem);
    const FileIdentity identity = identity_of(file);  // before it is looked at
    std::string why = why_not_trusted(candidate);
    if (why.empty() && problem) why = problem.message();
    if (why.empty()) why = why_not_a_library(file);
    if (why.empty()) return Trusted{file, identity};
    tried_.emplace_back(candidate, std::move(why));
    return std::nullopt;
  }

  // Why the last one was not taken.
  const std::string& why() const { return tried_.back().second; }

  // Each file that was tried, and why it is not taken.
  std::string files() const {
    std::string text;
    for (const auto& [file, why] : tried_) text += "\n  " + file.string() + ": " + why;
    return text;
  }

  // The same by folder and shorter. What is there but unfit comes first: it is most likely what was meant.
  std::string folders() const {
    std::string unfit;
    std::string empty;
    for (const auto& [file, why] : tried_) {
      const std::string folder = shortened(file.parent_path().string(), longest_folder);
      if (why == no_such_file)
        empty += (empty.empty() ? "\n  no such file: " : ", ") + folder;
      else
        unfit.append("\n  ").append(folder).append(": ").append(why);
    }
    return unfit + empty;
  }

 private:
  std::vector<std::pair<fs::path, std::string>> tried_;
};

Trusted find_library(const Config& config) {
  const std::string& name = config.plugin;
  Search search;
  if (fs::path(name).is_absolute()) {
    if (auto file = search.look_at(name)) return *file;
    throw config_error(config.plugin_origin, "cannot load the plugin:" + search.files());
  }
  if (name.find('/') != std::string::npos)
    throw config_error(config.plugin_origin,
                       "plugin '" + printable(name) + "': give a name, as in 'rocksdb', or an absolute path");
  check_name(name, "plugin name");
  const std::string file_name = std::string(file_prefix) + name + std::string(file_suffix);
  for (const fs::path& folder : places(config))
    if (auto file = search.look_at(folder / file_name)) return *file;
  const std::string not_found = "plugin '" + printable(name) + "' was not found; ";
  log(EC_LOG_ERROR, config_error(config.plugin_origin, not_found + "tried:" + search.files()).what());
  throw config_error(config.plugin_origin,
                     not_found + "install it, or name its folder in plugin_path; looked in:" + search.folders());
}

boost::dll::shared_library* open_library(const fs::path& file) {
  using boost::dll::load_mode::rtld_local;
  using boost::dll::load_mode::rtld_now;
  return new boost::dll::shared_library(file, rtld_now | rtld_local);
}

// `fail` makes the exception from what is wrong with the file.
template <class Fail>
const ec_plugin& load_library(const Trusted& trusted, Fail&& fail) {
  struct Loaded {
    boost::dll::shared_library* library = nullptr;
    bool replaced = false;
  };
  // Leaks on purpose: code of a plugin may still run while the process ends.
  static std::mutex& mutex = *new std::mutex;
  static auto& loaded = *new std::map<fs::path, Loaded>;
  const std::scoped_lock lock(mutex);
  Loaded& of_this = loaded[trusted.file];
  boost::dll::shared_library*& library = of_this.library;
  if (library == nullptr) {
    try {
      library = open_library(trusted.file);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& exception) {
      throw fail(std::string("cannot be loaded: ") + exception.what());
    }
    // Only root and this user can do that, as when a package is updated. What came in was not looked at and stays
    // loaded. The dynamic linker takes a path: one in /proc/self/fd would hide the file's folder from it.
    of_this.replaced = identity_of(trusted.file) != trusted.identity;
  }
  if (of_this.replaced) throw fail("was replaced while it was being loaded; start the program again");
  if (!library->has(EC_PLUGIN_SYMBOL)) throw fail("has no symbol " EC_PLUGIN_SYMBOL "; it is no eventcore plugin");
  const ec_plugin& plugin = library->get<const ec_plugin>(EC_PLUGIN_SYMBOL);
  if (const std::string why = why_not_usable(plugin); !why.empty()) throw fail(why);
  return plugin;
}

}  // namespace

const ec_plugin& load_plugin(const Config& config) {
  if (const ec_plugin* plugin = registered_plugin(config.plugin)) return *plugin;
  const Trusted trusted = find_library(config);
  return load_library(trusted, [&](const std::string& why) {
    return config_error(config.plugin_origin, "plugin " + shortened(trusted.file.string(), longest_path) + ": " + why);
  });
}

void list_plugins(const Config& config, const Found& found) {
  for (const ec_plugin* plugin : registered_plugins()) found({}, plugin, {});
  for (const fs::path& folder : places(config)) {
    std::vector<fs::path> files;
    std::error_code problem;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
      const std::string name = at->path().filename().string();
      if (name.starts_with(file_prefix) && name.ends_with(file_suffix)) files.push_back(at->path());
    }
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      Search search;
      try {
        if (const auto trusted = search.look_at(file))
          found(file, &load_library(*trusted, [](const std::string& why) { return plugin::Failure(EC_CONFIG, why); }),
                {});
        else
          found(file, nullptr, search.why());
      } catch (const plugin::Failure& failure) {
        found(file, nullptr, failure.what());
      }
    }
  }
}

}  // namespace ec::core
