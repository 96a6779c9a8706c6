// The configuration file: which plugin, found where, opened with which options. Format: docs/configuration.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ec::core {

// A place in a file.
struct Origin {
  std::string file;
  int line = 0;  // from 1; 0: the file as a whole
  int column = 0;
  std::string text() const;  // for messages: bank.yaml:12:7; a long path is cut in its middle
};

struct Option {
  std::string key;    // nested ones with dots
  std::string value;  // ${NAME} and ${file:PATH} expanded, otherwise as written; UTF-8 without NUL
  Origin origin;      // of the key
  bool secret;        // came out of a file, which is where secrets are kept
};

struct GroupCommitLimits {
  std::uint32_t max_appends = 256;
  std::uint64_t max_bytes = 4 * 1024 * 1024;
};

struct Config {
  std::string plugin;  // a name, or an absolute path
  Origin plugin_origin;
  std::vector<std::filesystem::path> plugin_path;
  std::vector<Option> options;
  GroupCommitLimits group_commit;
  std::filesystem::path folder;  // relative paths are taken from here
  std::string file;
};

// Both throw plugin::Failure (EC_CONFIG) with file:line:column, what is wrong and what to do; no plugin is looked at.
Config read_config_file(const std::string& path);
// `name` stands for the file's in messages, and relative paths are taken from the folder in it.
Config parse_config(std::string_view text, const std::string& name);

}  // namespace ec::core
