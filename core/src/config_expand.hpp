// ${NAME}, ${NAME:-default} and ${file:PATH} in the values of a configuration.
#pragma once

#include "config.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace ec::core {

struct Expanded {
  std::string text;
  bool from_file = false;  // a part of it
};

// The text with every ${...} replaced; $${ stands for ${ itself, any other $ for itself. What comes in is not expanded
// again. A default is taken when the variable is not set or empty. Relative paths are taken from `folder`; the line end
// at the end of a file is cut off. Throws EC_CONFIG for a variable that is not set and has no default, a file that
// cannot be read or has more than 64 KiB, a ${ without its }; never with a value in the message.
Expanded expand(std::string_view text, const Origin& origin, const std::filesystem::path& folder);

// A whole regular file of at most `most_bytes`; EC_CONFIG otherwise, `what` standing for the file in the message.
std::string read_small_file(const std::string& path, std::size_t most_bytes, const Origin& origin, const char* what);

}  // namespace ec::core
